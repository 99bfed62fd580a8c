from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournaments.match.encoding import encode
from tournaments.match.moves import Moves
from tournaments.rating.outcomes import outcomes
from tournaments.schedule.formats import Plan, round_robin
from tournaments.tickets import MatchResult

RETURNS = st.sampled_from([-1.0, 0.0, 0.5, 1.0])


def seen(game, results):
    return {(o.player, o.opponent, o.score, o.match) for o in outcomes(game, results)}


@st.composite
def tournaments(draw, games):
    game = games[draw(st.sampled_from(sorted(games)))]
    tickets = round_robin(game, "wxyz"[: draw(st.integers(2, 4))], Plan(draw(st.integers(1, 3)), draw(st.integers(0, 99))))
    teams = len(game.teams)
    returns = draw(st.lists(st.tuples(*[RETURNS] * teams), min_size=len(tickets), max_size=len(tickets)))
    return game, [MatchResult(t, r, 5, b"", False) for t, r in zip(tickets, returns, strict=True)]


@given(data=st.data())
def test_points_won_equal_points_lost(games, data):
    found = outcomes(*data.draw(tournaments(games)))
    assert sum(outcome.score for outcome in found) == len(found) / 2


@given(data=st.data())
def test_every_outcome_has_its_mirror_image(games, data):
    found = outcomes(*data.draw(tournaments(games)))
    images = Counter((o.player, o.opponent, o.score, o.margin) for o in found)
    assert images == Counter((o.opponent, o.player, 1 - o.score, -o.margin) for o in found)


@given(data=st.data())
def test_the_order_of_results_changes_nothing(games, data):
    game, results = data.draw(tournaments(games))
    assert outcomes(game, data.draw(st.permutations(results))) == outcomes(game, results)


@given(data=st.data())
def test_wins_draws_and_losses_add_up_to_the_games_of_a_pair(games, data):
    game, results = data.draw(tournaments(games))
    compared = Counter((o.player, o.opponent) for o in outcomes(game, results))
    for (player, opponent), count in compared.items():
        alone = len(game.teams) == 1
        together = [r for r in results if player in r.ticket.players and (alone or opponent in r.ticket.players)]
        assert count == len(together)


def test_in_a_symmetric_game_the_higher_return_wins(games, result):
    assert seen(games["duel"], [result("xy", 1.0, -1.0)]) == {("x", "y", 1.0, "m"), ("y", "x", 0.0, "m")}


def test_equal_returns_are_a_draw(games, result):
    assert {o.score for o in outcomes(games["duel"], [result("xy", 0.1 + 0.2, 0.3)])} == {0.5}


def test_a_difference_beyond_rounding_is_no_draw(games, result):
    assert {o.score for o in outcomes(games["duel"], [result("xy", 0.3, 0.30001)])} == {0.0, 1.0}


def test_a_player_against_itself_says_nothing(games, result):
    assert outcomes(games["duel"], [result("xx", 1.0, -1.0)]) == []


def test_at_a_larger_table_every_two_players_are_compared(games, result):
    found = outcomes(games["race"], [result("wxyz", 4.0, 3.0, 2.0, 2.0)])
    assert Counter((o.player, o.score) for o in found)["z", 0.5] == 1
    assert len(found) == 12


def test_a_player_with_several_teams_counts_once_by_its_mean(games, result):
    found = outcomes(games["race"], [result("xyxy", 5.0, 2.0, 0.0, 2.0)])
    assert [(o.player, o.margin) for o in found] == [("x", 0.5), ("y", -0.5)]


def test_hunters_are_compared_with_hunters_and_prey_with_prey(games, result):
    hunts_better = result("xy", 10.0, -10.0, match="m0")
    hunts_worse = result("yx", 4.0, -4.0, match="m1")
    assert seen(games["hunt"], [hunts_better, hunts_worse]) == {
        ("x", "y", 1.0, "m0"),
        ("y", "x", 0.0, "m1"),
        ("x", "y", 1.0, "m1"),
        ("y", "x", 0.0, "m0"),
    }


def test_the_side_that_is_paid_more_does_not_win_for_that(games, result):
    games_of_equals = [result("xy", 10.0, -10.0, match="m0"), result("yx", 10.0, -10.0, match="m1")]
    assert {o.score for o in outcomes(games["hunt"], games_of_equals)} == {0.5}


@pytest.mark.parametrize("other", [{"series": "t"}, {"seed": 2}])
def test_sides_are_not_compared_across_series_or_seeds(games, result, other):
    assert outcomes(games["hunt"], [result("xy", 1.0, 0.0), result("yx", 0.0, 1.0, match="n", **other)]) == []


def test_lone_players_are_compared_on_equal_seeds(games, result):
    results = [result("x", 3.0, match="a"), result("y", 2.0, match="b"), result("y", 9.0, match="c", seed=2)]
    assert seen(games["chores"], results) == {("x", "y", 1.0, "a"), ("y", "x", 0.0, "b")}


def played(game, acting):
    """The bytes of a match in which these seats acted, step by step."""
    rows = np.array(acting, bool)
    return encode(game, Moves(rows, tuple(_zeros(role, len(rows)) for role in game.roles)))


def _zeros(role, steps):
    if role.actions.kind == "discrete":
        return np.zeros((steps, len(role.seats)), np.int64)
    return np.zeros((steps, len(role.seats), role.actions.size), np.float32)


def test_a_team_none_of_whose_seats_acted_has_no_result(games, result):
    actions = played(games["race"], [[1, 1, 0, 0], [1, 1, 0, 0]])
    found = seen(games["race"], [replace(result("wxyz", 1.0, -1.0, 0.0, 5.0), actions=actions)])
    assert found == {("w", "x", 1.0, "m"), ("x", "w", 0.0, "m")}


def test_a_team_that_paused_or_joined_late_has_a_result(games, result):
    actions = played(games["race"], [[1, 1, 1, 0]] * 300 + [[1, 0, 0, 1]] * 300)
    assert len(seen(games["race"], [replace(result("wxyz", 1.0, -1.0, 0.0, 0.5), actions=actions)])) == 12


def test_an_absent_team_does_not_count_in_its_players_mean(games, result):
    actions = played(games["race"], [[1, 1, 0, 1]])
    found = outcomes(games["race"], [replace(result("xyxy", 5.0, 2.0, 0.0, 2.0), actions=actions)])
    assert [o.margin for o in found] == [3.0, -3.0]


def test_an_absent_hunter_is_not_compared_with_one_that_was_there(games, result):
    there = [[1, 1, 1]]
    results = [
        replace(result("xy", 0.0, -10.0, match="m0"), actions=played(games["hunt"], [[0, 0, 1]])),
        replace(result("yx", 4.0, -4.0, match="m1"), actions=played(games["hunt"], there)),
    ]
    assert {o.match for o in outcomes(games["hunt"], results) if o.player == "x"} == {"m1"}


def test_in_turns_a_team_that_is_paid_without_a_move_has_a_result(games, result):
    folded = replace(result("xy", -1.0, 1.0), actions=played(games["duel"], [[1, 0]]))
    assert len(outcomes(games["duel"], [folded])) == 2
    assert outcomes(games["duel"], [replace(folded, returns=(-1.0, 0.0))]) == []
