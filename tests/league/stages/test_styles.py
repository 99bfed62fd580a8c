"""A generation is a list of stages, and a style names them."""

from dataclasses import replace

import pytest

from envs.faults import GameError
from league import League, LeagueError
from league.config.schema import check
from league.config.styles import STYLES, Style
from league.stages.draft import Draft
from league.stages.table import STAGES, stages_of
from league.storage.store import Store

GAME = {"name": "classic/tictactoe_v3"}
SEEN: list[tuple[int, int]] = []


def without_evolution():
    return [name for name in STYLES["league"].stages if name != "evolution"]


def two_tournaments():
    return ["matchmaking", "training", "freezing", "tournament", "tournament", count, "rating", "commit", "report"]


def count(draft: Draft) -> Draft:
    SEEN.append((draft.number, len(draft.matches)))
    return draft


def unrated():
    return ["matchmaking", "training", "freezing", "tournament", "rating", "tournament", "commit"]


def uncommitted():
    return ["matchmaking", "training", "freezing", "tournament", "rating"]


def misspelt():
    return ["matchmaking", "trainig"]


def forgetful():
    return ["matchmaking", forget]


def forget(draft: Draft) -> None:
    """Give nothing back."""


def failing():
    return [fail]


def fail(draft: Draft) -> Draft:
    raise KeyError("nothing")


def test_every_stage_of_a_style_exists():
    assert {name for style in STYLES.values() for name in style.stages} <= set(STAGES)


def test_every_stage_is_part_of_a_style():
    assert {name for style in STYLES.values() for name in style.stages} == set(STAGES)


def test_the_default_style_is_not_part_of_the_identity_and_another_one_is(smoke):
    assert smoke({"style": "league"}).identity() == smoke().identity()
    assert smoke({"style": without_evolution}).identity() != smoke().identity()


def test_an_unknown_style_names_the_nearest():
    with pytest.raises(LeagueError, match="there is no style 'leage'; did you mean 'league'"):
        check({"name": "mine", "game": GAME, "style": "leage"})


def test_the_defaults_of_a_style_hold_where_the_configuration_is_silent(monkeypatch):
    defaults = {"matchmaking": {"rule": "uniform", "self_play": 0.25}}
    monkeypatch.setitem(STYLES, "fictitious", Style(STYLES["league"].stages, defaults))
    config = check({"name": "mine", "game": GAME, "style": "fictitious", "matchmaking": {"self_play": 0.5}})
    assert (config.matchmaking.rule, config.matchmaking.self_play) == ("uniform", 0.5)


def test_a_league_without_evolution_keeps_its_players(tmp_path, smoke):
    League(smoke({"style": without_evolution}), tmp_path).run()
    assert {player.born for player in Store.open(tmp_path, "smoke").players("active")} == {0}


def test_what_comes_before_evolution_does_not_depend_on_it(tmp_path, smoke, finished):
    League(smoke({"style": without_evolution, "generations": 1}), tmp_path).run()
    assert Store.open(tmp_path, "smoke").matches(0) == Store.open(finished, "smoke").matches(0)


def test_two_tournaments_of_a_generation_are_different_matches_and_both_count(tmp_path, smoke):
    SEEN.clear()
    League(smoke({"style": two_tournaments, "generations": 1}), tmp_path).run()
    matches = Store.open(tmp_path, "smoke").matches(0)
    assert [(0, len(matches))] == SEEN
    one, other = matches[: len(matches) // 2], matches[len(matches) // 2 :]
    assert {result.ticket.seed for result in one}.isdisjoint(result.ticket.seed for result in other)
    rated = {row.player: row.games for row in Store.open(tmp_path, "smoke").ratings(0)}
    assert sum(rated.values()) == 2 * len(matches)


def test_the_seconds_of_a_stage_that_runs_twice_are_added_up(tmp_path, smoke):
    League(smoke({"style": two_tournaments, "generations": 1}), tmp_path).run()
    phases = Store.open(tmp_path, "smoke").generations()[0].phases
    assert set(phases) == {"matchmaking", "training", "freezing", "tournament", "count", "rating"}


def test_a_league_of_ones_own_style_resumes_to_the_same_bits(tmp_path, smoke, facts):
    for name, parts in (("whole", [4]), ("parts", [2, 4])):
        for generations in parts:
            League(smoke({"style": two_tournaments, "generations": generations}), tmp_path / name).run(resume=True)
    assert facts(tmp_path / "whole") == facts(tmp_path / "parts")


@pytest.mark.parametrize(
    ("style", "sentence"),
    [
        (unrated, "a stage of generation 0 needs ratings that do not exist: a style must have the stage 'rating' after"),
        (uncommitted, "did not commit generation 0"),
        (misspelt, "names a stage 'trainig' that does not exist"),
        (forgetful, "the stage forget of the style .* returned a NoneType, not the draft"),
    ],
)
def test_a_style_that_cannot_work_is_one_sentence(tmp_path, smoke, style, sentence):
    with pytest.raises(LeagueError, match=sentence):
        League(smoke({"style": style, "generations": 1}), tmp_path).run()


def test_a_stage_that_fails_is_named(tmp_path, smoke):
    with pytest.raises(GameError, match=r"the stage fail of the style .* failed: KeyError"):
        League(smoke({"style": failing}), tmp_path).run()


def test_a_stage_leaves_the_draft_it_was_given_as_it_was(tmp_path, smoke, monkeypatch):
    def watched(draft: Draft) -> Draft:
        before = {name: getattr(draft, name) for name in draft.__dataclass_fields__}
        done = stage(draft)
        assert all(getattr(draft, name) is value for name, value in before.items())
        return replace(done)

    for name in STYLES["league"].stages:
        stage = STAGES[name]
        with monkeypatch.context() as patch:
            patch.setitem(STAGES, name, watched)
            League(smoke({"generations": 1, "name": name}), tmp_path).run()


def test_the_stages_of_a_style_have_the_names_under_which_their_time_is_kept():
    assert [stage.name for stage in stages_of("league")] == list(STYLES["league"].stages)
