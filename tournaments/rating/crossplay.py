"""Who can work with whom: returns of teams that two players share, and figures of how well strangers cooperate.

Axes: S seeds, n players. Every pair of players shared the team on every seed.

References:
    Hu, Lerer, Peysakhovich and Foerster (2020), "Other-play for zero-shot coordination": self-play and cross-play.
    Wang, Zhang, Zhang, Dong, Chen, Wen and Zhang (2024), "ZSC-Eval": best-response proximity and best-response diversity.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tournaments.rating.returns import MeanReturn
from tournaments.tickets import MatchResult

RESAMPLES = 500
"""Number of resamples of a bootstrap."""

MOSTLY = 0.95
"""Share of the resamples in which a figure must be defined for an interval."""

FLAT = 1e-9
"""A gain over the random partner that is smaller than this is no gain."""


@dataclass(frozen=True, eq=False)
class CrossTable:
    """The returns of all pairs of players on all seeds.

    Attributes:
        players: The players.
        returns: float64 [S, n, n], the return of the team in which the row's player holds the first seat and the column's
            player is the other one. On the diagonal the player holds all seats.
    """

    players: tuple[str, ...]
    returns: NDArray[np.float64]

    def mean(self, row: int, column: int) -> MeanReturn:
        """The mean return of an entry. A seed is a series of one episode."""
        values = self.returns[:, row, column]
        centre = float(values.mean())
        return MeanReturn(len(values), len(values), centre, float(((values - centre) ** 2).sum()))

    @property
    def together(self) -> NDArray[np.float64]:
        """float64 [S, n, n], symmetric: the mean over who of the two holds the first seat."""
        return (self.returns + self.returns.transpose(0, 2, 1)) / 2


def cross_table(results: Iterable[MatchResult], players: Sequence[str]) -> CrossTable:
    """Collect the returns of cross-play.

    Args:
        results: Results of the tickets that `tournaments.schedule.crossplay.cross_play` makes, in any order.
        players: The players in the order of the table.
    """
    place = {player: number for number, player in enumerate(players)}
    cells: dict[int, NDArray[np.float64]] = {}
    for result in results:
        first, *others = result.ticket.players
        other = next((name for name in others if name != first), first)
        values = cells.setdefault(result.ticket.seed, np.full((len(players), len(players)), np.nan))
        values[place[first], place[other]] = result.returns[0]
    return CrossTable(tuple(players), np.stack([cells[seed] for seed in sorted(cells)]))


@dataclass(frozen=True)
class Cooperation:
    """How well a player works with others.

    Attributes:
        player: The player.
        self_play: Mean return when it holds all seats.
        cross_play: Mean return with the other players, without the anchor; None if there is none.
        best_response: The player of the table that earns most with this one as a partner, itself included.
        best_return: The mean return of the two.
        proximity: How close it comes to the best responses to its partners: 1 is as good, 0 is as bad as the anchor. The
            interquartile mean over the partners; None if nobody earns more than the anchor.
        low: Lower end of the 95 % interval of `proximity`.
        high: Upper end of that interval.
    """

    player: str
    self_play: float
    cross_play: float | None
    best_response: str
    best_return: float
    proximity: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Diversity:
    """How different the partners are, by their best responses.

    Attributes:
        determinant: Determinant of the similarities of the partners' best responses, from 0 (two are alike) to 1.
        effective: The effective number of different best responses, from 1 to the number of partners.
        partners: Number of partners.
    """

    determinant: float
    effective: float
    partners: int


def cooperation(table: CrossTable, anchor: str, rng: np.random.Generator) -> list[Cooperation]:
    """Compute the figures of every player but the anchor, the highest cross-play first.

    A best response is sought among the players of the table, so the best response to a partner may be better than any of them:
    `proximity` is an upper bound, given these partners.

    Args:
        table: The returns.
        anchor: The player that stands for a partner who knows nothing. It must be in the table.
        rng: Draws the seeds of the bootstrap.

    Reference:
        Wang et al. (2024), section 4.2: proximity is the ratio of the return with a partner to that of the best response to it.
        Returns may be negative, so both are measured here from the anchor's return with the partner.
    """
    base = table.players.index(anchor)
    whole = table.together
    mean, others = whole.mean(0), [number for number in range(len(table.players)) if number != base]
    seeds = rng.integers(0, len(whole), (RESAMPLES, len(whole)))
    drawn = np.stack([proximities(whole[chosen].mean(0), base) for chosen in seeds])
    near, found = proximities(mean, base), []
    for number in others:
        partners = [other for other in others if other != number]
        best = max(others, key=lambda other: mean[other, number])
        known = drawn[np.isfinite(drawn[:, number]), number]  # in a few resamples nobody may earn more than the anchor
        ends = np.quantile(known, (0.025, 0.975)) if len(known) >= MOSTLY * RESAMPLES else (np.nan, np.nan)
        found.append(
            Cooperation(
                table.players[number],
                float(mean[number, number]),
                float(mean[number, partners].mean()) if partners else None,
                table.players[best],
                float(mean[best, number]),
                *(float(value) if np.isfinite(value) else None for value in (near[number], *ends)),
            )
        )
    return sorted(found, key=lambda row: (-(row.self_play if row.cross_play is None else row.cross_play), row.player))


def proximities(mean: NDArray[np.float64], anchor: int) -> NDArray[np.float64]:
    """Each player's proximity to the best responses to its partners, float64 [n]; NaN for the anchor and where undefined.

    Args:
        mean: float64 [n, n], mean returns; symmetric.
        anchor: Row of the anchor.
    """
    others = [number for number in range(len(mean)) if number != anchor]
    base = mean[anchor]
    best = mean[others].max(0) - base
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.where(best > FLAT, (mean - base) / best, np.nan)
    found = np.full(len(mean), np.nan)
    for number in others:
        mine = [ratios[number, partner] for partner in others if partner != number and np.isfinite(ratios[number, partner])]
        found[number] = interquartile_mean(mine) if mine else np.nan
    return found


def interquartile_mean(values: Sequence[float]) -> float:
    """Return the mean of the middle half.

    Reference:
        Agarwal, Schwarzer, Castro, Courville and Bellemare (2021), "Deep reinforcement learning at the edge of the statistical
        precipice".
    """
    cut = len(values) // 4
    return float(np.mean(sorted(values)[cut : len(values) - cut]))


def diversity(table: CrossTable, anchor: str) -> Diversity:
    """Compute how different the partners' best responses are.

    A best response is described by what it earns with each partner beyond what the anchor earns there, scaled to length 1. Two
    partners with the same best response add nothing.

    References:
        Wang et al. (2024), section 4.1: the determinant of the best responses' similarities.
        Friedman and Dieng (2023), "The Vendi score": the effective number.
    """
    known = table.players.index(anchor)
    others = [number for number in range(len(table.players)) if number != known]
    mean = table.together.mean(0)[:, others]
    gains = mean[others] - mean[known]
    profiles = gains[[int(mean[others, column].argmax()) for column in range(len(others))]]
    lengths = np.linalg.norm(profiles, axis=1, keepdims=True)
    profiles = np.where(lengths > FLAT, profiles / np.maximum(lengths, FLAT), 1 / np.sqrt(len(others)))
    alike = profiles @ profiles.T
    shares = np.clip(np.linalg.eigvalsh(alike / len(others)), 0.0, None)
    shares = shares[shares > FLAT]
    effective = float(np.exp(-(shares * np.log(shares)).sum()))
    return Diversity(float(np.clip(np.linalg.det(alike), 0.0, 1.0)), max(effective, 1.0), len(others))
