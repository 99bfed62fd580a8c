"""How many matches a task plays at the same time when a league leaves it open."""

import pytest

from envs.game import GameSetup
from league.execution.tasks import STOCK_AT_ONCE, TWINS_AT_ONCE, ArenaSpec, at_once

TICTACTOE = GameSetup("classic/tictactoe_v3")


@pytest.mark.parametrize("arena", [ArenaSpec(TICTACTOE, "auto", 0, "cpu"), ArenaSpec(TICTACTOE, "always", 0, "cpu")])
def test_a_twin_plays_many_matches_at_once(arena):
    assert at_once(arena, None) == TWINS_AT_ONCE


@pytest.mark.parametrize(
    "arena",
    [
        ArenaSpec(TICTACTOE, "never", 0, "cpu"),
        ArenaSpec(TICTACTOE, "auto", 0, "cpu", "own"),
        ArenaSpec(GameSetup("mpe2/simple_tag_v3", {"curriculum": True}), "auto", 0, "cpu"),
    ],
)
def test_where_no_twin_is_played_there_are_fewer_environments(arena):
    assert at_once(arena, None) == STOCK_AT_ONCE


def test_a_number_that_a_league_gives_is_taken():
    assert at_once(ArenaSpec(TICTACTOE, "auto", 0, "cpu"), 7) == 7
