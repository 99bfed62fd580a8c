"""Exact figures about policies in a game that is written out as a tree.

A policy is float64 [I, n]: the probabilities of the actions in each information set, 0 for illegal ones. It says how every seat
plays.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from envs.trees.tree import CHANCE, Floats, GameTree


def uniform_policy(tree: GameTree) -> Floats:
    """The policy that takes every legal action equally often."""
    return tree.legal / tree.legal.sum(1, keepdims=True)


def values(tree: GameTree, policy: Floats) -> Floats:
    """What the seats win on average if all of them play the policy, float64 [A].

    Laws:
        In a zero-sum game the values add up to 0.
    """
    return (_reach(tree, _likelihoods(tree, policy))[:, None] * tree.returns).sum(0)


def best_response(tree: GameTree, policy: Floats, seat: int) -> tuple[float, Floats]:
    """What a seat wins on average with a best response while the others play the policy.

    Args:
        tree: The game.
        policy: float64 [I, n].
        seat: The seat that responds.

    Returns:
        The value, and the policy in which the seat's information sets hold the best response. Of equally good actions it takes
        the first.

    Laws:
        No other policy of the seat wins more.
    """
    edge = _likelihoods(tree, policy)
    mine = np.zeros(len(edge), np.bool_)
    mine[1:] = tree.mover[tree.parent[1:]] == seat
    against = _reach(tree, np.where(mine, 1.0, edge))
    value, response = tree.returns[:, seat].copy(), policy.copy()
    for nodes in reversed(tree.levels[1:]):
        parents = tree.parent[nodes]
        chosen = edge[nodes].copy()
        own = mine[nodes]
        if own.any():
            sets, actions = tree.information[parents[own]], tree.taken[nodes[own]]
            gained = np.full(tree.legal.shape, -np.inf)
            gained[sets, actions] = 0.0
            np.add.at(gained, (sets, actions), against[parents[own]] * value[nodes[own]])
            best = gained.argmax(1)
            chosen[own] = best[sets] == actions
            response[sets] = 0.0
            response[sets, best[sets]] = 1.0
        np.add.at(value, parents, chosen * value[nodes])
    return float(value[0]), response


def nash_conv(tree: GameTree, policy: Floats) -> float:
    """What all seats can gain together, each by a best response while the others keep to the policy: NashConv, ≥ 0.

    It is 0 for an equilibrium and only then. Exploitability in OpenSpiel is this sum over the number of seats.

    Reference:
        Lanctot et al. (2017), section 2.
    """
    now = values(tree, policy)
    return float(sum(best_response(tree, policy, seat)[0] - now[seat] for seat in range(len(tree.agents))))


def mixture(tree: GameTree, policies: Sequence[Floats], weights: Sequence[float]) -> Floats:
    """The policy that plays like a mixture of players, of which one is drawn before the game.

    The weight of a player in an information set is its weight in the mixture times the probability that its own actions lead
    there. Where nobody's actions lead there, the policy is uniform.

    Args:
        tree: The game.
        policies: One per player.
        weights: The weights of the players; they add up to 1.

    Laws:
        The seats win as much as the players do on average, against every opponent.

    Reference:
        Kuhn (1953): behaviour strategies in games with perfect recall. Heinrich, Lanctot & Silver (2015), lemma 6.
    """
    total = np.zeros(tree.legal.shape)
    for policy, weight in zip(policies, weights, strict=True):
        total += weight * own_reach(tree, policy)[:, None] * policy
    sums = total.sum(1, keepdims=True)
    return np.where(sums > 0.0, total / np.where(sums > 0.0, sums, 1.0), uniform_policy(tree))


def own_reach(tree: GameTree, policy: Floats) -> Floats:
    """The probability that the actions of the seat that acts lead to its information sets, float64 [I]."""
    edge, reached = _likelihoods(tree, policy), np.zeros(len(tree.legal))
    for seat in range(len(tree.agents)):
        mine = np.zeros(len(edge), np.bool_)
        mine[1:] = tree.mover[tree.parent[1:]] == seat
        reach = _reach(tree, np.where(mine, edge, 1.0))
        here = tree.owner == seat
        reached[here] = reach[tree.first[here]]
    return reached


def _likelihoods(tree: GameTree, policy: Floats) -> Floats:
    """The probability of each node given its parent, float64 [V]."""
    edge = tree.chance.copy()
    parents = tree.parent[1:]
    acted = np.flatnonzero(tree.mover[parents] != CHANCE) + 1
    edge[acted] = policy[tree.information[tree.parent[acted]], tree.taken[acted]]
    return edge


def _reach(tree: GameTree, edge: Floats) -> Floats:
    """The product of the numbers on the way from the root to each node, float64 [V]."""
    reach = np.ones(len(edge))
    for nodes in tree.levels[1:]:
        reach[nodes] = reach[tree.parent[nodes]] * edge[nodes]
    return reach
