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


def dense(pairs, games, points, prior, held=None, begin=0.0):
    """The maximum by Newton's method with an exact solution of the whole linear system."""
    nats = np.zeros(pairs.players) + begin
    free = np.ones(pairs.players, bool) if held is None else ~held
    for _ in range(300):
        expected = 1 / (1 + np.exp(nats[pairs.other] - nats[pairs.one]))
        slope, curve = ((prior - nats) - (prior.mean() if held is None else 0)) / SD**2, np.eye(pairs.players) / SD**2
        np.add.at(slope, pairs.one, points - games * expected)
        np.add.at(slope, pairs.other, games * expected - points)
        bend = games * expected * (1 - expected)
        for row, column, sign in ((0, 0, 1), (1, 1, 1), (0, 1, -1), (1, 0, -1)):
            np.add.at(curve, ((pairs.one, pairs.other)[row], (pairs.one, pairs.other)[column]), sign * bend)
        move = np.zeros(pairs.players)
        move[free] = np.linalg.solve(curve[np.ix_(free, free)], slope[free])
        nats += move / max(1.0, np.abs(move).max())
        if held is None:
            nats -= nats.mean()
        if np.abs(move).max() < 1e-9:
            break
    return nats


def met(players, number, rng):
    """Some pairs of players, each once, in any order and direction."""
    one, other = np.triu_indices(players, 1)
    chosen = rng.permutation(len(one))[:number]
    turned = rng.random(len(chosen)) < 0.5
    one, other = one[chosen], other[chosen]
    return Pairs(players, np.where(turned, other, one), np.where(turned, one, other))


def results(pairs, nats, games, rng):
    """Points in games between players of known strength: float64 [E]."""
    expected = 1 / (1 + np.exp(nats[pairs.other] - nats[pairs.one]))
    return rng.binomial(games, expected).astype(float)


