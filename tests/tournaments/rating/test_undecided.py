"""Results that tell no two players apart say why."""

from dataclasses import replace

import hypothesis.strategies as st
import numpy as np
from hypothesis import given

import envs
from envs.aims import ENOUGH
from envs.game import GameSetup
from tournaments.match.encoding import encode
from tournaments.match.moves import Moves
from tournaments.rating.outcomes import outcomes
from tournaments.rating.undecided import undecided
from tournaments.tickets import MatchResult, Ticket

RPS = envs.describe("classic/rps_v2")
HUNT = envs.describe(GameSetup("classic/rps_v2", sides=(("player_0",), ("player_1",))))


def series(pairs, returns):
    """Both games of a series between one and other: in the second one they have swapped seats."""
    played = []
    for number, (one, other) in enumerate(pairs):
        for game, players in enumerate(((one, other), (other, one))):
            ticket = Ticket(f"m{number}-{game}", 0, "tournament", number, players, (False, False), f"s{number}", ("", ""))
            played.append(MatchResult(ticket, returns(number, players), 0, b"", False))
    return played


PAIRS = [("a", "b"), ("a", "c"), ("b", "c")] * ENOUGH


def test_players_that_win_are_told_apart():
    strong = lambda number, players: (1.0, -1.0) if players[0] < players[1] else (-1.0, 1.0)  # noqa: E731
    assert undecided(RPS, series(PAIRS, strong)) is None


def test_a_place_that_always_wins_is_named():
    found = undecided(RPS, series(PAIRS, lambda number, players: (-5.0, 5.0)))
    assert found is not None
    assert "player_1 got more than player_0 in 72 of 72 games" in found.reason
    assert "game.sides: [[player_0], [player_1]]" in found.reason


def test_copies_of_two_games_do_not_show_that_a_place_always_wins():
    played = series([("a", "b")] * ENOUGH, lambda number, players: (-5.0, 5.0))
    done = encode(RPS, Moves(np.ones((1, 2), np.bool_), (np.zeros((1, 2), np.int64),)))
    assert undecided(RPS, [replace(result, actions=done) for result in played]) is None


def test_with_sides_the_same_game_says_that_nothing_depends_on_the_players():
    found = undecided(HUNT, series(PAIRS, lambda number, players: (-5.0, 5.0)))
    assert found is not None
    assert found.doubt is None
    assert "comparisons of players on the same side and seed were draws" in found.reason


def test_with_sides_the_better_hunter_is_found():
    better = lambda number, players: (-5.0 + (players[0] == "a"), 5.0)  # noqa: E731
    assert undecided(HUNT, series(PAIRS, better)) is None


def test_a_common_reward_is_named():
    found = undecided(RPS, series(PAIRS, lambda number, players: (float(number), float(number))))
    assert found is not None
    assert "every team got the same return" in found.reason
    assert "game.teams: [[player_0, player_1]]" in found.reason


def test_few_results_say_nothing():
    assert undecided(RPS, series(PAIRS[:3], lambda number, players: (0.0, 0.0))) is None
    assert undecided(RPS, []) is None


@given(st.lists(st.tuples(st.integers(-2, 2), st.integers(-2, 2)), min_size=1, max_size=30), st.randoms())
def test_a_reason_is_given_only_where_everybody_has_half_of_the_points(rows, random):
    results = series((PAIRS * 30)[: len(rows)], lambda number, players: tuple(map(float, rows[number])))
    found = undecided(RPS, results)
    shuffled = random.sample(results, len(results))
    assert undecided(RPS, shuffled) == found
    if found is not None:
        points = {}
        for outcome in outcomes(RPS, results):
            points[outcome.player] = points.get(outcome.player, 0.0) + outcome.score - 0.5
        assert not any(points.values())
