"""Quantiles of Student's distribution, without a library whose import takes longer than a command may.

Reference:
    Student (1908), "The probable error of a mean"; Abramowitz and Stegun (1964), "Handbook of mathematical functions",
    26.7.3 and 26.7.4 for few degrees of freedom, 26.7.5 for many.
"""

from __future__ import annotations

from functools import lru_cache
from math import cos, inf, pi, sin, sqrt, tan
from statistics import NormalDist

MANY = 40
"""From this number of degrees of freedom on the expansion is used, whose error is then below 1e-6."""


@lru_cache(maxsize=2**12)
def students_quantile(freedom: float, level: float = 0.95) -> float:
    """Return the number of standard errors on each side of an interval.

    Args:
        freedom: Degrees of freedom: a whole number of at least 1, or infinity, for which the distribution is normal.
        level: Coverage of the interval, between 0 and 1.

    Laws:
        More degrees of freedom give a smaller quantile, more coverage a larger one.
    """
    if freedom < MANY:
        return _by_bisection(int(freedom), level)
    z = NormalDist().inv_cdf((1 + level) / 2)
    if freedom == inf:
        return z
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / freedom**power for power, term in enumerate(terms, 1))


def _by_bisection(freedom: int, level: float) -> float:
    low, high = 0.0, pi / 2
    while high - low > 1e-15:
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if _coverage(middle, freedom) < level else (low, middle)
    return tan((low + high) / 2) * sqrt(freedom)


def _coverage(angle: float, freedom: int) -> float:
    """The share of the distribution within ± tan(angle) · √freedom, for a whole number of degrees of freedom."""
    odd = freedom % 2
    term = total = cos(angle) if odd else 1.0
    for power in range(2 + odd, freedom - 1, 2):
        term *= (power - 1) / power * cos(angle) ** 2
        total += term
    if not odd:
        return sin(angle) * total
    return 2 / pi * (angle + (sin(angle) * total if freedom > 1 else 0.0))
