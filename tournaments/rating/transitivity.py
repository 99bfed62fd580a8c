"""How well one number per player describes the results: the share of cyclic triples, and what the ratings leave unexplained.

A rating cannot say that rock beats scissors, scissors beats paper and paper beats rock. Wherever ratings are shown, these
figures say how far they can be believed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tournaments.rating.cycles import Cycle, cycles, cyclicity
from tournaments.rating.dependence import worth
from tournaments.rating.elo import SCALE
from tournaments.rating.evidence import Evidence
from tournaments.rating.payoff import ENOUGH, Payoff, among, score_interval
from tournaments.rating.results import Results

AMONG = 60
"""Cycles are looked for among so many players at the most, the strongest ones."""

SHOWN = 5
"""Number of cycles that are named."""


@dataclass(frozen=True)
class NamedCycle:
    """Three players of whom each surely beats the next, and the last the first.

    Attributes:
        players: The players, in this order.
        scores: The score of each against the next.
        games: The games behind each score.
    """

    players: tuple[str, str, str]
    scores: tuple[float, float, float]
    games: tuple[int, int, int]


@dataclass(frozen=True)
class Transitivity:
    """How far results are from a ranking.

    Attributes:
        cyclic_triples: Share of cyclic triples among those with three decided pairs: 0 for a ranking, ¼ for coin flips, 1 for
            rock, paper, scissors.
        residual: Root mean square of the scores minus those that the ratings expect, weighted by games, in points per game.
        residual_by_chance: What it would be on average if the ratings were exact: at most this, as draws vary less than wins.
        pairs: Number of pairs that met.
        cycles: The strongest cycles in which every score is above ½ by more than its interval.
    """

    cyclic_triples: float
    residual: float
    residual_by_chance: float
    pairs: int
    cycles: tuple[NamedCycle, ...]

    @property
    def sentence(self) -> str:
        """The figures in words."""
        said = (
            f"Fit: {100 * self.cyclic_triples:.0f} % of all triples are cyclic; scores of pairs miss those that the ratings "
            f"expect by {self.residual:.3f} per game, where chance alone explains {self.residual_by_chance:.3f}."
        )
        if not self.cycles:
            return said
        players = self.cycles[0].players
        more = f", and {len(self.cycles) - 1} more such circles" if len(self.cycles) > 1 else ""
        return f"{said} In a circle: {' beats '.join((*players, players[0]))}{more}."


def transitivity(
    table: Payoff | Results, elo: Mapping[str, float], seen: Evidence | None = None, cyclic: float | None = None
) -> Transitivity:
    """Measure how well ratings describe results.

    Args:
        table: The results.
        elo: Player → rating in Elo points; players without one count as rated 0.
        seen: What the results are worth as evidence. None takes them as independent games.
        cyclic: The share of cyclic triples, if it is known.

    Laws:
        The order of players changes nothing. A constant added to all ratings changes nothing.

    Reference:
        Kendall and Babington Smith (1940) for the share of circular triads; Balduzzi et al. (2018), "Re-evaluating evaluation",
        for the part of a payoff table that no rating explains.
    """
    met = table.met()
    games = met.games.astype(np.float64)
    ratings = np.array([elo.get(player, 0.0) for player in met.players], np.float64) / SCALE
    expected = 0.5 * (1 + np.tanh(0.5 * (ratings[met.one] - ratings[met.other])))
    total = max(float(games.sum()), 1.0)
    missed = float(np.sqrt((games * (met.points / np.maximum(games, 1) - expected) ** 2).sum() / total))
    chance = float(np.sqrt((expected * (1 - expected)).sum() / total))
    return Transitivity(
        cyclicity(table) if cyclic is None else cyclic, missed, chance, len(games), sure_cycles(table, elo, seen)
    )


def sure_cycles(table: Payoff | Results, elo: Mapping[str, float], seen: Evidence | None = None) -> tuple[NamedCycle, ...]:
    """The strongest cycles in which every score is above ½ by more than its 95 % interval, at most `SHOWN`.

    Args:
        table: The results.
        elo: Player → rating; only the `AMONG` best players are looked at.
        seen: What the results are worth as evidence.
    """
    best = sorted(table.players, key=lambda player: (-elo.get(player, 0.0), player))[:AMONG]
    part = table.restrict(best) if isinstance(table, Payoff) else among(table, best)
    games = worth(part, seen)

    def sure(cycle: Cycle) -> bool:
        first, second, third = map(part.index, cycle.players)
        links = zip(cycle.scores, ((first, second), (second, third), (third, first)), strict=True)
        return all(score_interval(score * games[link], games[link])[0] > 0.5 for score, link in links)

    found = [cycle for cycle in cycles(part, ENOUGH) if sure(cycle)]
    return tuple(NamedCycle(cycle.players, cycle.scores, cycle.games) for cycle in found[:SHOWN])
