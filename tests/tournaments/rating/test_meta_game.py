"""The mathematics of the meta-game: equilibria, α-rank, replicator dynamics and Nash averaging."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tournaments.rating import meta_game
from tournaments.rating.payoff import Payoff

RPS = np.array([[0.0, -1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 1.0, 0.0]])


@st.composite
def games(draw, most: int = 6, ties: bool = True):
    """Antisymmetric payoffs; small whole numbers make ties, duplicates and several equilibria likely."""
    size = draw(st.integers(1, most))
    whole = ties and draw(st.booleans())
    seed = draw(st.integers(0, 2**32 - 1))
    generator = np.random.default_rng(seed)
    above = generator.integers(-2, 3, (size, size)) / 2.0 if whole else generator.uniform(-1.0, 1.0, (size, size))
    above = np.triu(above, 1)
    return above - above.T


def is_mixture(mixture: np.ndarray) -> bool:
    return bool((mixture >= 0.0).all() and abs(mixture.sum() - 1.0) < 1e-9)


@settings(max_examples=30, deadline=None)
@given(games())
def test_nobody_has_an_advantage_over_the_equilibrium(game):
    found = meta_game.nash(game)
    assert is_mixture(found)
    assert (game @ found).max() <= 1e-6


@settings(max_examples=20, deadline=None)
@given(games(), st.randoms(use_true_random=False))
def test_relabelling_permutes_every_solution(game, random):
    order = list(range(len(game)))
    random.shuffle(order)
    moved = game[np.ix_(order, order)]
    for solve in (meta_game.nash, meta_game.alpha_rank, meta_game.uniform):
        assert solve(moved) == pytest.approx(solve(game)[order], abs=1e-5)


@settings(max_examples=20, deadline=None)
@given(games(5, ties=False), st.integers(0, 4))
def test_a_copy_of_a_player_shares_its_weight_and_moves_nobodys_average(game, which):
    which %= len(game)
    order = [*range(len(game)), which]
    with_copy = game[np.ix_(order, order)]
    mixture, average = meta_game.nash_average(game)
    shared, averages = meta_game.nash_average(with_copy)
    assert shared[which] == pytest.approx(shared[-1], abs=1e-5)
    assert averages[:-1] == pytest.approx(average, abs=1e-5)
    assert is_mixture(mixture)


@settings(max_examples=20, deadline=None)
@given(games())
def test_no_other_equilibrium_has_more_entropy(game):
    found = meta_game.nash(game)
    other, _, value = meta_game.zero_sum_equilibrium(game)
    entropy = [-(mixture[mixture > 0] * np.log(mixture[mixture > 0])).sum() for mixture in (found, other)]
    assert entropy[0] >= entropy[1] - 1e-5
    assert value == pytest.approx(0.0, abs=1e-7)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 5), st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_neither_side_of_a_matrix_game_gains_by_leaving_the_equilibrium(rows, columns, seed):
    payoff = np.random.default_rng(seed).normal(size=(rows, columns))
    row, column, value = meta_game.zero_sum_equilibrium(payoff)
    assert meta_game.nash_conv(payoff, row, column) == pytest.approx(0.0, abs=1e-6)
    assert row @ payoff @ column == pytest.approx(value, abs=1e-6)


def test_cycles_share_the_weight_and_a_dominant_player_has_it_all():
    transitive = np.array([[0.0, 0.4, 0.6], [-0.4, 0.0, 0.2], [-0.6, -0.2, 0.0]])
    for solve in (meta_game.nash, meta_game.alpha_rank):
        assert solve(RPS) == pytest.approx(np.full(3, 1 / 3), abs=1e-6)
        assert solve(transitive) == pytest.approx([1.0, 0.0, 0.0], abs=1e-6)
    assert meta_game.projected_replicator_dynamics(transitive) == pytest.approx([1.0, 0.0, 0.0], abs=2e-2)


def test_nash_averaging_of_a_weaker_player_beside_a_cycle():
    """Rock, paper, scissors and a player that loses half a point to each: the cycle averages 0, the player −½."""
    game = np.zeros((4, 4))
    game[:3, :3], game[:3, 3], game[3, :3] = RPS, 0.5, -0.5
    mixture, average = meta_game.nash_average(game)
    assert mixture == pytest.approx([1 / 3, 1 / 3, 1 / 3, 0.0], abs=1e-6)
    assert average == pytest.approx([0.0, 0.0, 0.0, -0.5], abs=1e-6)


def test_the_equilibrium_of_a_biased_cycle_is_the_known_one():
    """Rock beats scissors by a, scissors beat paper by b, paper beats rock by c: weights are in proportion to b, a, c."""
    a, b, c = 0.2, 0.5, 0.9
    game = np.array([[0.0, -c, a], [c, 0.0, -b], [-a, b, 0.0]])
    assert meta_game.nash(game) == pytest.approx(np.array([b, a, c]) / (a + b + c), abs=1e-7)


def test_alpha_rank_is_the_stationary_distribution_of_its_chain():
    """Compared with the eigenvector of the transition matrix, written out from the paper, where α is small enough for it."""
    generator = np.random.default_rng(3)
    above = np.triu(generator.uniform(-1, 1, (5, 5)), 1)
    game, alpha, members = above - above.T, 0.7, 10
    chain = np.zeros((5, 5))
    for resident in range(5):
        for mutant in range(5):
            if mutant != resident:
                gain = alpha * (game[mutant, resident] - game[resident, mutant])
                chain[resident, mutant] = (1 - np.exp(-gain)) / (1 - np.exp(-members * gain)) / 4
        chain[resident, resident] = 1 - chain[resident].sum()
    values, vectors = np.linalg.eig(chain.T)
    vector = np.real(vectors[:, np.argmax(np.real(values))])
    assert meta_game.alpha_rank(game, alpha, members) == pytest.approx(vector / vector.sum(), abs=1e-9)


def test_replicator_dynamics_approach_the_equilibrium_of_a_cycle_from_afar():
    found = meta_game.projected_replicator_dynamics(RPS, begin=np.array([0.8, 0.1, 0.1]))
    assert (RPS @ found).max() < 0.02


@settings(max_examples=20, deadline=None)
@given(games())
def test_rectified_opponents_are_members_that_are_not_stronger(game):
    mixture = meta_game.nash(game)
    weights = meta_game.rectified(game, mixture)
    assert (weights[game < -1e-6] == 0.0).all()
    assert (weights[:, mixture < 1e-9] == 0.0).all()
    for row, own in zip(weights, mixture, strict=True):
        assert row.sum() == pytest.approx(1.0 if own > 1e-9 else 0.0)


def test_the_meta_game_of_a_payoff_table_is_twice_the_score_minus_one():
    wins = np.array([[0, 98, 0], [0, 0, 0], [0, 0, 0]])
    table = Payoff(("a", "b", "c"), wins, np.zeros((3, 3), int), wins.T)
    found = meta_game.advantages(table, prior=2.0)
    assert found == pytest.approx(np.array([[0, 0.98, 0], [-0.98, 0, 0], [0, 0, 0]]))
