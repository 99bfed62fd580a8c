"""Exact figures about policies: laws, known values, and OpenSpiel's own functions."""

import numpy as np
import pyspiel
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envs.faults import GameError
from envs.trees import tree as trees
from envs.trees.table import tree_of
from envs.trees.values import best_response, mixture, nash_conv, own_reach, uniform_policy, values

KUHN = "openspiel/kuhn_poker"
SMALL = [(KUHN, {}), ("native/matrix", {"actions": 5, "payoff_seed": 3}), ("classic/rps_v2", {"max_cycles": 2})]
seeds = st.integers(0, 2**32 - 1)
of_small = st.sampled_from(SMALL)


def drawn(tree, seed, power=3.0):
    """A random policy; many actions are nearly certain or nearly impossible."""
    weight = tree.legal * np.random.default_rng(seed).random(tree.legal.shape) ** power
    return weight / weight.sum(1, keepdims=True)


def as_openspiel(tree, policy):
    return {
        key: [(int(action), float(row[action])) for action in np.flatnonzero(legal)]
        for key, row, legal in zip(tree.keys, policy, tree.legal, strict=True)
    }


@pytest.mark.parametrize(("name", "uniform"), [(KUHN, 0.917), ("openspiel/leduc_poker", 4.747)])
def test_nash_conv_is_that_of_openspiel(name, uniform):
    tree, game = tree_of(name, {}), pyspiel.load_game(name.split("/")[1])
    assert nash_conv(tree, uniform_policy(tree)) == pytest.approx(uniform, abs=1e-3)
    for seed in range(3):
        policy = drawn(tree, seed)
        assert nash_conv(tree, policy) == pytest.approx(pyspiel.nash_conv(game, as_openspiel(tree, policy)), abs=1e-9)


def test_leduc_with_one_suit_has_the_same_uniform_figure_and_fewer_situations():
    tree = tree_of("openspiel/leduc_poker", {"suit_isomorphism": True})
    assert len(tree.legal) == 288
    assert nash_conv(tree, uniform_policy(tree)) == pytest.approx(4.747, abs=1e-3)


@settings(max_examples=20, deadline=None)
@given(of_small, seeds, seeds)
def test_no_policy_wins_more_than_the_best_response(game, seed, other):
    tree = tree_of(*game)
    policy, rival = drawn(tree, seed), drawn(tree, other)
    for seat in range(2):
        best, response = best_response(tree, policy, seat)
        tried = np.where((tree.owner == seat)[:, None], rival, policy)
        assert values(tree, tried)[seat] <= best + 1e-9
        assert values(tree, response)[seat] == pytest.approx(best, abs=1e-9)


@settings(max_examples=20, deadline=None)
@given(of_small, seeds)
def test_values_add_up_to_zero_and_nash_conv_is_not_negative(game, seed):
    tree = tree_of(*game)
    policy = drawn(tree, seed)
    assert values(tree, policy).sum() == pytest.approx(0.0, abs=1e-9)
    assert nash_conv(tree, policy) >= -1e-9


@settings(max_examples=20, deadline=None)
@given(of_small, seeds, st.floats(0.0, 1.0))
def test_a_mixture_wins_what_its_members_win_on_average(game, seed, share):
    """Against every opponent: seat 0 plays the mixture or one of the two, and seat 1 plays anything."""
    tree = tree_of(*game)
    members = [drawn(tree, seed), drawn(tree, seed + 1)]
    against, own = drawn(tree, seed + 2), (tree.owner == 0)[:, None]
    mixed = mixture(tree, members, [share, 1.0 - share])
    assert mixed.sum(1) == pytest.approx(1.0)
    won = [values(tree, np.where(own, policy, against))[0] for policy in (mixed, *members)]
    assert won[0] == pytest.approx(share * won[1] + (1.0 - share) * won[2], abs=1e-9)


def test_averaging_probabilities_is_not_the_mixture():
    """The control: probabilities that are averaged without regard to who gets there play another game."""
    tree = tree_of(KUHN, {})
    timid, bold = uniform_policy(tree), uniform_policy(tree)
    timid[:], bold[:] = [1.0, 0.0], [0.0, 1.0]
    mixed, own, against = mixture(tree, [timid, bold], [0.5, 0.5]), (tree.owner == 0)[:, None], uniform_policy(tree)
    averaged = (timid + bold) / 2
    won = [values(tree, np.where(own, policy, against))[0] for policy in (mixed, averaged, timid, bold)]
    assert won[0] == pytest.approx((won[2] + won[3]) / 2)
    assert won[1] != pytest.approx(won[0], abs=0.01)


def test_the_known_equilibrium_of_kuhn_poker_cannot_be_exploited():
    """Kuhn (1950): the first player bets a jack with probability a ≤ ⅓ and a king with 3a, and calls a queen with a + ⅓."""
    tree, share = tree_of(KUHN, {}), 0.2
    betting = {"0": share, "1": 0.0, "2": 3 * share, "0pb": 0.0, "1pb": share + 1 / 3, "2pb": 1.0}
    betting |= {"0p": 1 / 3, "1p": 0.0, "2p": 1.0, "0b": 0.0, "1b": 1 / 3, "2b": 1.0}
    bets = np.array([betting[key] for key in tree.keys])
    policy = np.stack([1 - bets, bets], 1)
    assert nash_conv(tree, policy) == pytest.approx(0.0, abs=1e-12)
    assert values(tree, policy)[0] == pytest.approx(-1 / 18)


def test_the_reach_is_that_of_the_seats_own_actions():
    tree = tree_of(KUHN, {})
    policy = uniform_policy(tree)
    reach = dict(zip(tree.keys, own_reach(tree, policy), strict=True))
    assert (reach["0"], reach["0p"], reach["0pb"]) == (1.0, 1.0, 0.5)


def test_a_game_that_is_too_large_or_has_no_tree_is_refused(monkeypatch):
    monkeypatch.setattr(trees, "LARGEST", 100)
    with pytest.raises(GameError, match="too large"):
        tree_of("classic/rps_v2", {"max_cycles": 4})
    with pytest.raises(GameError, match="not written out"):
        tree_of("classic/connect_four_v3", {})
