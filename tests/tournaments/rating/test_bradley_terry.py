"""The solver against an exact one that works with dense matrices, and the laws of the maximum."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tournaments.rating import bradley_terry
from tournaments.rating.bradley_terry import Pairs, gather, maximise, respond
from tournaments.rating.elo import PRIOR_SD, SCALE

SD = PRIOR_SD / SCALE
POINT = 1 / SCALE


def dense(pairs, games, points, prior):
    """The maximum for each set by Newton's method with an exact solution of the whole linear system."""
    found = []
    for weights, won, mean in zip(np.broadcast_to(games, points.shape), points, prior, strict=True):
        nats = np.zeros(pairs.players)
        for _ in range(300):
            expected = 1 / (1 + np.exp(nats[pairs.other] - nats[pairs.one]))
            slope, curve = (mean - mean.mean() - nats) / SD**2, np.eye(pairs.players) / SD**2
            np.add.at(slope, pairs.one, won - weights * expected)
            np.add.at(slope, pairs.other, weights * expected - won)
            bend = weights * expected * (1 - expected)
            for row, column, sign in ((0, 0, 1), (1, 1, 1), (0, 1, -1), (1, 0, -1)):
                np.add.at(curve, ((pairs.one, pairs.other)[row], (pairs.one, pairs.other)[column]), sign * bend)
            move = np.linalg.solve(curve, slope)
            nats += move / max(1.0, np.abs(move).max())
            nats -= nats.mean()
            if np.abs(move).max() < 1e-9:
                break
        found.append(nats)
    return np.array(found)


def met(players, number, rng):
    """Some pairs of players, each once, in any order and direction."""
    one, other = np.triu_indices(players, 1)
    chosen = rng.permutation(len(one))[:number]
    turned = rng.random(len(chosen)) < 0.5
    one, other = one[chosen], other[chosen]
    return Pairs(players, np.where(turned, other, one), np.where(turned, one, other))


def results(pairs, nats, games, sets, rng):
    """Points in games between players of known strength: float64 [B, E]."""
    expected = 1 / (1 + np.exp(nats[pairs.other] - nats[pairs.one]))
    return rng.binomial(games, expected, (sets, len(pairs.one))).astype(float)


