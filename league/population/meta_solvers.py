"""Meta-strategy solvers: mixtures of players, and the matchmaking rules that draw opponents from them.

They are the second half of policy-space response oracles (PSRO): each learning player trains a response to the mixture.

Reference:
    Lanctot et al. (2017), algorithm 1: policy-space response oracles.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from league.population.situation import Opponents, Situation
from tournaments.rating import meta_game

Solver = Callable[[np.ndarray], np.ndarray]
"""From advantages float64 [P, P], antisymmetric, to a mixture [P]."""

SOLVERS: dict[str, Solver] = {
    "uniform": meta_game.uniform,
    "nash": meta_game.nash,
    "alpha-rank": meta_game.alpha_rank,
    "replicator": meta_game.projected_replicator_dynamics,
    "rectified": meta_game.nash,
}
"""Matchmaking rule → the mixture that it responds to. Those of `rectified` differ from player to player; together they are the
equilibrium."""


def scaled(advantage: np.ndarray) -> np.ndarray:
    """Advantages with 1 as the largest, so that step lengths and selection intensities mean the same in every game."""
    most = np.abs(advantage).max(initial=0.0)
    return advantage / most if most > 0.0 else advantage


def solved(rule: str, advantage: np.ndarray) -> np.ndarray:
    """The mixture of a rule of `SOLVERS` over players with these advantages, [P]."""
    return SOLVERS[rule](scaled(advantage))


def nash(situation: Situation) -> np.ndarray:
    """The equilibrium of the meta-game with the largest entropy."""
    return solved("nash", situation.advantage)


def alpha_rank(situation: Situation) -> np.ndarray:
    """The stationary distribution of α-rank (Omidshafiei et al., 2019)."""
    return solved("alpha-rank", situation.advantage)


def replicator(situation: Situation) -> np.ndarray:
    """The mean of projected replicator dynamics (Lanctot et al., 2017)."""
    return solved("replicator", situation.advantage)


def rectified(situation: Situation) -> np.ndarray | Opponents:
    """The members of the equilibrium that the player's newest snapshot does not lose to (Balduzzi et al., 2019).

    A player whose newest snapshot has no weight in the equilibrium trains against the whole equilibrium.
    """
    advantage = scaled(situation.advantage)
    mixture = meta_game.nash(advantage)
    mine = [place for place, candidate in enumerate(situation.candidates) if candidate.player == situation.learner]
    weights = meta_game.rectified(advantage, mixture)[mine[-1]] if mine else mixture
    return weights if weights.any() else mixture
