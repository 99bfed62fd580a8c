"""Circles of three, and how far somebody is known to lose: laws and cases counted by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournaments.rating.cycles import cycles
from tournaments.rating.payoff import ENOUGH, Payoff, best_response_in_table, score_interval

NAMES = tuple("abcde")
COUNTS = st.lists(st.integers(0, 30), min_size=25, max_size=25)


def table(wins, draws=None, names=NAMES):
    """The table of a matrix of wins."""
    counts = np.array(wins, np.int64).reshape(len(names), len(names))
    np.fill_diagonal(counts, 0)
    drawn = np.zeros_like(counts) if draws is None else draws
    return Payoff(tuple(names), counts, drawn, counts.T.copy())


def ring(games=ENOUGH, lost=0):
    """Rock beats scissors beats paper beats rock, all but `lost` of the games."""
    wins = np.zeros((3, 3), np.int64)
    for winner, loser in ((0, 1), (1, 2), (2, 0)):
        wins[winner, loser], wins[loser, winner] = games - lost, lost
    return table(wins, names=("rock", "scissors", "paper"))


def test_rock_paper_scissors_is_one_circle():
    (found,) = cycles(ring())
    assert found.players == ("paper", "rock", "scissors")
    assert found.scores == (1.0, 1.0, 1.0)
    assert found.games == (ENOUGH, ENOUGH, ENOUGH)
    assert found.strength == pytest.approx((ENOUGH + 1) / (ENOUGH + 2) - 0.5)


def test_a_circle_is_as_strong_as_its_weakest_link():
    wins = ring(20).wins.copy()
    wins[0, 1], wins[1, 0] = 12, 8
    (found,) = cycles(table(wins, names=("a", "b", "c")))
    assert found.scores == (0.6, 1.0, 1.0)
    assert found.strength == pytest.approx(13 / 22 - 0.5)


def test_pairs_with_few_games_make_no_circle():
    assert cycles(ring(ENOUGH - 1)) == []
    assert len(cycles(ring(ENOUGH - 1), enough=1)) == 1


def test_a_drawn_pair_makes_no_circle():
    assert cycles(ring(20, lost=10)) == []


@given(st.permutations(range(5)), COUNTS)
def test_a_ladder_has_no_circle(order, counts):
    wins = np.array(counts).reshape(5, 5) + 30
    for above in range(5):
        for below in range(above + 1, 5):
            wins[order[below], order[above]] = 0
    assert cycles(table(wins)) == []


@given(COUNTS)
def test_every_circle_is_a_circle_and_told_once(counts):
    wins = table(counts)
    found = cycles(wins)
    assert len({frozenset(cycle.players) for cycle in found}) == len(found)
    for cycle in found:
        assert min(cycle.scores) > 0.5
        assert min(cycle.games) >= ENOUGH
        assert 0 < cycle.strength <= 0.5
        for place, player in enumerate(cycle.players):
            assert wins.score(player, cycle.players[(place + 1) % 3]) == cycle.scores[place]


@given(COUNTS)
def test_the_strongest_circle_comes_first(counts):
    strengths = [cycle.strength for cycle in cycles(table(counts))]
    assert strengths == sorted(strengths, reverse=True)


@given(COUNTS, st.permutations(NAMES))
def test_the_order_of_rows_changes_nothing(counts, order):
    whole = table(counts)
    assert cycles(whole.restrict(order)) == cycles(whole)
    assert best_response_in_table(whole.restrict(order), "c") == best_response_in_table(whole, "c")


def test_who_loses_to_nobody_has_no_better_response_in_the_table():
    wins = np.zeros((5, 5), np.int64)
    wins[0, 1:] = 20
    assert best_response_in_table(table(wins), "a") == 0.0


def test_the_best_opponent_tells_how_far_somebody_is_exploited():
    wins = np.zeros((5, 5), np.int64)
    wins[1, 0], wins[0, 1] = 12, 8
    wins[2, 0], wins[0, 2] = 15, 5
    assert best_response_in_table(table(wins), "a") == pytest.approx(16 / 22 - 0.5)


def test_opponents_with_few_games_do_not_count():
    wins = np.zeros((5, 5), np.int64)
    wins[1, 0] = ENOUGH - 1
    assert best_response_in_table(table(wins), "a") == 0.0


def test_a_player_alone_has_no_better_response_in_the_table():
    assert best_response_in_table(table([[0]], names=("a",)), "a") == 0.0


def test_a_stranger_has_no_best_response():
    with pytest.raises(KeyError):
        best_response_in_table(table(np.zeros(25)), "z")


@given(COUNTS, st.integers(1, 4), st.integers(1, 30))
def test_more_points_for_an_opponent_never_lower_it(counts, opponent, more):
    before = np.array(counts, np.int64).reshape(5, 5)
    after = before.copy()
    moved = min(more, int(before[0, opponent]))
    after[0, opponent] -= moved
    after[opponent, 0] += moved
    assert best_response_in_table(table(after), "a") >= best_response_in_table(table(before), "a")


@given(COUNTS)
def test_the_best_response_in_the_table_gains_at_most_a_half(counts):
    assert 0 <= best_response_in_table(table(counts), "a") <= 0.5


@given(st.integers(1, 500), st.floats(0, 1))
def test_a_score_lies_in_its_interval_and_its_mirror_image_in_the_mirrored_one(games, share):
    points = round(2 * games * share) / 2
    low, high = score_interval(points, games)
    assert 0 <= low <= points / games <= high <= 1
    assert score_interval(games - points, games) == pytest.approx((1 - high, 1 - low))


@given(st.integers(1, 200), st.floats(0, 1))
def test_the_same_score_in_more_games_has_a_narrower_interval(games, share):
    points = round(2 * games * share) / 2
    few, many = score_interval(points, games), score_interval(4 * points, 4 * games)
    assert many[1] - many[0] < few[1] - few[0]


def test_half_of_twenty_games_leaves_thirty_to_seventy_per_cent():
    # z = 1.96, n = 20: the middle is a half, the half-width z √(1 / 4n + z² / 4n²) / (1 + z² / n).
    assert score_interval(10, 20) == pytest.approx((0.299298, 0.700702), abs=1e-5)