@given(st.integers(2, 24), st.integers(0, 60), st.integers(1, 40), st.floats(0, 12), st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_the_result_is_that_of_the_exact_solver(players, number, games, spread, seed):
    """Among these are unconnected players, perfect records, and ladders of up to 6,000 points."""
    rng = np.random.default_rng(seed)
    pairs = met(players, number, rng)
    points = results(pairs, rng.normal(0, spread, players), games, 3, rng)
    weights = np.full((1, len(pairs.one)), float(games))
    prior = rng.normal(0, SD, (3, players))
    exact = dense(pairs, weights, points, prior)
    assert maximise(pairs, weights, points, prior, SD) == pytest.approx(exact, abs=1e-6 * POINT)


@given(st.integers(0, 2**32))
@settings(max_examples=20, deadline=None)
def test_pairs_may_have_other_weights_in_every_set(seed):
    """As in a bootstrap, where a resample may even leave a pair out."""
    rng = np.random.default_rng(seed)
    pairs = met(12, 30, rng)
    weights = rng.gamma(0.5, 8.0, (4, 30)) * (rng.random((4, 30)) < 0.7)
    points = weights * rng.random((4, 30)).round(1)
    prior = np.zeros((4, 12))
    assert maximise(pairs, weights, points, prior, SD) == pytest.approx(dense(pairs, weights, points, prior), abs=1e-6 * POINT)


@pytest.mark.parametrize("neighbours", [1, 3])
def test_a_long_ladder_is_fitted_exactly(neighbours):
    """Everybody met only the next ones on the ladder: the slowest case for conjugate gradients."""
    players, rng = 400, np.random.default_rng(0)
    one = np.concatenate([np.arange(players - step) for step in range(1, neighbours + 1)])
    other = np.concatenate([np.arange(step, players) for step in range(1, neighbours + 1)])
    pairs, weights = Pairs(players, one, other), np.full((1, len(one)), 20.0)
    points = results(pairs, np.linspace(0, 30, players), 20, 2, rng)
    prior = np.zeros((2, players))
    assert maximise(pairs, weights, points, prior, SD) == pytest.approx(dense(pairs, weights, points, prior), abs=1e-6 * POINT)


def test_ten_thousand_points_are_no_obstacle():
    pairs, weights = Pairs(12, np.arange(11), np.arange(1, 12)), np.full((1, 11), 1e6)
    points = weights / (1 + np.exp(5.25))  # 912 points from each to the next
    found = maximise(pairs, weights, points, np.zeros((1, 12)), SD)[0]
    assert np.diff(found) == pytest.approx(np.full(11, 5.25), abs=0.01)
    assert found == pytest.approx(dense(pairs, weights, points, np.zeros((1, 12)))[0], abs=1e-6 * POINT)


def test_without_results_the_ratings_are_the_prior_means():
    prior = np.array([[1.0, 2.0, 6.0]])
    found = maximise(Pairs(3, np.zeros(0, np.int64), np.zeros(0, np.int64)), np.zeros((1, 0)), np.zeros((1, 0)), prior, SD)
    assert found == pytest.approx(prior - 3.0)


@given(st.permutations(range(20)), st.integers(0, 2**20))
@settings(max_examples=20, deadline=None)
def test_the_order_and_the_direction_of_pairs_change_nothing(order, turned):
    rng, order = np.random.default_rng(0), np.array(order)
    pairs = met(9, 20, rng)
    points, weights, prior = results(pairs, np.arange(9.0), 8, 2, rng), np.full((1, 20), 8.0), rng.normal(0, SD, (2, 9))
    turn = np.array([turned >> bit & 1 for bit in range(20)], bool)
    again = Pairs(9, np.where(turn, pairs.other, pairs.one)[order], np.where(turn, pairs.one, pairs.other)[order])
    found = maximise(again, weights, np.where(turn, 8.0 - points, points)[:, order], prior, SD)
    assert found == pytest.approx(maximise(pairs, weights, points, prior, SD), abs=1e-6 * POINT)


def test_sets_do_not_influence_one_another(monkeypatch):
    rng = np.random.default_rng(1)
    pairs = met(30, 90, rng)
    points, weights, prior = results(pairs, np.arange(30) / 3, 5, 7, rng), np.full((1, 90), 5.0), rng.normal(0, SD, (7, 30))
    together = maximise(pairs, weights, points, prior, SD)
    monkeypatch.setattr(bradley_terry, "AT_ONCE", 1)
    alone = maximise(pairs, weights, points, prior, SD)
    assert together == pytest.approx(alone, abs=1e-6 * POINT)


@given(st.floats(-5, 5))
@settings(max_examples=10, deadline=None)
def test_the_beginning_has_no_influence(shift):
    rng = np.random.default_rng(2)
    pairs = met(15, 40, rng)
    points, weights, prior = results(pairs, np.arange(15) / 2, 10, 2, rng), np.full((1, 40), 10.0), np.zeros((2, 15))
    begin = shift * rng.normal(0, 1, (1, 15))
    found = maximise(pairs, weights, points, prior, SD, begin)
    assert found == pytest.approx(maximise(pairs, weights, points, prior, SD), abs=1e-6 * POINT)


def test_the_work_does_not_grow_with_the_square_of_the_players():
    """Twenty thousand players: a matrix of all against all would take 3 GB."""
    players, rng = 20_000, np.random.default_rng(0)
    one = np.repeat(np.arange(1, players), 4)
    pairs = Pairs(players, one, (one * rng.random(len(one))).astype(np.int64))
    weights = np.full((1, len(one)), 10.0)
    points = results(pairs, rng.normal(0, 1, players), 10, 1, rng)
    found = maximise(pairs, weights, points, np.zeros((1, players)), SD)[0]
    expected = 1 / (1 + np.exp(found[pairs.other] - found[pairs.one]))
    slope = -found / SD**2
    np.add.at(slope, pairs.one, points[0] - 10 * expected)
    np.add.at(slope, pairs.other, 10 * expected - points[0])
    assert np.abs(slope).max() < 1e-6


def test_the_response_is_the_derivative_of_the_fit():
    rng = np.random.default_rng(0)
    one, other = np.triu_indices(80, 1)
    kept = rng.random(len(one)) < 0.2
    pairs, sd = Pairs(80, one[kept], other[kept]), 4.0
    games = np.full((1, kept.sum()), 20.0)
    points = rng.binomial(20, 0.3, games.shape).astype(float)
    nats = maximise(pairs, games, points, np.zeros((1, 80)), sd)
    push = rng.normal(0, 1e-3, games.shape)
    moved = maximise(pairs, games, points + push, np.zeros((1, 80)), sd) - nats
    assert respond(pairs, games, nats, sd, gather(pairs, push)) == pytest.approx(moved, abs=2e-3 * np.abs(moved).max())
