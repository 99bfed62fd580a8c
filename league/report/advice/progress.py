"""Whether the league still improves, and whether more of the same would help."""

from __future__ import annotations

import math
from dataclasses import dataclass

from league.analysis.history import History
from league.report.advice.commands import Suggestion, again, home_of, name_of
from league.report.sections.growth import RECENT
from league.report.wording import signed

LITTLE = 35.0
"""Elo points: a smaller gain is not worth more of the same training."""


@dataclass(frozen=True)
class _Trend:
    """What the last generations brought, by a line through their best players, in Elo points; the ends of its interval."""

    brought: float
    low: float
    high: float

    def __str__(self) -> str:
        """In words."""
        return f"{signed(self.brought)} Elo in {RECENT} generations (95 % interval {signed(self.low)} to {signed(self.high)})"


def unfinished(history: History) -> Suggestion | None:
    """Generations are missing."""
    done, planned = len(history.rows), history.config.generations
    if not _missing(history):
        return None
    reason = f"{done} of {planned} generations are committed. If no process is at work on the league, this goes on with it:"
    return Suggestion(reason, f"league resume {name_of(history)}{home_of(history)}")


def improving(history: History) -> Suggestion | None:
    """The last generations brought more than chance explains, and they are not all that there are."""
    trend, planned = _trend(history), history.config.generations
    if trend is None or trend.low <= 0.0 or _missing(history):
        return None
    reason = f"It seems to improve still: the best player rose by {trend}. More generations may bring more:"
    return Suggestion(
        reason, f"league resume {name_of(history)} --generations {planned + max(4, planned // 2)}{home_of(history)}"
    )


def stalled(history: History) -> Suggestion | None:
    """The last generations brought nothing, or little at most."""
    trend, config = _trend(history), history.config
    if trend is None or trend.brought > 0.0 or trend.high >= LITTLE or _early(history):
        return None
    reason = (
        f"The best player gained little at most: {trend}. More of the same may not help; "
        "twice as much training in a generation may:"
    )
    return Suggestion(reason, again(history, "longer", {"train.updates": 2 * config.train.updates}))


def unclear(history: History) -> Suggestion | None:
    """The last generations brought nothing that can be seen, and too few games to see it."""
    trend, games = _trend(history), history.config.tournament.games
    if trend is None or trend.brought > 0.0 or trend.high < LITTLE or _early(history):
        return None
    reason = f"Whether it still improves cannot be told: the best player went by {trend}. More games in a tournament tell more:"
    return Suggestion(reason, again(history, "clearer", {"tournament.games": 4 * games}))


def _missing(history: History) -> bool:
    """Whether generations that were planned are still to come."""
    return len(history.rows) < history.config.generations


def _early(history: History) -> bool:
    """Whether it is too early to say that nothing comes any more."""
    return len(history.rows) < 2 * RECENT or _missing(history)


def _trend(history: History) -> _Trend | None:
    """The slope of the last generations' best ratings; None where there are no generations before them."""
    lived = history.lives.values()
    numbers = range(history.number - RECENT, history.number + 1)
    best = [max((life[n] for life in lived if n in life), key=lambda row: row.elo, default=None) for n in numbers]
    known = [row for row in best if row is not None]
    if numbers[0] <= history.rows[0].number or len(known) < len(best):
        return None
    # Least squares: the gain is a sum of the ratings, each by its distance from the middle.
    middle, spread = RECENT / 2, sum((place - RECENT / 2) ** 2 for place in range(RECENT + 1))
    shares = [RECENT * (place - middle) / spread for place in range(RECENT + 1)]
    brought = sum(share * row.elo for share, row in zip(shares, known, strict=True))
    chance = math.hypot(*(share * (row.high - row.low) / 2 for share, row in zip(shares, known, strict=True)))
    return _Trend(brought, brought - chance, brought + chance)
