"""The figures beside a rating table: cyclic triples, the residual, Nash averaging and α-rank."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tournaments.rating.elo import fit
from tournaments.rating.game_theory import meta_ranking
from tournaments.rating.payoff import Payoff
from tournaments.rating.transitivity import transitivity

FEW = settings(max_examples=20)


def table_of(scores, games=100):
    """The table of wins in `games` games of each pair: {"ab": 0.7} means that a scores 0.7 against b."""
    players = sorted({name for pair in scores for name in pair})
    wins = np.zeros((len(players), len(players)), np.int64)
    for (one, other), score in scores.items():
        i, j = players.index(one), players.index(other)
        wins[i, j], wins[j, i] = round(score * games), games - round(score * games)
    return Payoff(tuple(players), wins, np.zeros_like(wins), wins.T.copy())


def rated(table, anchor="a"):
    return fit(table, anchor, np.random.default_rng(0), replicates=0).elo


TRIO = {"rp": 0.2, "ps": 0.2, "rs": 0.8, "ra": 0.9, "pa": 0.9, "sa": 0.9}
"""Rock, paper and scissors, and a player that loses to all."""


def test_a_planted_trio_is_reported_as_a_circle():
    table = table_of(TRIO)
    found = transitivity(table, rated(table))
    assert [cycle.players for cycle in found.cycles] == [("p", "r", "s")]
    assert found.cyclic_triples == 0.25
    assert found.residual > 4 * found.residual_by_chance
    assert "p beats r beats s beats p" in found.sentence


def test_a_ladder_has_no_circle_and_is_described_by_its_ratings():
    elo = {name: 100.0 * place for place, name in enumerate("abcdef")}
    scores = {one + other: 1 / (1 + 10 ** ((elo[other] - elo[one]) / 400)) for one, other in combinations("abcdef", 2)}
    table = table_of(scores, 1000)
    found = transitivity(table, rated(table))
    assert (found.cyclic_triples, found.cycles) == (0.0, ())
    assert found.residual < 0.5 * found.residual_by_chance


def test_circles_of_few_games_are_not_reported():
    assert transitivity(table_of(TRIO, 10), rated(table_of(TRIO, 10))).cycles == ()


@st.composite
def tables(draw):
    count = draw(st.integers(2, 6))
    cells = {pair: draw(st.integers(0, 30)) for pair in combinations(range(count), 2)}
    wins = np.zeros((count, count), np.int64)
    for (i, j), won in cells.items():
        wins[i, j], wins[j, i] = won, 30 - won
    return Payoff(tuple("abcdef"[:count]), wins, np.zeros_like(wins), wins.T.copy())


@FEW
@given(tables(), st.floats(-500, 500), st.randoms())
def test_the_order_of_players_and_a_shift_of_all_ratings_change_nothing(table, shift, random):
    elo, order = rated(table), list(table.players)
    random.shuffle(order)
    moved = transitivity(table.restrict(order), {player: value + shift for player, value in elo.items()})
    found = transitivity(table, elo)
    assert moved.residual == pytest.approx(found.residual, abs=1e-9)
    assert (moved.cyclic_triples, moved.cycles) == (found.cyclic_triples, found.cycles)


@FEW
@given(tables(), st.randoms())
def test_shares_of_the_meta_game_sum_to_1_and_nobody_is_ahead_of_the_mixture(table, random):
    order = list(table.players)
    random.shuffle(order)
    found, again = meta_ranking(table, rated(table)), meta_ranking(table.restrict(order), rated(table))
    assert sum(row.nash for row in found) == pytest.approx(1, abs=1e-3)
    assert sum(row.alpha_rank for row in found) == pytest.approx(1, abs=1e-3)
    assert max(row.skill for row in found) <= 1e-3
    assert [row.player for row in found] == [row.player for row in again]


def test_the_trio_shares_the_equilibrium():
    rows = {row.player: row for row in meta_ranking(table_of(TRIO), rated(table_of(TRIO)))}
    assert [rows[name].nash for name in "rps"] == pytest.approx([1 / 3] * 3, abs=0.01)
    assert (rows["a"].nash, rows["a"].skill < -0.5) == (0.0, True)
