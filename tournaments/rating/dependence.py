"""How far the results of a table depend on one another, estimated from `Evidence`, and draws of results that depend likewise.

A pair's score is as uncertain as that of a number of independent games without draws, its *effective games*. Three facts decide
it.

* Comparisons of the same pair in one unit have an intra-class correlation; n of them in units of k are worth n / (1 + (k−1) ρ)
  independent ones. It is estimated for all pairs together and then for each pair as far as its own units say so. It is negative
  where a side wins whoever plays it, and such a score is surer than that of independent games.
* A draw is less uncertain than a win or a loss with equal odds.
* Copies of a game are no further games.

Pairs that share a player's episodes have correlated results. The correlation is modelled by one effect per player and table:
the results of i against j and of i against k have the correlation ρᵢ. Its estimate begins at ⅓, the exact value for equal
players whose returns have Gumbel noise, for which the Bradley–Terry model is exact (then three showings are ranked in each of
the six ways equally often).

Ratings are one number per player, and pairs may score otherwise than their ratings say, in circles for example. The true score
of a pair is therefore taken as Beta(κp, κ(1−p)), where p is the score that the ratings expect. κ is estimated for all pairs
together; it is infinite if the ratings explain all results.

Reference:
    Kish (1965), "Survey sampling", section 5.4 (intra-class correlation and design effect); Gumbel (1961) and Yellott (1977)
    for the noise behind the Bradley–Terry model; Efron and Morris (1975) for the estimates that begin at a common value; Song
    (2000), "Multivariate dispersion models generated from Gaussian copula".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tournaments.rating.evidence import Evidence
from tournaments.rating.payoff import Payoff
from tournaments.rating.results import Results

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DRAW_PRIOR = 2.0
"""Weight, in games, of the average draw rate in the draw rate of a pair. It keeps a few draws from implying that every game
is a draw.
"""

UNITS = 20.0
"""Weight, in units, of what all pairs say together in the intra-class correlation of one pair, and of all players in the shared
correlation of one player.
"""

FEW = 2.0
"""Weight, in units of two games between equal players, of independence in the intra-class correlation of all pairs."""

MISFIT = 10.0
"""Weight, in games between equal players, of the ratings' being right in the estimate of how far they are wrong."""

EQUALS = 1 / 2
"""The correlation of results that share an episode, between equal players; see above."""

LEAST = 0.05
"""The smallest variance that is believed, as a share of that of independent games without draws."""

LEAST_FREEDOM = 8.0
"""The smallest number of degrees of freedom. The estimates do not rest on the units alone: they begin at common values."""

SURE = 1e-12
"""Scores keep this distance from 0 and from 1."""


@dataclass(frozen=True, eq=False)
class Dependence:
    """The chance in the results of a table.

    Attributes:
        spread: float64 [E], the standard deviation of the points of each pair's first player.
        loadings: float64 [E, S], sparse: the part of each seat's effect in each pair's standardised points; None without tables
            of more than two players.
        rest: float64 [E], the standard deviation of what is left of the standardised points.
    """

    spread: Floats
    loadings: csr_array | None
    rest: Floats


def places(seen: Evidence | None, players: Sequence[str]) -> Ints:
    """Return the number in `players` of every player of the evidence; −1 for others."""
    numbers = {player: number for number, player in enumerate(players)}
    return np.array([numbers.get(player, -1) for player in (() if seen is None else seen.players)], np.int64)


def worth(table: Payoff | Results, seen: Evidence | None) -> Floats:
    """Return for every two players the number of independent games that the games between them are worth.

    Args:
        table: The results.
        seen: The evidence of the same games; None takes them as independent.

    Returns:
        float64 [P, P], symmetric; 0 where two players never met.

    Laws:
        Without evidence these are the games. Copies of games add nothing.
    """
    pairs = table.met()
    found = np.zeros((len(pairs.players), len(pairs.players)))
    shrunk = (pairs.points + 1) / (pairs.games + 2)
    found[pairs.one, pairs.other] = independent_games(pairs, seen, places(seen, table.players), shrunk)
    return found + found.T


def independent_games(pairs: Results, seen: Evidence | None, place: Ints, expected: Floats) -> Floats:
    """Return for each pair the number of independent comparisons, draws included, that its comparisons are worth, [E]."""
    if seen is None:
        return pairs.games.astype(np.float64)
    sums = _Sums.of(pairs, seen, place)
    return sums.counted / design_effect(pairs, sums, expected)


