"""What a configuration accepts, and the sentences it answers with."""

from pathlib import Path
from typing import Any

import pytest
import yaml

import league.population.matchmaking
from agents.learners.table import LEARNERS
from envs.references import permit
from league.config.load import load_config, parse_override, presets
from league.config.schema import LeagueConfig, check, to_yaml
from league.config.sections import known
from league.errors import LeagueError

GAME = {"name": "classic/tictactoe_v3"}


def refused(values: dict[str, Any]) -> str:
    with pytest.raises(LeagueError) as refusal:
        check({"name": "mine", "game": GAME} | values)
    return str(refusal.value)


def identity(changes: dict[str, Any]) -> str:
    return load_config("smoke", changes).identity()


def test_an_unknown_key_names_the_nearest():
    assert refused({"generation": 3}) == "the configuration: there is no setting 'generation'; did you mean 'generations'?"


def test_an_unknown_nested_key_is_named_with_its_dotted_place():
    sentence = refused({"train": {"update": 3}})
    assert sentence == "the configuration: there is no setting 'train.update'; did you mean 'train.updates'?"


def test_an_unknown_key_of_a_section_that_has_a_name_of_its_own_is_named_with_its_dotted_place():
    sentence = refused({"game": GAME | {"schedule": {"arrival": {"frist": 0.1}}}})
    assert "there is no setting 'game.schedule.arrival.frist'; did you mean 'game.schedule.arrival.first'?" in sentence


def test_an_unknown_key_two_sections_deep_is_named_with_its_dotted_place():
    sentence = refused({"hyper": {"clip": {"start": 0.2, "low": 0.1, "hihg": 0.3}}})
    assert "there is no setting 'hyper.clip.hihg'; did you mean 'hyper.clip.high'?" in sentence


@pytest.mark.parametrize(
    ("values", "field", "value", "allowed"),
    [
        ({"population": 0}, "population", "0", "greater than or equal to 1"),
        ({"train": {"updates": -4}}, "train.updates", "-4", "greater than or equal to 1"),
        ({"matchmaking": {"self_play": 1.5}}, "matchmaking.self_play", "1.5", "less than or equal to 1"),
        ({"matchmaking": {"prior_games": 0}}, "matchmaking.prior_games", "0", "greater than 0"),
        ({"compute": {"workers": 5000}}, "compute.workers", "5000", "less than or equal to 1024"),
        ({"hyper": {"gamma": 1.5}}, "hyper.gamma", "1.5", "between low 0.9 and high 0.9999"),
        ({"hyper": {"gamma": {"start": 1.2, "low": 1, "high": 2}}}, "hyper.gamma", "2", "between 0 and 1"),
        ({"hyper": {"learning_rate": {"start": 0.1, "low": -1, "high": 1}}}, "hyper.learning_rate", "-1", "between 0 and 1"),
        ({"policy": {"hidden": [64, 0]}}, "policy.hidden.1", "0", "greater than or equal to 1"),
        ({"train": {"value_weight": float("nan")}}, "train.value_weight", "nan", "finite"),
        ({"evolution": {"operators": {"perturb": float("inf")}}}, "evolution.operators.perturb", "inf", "finite"),
        ({"seed": -1}, "seed", "-1", "greater than or equal to 0"),
        ({"seed": 2**63}, "seed", str(2**63), "less than"),
        ({"population": "many"}, "population", "'many'", "valid integer"),
        ({"arena": {"twin": "maybe"}}, "arena.twin", "'maybe'", "'auto', 'never' or 'always'"),
        ({"compute": {"device": "tpu"}}, "compute.device", "'tpu'", "cpu"),
    ],
)
def test_a_wrong_value_is_answered_with_field_value_and_what_is_allowed(values, field, value, allowed):
    sentence = refused(values)
    assert all(part in sentence for part in (field, value, allowed)), sentence


@pytest.mark.parametrize(
    ("values", "hint"),
    [
        ({"comms": {"topology": "rings"}}, "'ring'"),
        ({"matchmaking": {"rule": "pfsp-square"}}, "'pfsp-squared'"),
        ({"evolution": {"operators": {"pertub": 1}}}, "'perturb'"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest_and_all_of_them(values, hint):
    sentence = refused(values)
    assert f"did you mean {hint}?" in sentence
    assert "(known: " in sentence


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".hidden", "x" * 65, "a b", "a\nb", "a\\b"])
def test_a_league_name_that_is_no_file_name_is_refused(name):
    assert "is not a valid name: use up to 64 letters" in refused({"name": name})


def test_missing_settings_are_named():
    with pytest.raises(LeagueError, match="name is missing\nthe configuration: game is missing"):
        check({})


def test_every_fault_gets_a_line_of_its_own():
    lines = refused({"population": 0, "generation": 3, "train": {"copies": 0}}).splitlines()
    assert len(lines) == 3
    assert all(line.startswith("the configuration: ") for line in lines)


def test_more_births_than_places_are_refused():
    assert "must not exceed population 4" in refused({"evolution": {"elite": 2, "replace": 3}})


def test_an_anchor_that_is_no_bot_is_refused():
    assert "an anchor is a scripted player like bot:random" in refused({"tournament": {"anchors": ["smoke/champion"]}})


def test_the_random_player_is_always_an_anchor():
    config = check({"name": "mine", "game": GAME, "tournament": {"anchors": ["bot:minimax-2"]}})
    assert config.tournament.anchors == ["bot:random", "bot:minimax-2"]


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("train.updates=4", "train.updates", 4),
        ("tracking=false", "tracking", False),
        ("policy.hidden=[8, 8]", "policy.hidden", [8, 8]),
        ("game.options={max_cycles: 5}", "game.options", {"max_cycles": 5}),
        ("name=a=b", "name", "a=b"),
        ("compute.workers=", "compute.workers", None),
    ],
)
def test_an_override_is_a_dotted_key_and_a_yaml_value(text, key, value):
    assert parse_override(text) == (key, value)


