"""Mean returns: what is averaged, what is independent, and what the interval covers."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import envs
from tournaments.rating.returns import MeanReturn, added, returns_of
from tournaments.tickets import MatchResult, Ticket

TICTACTOE, SPREAD = envs.describe("classic/tictactoe_v3"), envs.describe("mpe2/simple_spread_v3")
TAG = envs.describe("mpe2/simple_tag_v3")


def match(number: int, players: tuple[str, ...], returns: tuple[float, ...], series: str = "") -> MatchResult:
    name = f"m{number}"
    ticket = Ticket(name, 0, "tournament", 1, players, (False,) * len(players), series or name, ("",) * len(players))
    return MatchResult(ticket, returns, 5, b"", False)


def alone(values: list[float], player: str = "a") -> list[MatchResult]:
    return [match(number, (player,), (value,)) for number, value in enumerate(values)]


def of(values: list[float]) -> MeanReturn:
    return returns_of(SPREAD, alone(values))["a"]["agent"] if values else MeanReturn(0, 0, 0.0, 0.0)


def test_the_mean_of_a_cooperative_player_is_that_of_its_episodes():
    found = of([-3.0, -1.0, -2.0])
    assert (found.series, found.episodes, found.mean) == (3, 3, -2.0)
    assert found.half == pytest.approx(4.302653 / math.sqrt(3))


def test_two_games_of_a_series_are_one_piece_of_evidence():
    results = [
        match(0, ("a", "b"), (1.0, -1.0), "s"),
        match(1, ("b", "a"), (1.0, -1.0), "s"),
        match(2, ("a", "b"), (1.0, -1.0)),
    ]
    found = returns_of(TICTACTOE, results)["a"]
    (side,) = found.values()
    assert (side.series, side.episodes, side.mean) == (2, 3, 0.5)


def test_every_side_has_a_mean_of_its_own():
    results = [match(0, ("a", "b"), (30.0, -10.0), "s"), match(1, ("b", "a"), (20.0, -4.0), "s")]
    found = returns_of(TAG, results)
    assert [side.name for side in TAG.sides] == list(found["a"])
    assert [value.mean for value in found["a"].values()] == [30.0, -4.0]


def test_an_absent_team_has_no_return(monkeypatch):
    monkeypatch.setattr("tournaments.rating.returns.absent_teams", lambda game, result: frozenset({1}))
    assert "b" not in returns_of(TICTACTOE, [match(0, ("a", "b"), (1.0, 0.0))])


def test_one_series_has_no_interval():
    assert of([4.0]).half is None


def test_equal_returns_have_no_interval():
    assert of([4.1, 4.1, 4.1]).low is None


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), st.integers(0, 30))
def test_parts_add_up_to_the_whole(values, cut):
    parts = [{"a": {"agent": of(part)}} for part in (values[:cut], values[cut:]) if part]
    whole, found = of(values), added(parts)["a"]["agent"]
    assert (found.series, found.episodes) == (whole.series, whole.episodes)
    assert found.mean == pytest.approx(whole.mean, rel=1e-9, abs=1e-6)
    assert found.squares == pytest.approx(whole.squares, rel=1e-6, abs=1e-3)


@given(st.permutations([1.0, 2.5, -7.25, 1e9, 1e-9]))
def test_the_order_of_results_changes_nothing(values):
    assert of(values) == of(sorted(values))


def test_a_thousand_parts_far_from_zero_keep_their_spread():
    rng = np.random.default_rng(0)
    values = (1e7 + rng.normal(0, 1, 4000)).tolist()
    found = added({"a": {"agent": of(values[start : start + 4])}} for start in range(0, 4000, 4))["a"]["agent"]
    assert found.squares / (found.series - 1) == pytest.approx(np.var(values, ddof=1), rel=1e-6)


@pytest.mark.parametrize("size", [2, 5, 20])
def test_intervals_of_few_series_cover_the_truth(size):
    rng = np.random.default_rng(size)
    found = [of(values) for values in rng.normal(3.0, 2.0, (1500, size)).tolist()]
    covered = np.mean([value.low <= 3.0 <= value.high for value in found])
    assert 0.93 < covered < 0.97


def test_games_of_a_series_that_count_as_independent_do_not_cover_the_truth():
    rng, covered = np.random.default_rng(3), []
    for _ in range(400):
        pairs = [(place, value) for place, value in enumerate(rng.normal(0, 1, 10).tolist()) for _ in range(2)]
        honest = [match(n, ("a", "b"), (value, -value), f"s{place}") for n, (place, value) in enumerate(pairs)]
        wrong = [match(n, ("a", "b"), (value, -value)) for n, (_, value) in enumerate(pairs)]
        (one,), (other,) = (returns_of(TICTACTOE, results)["a"].values() for results in (honest, wrong))
        covered.append([found.low <= 0 <= found.high for found in (one, other)])
    of_series, of_games = np.mean(covered, 0)
    assert 0.92 < of_series < 0.98
    assert of_games < 0.9
