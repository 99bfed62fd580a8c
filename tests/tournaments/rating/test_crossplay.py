"""Figures of cross-play on tables with known answers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournaments.rating.crossplay import CrossTable, cooperation, cross_table, diversity, interquartile_mean, proximities
from tournaments.schedule.crossplay import cross_play
from tournaments.schedule.formats import Plan
from tournaments.tickets import MatchResult

ANCHOR = "bot:random"


def table(means, seeds=6, noise=0.0):
    """Conventions: players with the same letter earn 1 together; whoever shares with the anchor earns what it earns."""
    spread = np.random.default_rng(0).normal(0.0, noise, (seeds, 1, 1))
    names = tuple(f"p{number}" for number in range(len(means) - 1))
    return CrossTable((*names, ANCHOR), np.array(means, float) + spread)


TWO_CONVENTIONS = [[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0]]


def test_a_cell_is_the_return_of_the_player_in_the_first_seat_with_its_partner(games):
    tickets = cross_play(games["chores"], "ab", Plan(4, 1))
    paid = {("a", "b"): 3.0, ("b", "a"): 5.0, ("a",): 1.0, ("b",): 2.0}
    results = [MatchResult(ticket, (paid[ticket.players],), 1, b"", False) for ticket in tickets]
    found = cross_table(reversed(results), "ab")
    assert found.returns.tolist() == [[[1.0, 3.0], [5.0, 2.0]]] * 2
    assert found.together[0].tolist() == [[1.0, 4.0], [4.0, 2.0]]
    assert (found.mean(0, 1).mean, found.mean(0, 1).half) == (3.0, None)


def test_players_of_one_convention_work_together():
    rows = {row.player: row for row in cooperation(table(TWO_CONVENTIONS), ANCHOR, np.random.default_rng(0))}
    assert [rows[name].cross_play for name in ("p0", "p1", "p2")] == [0.5, 0.5, 0.0]
    assert [rows[name].self_play for name in ("p0", "p1", "p2")] == [1.0, 1.0, 1.0]
    assert [rows[name].proximity for name in ("p0", "p1", "p2")] == [0.5, 0.5, 0.0]
    assert rows["p2"].best_response == "p2"


def test_two_conventions_are_two_different_best_responses():
    found = diversity(table(TWO_CONVENTIONS), ANCHOR)
    assert found.determinant == pytest.approx(0.0, abs=1e-9)
    assert 1.5 < found.effective < 2.0
    alone = diversity(table([[1, 0, 0], [0, 1, 0], [0, 0, 0]]), ANCHOR)
    assert (alone.determinant, alone.effective) == (pytest.approx(1.0), pytest.approx(2.0))
    same = diversity(table([[1, 1, 0], [1, 1, 0], [0, 0, 0]]), ANCHOR)
    assert (same.determinant, same.effective) == (pytest.approx(0.0), pytest.approx(1.0))


def test_where_nobody_earns_more_than_the_anchor_there_is_no_proximity():
    rows = cooperation(table(np.zeros((3, 3))), ANCHOR, np.random.default_rng(0))
    assert {(row.proximity, row.low, row.high) for row in rows} == {(None, None, None)}


def test_seeds_that_are_alike_for_everybody_leave_proximity_certain():
    rows = cooperation(table(TWO_CONVENTIONS, seeds=30, noise=5.0), ANCHOR, np.random.default_rng(0))
    assert all(row.low == pytest.approx(row.proximity) == pytest.approx(row.high) for row in rows)


@given(st.lists(st.floats(-5, 5), min_size=9, max_size=9), st.floats(0.1, 10), st.floats(-100, 100))
def test_the_unit_and_the_zero_of_returns_do_not_matter(values, scale, shift):
    whole = np.array(values).reshape(3, 3)
    mean = (whole + whole.T) / 2
    assert np.allclose(proximities(mean, 2), proximities(mean * scale + shift, 2), atol=1e-4, equal_nan=True) or (
        np.ptp(mean) < 1e-3
    )


@given(st.lists(st.floats(-5, 5), min_size=16, max_size=16))
def test_nobody_is_nearer_than_the_best_response(values):
    whole = np.array(values).reshape(4, 4)
    near = proximities((whole + whole.T) / 2, 3)
    assert (near[np.isfinite(near)] <= 1 + 1e-9).all()


def test_the_interquartile_mean_leaves_out_both_ends():
    assert interquartile_mean([100.0, 1.0, 2.0, -50.0]) == 1.5
    assert interquartile_mean([1.0, 2.0, 6.0]) == 3.0