def dependence(pairs: Results, seen: Evidence | None, place: Ints, expected: Floats) -> Dependence:
    """Estimate what the results of a table are worth.

    Args:
        pairs: The results.
        seen: The evidence of the same games; None takes all comparisons as independent.
        place: int64, the number of each player of `seen` in the table; −1 for players outside.
        expected: float64 [E], the score that the ratings expect of each pair's first player.

    Laws:
        Without evidence, or where every unit has one comparison of two players, games without draws are worth what they are.
        Exchanging the two players of a pair changes no effective number.
    """
    expected = np.clip(expected, SURE, 1 - SURE)
    single = independent_games(pairs, seen, place, expected)
    average = pairs.draws.sum() / max(pairs.games.sum(), 1)
    rate = (pairs.draws + DRAW_PRIOR * average) / (pairs.games + DRAW_PRIOR)
    chance = expected * (1 - expected)
    drawn = np.minimum(rate, 2 * np.minimum(expected, 1 - expected))
    effective = single * chance / np.maximum(chance - drawn / 4, LEAST * chance)
    mean, effective = _believed(pairs, expected, effective)
    spread = pairs.games.astype(np.float64) * np.sqrt(mean * (1 - mean) / effective)
    if seen is None or not len(seen.partners):
        return Dependence(spread, None, np.ones(len(mean)))
    return Dependence(spread, *_loadings(pairs, seen, place, mean))


def freedom(seen: Evidence | None, place: Ints, players: int) -> float:
    """The degrees of freedom of the estimated variances: independent units without those that the ratings take up.

    Without evidence the variances are those of independent games, which are known.

    Reference:
        Cameron and Miller (2015), "A practitioner's guide to cluster-robust inference", section VI.
    """
    if seen is None:
        return np.inf
    here = (place[seen.one] >= 0) & (place[seen.other] >= 0)
    return float(max(seen.units[here].sum() - (players - 1), LEAST_FREEDOM))


@dataclass(frozen=True, eq=False)
class _Sums:
    """The evidence of each pair over all tables, float64 [E] each."""

    units: Floats
    games: Floats
    counted: Floats
    squares: Floats
    products: Floats
    sizes: Floats

    @classmethod
    def of(cls, pairs: Results, seen: Evidence, place: Ints) -> _Sums:
        """Sum up the rows of the evidence that belong to each pair."""
        row, flipped, edge = _edges(pairs, seen, place)
        size = len(pairs.one)

        def summed(values: NDArray[np.generic]) -> Floats:
            return np.bincount(edge, values, size).astype(np.float64)

        units, games, sizes = (summed(column[row]) for column in (seen.units, seen.games, seen.sizes))
        # From the other player's side the points of a unit are its games minus its points.
        mirrored = seen.sizes - 2 * seen.products + seen.squares
        squares = summed(np.where(flipped, mirrored[row], seen.squares[row]))
        products = summed(np.where(flipped, (seen.sizes - seen.products)[row], seen.products[row]))
        # A pair that repeats its games repeats them in the next generation, too.
        copied = seen.distinct < seen.games
        fresh = summed(np.where(copied, 0, seen.games)[row])
        again = np.zeros(size)
        np.maximum.at(again, edge, np.where(copied, seen.distinct, 0)[row])
        counted = np.where(games > 0, fresh + again, pairs.games)
        return cls(units, games, counted, squares, products, sizes)


def _edges(pairs: Results, seen: Evidence, place: Ints) -> tuple[Ints, NDArray[np.bool_], Ints]:
    """The rows of the evidence that belong to pairs of the table, whether each is the other way round, and its pair."""
    first, second = place[seen.one], place[seen.other]
    row = np.flatnonzero((first >= 0) & (second >= 0))
    first, second = first[row], second[row]
    keys = pairs.one * len(pairs.players) + pairs.other
    order = np.argsort(keys)
    wanted = np.minimum(first, second) * len(pairs.players) + np.maximum(first, second)
    if not len(keys):
        return row[:0], np.zeros(0, np.bool_), row[:0]
    edge = order[np.minimum(np.searchsorted(keys, wanted, sorter=order), len(keys) - 1)]
    there = keys[edge] == wanted
    return row[there], (first > second)[there], edge[there]


def design_effect(pairs: Results, sums: _Sums, expected: Floats) -> Floats:
    """Return the variance of each pair's points, divided by that of independent comparisons, [E]."""
    games, units = np.maximum(sums.games, 1), np.maximum(sums.units, 1)
    wins = pairs.points - pairs.draws / 2
    single = units == 1
    # One unit has no mean of its own; the ratings' expectation stands in, which took up a part of the deviation.
    slack, looser = (1 - min(0.5, (len(pairs.players) - 1) / max(count.sum(), 1)) for count in (units, games))
    mean = np.where(single, expected, pairs.points / np.maximum(pairs.games, 1))
    between = sums.squares - 2 * mean * sums.products + mean**2 * sums.sizes
    between = between * np.where(single, 1 / slack, units / np.maximum(units - 1, 1))
    within = np.maximum(wins + pairs.draws / 4 - 2 * mean * pairs.points + mean**2 * pairs.games, 0.0)
    alone = np.where(single, within / looser, within + between / games)
    more = sums.sizes / games - 1
    trusted = (sums.counted >= sums.games) & (more > 0)
    excess, weight = np.where(trusted, between - alone, 0.0), np.where(trusted, more * alone, 0.0)
    common = excess.sum() / (weight.sum() + FEW / 2)
    own = (UNITS * more * (more + 1) / 4 * common + excess) / np.maximum(UNITS * more * (more + 1) / 4 + weight, 1e-12)
    correlation = np.where(trusted, own, np.maximum(common, 0.0))
    return np.maximum(1 + more * np.minimum(correlation, 1.0), LEAST)