@pytest.mark.parametrize(
    "text",
    [
        "train.updates",
        "=4",
        "train.hidden=[1",
        "train..updates=4",
        ".train=4",
        "train.=4",
        "game.options={a: 1, a: 2}",
        "seed=!!bool foo",
        "game=&a {options: *a}",
        "name=\0",
    ],
)
def test_an_override_that_cannot_be_read_is_refused(text):
    with pytest.raises(LeagueError, match="--set"):
        parse_override(text)


def test_an_override_of_a_value_as_if_it_were_a_section_is_refused():
    with pytest.raises(LeagueError, match=r"--set name\.x: name is a value, not a section"):
        load_config("smoke", {"name.x": 1})


def test_an_override_reaches_sections_the_file_does_not_mention():
    assert load_config("smoke", {"matchmaking.self_play": 0.25}).matchmaking.self_play == 0.25


def test_a_number_for_a_hyper_parameter_moves_its_start_only():
    learning_rate = load_config("smoke", {"hyper.learning_rate": 2e-3}).hyper.learning_rate
    assert (learning_rate.start, learning_rate.low, learning_rate.high) == (2e-3, 1e-5, 1e-2)


def test_yaml_numbers_without_a_point_are_numbers(tmp_path: Path):
    file = tmp_path / "mine.yaml"
    file.write_text("name: mine\ngame: {name: classic/tictactoe_v3}\nhyper: {learning_rate: 1e-4, entropy: 2E-3}\n")
    hyper = load_config(str(file)).hyper
    assert (hyper.learning_rate.start, hyper.entropy.start) == (1e-4, 2e-3)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"generations": True}, "generations is true, but a whole number is wanted"),
        ({"seed": False}, "seed is false, but a whole number is wanted"),
        ({"population": True}, "population is true, but a whole number is wanted"),
        ({"population": [{"count": True}]}, "population.0.count is true, but a whole number is wanted"),
        ({"train": {"copies": True}}, "train.copies is true, but a whole number is wanted"),
        ({"train": {"value_weight": True}}, "train.value_weight is true, but a number is wanted"),
        ({"matchmaking": {"self_play": True}}, "matchmaking.self_play is true, but a number is wanted"),
        ({"policy": {"hidden": [8, True]}}, "policy.hidden is [8, true], but a whole number is wanted"),
        ({"evolution": {"operators": {"perturb": True}}}, "evolution.operators is {'perturb': true}, but a number is wanted"),
        ({"hyper": {"clip": True}}, "hyper.clip.start is true, but a number is wanted"),
        ({"hyper": {"clip": {"low": False}}}, "hyper.clip.low is false, but a number is wanted"),
        ({"compute": {"workers": True}}, "compute.workers is true, but a whole number is wanted"),
    ],
)
def test_no_boolean_passes_as_a_number(values: dict[str, Any], sentence: str):
    assert refused(values) == f"the configuration: {sentence}"


def test_booleans_stay_where_they_are_wanted():
    config = check({"name": "mine", "game": {"name": "x", "options": {"a": True, "b": [True]}}, "tracking": False})
    assert config.game.options == {"a": True, "b": [True]}
    assert config.tracking is False


def test_the_game_may_be_a_plain_word(tmp_path: Path):
    file = tmp_path / "mine.yaml"
    file.write_text("name: mine\ngame: classic/tictactoe_v3\n")
    assert load_config(str(file)) == check({"name": "mine", "game": GAME})
    assert load_config(str(file), {"game.teams": [["player_1"], ["player_2"]]}).game.name == "classic/tictactoe_v3"
    assert load_config("smoke", {"game": "classic/rps_v2"}).game.name == "classic/rps_v2"


@pytest.mark.parametrize(
    "values", [{"zebra": 1}, {"train": {"q": 1}}, {"comms": {"topology": "zzz"}}, {"matchmaking": {"rule": "q"}}]
)
def test_nothing_is_suggested_where_nothing_is_near(values: dict[str, Any]):
    sentence = refused(values)
    assert "did you mean" not in sentence
    assert "(there are " in sentence or "(known: " in sentence


