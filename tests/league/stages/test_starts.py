"""Training games and tournament matches that begin elsewhere than at their beginning."""

import pytest

from league import League
from league.config.schema import LeagueConfig, check
from league.execution import tasks
from tournaments.match.moves import decode

CONFIG = {
    "name": "smoke",
    "game": {"name": "classic/tictactoe_v3"},
    "generations": 3,
    "population": 2,
    "policy": {"hidden": [4]},
    "train": {"copies": 4, "steps": 12, "updates": 1, "epochs": 1, "minibatches": 1},
    "tournament": {"games": 4, "past": 1, "bootstrap": 20, "replays": False},
    "compute": {"executor": "serial"},
    "tracking": False,
}


def config(positions="usual", openings=0, **train):
    starts = {"positions": positions, "moves": 4, "share": 0.8}
    return CONFIG | {
        "train": CONFIG["train"] | {"starts": starts} | train,
        "tournament": CONFIG["tournament"] | {"openings": openings},
    }


@pytest.mark.parametrize("positions", ["random", "archive"])
def test_a_resumed_league_is_the_one_that_was_never_stopped(positions, tmp_path, facts, monkeypatch):
    given = []
    monkeypatch.setattr(tasks, "train", lambda task, work=tasks.train: given.append(task.starts) or work(task))
    settings = config(positions, openings=3)
    League(settings, tmp_path / "whole").run()
    assert [starts.positions for starts in given] == [positions] * 3
    if positions == "archive":
        assert [len(starts.games) > 0 for starts in given] == [False, True, True]
    League(settings | {"generations": 1}, tmp_path / "parts").run()
    League(settings, tmp_path / "parts").run(resume=True)
    assert facts(tmp_path / "whole") == facts(tmp_path / "parts")
    League(config("usual", openings=3), tmp_path / "control").run()
    assert facts(tmp_path / "whole") != facts(tmp_path / "control")


def test_every_match_of_a_league_says_how_it_began(tmp_path):
    result = League(config(openings=3), tmp_path).run()
    game = League(config(), tmp_path).game
    begun = [decode(game, match.actions).opening for match in result.store.matches()]
    assert set(begun) == {1, 2, 3}


def test_a_league_without_openings_has_the_identity_that_it_had():
    usual = LeagueConfig(name="mine", game={"name": "any"}).identity()
    assert LeagueConfig(name="mine", game={"name": "any"}, train={"starts": {"positions": "usual"}}).identity() == usual
    assert check(config("random")).identity() != check(config()).identity()
