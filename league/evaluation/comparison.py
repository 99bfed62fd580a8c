"""Compares groups of independent trainings. The unit is a training, that is, a seed: its games are no further units.

Whether two groups differ is decided by a permutation test. If they do not differ, then every way of dealing their trainings out
to two groups of these sizes is equally likely. The test needs no other assumption. In particular it holds where a training
either succeeds or fails, where all games of a pair end alike, and where groups share seeds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb, sqrt

import numpy as np
from numpy.typing import NDArray

from tournaments.rating.student import students_quantile

Floats = NDArray[np.float64]

LEVEL = 0.05
"""The probability with which at least one difference is found although there is none."""

MOST_EXACT, DRAWS = 200_000, 20_000
"""The most ways of dealing out that are all tried; of more, this number is drawn."""

TIE = 1e-9
"""Differences closer than this are equal."""


@dataclass(frozen=True)
class Interval:
    """A mean over trainings.

    Attributes:
        mean: The mean.
        low: Lower end of the 95 % interval; None if there is none: there is one training only, or all have the same value.
        high: Upper end of that interval.
    """

    mean: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Difference:
    """A comparison of two groups.

    Attributes:
        one: The group that is ahead in the mean, or the first one.
        other: The other group.
        advantage: By how much a training of `one` is ahead of one of `other` in the mean.
        low: Lower end of the 95 % interval of the advantage; None if there is none.
        high: Upper end of that interval.
        p: The probability of so large an advantage, of either group, if the groups do not differ.
        adjusted: The same, adjusted for the number of comparisons.
        found: Whether a difference was found.
    """

    one: str
    other: str
    advantage: float
    low: float | None
    high: float | None
    p: float
    adjusted: float
    found: bool


def mean_over(values: Sequence[float]) -> Interval:
    """The mean of independent trainings, with Student's 95 % interval.

    Reference:
        Student (1908), "The probable error of a mean".
    """
    mean, count = float(np.mean(values)), len(values)
    deviation = float(np.std(values, ddof=1)) if count > 1 else 0.0
    if deviation <= TIE * max(1.0, abs(mean)):
        return Interval(mean, None, None)
    half = students_quantile(count - 1) * deviation / sqrt(count)
    return Interval(mean, mean - half, mean + half)


def advantage(ahead: Floats, one: Sequence[int], other: Sequence[int]) -> Interval:
    """By how much the trainings of one group are ahead of those of another, with a 95 % interval.

    Args:
        ahead: float64 [L, L], antisymmetric: by how much the row's training is ahead of the column's.
        one: Rows of the first group.
        other: Rows of the second group.

    Returns:
        The mean over all pairs of a training of each group. There is no interval if a group has one training only.

    Reference:
        Hoeffding (1948), "A class of statistics with asymptotically normal distribution", for the variance of such a mean,
        which is that of a generalised U-statistic (Lehmann 1951); Welch (1947) for the degrees of freedom.

    Laws:
        The advantage of the other group is its negative, with the interval mirrored.
    """
    block = ahead[np.ix_(one, other)]
    mean = float(block.mean())
    if min(len(one), len(other)) < 2:
        return Interval(mean, None, None)
    parts = [(float(np.var(block.mean(axis), ddof=1)) / size, size) for axis, size in ((1, len(one)), (0, len(other)))]
    variance = sum(part for part, _ in parts)
    if variance <= TIE**2:
        return Interval(mean, None, None)
    freedom = variance**2 / sum(part**2 / (size - 1) for part, size in parts)
    half = students_quantile(max(1, int(freedom))) * sqrt(variance)
    return Interval(mean, mean - half, mean + half)


def permutation_p(ahead: Floats, one: Sequence[int], other: Sequence[int], rng: np.random.Generator) -> float:
    """The probability of so large an advantage if two groups do not differ.

    Args:
        ahead: As in `advantage`.
        one: Rows of the first group.
        other: Rows of the second group.
        rng: Draws ways of dealing out, if there are too many to try all.

    Laws:
        It is the same for the other group. It is at least 2 / C(n + m, n) if all ways are tried and groups are equally large.

    Reference:
        Fisher (1935), "The design of experiments", §21; Pitman (1937), "Significance tests which may be applied to samples from
        any populations". Phipson and Smyth (2010) for the value with drawn ways, which is never 0.
    """
    both = [*one, *other]
    # What is won within a group cancels out, so the advantage of a group is the sum of its rows.
    rows = ahead[np.ix_(both, both)].sum(1)
    seen, size = abs(rows[: len(one)].sum()) - TIE, len(one)
    if comb(len(both), size) <= MOST_EXACT:
        sums = np.fromiter((rows[list(each)].sum() for each in combinations(range(len(both)), size)), float)
        return float((np.abs(sums) >= seen).mean())
    drawn = rng.permuted(np.broadcast_to(rows, (DRAWS, len(both))), axis=1)[:, :size].sum(1)
    return float((1 + (np.abs(drawn) >= seen).sum()) / (1 + DRAWS))


def holm(ps: Sequence[float]) -> list[float]:
    """Adjust the probabilities of several comparisons, so that the level holds for all of them together.

    Laws:
        No value gets smaller, and their order stays. One comparison is not changed.

    Reference:
        Holm (1979), "A simple sequentially rejective multiple test procedure".
    """
    adjusted, least = [0.0] * len(ps), 0.0
    for rank, place in enumerate(sorted(range(len(ps)), key=lambda each: ps[each])):
        least = max(least, min(1.0, (len(ps) - rank) * ps[place]))
        adjusted[place] = least
    return adjusted


def differences(
    ahead: Floats, groups: Sequence[tuple[str, Sequence[int]]], rng: np.random.Generator, level: float = LEVEL
) -> list[Difference]:
    """Compare every two groups.

    Args:
        ahead: As in `advantage`.
        groups: Names of the groups and their rows.
        rng: As in `permutation_p`.
        level: A difference is found if its adjusted probability is at most this.
    """
    pairs = list(combinations(groups, 2))
    ps = [permutation_p(ahead, one, other, rng) for (_, one), (_, other) in pairs]
    found = []
    for (one, other), p, adjusted in zip(pairs, ps, holm(ps), strict=True):
        first, second = (one, other) if ahead[np.ix_(one[1], other[1])].mean() >= -TIE else (other, one)
        by = advantage(ahead, first[1], second[1])
        found.append(Difference(first[0], second[0], by.mean, by.low, by.high, p, adjusted, adjusted <= level))
    return found


def seeds_needed(groups: int, level: float = LEVEL) -> int:
    """The number of trainings per group from which on a difference between two of so many groups can be found at all."""
    return next(seeds for seeds in range(1, 100) if can_be_found(seeds, groups, level))


def can_be_found(seeds: int, groups: int, level: float) -> bool:
    """Whether a difference can be found between two of so many groups, with so many trainings each."""
    return 2 / comb(2 * seeds, seeds) * comb(groups, 2) <= level


def level_of_look(seeds: int, before: int, planned: int) -> float:
    """The part of the level that is spent when the groups are compared before all trainings are done.

    Args:
        seeds: Number of trainings per group now.
        before: Number of trainings per group at the last look; 0 at the first.
        planned: Planned number of trainings per group.

    Laws:
        The parts of all looks add up to `LEVEL`. By Boole's inequality the probability of finding a difference at any look
        although there is none is then at most `LEVEL`, however the looks depend on one another.

    Reference:
        Lan and DeMets (1983), "Discrete sequential boundaries for clinical trials": the level is spent in proportion to the
        trainings that are done.
    """
    return LEVEL * (seeds - before) / planned