def test_no_preset_is_suggested_where_none_is_near():
    with pytest.raises(LeagueError, match=r"'q' is neither a file nor a preset \(presets: algorithms, "):
        load_config("q")


def test_a_broken_file_is_refused_with_its_line(tmp_path: Path):
    file = tmp_path / "mine.yaml"
    file.write_text("name: mine\ngame:\n  name: 'x\n")
    with pytest.raises(LeagueError, match=r"mine\.yaml, line \d"):
        load_config(str(file))


def test_an_unknown_preset_names_the_nearest():
    with pytest.raises(LeagueError, match=r"'conect-four' is neither a file nor a preset; did you mean 'connect-four'\?"):
        load_config("conect-four")


@pytest.mark.parametrize("preset", presets())
def test_every_preset_loads_and_comes_back_from_its_own_yaml(preset):
    config = load_config(preset)
    assert config.name == preset
    assert check(yaml.safe_load(to_yaml(config))) == config


def test_the_presets_of_the_command_line_are_there():
    assert {"connect-four", "rps", "smoke", "tag", "tictactoe"} <= set(presets())


def test_a_function_becomes_a_name_that_finds_it_again():
    config = check({"name": "mine", "game": GAME, "matchmaking": {"rule": league.population.matchmaking.uniform}})
    assert config.matchmaking.rule == "league.population.matchmaking:uniform"


def test_a_function_may_stand_inside_a_list_or_be_a_key():
    values = {"tournament": {"anchors": [known]}, "evolution": {"operators": {known: 1.0}}}
    config = check({"name": "mine", "game": GAME} | values)
    assert config.tournament.anchors[1] == "league.config.section:known"
    assert list(config.evolution.operators) == ["league.config.section:known"]


def test_a_function_inside_a_function_is_refused():
    def inner() -> None: ...

    with pytest.raises(LeagueError, match="only a function at the top level of a file can be found again"):
        check({"name": "mine", "game": {"name": inner}})


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "other"},
        {"generations": 9},
        {"tracking": False},
        {"compute.executor": "processes"},
        {"compute.workers": 3},
        {"arena.workers": 2},
    ],
)
def test_what_decides_no_result_is_not_part_of_the_identity(changes):
    assert identity(changes) == identity({})


@pytest.mark.parametrize(
    "changes",
    [
        {"seed": 1},
        {"population": 4},
        {"game.name": "classic/rps_v2"},
        {"train.updates": 3},
        {"policy.hidden": [17]},
        {"hyper.gamma": 0.98},
        {"matchmaking.rule": "uniform"},
        {"tournament.games": 6},
        {"evolution.selection": 3},
        {"arena.twin": "never"},
    ],
)
def test_what_decides_results_is_part_of_the_identity(changes):
    assert identity(changes) != identity({})


def test_a_learner_has_the_hyper_parameters_that_it_declares_with_its_own_defaults():
    hyper = check({"name": "mine", "game": GAME, "learner": "a2c"}).hyper
    assert hyper.start() == {spec.name: spec.default for spec in LEARNERS["a2c"].hyper}


def test_a_hyper_parameter_of_another_learner_is_no_setting():
    assert "there is no setting 'hyper.clip'" in refused({"learner": "a2c", "hyper": {"clip": 0.2}})


def test_an_unknown_learner_is_answered_with_the_nearest_and_all_of_them():
    refusal = "there is no learner 'saq'; did you mean 'sac'? (known: " + ", ".join(LEARNERS) + ")"
    assert refusal in refused({"learner": "saq"})


def test_a_learner_that_is_not_there_is_named():
    permit("nowhere.py:mine")
    assert "the learner 'nowhere.py:mine' cannot be used: There is no file" in refused({"learner": "nowhere.py:mine"})


def test_a_league_whose_learner_is_gone_can_still_be_read(tmp_path):
    file = tmp_path / "gone.py"
    file.write_text(
        "from agents.learners.contract import learner\nfrom agents.learners.table import GAMMA\n\n\n"
        "@learner(hyper=[GAMMA], metrics=[])\ndef mine(given):\n    return given\n"
    )
    stored = to_yaml(LeagueConfig.model_validate({"name": "mine", "game": GAME, "learner": f"{file}:mine"}))
    file.unlink()
    assert to_yaml(check(yaml.safe_load(stored))) == stored


def test_the_hyper_parameters_are_stored_whatever_the_learner():
    config = check({"name": "mine", "game": GAME, "learner": "a2c", "hyper": {"gamma": 0.95}})
    assert yaml.safe_load(to_yaml(config))["hyper"]["gamma"]["start"] == 0.95


def test_naming_the_usual_learner_changes_no_identity_and_naming_another_does():
    assert identity({"learner": "ppo"}) == identity({})
    assert identity({"learner": "a2c"}) != identity({})
