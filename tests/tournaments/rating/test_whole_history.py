"""Whole-History Rating: laws, and a line that is followed better than by ratings of its points alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tournaments.rating.elo import expected_score, fit
from tournaments.rating.payoff import Payoff
from tournaments.rating.whole_history import Moment, whole_history

FEW = settings(max_examples=15)
WHEN = {f"x{n}": ("x", float(n)) for n in range(4)} | {f"y{n}": ("y", float(n)) for n in range(3)}
PLAYERS = ("anchor", *WHEN)


def table_of(rng, elo, games=10):
    players = tuple(elo)
    wins = np.zeros((len(players), len(players)), np.int64)
    for i, one in enumerate(players):
        for j, other in enumerate(players[:i]):
            wins[i, j] = rng.binomial(games, expected_score(elo[one] - elo[other]))
            wins[j, i] = games - wins[i, j]
    return Payoff(players, wins, np.zeros_like(wins), wins.T.copy())


def elo_of(moments: list[Moment]) -> dict[str, float]:
    return {moment.player: moment.elo for moment in moments}


@st.composite
def tables(draw):
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    return table_of(rng, {player: float(rng.normal(0, 200)) for player in PLAYERS}, draw(st.integers(1, 20)))


@FEW
@given(tables(), st.randoms())
def test_the_order_of_players_changes_nothing_and_the_anchor_is_0(table, random):
    order = list(table.players)
    random.shuffle(order)
    found = whole_history(table, WHEN, "anchor")
    assert whole_history(table.restrict(order), WHEN, "anchor") == found
    assert elo_of(found)["anchor"] == 0.0
    assert all(moment.low <= moment.elo <= moment.high for moment in found)


@FEW
@given(tables())
def test_names_have_no_influence(table):
    def renamed(name):
        return name if name == "anchor" else f"q{name[::-1]}"

    other = Payoff(tuple(map(renamed, table.players)), table.wins, table.draws, table.losses)
    when = {renamed(player): (f"z{line}", time) for player, (line, time) in WHEN.items()}
    one, two = elo_of(whole_history(table, WHEN, "anchor")), elo_of(whole_history(other, when, "anchor"))
    assert {renamed(player): value for player, value in one.items()} == pytest.approx(two, abs=0.1)


@FEW
@given(tables())
def test_without_drift_a_line_has_one_rating(table):
    found = elo_of(whole_history(table, WHEN, "anchor", drift=0.01))
    assert max(found[f"x{n}"] for n in range(4)) - min(found[f"x{n}"] for n in range(4)) < 1.0


@FEW
@given(tables())
def test_with_much_drift_and_many_games_it_is_bradley_terry(table):
    many = Payoff(table.players, table.wins * 100 + 50, table.draws, table.losses * 100 + 50)
    np.fill_diagonal(many.wins, 0)
    np.fill_diagonal(many.losses, 0)
    alone = fit(many, "anchor", np.random.default_rng(0), replicates=0, prior_sd=1e5).elo
    assert elo_of(whole_history(many, WHEN, "anchor", drift=1e5, prior_sd=1e5)) == pytest.approx(alone, abs=1.0)


def test_a_line_is_followed_better_than_point_by_point():
    """A random walk of 40 points a generation; each of its 20 snapshots plays four games with each of three bots."""
    when, errors = {f"s{n:02d}": ("s", float(n)) for n in range(20)}, []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        walk = np.cumsum(rng.normal(0, 40, 20))
        truth = {"anchor": 0.0, "b": 100.0, "c": -100.0} | dict(zip(when, walk.tolist(), strict=True))
        wins = np.zeros((23, 23), np.int64)
        for i, one in enumerate(truth):
            for j, other in list(enumerate(truth))[:3]:
                if i > j:
                    games = 4 if i > 2 else 1000
                    wins[i, j] = rng.binomial(games, expected_score(truth[one] - truth[other]))
                    wins[j, i] = games - wins[i, j]
        table = Payoff(tuple(truth), wins, np.zeros_like(wins), wins.T.copy())
        followed = elo_of(whole_history(table, when, "anchor", drift=40.0))
        alone = fit(table, "anchor", rng, replicates=0).elo
        errors.append([np.mean([abs(rated[p] - truth[p]) for p in when]) for rated in (followed, alone)])
    assert np.mean(errors, 0)[0] < 0.7 * np.mean(errors, 0)[1]


def test_an_anchor_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="not among the players"):
        whole_history(table_of(np.random.default_rng(0), {"a": 0.0, "b": 1.0}), {}, "c")
