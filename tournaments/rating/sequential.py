"""Wald's sequential test: is a challenger stronger than a champion? It stops as soon as the answer is sure enough.

The unit is a series: games on one seed in which both players take every side. Its score x lies in [0, 1] and may depend on
anything within the series. With p₀ and p₁ the expected scores of the two hypotheses, a series adds

    x · log(p₁ / p₀) + (1 − x) · log((1 − p₁) / (1 − p₀))

to the log likelihood ratio. For wins and losses this is Wald's test. For other scores the sum is conservative: the factor is
convex in x, so that under p₀ its mean is at most that of a coin, which is 1. By Ville's inequality the probability that the
ratio ever reaches A is then at most 1 / A, whatever the distribution of scores.

Reference:
    Wald (1945), "Sequential tests of statistical hypotheses"; Ville (1939) for the inequality.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import log
from typing import Literal

from tournaments.rating.elo import expected_score

Answer = Literal["stronger", "not stronger", "open"]


@dataclass(frozen=True)
class Hypotheses:
    """What a sequential test decides between, and how often it may be wrong.

    Attributes:
        low: H₀: the challenger is at most so many Elo points stronger.
        high: H₁: it is at least so many Elo points stronger; above `low`.
        alpha: Probability of the answer `stronger` if H₀ holds.
        beta: Probability of the answer `not stronger` if H₁ holds.

    Raises:
        ValueError: The hypotheses are not apart, or the probabilities are not in (0, ½).
    """

    low: float = 0.0
    high: float = 30.0
    alpha: float = 0.05
    beta: float = 0.05

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise ValueError(f"the hypotheses of a sequential test have to be apart: {self.low:g} is not below {self.high:g}")
        if not (0 < self.alpha < 0.5 and 0 < self.beta < 0.5):
            raise ValueError("the error rates of a sequential test have to be between 0 and ½")

    @property
    def bounds(self) -> tuple[float, float]:
        """The log likelihood ratios at which the test ends, the lower and the upper one (Wald 1945, equation 3.18)."""
        return log(self.beta / (1 - self.alpha)), log((1 - self.beta) / self.alpha)


@dataclass(frozen=True)
class Verdict:
    """The state of a test.

    Attributes:
        answer: stronger, not stronger, or open.
        ratio: The log likelihood ratio at which it ended, or now.
        series: Number of series that decided.
    """

    answer: Answer
    ratio: float
    series: int


def sequential_test(scores: Iterable[float], hypotheses: Hypotheses) -> Verdict:
    """Test the scores of series in the order in which they were played. Those after the end of the test do not count.

    Args:
        scores: The challenger's mean score of each series, in [0, 1].
        hypotheses: What is tested.

    Laws:
        More scores never change an answer. Under H₀ it is `stronger` with a probability of at most α / (1 − β), under H₁
        `not stronger` with at most β / (1 − α), for series that are independent.
    """
    weak, strong = expected_score(hypotheses.low), expected_score(hypotheses.high)
    won, lost = log(strong / weak), log((1 - strong) / (1 - weak))
    lower, upper = hypotheses.bounds
    ratio, series = 0.0, 0
    for score in scores:
        ratio, series = ratio + score * won + (1 - score) * lost, series + 1
        if ratio >= upper:
            return Verdict("stronger", ratio, series)
        if ratio <= lower:
            return Verdict("not stronger", ratio, series)
    return Verdict("open", ratio, series)
