"""Rules about whether the league still improves, and whether more training would help."""

from __future__ import annotations

from dataclasses import dataclass

from league.analysis.history import History
from league.analysis.lineage import half_width
from league.report.advice.commands import Suggestion, again, home_of, name_of
from league.report.sections.growth import RECENT
from league.report.wording import signed

LITTLE = 35.0
"""Gain in Elo points over the last generations. More training is not suggested if the gain is surely smaller."""


@dataclass(frozen=True)
class _Trend:
    """The gain of the last generations in Elo points, from a line fitted to their best players, with its 95 % interval."""

    brought: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{signed(self.brought)} Elo in {RECENT} generations (95 % interval {signed(self.low)} to {signed(self.high)})"


def unfinished(history: History) -> Suggestion | None:
    """Suggests resuming if planned generations are missing."""
    done, planned = len(history.rows), history.config.generations
    if not _missing(history):
        return None
    reason = f"{done} of {planned} generations are committed. If no process runs the league, this continues it:"
    return Suggestion(reason, f"league resume {name_of(history)}{home_of(history)}")


def improving(history: History) -> Suggestion | None:
    """Suggests more generations if the best rating rose significantly."""
    trend, planned = _trend(history), history.config.generations
    if trend is None or trend.low <= 0.0 or _missing(history):
        return None
    reason = f"The league still improves: the rating of the best player rose by {trend}. This adds generations:"
    return Suggestion(
        reason, f"league resume {name_of(history)} --generations {planned + max(4, planned // 2)}{home_of(history)}"
    )


def stalled(history: History) -> Suggestion | None:
    """Suggests longer training in each generation if the best rating did not rise."""
    trend, config = _trend(history), history.config
    if trend is None or trend.brought > 0.0 or trend.high >= LITTLE or _early(history):
        return None
    reason = (
        f"The rating of the best player hardly rose: {trend}. More generations may not help. "
        "Twice as much training in each generation may help:"
    )
    return Suggestion(reason, again(history, "longer", {"train.updates": 2 * config.train.updates}))


def unclear(history: History) -> Suggestion | None:
    """Suggests more games if the intervals are too wide to show whether the best rating rose."""
    trend, games = _trend(history), history.config.tournament.games
    if trend is None or trend.brought > 0.0 or trend.high < LITTLE or _early(history):
        return None
    reason = f"It is unclear whether the league still improves: the best rating changed by {trend}. More games make it clearer:"
    return Suggestion(reason, again(history, "clearer", {"tournament.games": 4 * games}))


def _missing(history: History) -> bool:
    """Whether planned generations are not committed yet."""
    return len(history.rows) < history.config.generations


def _early(history: History) -> bool:
    """Whether there are too few generations to say that the league no longer improves."""
    return len(history.rows) < 2 * RECENT or _missing(history)


def _trend(history: History) -> _Trend | None:
    """The slope of the last generations' best ratings, or None if there are no earlier generations."""
    lived = history.lives.values()
    numbers = range(history.number - RECENT, history.number + 1)
    best = [max((life[n] for life in lived if n in life), key=lambda row: row.elo, default=None) for n in numbers]
    known = [row for row in best if row is not None]
    if numbers[0] <= history.rows[0].number or len(known) < len(best):
        return None
    # The least-squares slope is a weighted sum of the ratings. A weight is proportional to the distance from the middle.
    middle, spread = RECENT / 2, sum((place - RECENT / 2) ** 2 for place in range(RECENT + 1))
    shares = [RECENT * (place - middle) / spread for place in range(RECENT + 1)]
    brought = sum(share * row.elo for share, row in zip(shares, known, strict=True))
    chance = half_width(list(zip(known, shares, strict=True)), history.chance)
    return _Trend(brought, brought - chance, brought + chance)
