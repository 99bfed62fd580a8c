"""Nash averaging and α-rank of players: rankings that know of cycles.

A cell of the meta-game is the score of two players if they met, shrunk towards what the ratings expect; if they never met, it
is what the ratings expect.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tournaments.rating.elo import SCALE
from tournaments.rating.meta_game import alpha_rank, nash_average
from tournaments.rating.payoff import Payoff, among
from tournaments.rating.results import Results

Floats = NDArray[np.float64]

MOST = 40
"""Number of players of the meta-game, the best by rating. A linear programme of hundreds takes long."""

PRIOR_GAMES = 2.0
"""Number of imaginary games with the score that the ratings expect."""


@dataclass(frozen=True)
class MetaRanking:
    """A player in the meta-game.

    Attributes:
        player: The player.
        nash: Its share in the equilibrium of maximum entropy; players outside it can be beaten.
        skill: Its advantage over that mixture, in [−1, 1]; 0 for players of the mixture, below 0 for others (Nash averaging).
        alpha_rank: Its share in the long run, if a population copies whoever is ahead (α-rank).
    """

    player: str
    nash: float
    skill: float
    alpha_rank: float


def meta_ranking(table: Payoff | Results, elo: Mapping[str, float], most: int = MOST) -> list[MetaRanking]:
    """Rank the best players of a table by the game of choosing one of them.

    Args:
        table: The results.
        elo: Player → rating. Players without one are left out.
        most: Number of players, the best by rating.

    Returns:
        The players by their share in the equilibrium, then by skill.

    Laws:
        The order of players changes nothing. Shares sum to 1. Nobody has an advantage over the mixture.

    Reference:
        Balduzzi, Tuyls, Pérolat and Graepel (2018), "Re-evaluating evaluation"; Omidshafiei et al. (2019), "α-Rank: Multi-agent
        evaluation by evolution".
    """
    best = sorted((player for player in table.players if player in elo), key=lambda player: (-elo[player], player))[:most]
    if not best:
        return []
    game = advantages_with_ratings(table.restrict(best) if isinstance(table, Payoff) else among(table, best), elo)
    mixture, skill = nash_average(game)
    ranks = alpha_rank(game)
    rows = zip(best, mixture.tolist(), skill.tolist(), ranks.tolist(), strict=True)
    found = [MetaRanking(player, *(round(value, 4) + 0.0 for value in values)) for player, *values in rows]
    return sorted(found, key=lambda row: (-row.nash, -row.skill, row.player))


def advantages_with_ratings(table: Payoff, elo: Mapping[str, float]) -> Floats:
    """The meta-game of a table, float64 [P, P], antisymmetric, in [−1, 1]; cells without games from the ratings."""
    ratings = np.array([elo.get(player, 0.0) for player in table.players]) / SCALE
    expected = np.tanh(0.5 * (ratings[:, None] - ratings[None, :]))
    games = table.games.astype(np.float64)
    return np.asarray((table.wins - table.losses + PRIOR_GAMES * expected) / (games + PRIOR_GAMES))
