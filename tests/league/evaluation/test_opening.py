"""A league that begins or goes on: what is stored is what was given, and the sentences say which setting differs."""

import datetime
import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml

from envs import places
from envs.options import same
from envs.records import Function
from league import League, LeagueError, load_config
from league.config.own_code import Source, changes, from_text, places_in, to_text
from league.config.schema import LeagueConfig, check, to_yaml
from league.evaluation.configuration import sources, stored_config
from league.evaluation.opening import open_to_run
from league.storage.store import Store

TINY = {
    "name": "mine", "generations": 1, "population": 2, "stack": 2, "tracking": False,
    "policy": {"hidden": [8]},
    "train": {"copies": 4, "steps": 8, "updates": 1, "epochs": 1, "minibatches": 1},
    "tournament": {"games": 4, "past": 1, "bootstrap": 20, "replays": False},
    "compute": {"executor": "serial"},
}  # fmt: skip

GAME = '''
"""A game that insists on the types of its options."""

import datetime

import numpy as np
from gymnasium.spaces import Box, Discrete
from pettingzoo import ParallelEnv
from rewards import PAYS


def double(value):
    return 2 * value


class Picky(ParallelEnv):
    metadata = {"name": "picky", "render_modes": []}

    def __init__(self, layout, day, pair, scale, pay):
        assert layout == {0: [1, 2], 1: [3]} and type(day) is datetime.date and type(pair) is tuple
        assert scale.dtype == np.float32 and pay(2) == 4
        self.possible_agents = ["p_0", "p_1"]

    def observation_space(self, agent):
        return Box(-1, 1, (2,), np.float32)

    def action_space(self, agent):
        return Discrete(2)

    def reset(self, seed=None, options=None):
        self.agents, self.time = list(self.possible_agents), 0
        return {agent: np.zeros(2, np.float32) for agent in self.agents}, {agent: {} for agent in self.agents}

    def step(self, actions):
        self.time += 1
        seen = {agent: np.full(2, self.time / 4, np.float32) for agent in actions}
        rewards = {agent: PAYS * float(action == index) for index, (agent, action) in enumerate(actions.items())}
        over = self.time == 3
        self.agents = [] if over else self.agents
        return seen, rewards, dict.fromkeys(actions, over), dict.fromkeys(actions, False), {agent: {} for agent in actions}


def plain():
    return Picky({0: [1, 2], 1: [3]}, datetime.date(2024, 1, 1), (1, 2), np.zeros(1, np.float32), double)
'''

