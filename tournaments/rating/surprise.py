"""How surprising a result was: the chances that ratings gave to a win, a draw and a loss, and −log₂ of the one that came.

Ratings say which share s of the points to expect, a draw being ½. How much of it is draws, they do not say; Davidson's model
does: win : draw : loss = a : ν : 1/a. Here a is what makes P(win) + P(draw)/2 = s, so that the chances never contradict the
ratings, and ν, the *drawishness*, is one number for a tournament: the one that makes the model expect as many draws as there
were. Between equals a draw has the chance ν/(2 + ν); the further two players are apart, the rarer it is, and no result is ever
impossible.

Reference:
    Davidson (1970), "On extending the Bradley–Terry model to accommodate ties in paired comparison experiments"; Shannon (1948)
    for the measure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum, log2, sqrt
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tournaments.rating.elo import expected_score
from tournaments.rating.outcomes import Outcome
from tournaments.rating.payoff import Payoff

SUREST = 1 - 2.0**-30
"""The surest that a rating is believed to be; beyond it a sigmoid rounds to 1, and the impossible could happen."""

DRAWISHNESS = (1e-6, 1e6)
"""Between which numbers the drawishness lies: no draws at all, and nothing but draws as far as the ratings allow."""

HALVINGS = 60
"""Steps of the search for it: more would not change a float."""

Floats = NDArray[np.float64]

_Weighed: TypeAlias = tuple[float, float, float]
"""A comparison as one player sees it: its score, the expected one, the surprise in bits."""


@dataclass(frozen=True)
class Chances:
    """Of a win, a draw and a loss; they add up to 1."""

    win: float
    draw: float
    loss: float

    def of(self, score: float) -> float:
        """The chance of a score: 1, ½ or 0."""
        return {1.0: self.win, 0.5: self.draw, 0.0: self.loss}[score]


@dataclass(frozen=True)
class Judgement:
    """What a match was to the ratings.

    Attributes:
        bits: Its surprise, the mean over its comparisons: 0 was certain, 1 a coin flip, 5 one chance in 32.
        scores: Player → its mean score in the comparisons of this match: 1 won, ½ drew, 0 lost.
        upset: True where somebody did better than even although the ratings expected worse than even.
    """

    bits: float
    scores: Mapping[str, float]
    upset: bool


def chances(expected: float, drawishness: float) -> Chances:
    """Split an expected score into the chances of a win, a draw and a loss.

    Args:
        expected: The share of the points that the ratings expect, in (0, 1).
        drawishness: ν, 0 or more.

    Returns:
        The chances.

    Laws:
        win + draw/2 = expected. Seen from the other side, win and loss change places. No chance is 0 while ν is not.
    """
    # a solves a²(1 − s) + aν(½ − s) − s = 0. Of the two forms of its positive root the one that does not subtract is taken.
    lean = drawishness * (expected - 0.5)
    root = sqrt(lean * lean + 4 * expected * (1 - expected))
    ahead = (lean + root) / (2 * (1 - expected)) if lean > 0 else 2 * expected / (root - lean)
    whole = ahead + drawishness + 1 / ahead
    return Chances(ahead / whole, drawishness / whole, 1 / (ahead * whole))


def drawishness(table: Payoff, elo: Mapping[str, float]) -> float:
    """The ν at which the model expects as many draws as a table has.

    One more game between equals, half of it drawn, is counted, so that neither a draw nor a win is ever out of the question.

    Args:
        table: The results.
        elo: Rating of each of its players.

    Returns:
        A number within `DRAWISHNESS`; its upper end where there are more draws than the ratings allow.

    Laws:
        The order of the players changes nothing. It is no lower where one more of the games was drawn.
    """
    upper = np.triu_indices(len(table.players), 1)
    points = np.array([elo[player] for player in table.players])
    apart = (points[upper[0]] - points[upper[1]]).tolist()
    expected = np.array([0.5, *map(_believed, apart)])
    games = np.array([1.0, *table.games[upper].tolist()])
    wanted = 0.5 + float(table.draws[upper].sum())
    low, high = np.log(DRAWISHNESS)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if float(games @ _draws(expected, float(np.exp(middle)))) < wanted:
            low = middle
        else:
            high = middle
    return float(np.exp(high))


def judge(outcomes: Iterable[Outcome], elo: Mapping[str, float], drawishness: float) -> dict[str, Judgement]:
    """Weigh what came of matches against what the ratings expected.

    A match with one comparison has the surprise of its result. In a match of several (more than two players at a table, or two
    sides that are each compared with the mirror game), it is their mean, so that a bit is a bit in every game.

    Args:
        outcomes: Outcomes in any order, both sides of each comparison among them.
        elo: Rating of every player among them.
        drawishness: ν; see the top of this file.

    Returns:
        Match → judgement, for matches in which somebody was compared.

    Laws:
        The order of outcomes changes nothing. Adding the same to all ratings changes nothing.
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
    """Rounded once, so that the order does not matter; never a negative zero."""
    return fsum(numbers) / len(numbers) + 0.0


def _believed(difference: float) -> float:
    return min(max(expected_score(difference), 1 - SUREST), SUREST)


def _draws(expected: Floats, drawishness: float) -> Floats:
    """The chance of a draw, as `chances` has it, for many expected scores at once."""
    lean = drawishness * np.abs(expected - 0.5)
    ahead = (lean + np.sqrt(lean * lean + 4 * expected * (1 - expected))) / (2 * np.minimum(expected, 1 - expected))
    drawn: Floats = drawishness / (ahead + drawishness + 1 / ahead)
    return drawn