def _believed(pairs: Results, expected: Floats, effective: Floats) -> tuple[Floats, Floats]:
    """Return the mean of each pair's score, between its expected and its observed score, and its effective games."""
    chance = expected * (1 - expected)
    score = pairs.points / np.maximum(pairs.games, 1)
    free = max(len(score) - (len(pairs.players) - 1), 0) / max(len(score), 1)
    surplus = (effective * (score - expected) ** 2).sum() - free * chance.sum()
    share = surplus / (free * (np.maximum(effective - 1, 0) * chance).sum() + MISFIT / 4)
    share = min(max(share, 1e-9), 1.0)
    weight = 1 / share - 1
    mean = (effective * score + weight * expected) / (effective + weight)
    return np.clip(mean, SURE, 1 - SURE), effective * (1 + 1 / (effective + weight))


def _loadings(pairs: Results, seen: Evidence, place: Ints, mean: Floats) -> tuple[csr_array, Floats]:
    """Return what each seat's effect adds to each pair's standardised score, and the standard deviation of the rest."""
    from scipy.sparse import csr_array  # deferred, because the import takes long, and many commands rate nobody

    row, flipped, edge = _edges(pairs, seen, place)
    tabled = seen.seats[row, 0] >= 0
    row, flipped, edge = row[tabled], flipped[tabled], edge[tabled]
    seats = seen.seats[row]
    chance = mean[edge] * (1 - mean[edge]) * seen.sizes[row] / np.maximum(seen.games[row], 1)
    correlation = _shared_correlation(seen, seats, chance)
    one, other = correlation[seats[:, 0]], correlation[seats[:, 1]]
    both = np.maximum(one + other, 1.0)
    share = np.sqrt(seen.games[row] / np.maximum(pairs.games[edge], 1))
    sign = np.where(flipped, -1.0, 1.0)
    values = np.concatenate([sign * share * np.sqrt(one / both), -sign * share * np.sqrt(other / both)])
    where = (np.concatenate([edge, edge]), np.concatenate([seats[:, 0], seats[:, 1]]))
    loadings = csr_array((values, where), shape=(len(mean), len(seen.partners)))
    taken = np.bincount(edge, share**2 * (one + other) / both, len(mean))
    return loadings, np.sqrt(np.maximum(1 - taken, 0.0))


def _shared_correlation(seen: Evidence, seats: Ints, chance: Floats) -> Floats:
    """Return for every seat the correlation of two results of its player in one unit, [S], between 0 and 1."""
    size = len(seen.partners)
    roots, sums = (sum(np.bincount(seats[:, side], part, size) for side in (0, 1)) for part in (np.sqrt(chance), chance))
    # The cross products that two fully correlated results would have, per (partners − 1) · variances of this player.
    more = np.maximum(seen.partners - 1, 1)
    ratio = np.clip((roots**2 - sums) / np.maximum(more * sums, 1e-12), 0.05, 1.0)
    whole = seen.apart * more * ratio
    typical = more * sums * ratio  # of one unit
    common = (seen.shared.sum() + EQUALS * FEW * typical.mean()) / (whole.sum() + FEW * typical.mean() + 1e-12)
    own = (seen.shared + UNITS * typical * common) / np.maximum(whole + UNITS * typical, 1e-12)
    return np.asarray(np.clip(own, 0.0, 1.0))


def noise(found: Dependence, size: int, at_once: int, rng: np.random.Generator) -> Iterator[tuple[slice, Floats]]:
    """Draw the chance part of every pair's points `size` times, of mean 0.

    Args:
        found: The chance in the results.
        size: Number of draws.
        at_once: Largest number of figures that are drawn together, unless one draw has more.
        rng: Random generator.

    Yields:
        Draws b of the `size`, and an addend of their points, float64 [b, E]. The addends of a draw sum up to it.

    Laws:
        `at_once` changes nothing but the memory.
    """
    pairs = len(found.spread)
    step = max(1, at_once // max(pairs, 1))
    parts = [slice(begin, min(begin + step, size)) for begin in range(0, size, step)]
    for part in parts:
        drawn = rng.standard_normal((part.stop - part.start, pairs))
        drawn *= found.rest
        drawn *= found.spread
        yield part, drawn
    if found.loadings is not None:
        effects = rng.standard_normal((found.loadings.shape[1], size))
        for part in parts:
            yield part, np.asarray((found.loadings @ effects[:, part]).T * found.spread)