OPTIONS = """
layout: {0: [1, 2], 1: [3]}
day: 2024-01-01
pair: {$tuple: [1, 2]}
scale: {$array: ["<f4", [2], [0.5, 1.5]]}
pay: picky.py:double
"""


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    """A folder outside the project with a game in it and its neighbour, which is where the user is."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "picky.py").write_text(GAME)
    (folder / "rewards.py").write_text("PAYS = 1.0\n")
    monkeypatch.chdir(folder)
    return folder


def written(folder: Path, **changes: object) -> Path:
    """A configuration file of the picky game."""
    path = folder / "mine.yaml"
    path.write_text(yaml.safe_dump(TINY | {"game": {"name": "picky.py:Picky", "options": yaml.safe_load(OPTIONS)}} | changes))
    return path


def plain_league(**changes: object) -> dict[str, object]:
    return TINY | {"game": {"name": "picky.py:plain"}} | changes


def test_options_of_a_file_reach_the_game_with_their_types_before_and_after_a_resume(cli_run, project):
    assert cli_run("run", written(project), "--executor", "processes").code == 0
    said = cli_run("resume", "mine", "--generations", 2, "--executor", "processes")
    assert said.code == 0, said.err
    assert Store.open(Path("mlruns"), "mine").generation() == 1


def test_the_configuration_that_is_printed_is_the_same_configuration(cli_run, project):
    printed = cli_run("run", written(project), "--print-config").out
    (project / "printed.yaml").write_text(printed)
    one, other = load_config("mine.yaml"), load_config("printed.yaml")
    assert same(one.game.options, other.game.options)
    assert one.identity() == other.identity()
    assert cli_run("run", "printed.yaml", "--print-config").out == printed


def test_what_python_gives_is_what_is_read_back(project):
    given = {"day": datetime.date(2024, 1, 1), "pair": (1, 2), "layout": {0: {1}}, "n": np.int16(3), "a": np.eye(2)}
    config = check(TINY | {"game": {"name": "picky.py:Picky", "options": given}})
    stored = check(yaml.safe_load(to_yaml(config)))
    assert same(stored.game.options, given)
    assert same(check(config.model_dump()).game.options, given)


def test_options_of_wrappers_keep_their_types():
    wrappers = [{"frame_stack_v1": {"stack_size": np.int64(2)}}, {"some_v0": {"by": {1: (2, 3)}, "with": len}}]
    config = check(TINY | {"game": {"name": "x:y", "wrappers": wrappers}})
    back = check(yaml.safe_load(to_yaml(config))).game.wrappers
    assert same(back[0], wrappers[0])
    assert back[1] == {"some_v0": {"by": {1: (2, 3)}, "with": Function("builtins:len")}}


@pytest.mark.parametrize("value", [object(), {1: object()}, [lambda: 0]])
def test_an_option_that_cannot_be_stored_is_refused_before_anything_is_played(project, value):
    with pytest.raises(LeagueError, match=r"game\.options.*(cannot be written down|top level of a file)"):
        check(TINY | {"game": {"name": "picky.py:plain", "options": {"deep": [value]}}})
    assert not (project / "mlruns").exists()


@pytest.mark.parametrize(
    ("text", "function"), [("picky.py:double", True), ("picky:double", True), ("12:30", False), ("city:paris", False)]
)
def test_a_text_in_a_file_is_a_function_where_there_is_one(project, text, function):
    config = load_config(str(written(project, game={"name": "picky.py:plain", "options": {"x": text}})))
    assert config.game.options == {"x": Function(text) if function else text}


def test_a_text_that_looks_like_a_function_can_be_a_text(project):
    config = load_config(str(written(project, game={"name": "picky.py:plain", "options": {"x": {"$text": "picky.py:double"}}})))
    assert config.game.options == {"x": "picky.py:double"}


@pytest.mark.parametrize("more", [(), ("--resume",)])
def test_a_league_that_never_committed_anything_is_begun_again_with_other_settings(project, cli_run, more):
    begun = League(plain_league(train=TINY["train"] | {"steps": 8}))
    store, _ = open_to_run(begun.config, begun.game, begun.home, pytest.fail, resume=False)
    store.unlock()
    said = cli_run("run", written(project), "--set", "train.steps=9", *more)
    assert said.code == 0, said.err
    assert stored_config(Store.open(Path("mlruns"), "mine")).train.steps == 9


def test_a_league_with_other_settings_says_which(project):
    League(plain_league()).run()
    with pytest.raises(LeagueError) as refused:
        League(plain_league(seed=3, train=TINY["train"] | {"steps": 9})).run(resume=True)
    assert "has other settings: seed is 0 there and 3 here; train.steps is 8 there and 9 here;" in str(refused.value)
    with pytest.raises(LeagueError, match="it has other settings \\(seed is 0 there and 3 here\\); choose another --name"):
        League(plain_league(seed=3)).run()


def test_settings_that_change_no_result_are_no_difference(project):
    League(plain_league()).run()
    League(plain_league(generations=2, tracking=False, compute={"executor": "serial", "workers": 3})).run(resume=True)


def test_relative_and_absolute_paths_are_the_same_game(project):
    League(plain_league()).run()
    League(plain_league(game={"name": f"{project}/picky.py:plain"}, generations=2)).run(resume=True)
    assert Store.open(Path("mlruns"), "mine").generation() == 1


def test_a_league_goes_on_from_another_folder(cli_run, project, tmp_path, monkeypatch):
    League(plain_league()).run()
    monkeypatch.chdir(tmp_path)
    said = cli_run("resume", "mine", "--generations", 2, "--home", project / "mlruns", "--executor", "processes")
    assert said.code == 0, said.err
    assert "warning" not in said.err


def test_replays_of_a_league_are_verified_from_another_folder(cli_run, project, tmp_path, monkeypatch):
    League(plain_league(tournament=TINY["tournament"] | {"replays": True})).run()
    places.forget()
    monkeypatch.chdir(tmp_path)
    said = cli_run("replay", "verify", "--json", "--home", project / "mlruns")
    assert said.code == 0, said.out
    assert json.loads(said.out)["verified"] > 0


def test_a_file_of_the_same_name_in_the_folder_of_the_user_is_not_taken_for_the_leagues(project, tmp_path, monkeypatch):
    League(plain_league()).run()
    (tmp_path / "picky.py").write_text("raise RuntimeError('this is another game')")
    monkeypatch.chdir(tmp_path)
    config = stored_config(Store.open(project / "mlruns", "mine"))
    assert places.file_at("picky.py") == project / "picky.py"
    assert League(config, project / "mlruns").game.seats == ("p_0", "p_1")


def test_a_league_and_its_game_can_be_moved_together(cli_run, project, tmp_path, monkeypatch):
    League(plain_league()).run()
    monkeypatch.chdir(tmp_path)
    project.rename(tmp_path / "moved")
    said = cli_run("resume", "mine", "--generations", 2, "--home", tmp_path / "moved" / "mlruns")
    assert said.code == 0, said.err
    assert places.file_at("picky.py") == tmp_path / "moved" / "picky.py"


def test_a_file_that_has_changed_is_named_and_used(project):
    League(plain_league()).run()
    with (project / "picky.py").open("a") as file:
        file.write("\n# a remark\n")
    store = Store.open(Path("mlruns"), "mine")
    (sentence,) = changes(stored_config(store).model_dump(mode="json"), sources(store), store.folder)
    assert sentence == f"{project}/picky.py has changed since the league 'mine' began; the league goes on with it"


def test_of_a_file_that_is_gone_the_text_in_the_league_is_used(cli_run, project, tmp_path, monkeypatch):
    (project / "picky.py").write_text(GAME.replace("from rewards import PAYS", "PAYS = 1.0"))
    League(plain_league()).run()
    (project / "picky.py").unlink()
    monkeypatch.chdir(tmp_path)
    said = cli_run("resume", "mine", "--generations", 2, "--home", project / "mlruns")
    assert said.code == 0, said.err
    assert "picky.py was not found in" in said.err


def test_a_file_that_is_gone_from_a_league_without_its_text_is_said_with_all_places(cli_run, project, tmp_path, monkeypatch):
    League(plain_league()).run()
    store = Store.open(Path("mlruns"), "mine")
    store.drop_fact("sources")
    (project / "picky.py").unlink()
    monkeypatch.chdir(tmp_path)
    said = cli_run("resume", "mine", "--generations", 2, "--home", project / "mlruns")
    assert said.code == 2
    assert f"{project}/picky.py" in said.err


def test_a_configuration_finds_the_files_beside_it(cli_run, project, tmp_path, monkeypatch):
    written(project)
    monkeypatch.chdir(tmp_path)
    assert cli_run("run", "project/mine.yaml").code == 0


def test_a_league_of_a_newer_version_says_so(project, cli_run):
    League(plain_league()).run()
    store = Store.open(Path("mlruns"), "mine")
    values = yaml.safe_load(store.fact("config"))
    values["arena"]["shape_of_things"] = "to come"
    store.set_fact("config", yaml.safe_dump(values))
    for command in (("resume", "mine"), ("payoff", "mine"), ("report", "mine")):
        said = cli_run(*command)
        if said.code:
            assert "a newer version of the project wrote the league 'mine'" in said.err
            assert "arena.shape_of_things" in said.err
    assert cli_run("resume", "mine").code == 2
    assert cli_run("standings", "mine").code == 0


def test_a_renamed_folder_is_a_league_of_that_name(project):
    League(plain_league()).run()
    shutil.move("mlruns/leagues/mine", "mlruns/leagues/yours")
    assert stored_config(Store.open(Path("mlruns"), "yours")).name == "yours"


def test_sources_come_back_from_text():
    given = [Source("a.py", "/x/a.py", hashlib.sha256(b"text\n").hexdigest(), "text\n")]
    assert from_text(to_text(given), "it") == given


@pytest.mark.parametrize(
    "entry", [{"unknown": 1}, 7, {"place": "a.py", "sha256": "../../x"}, {"place": "a.py", "sha256": "0" * 64, "text": "other"}]
)
def test_sources_that_are_damaged_or_forged_are_refused(entry):
    with pytest.raises(LeagueError, match="what it says of its own code is damaged"):
        from_text(json.dumps([entry]), "it")


def test_code_is_looked_for_wherever_it_may_be_named():
    config = LeagueConfig(
        name="x", game={"name": "a.py:g", "options": {"f": Function("b:f"), "text": "not:this"}},
        matchmaking={"rule": "c.py:r"}, tournament={"anchors": ["bot:d.py:b"], "format": "e:f"},
        evolution={"operators": {"f.py:o": 1.0}}, policy={"encoder": "g.py:N"}, style="h:s",
    )  # fmt: skip
    found = places_in(config.model_dump(mode="json"))
    assert {place for place in found if place != "random"} >= {"a.py", "b", "c.py", "d.py", "e", "f.py", "g.py", "h"}
    assert "not" not in found
