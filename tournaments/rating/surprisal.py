"""Surprisal of match results: −log₂ of the probability that the ratings gave to the result.

Ratings give the expected score s of a player, where a draw counts ½. They do not say how much of s comes from draws. Davidson's
model does: win : draw : loss = a : ν : 1/a. The parameter a is chosen such that P(win) + P(draw)/2 = s, so the probabilities
never contradict the ratings. The parameter ν, the *drawishness*, is one number per tournament. It is chosen such that the model
expects as many draws as there were. Between equal players a draw has the probability ν/(2 + ν). It becomes less likely the
further two players are apart. No result has the probability 0.

Reference:
    Davidson (1970), "On extending the Bradley–Terry model to accommodate ties in paired comparison experiments"; Shannon (1948)
    for surprisal, also called self-information.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, fsum, log, log2, sqrt
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tournaments.rating.elo import expected_score
from tournaments.rating.outcomes import Outcome
from tournaments.rating.payoff import Payoff

SUREST = 1 - 2.0**-30
"""Upper bound of an expected score.

The logistic function rounds to 1 beyond it, and a loss would then have an infinite surprisal.
"""

DRAWISHNESS = (1e-6, 1e6)
"""Bounds of the drawishness: almost no draws; almost only draws, as far as the ratings allow."""

Floats = NDArray[np.float64]

_Weighed: TypeAlias = tuple[float, float, float]
"""One comparison from a player's side: its score, its expected score, the surprisal in bits."""


@dataclass(frozen=True)
class Chances:
    """Probabilities of a win, a draw and a loss; they add up to 1."""

    win: float
    draw: float
    loss: float

    def of(self, score: float) -> float:
        """Return the probability of a score: 1, ½ or 0."""
        return {1.0: self.win, 0.5: self.draw, 0.0: self.loss}[score]


@dataclass(frozen=True)
class Judgement:
    """A match compared with what the ratings expected.

    Attributes:
        bits: Its surprisal, the mean over its comparisons: 0 bits if certain, 1 for a coin flip, 5 for one chance in 32.
        scores: Player → its mean score in the comparisons of this match: 1 for a win, ½ for a draw, 0 for a loss.
        upset: True if some player scored more than ½ although the ratings expected less than ½.
    """

    bits: float
    scores: Mapping[str, float]
    upset: bool


def chances(expected: float, drawishness: float) -> Chances:
    """Split an expected score into the probabilities of a win, a draw and a loss.

    Args:
        expected: The expected score, in (0, 1).
        drawishness: ν, at least 0.

    Returns:
        The probabilities.

    Laws:
        win + draw/2 = expected. The opponent's probabilities are the same with win and loss exchanged. No probability is 0 if ν
        > 0.
    """
    # a is the positive root of a²(1 − s) + aν(½ − s) − s = 0. Of its two forms, the one without cancellation is taken.
    lean = drawishness * (expected - 0.5)
    root = sqrt(lean * lean + 4 * expected * (1 - expected))
    ahead = (lean + root) / (2 * (1 - expected)) if lean > 0 else 2 * expected / (root - lean)
    whole = ahead + drawishness + 1 / ahead
    return Chances(ahead / whole, drawishness / whole, 1 / (ahead * whole))


def drawishness(table: Payoff, elo: Mapping[str, float]) -> float:
    """Find the ν at which the model expects as many draws as the table has.

    One additional game between equal players, half of it drawn, is counted. It keeps ν away from 0 and from infinity.

    Args:
        table: The results.
        elo: Rating of each of its players.

    Returns:
        A number within `DRAWISHNESS`: its upper bound if there are more draws than the ratings allow.

    Laws:
        The order of the players changes nothing. If one more of the games was drawn, ν is not lower.
    """
    # Importing scipy takes about as long as everything else here, so commands that show no tournament do without it.
    from scipy.optimize import brentq

    upper = np.triu_indices(len(table.players), 1)
    points = np.array([elo[player] for player in table.players])
    apart = (points[upper[0]] - points[upper[1]]).tolist()
    expected = np.array([0.5, *map(_believed, apart)])
    games = np.array([1.0, *table.games[upper].tolist()])
    wanted = 0.5 + float(table.draws[upper].sum())

    def surplus(log_drawishness: float) -> float:
        return float(games @ _draws(expected, exp(log_drawishness))) - wanted

    # The expected number of draws grows with ν, from almost 0 to a limit that the ratings set.
    low, high = map(log, DRAWISHNESS)
    if surplus(high) <= 0:
        return DRAWISHNESS[1]
    return exp(brentq(surplus, low, high, xtol=1e-14))


def judge(outcomes: Iterable[Outcome], elo: Mapping[str, float], drawishness: float) -> dict[str, Judgement]:
    """Compare the outcomes of matches with what the ratings expected.

    A match with one comparison has the surprisal of its result. A match with several comparisons (more than two players at a
    table, or two sides that are each compared with the mirrored game) has their mean, so that bits are comparable across games.

    Args:
        outcomes: Outcomes in any order, both sides of each comparison among them.
        elo: Rating of every player among them.
        drawishness: ν; see the docstring of this module.

    Returns:
        Match → judgement, for matches with at least one comparison.

    Laws:
        The order of outcomes changes nothing. A constant added to all ratings changes nothing.
    """
    found: dict[str, dict[str, list[_Weighed]]] = {}
    known: dict[tuple[str, str], tuple[float, Chances]] = {}
    for outcome in outcomes:
        pair = (outcome.player, outcome.opponent)
        if pair not in known:
            expected = _believed(elo[outcome.player] - elo[outcome.opponent])
            known[pair] = expected, chances(expected, drawishness)
        expected, split = known[pair]
        weighed = outcome.score, expected, -log2(split.of(outcome.score))
        found.setdefault(outcome.match, {}).setdefault(outcome.player, []).append(weighed)
    return {match: _judge(found[match]) for match in sorted(found)}


def _judge(players: Mapping[str, Sequence[_Weighed]]) -> Judgement:
    means = {player: [_mean(column) for column in zip(*rows, strict=True)] for player, rows in sorted(players.items())}
    return Judgement(
        bits=_mean([bits for rows in players.values() for _, _, bits in rows]),
        scores={player: score for player, (score, _, _) in means.items()},
        upset=any(score > 0.5 > expected for score, expected, _ in means.values()),
    )


def _mean(numbers: Sequence[float]) -> float:
    """Return the mean, rounded once, so that the order of the numbers does not matter. The result is never −0."""
    return fsum(numbers) / len(numbers) + 0.0


def _believed(difference: float) -> float:
    return min(max(expected_score(difference), 1 - SUREST), SUREST)


def _draws(expected: Floats, drawishness: float) -> Floats:
    """Return the probability of a draw, as in `chances`, for many expected scores at once."""
    lean = drawishness * np.abs(expected - 0.5)
    ahead = (lean + np.sqrt(lean * lean + 4 * expected * (1 - expected))) / (2 * np.minimum(expected, 1 - expected))
    drawn: Floats = drawishness / (ahead + drawishness + 1 / ahead)
    return drawn
