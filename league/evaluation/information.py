"""How much one quantity tells about another beyond a third, measured in samples, and whether chance alone would tell as much.

Axes: n samples, each from a game of its own, so that they are independent.

References:
    Mesner and Shalizi (2020), "Conditional mutual information estimation for mixed, discrete and continuous data".
    Runge (2018), "Conditional independence testing based on a nearest-neighbor estimator of conditional mutual information".
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma

Floats = NDArray[np.float64]

NEIGHBOURS = 5
"""Number of nearest neighbours of the estimator."""

ALIKE = 10
"""Number of samples with the most similar condition among which a sample is exchanged for the null."""

APART = 1e6
"""Distance of two samples whose discrete value differs."""


@dataclass(frozen=True)
class Information:
    """What X tells about Y beyond Z.

    Attributes:
        bits: Conditional mutual information I(X; Y | Z), in bits; an estimate below 0 is 0.
        null: Mean of the same estimate where X is exchanged between samples with similar Z.
        null_high: The 95 % quantile of these.
        p: Probability of an estimate at least as high if X tells nothing beyond Z.
        samples: Number of samples.
    """

    bits: float
    null: float
    null_high: float
    p: float
    samples: int

    @property
    def told(self) -> bool:
        """True if X tells more than chance explains, at the level of 5 %."""
        return self.p <= 0.05


def conditional_information(
    x: Floats, y: Floats, z: Floats, rng: np.random.Generator, *, discrete: bool = False, permutations: int = 100
) -> Information:
    """Estimate I(X; Y | Z) and its distribution if X tells nothing about Y beyond Z.

    Args:
        x: float64 [n, dx], n larger than `ALIKE`.
        y: float64 [n, dy].
        z: float64 [n, dz]; dz may be 0.
        rng: Draws the exchanges.
        discrete: Whether `y` is a number of an alternative: two values are the same or different, and nothing else.
        permutations: Number of exchanges; the smallest possible p is 1 / (permutations + 1).

    Laws:
        If X is exchanged between samples with the same Z, the distribution of p does not change.

    References:
        Mesner and Shalizi (2020), algorithm 1, for the estimate. Runge (2018), section 3.2, for the null.
    """
    apart = _distances(z)
    done = APART * (y != y.T if y.shape[1] == 1 else (y[:, None] != y[None]).any(-1)) if discrete else _distances(y)
    told = _distances(x)
    found = _estimate(told, done, apart)
    null = np.empty(permutations)
    for number in range(permutations):
        order = _exchanged(apart, rng)
        null[number] = _estimate(told[np.ix_(order, order)], done, apart)
    p = (1 + int((null >= found - 1e-12).sum())) / (1 + permutations)
    positive = np.maximum(null, 0.0)
    high = float(np.quantile(positive, 0.95))
    return Information(max(found, 0.0), float(positive.mean()), high, p, len(x))


def _distances(values: Floats) -> Floats:
    """Largest difference of two samples in any standardised column, float64 [n, n]; columns without spread are left out."""
    spread = values.std(0)
    kept = values[:, spread > 1e-9] / spread[spread > 1e-9]
    found = np.zeros((len(values), len(values)))
    for column in kept.T:
        np.maximum(found, np.abs(column[:, None] - column), out=found)
    return found


def _estimate(x: Floats, y: Floats, z: Floats) -> float:
    """I(X; Y | Z) in bits from distances [n, n]."""
    with_x, with_y = np.maximum(x, z), np.maximum(y, z)
    whole = np.maximum(with_x, y)
    radius = np.partition(whole, NEIGHBOURS, axis=1)[:, NEIGHBOURS, None]  # the sample itself is nearest
    near = (np.where(radius > 0, NEIGHBOURS, (whole <= 0).sum(1, keepdims=True) - 1)).ravel()
    counts = [(each <= radius).sum(1) - 1 for each in (with_x, with_y, z)]
    return float((digamma(near) - digamma(counts[0]) - digamma(counts[1]) + digamma(counts[2])).mean() / log(2))


def _exchanged(z: Floats, rng: np.random.Generator) -> NDArray[np.int64]:
    """For each sample another one with a similar Z, each at most once if possible; int64 [n]."""
    size = len(z)
    blurred = z + rng.random(z.shape) * 1e-9  # equal distances are ordered by chance
    nearest = np.argpartition(blurred, ALIKE - 1, axis=1)[:, :ALIKE]
    rng.permuted(nearest, axis=1, out=nearest)
    taken, chosen = np.zeros(size, np.bool_), np.empty(size, np.int64)
    for sample in rng.permutation(size):
        free = nearest[sample][~taken[nearest[sample]]]
        chosen[sample] = free[0] if len(free) else nearest[sample][0]
        taken[chosen[sample]] = True
    return chosen