@given(st.integers(2, 90), st.integers(0, 300), st.integers(1, 40), st.floats(0, 12), st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_the_result_is_that_of_the_exact_solver(players, number, games, spread, seed):
    """Among these are unconnected players, perfect records, and ladders of up to 6,000 points."""
    rng = np.random.default_rng(seed)
    pairs = met(players, number, rng)
    points = results(pairs, rng.normal(0, spread, players), games, rng)
    weights, prior = np.full(len(pairs.one), float(games)), rng.normal(0, SD, players)
    assert maximise(pairs, weights, points, prior, SD) == pytest.approx(dense(pairs, weights, points, prior), abs=1e-6 * POINT)


@given(st.integers(2, 90), st.integers(0, 300), st.integers(1, 40), st.floats(0, 12), st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_held_players_stay_and_the_others_are_those_of_the_exact_solver(players, number, games, spread, seed):
    rng = np.random.default_rng(seed)
    pairs, held = met(players, number, rng), rng.random(players) < 0.4
    begin = rng.normal(0, spread, players)
    points = results(pairs, rng.normal(0, spread, players), games, rng)
    weights, prior = np.full(len(pairs.one), float(games)), np.full(players, 0.7)
    found = maximise(pairs, weights, points, prior, SD, begin=begin, held=held)
    assert (found[held] == begin[held]).all()
    assert found == pytest.approx(dense(pairs, weights, points, prior, held, begin), abs=1e-6 * POINT)


def test_players_that_are_held_at_the_maximum_change_nothing():
    rng = np.random.default_rng(4)
    pairs, prior = met(100, 600, rng), np.zeros(100)
    points, weights = results(pairs, rng.normal(0, 2, 100), 9, rng), np.full(600, 9.0)
    found = maximise(pairs, weights, points, prior, SD)
    held = rng.random(100) < 0.5
    again = maximise(pairs, weights, points, prior, SD, begin=np.where(held, found, 0.0), held=held)
    assert again == pytest.approx(found, abs=1e-6 * POINT)


@pytest.mark.parametrize("neighbours", [1, 3])
def test_a_long_ladder_is_fitted_exactly(neighbours):
    """Everybody met only the next ones on the ladder: the slowest case for conjugate gradients."""
    players, rng = 400, np.random.default_rng(0)
    one = np.concatenate([np.arange(players - step) for step in range(1, neighbours + 1)])
    other = np.concatenate([np.arange(step, players) for step in range(1, neighbours + 1)])
    pairs, weights, prior = Pairs(players, one, other), np.full(len(one), 20.0), np.zeros(players)
    points = results(pairs, np.linspace(0, 30, players), 20, rng)
    assert maximise(pairs, weights, points, prior, SD) == pytest.approx(dense(pairs, weights, points, prior), abs=1e-6 * POINT)


def test_ten_thousand_points_are_no_obstacle():
    pairs, weights = Pairs(12, np.arange(11), np.arange(1, 12)), np.full(11, 1e6)
    points = weights / (1 + np.exp(5.25))  # 912 points from each to the next
    found = maximise(pairs, weights, points, np.zeros(12), SD)
    assert np.diff(found) == pytest.approx(np.full(11, 5.25), abs=0.01)
    assert found == pytest.approx(dense(pairs, weights, points, np.zeros(12)), abs=1e-6 * POINT)


def test_without_results_the_ratings_are_the_prior_means():
    prior, none = np.array([1.0, 2.0, 6.0]), np.zeros(0, np.int64)
    assert maximise(Pairs(3, none, none), np.zeros(0), np.zeros(0), prior, SD) == pytest.approx(prior - 3.0)


@given(st.permutations(range(20)), st.integers(0, 2**20))
@settings(max_examples=20, deadline=None)
def test_the_order_and_the_direction_of_pairs_change_nothing(order, turned):
    rng, order = np.random.default_rng(0), np.array(order)
    pairs = met(9, 20, rng)
    points, weights, prior = results(pairs, np.arange(9.0), 8, rng), np.full(20, 8.0), rng.normal(0, SD, 9)
    turn = np.array([turned >> bit & 1 for bit in range(20)], bool)
    again = Pairs(9, np.where(turn, pairs.other, pairs.one)[order], np.where(turn, pairs.one, pairs.other)[order])
    found = maximise(again, weights, np.where(turn, 8.0 - points, points)[order], prior, SD)
    assert found == pytest.approx(maximise(pairs, weights, points, prior, SD), abs=1e-6 * POINT)


@given(st.floats(-5, 5))
@settings(max_examples=10, deadline=None)
def test_the_beginning_has_no_influence(shift):
    rng = np.random.default_rng(2)
    pairs = met(15, 40, rng)
    points, weights, prior = results(pairs, np.arange(15) / 2, 10, rng), np.full(40, 10.0), np.zeros(15)
    found = maximise(pairs, weights, points, prior, SD, begin=shift * rng.normal(0, 1, 15))
    assert found == pytest.approx(maximise(pairs, weights, points, prior, SD), abs=1e-6 * POINT)


def test_the_work_does_not_grow_with_the_square_of_the_players():
    """Twenty thousand players: a matrix of all against all would take 3 GB."""
    players, rng = 20_000, np.random.default_rng(0)
    one = np.repeat(np.arange(1, players), 4)
    pairs = Pairs(players, one, (one * rng.random(len(one))).astype(np.int64))
    weights = np.full(len(one), 10.0)
    points = results(pairs, rng.normal(0, 1, players), 10, rng)
    found = maximise(pairs, weights, points, np.zeros(players), SD)
    expected = 1 / (1 + np.exp(found[pairs.other] - found[pairs.one]))
    slope = -found / SD**2
    np.add.at(slope, pairs.one, points - 10 * expected)
    np.add.at(slope, pairs.other, 10 * expected - points)
    assert np.abs(slope).max() < 1e-6


@pytest.mark.parametrize(("players", "age"), [(80, None), (300, None), (300, "their numbers")])
def test_the_response_is_the_derivative_of_the_fit(players, age):
    rng = np.random.default_rng(0)
    one, other = np.triu_indices(players, 1)
    kept = (rng.random(len(one)) < 0.2) & (other - one < 60)
    pairs, sd = Pairs(players, one[kept], other[kept]), 4.0
    games = np.full(kept.sum(), 20.0)
    points = rng.binomial(20, 0.3, games.shape).astype(float)
    nats = maximise(pairs, games, points, np.zeros(players), sd)
    push = rng.normal(0, 1e-3, (3, len(games)))
    moved = [maximise(pairs, games, points + each, np.zeros(players), sd) - nats for each in push]
    ages = None if age is None else np.arange(float(players))
    found = respond(pairs, games, nats, sd, gather(pairs, push), ages)
    assert found == pytest.approx(np.array(moved), abs=3e-3 * np.abs(moved).max())


def test_changes_that_are_computed_at_once_do_not_influence_one_another(monkeypatch):
    rng = np.random.default_rng(1)
    pairs = met(300, 900, rng)
    games, nats, force = np.full(900, 5.0), rng.normal(0, 1, 300), rng.normal(0, 1, (7, 300))
    together = respond(pairs, games, nats, SD, force)
    monkeypatch.setattr(bradley_terry, "AT_ONCE", 1)
    alone = respond(pairs, games, nats, SD, force)
    assert together == pytest.approx(alone, abs=3e-3 * np.abs(alone).max())
