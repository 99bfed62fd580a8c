"""Charts in characters for the terminal: intervals on one axis, curves in a line, bars, shades.

All charts say the same without colours. If there are none (a pipe, `NO_COLOR`, a dumb terminal), no escape code is printed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment
from rich.text import Text

LEVELS = "▁▂▃▄▅▆▇█"
WON, DRAWN, LOST = "█", "▒", "░"

GOOD, EVEN, BAD, FAINT = "#3d8bd0", "#8d8d8d", "#e07b39", "#8a8a8a"
"""Blue and orange, which can be told apart with colour blindness, on light and on dark backgrounds."""

SHADES = ("#b35806", "#e08214", "#fdb863", "#fee0b6", "#f0f0f0", "#c6dbef", "#7fb6dc", "#3d8bd0", "#0a559f")
"""Background colours of scores from 0 to 1 (after Brewer's brown, white and blue)."""


@dataclass(frozen=True)
class Screen:
    """The properties of a console: its width, and whether it shows colours."""

    width: int
    colour: bool


@dataclass(frozen=True)
class Figure:
    """A chart that is drawn when its console is known; print it with `rich`."""

    draw: Callable[[Screen], RenderableType]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw the chart for this console."""
        screen = Screen(options.max_width, console.color_system is not None and not console.no_color)
        segments = console.render(self.draw(screen), options)
        for line in Segment.split_lines(segments if screen.colour else Segment.strip_styles(segments)):
            yield from _trimmed(line)
            yield Segment.line()


@dataclass(frozen=True)
class Axis:
    """An axis of Elo points: the values of its first and last column, and its width in columns."""

    first: float
    last: float
    width: int

    def column(self, value: float) -> int:
        """Return the column of a value."""
        share = (value - self.first) / (self.last - self.first)
        return min(max(round(share * (self.width - 1)), 0), self.width - 1)

    def ticks(self) -> str:
        """Return round numbers above their columns, with gaps between them."""
        step = _round_step(max((self.last - self.first) * 8 / self.width, 1.0))
        line = [" "] * self.width
        free = 0
        for number in range(math.ceil(self.first / step), math.floor(self.last / step) + 1):
            label = f"{number * step:.0f}"
            start = min(max(self.column(number * step) - len(label) // 2, 0), self.width - len(label))
            if start >= free:
                line[start : start + len(label)] = label
                free = start + len(label) + 1
        return "".join(line)


def axis_of(values: Sequence[float], width: int) -> Axis:
    """Make an axis that contains all values and 0."""
    first, last = min([0.0, *values]), max([0.0, *values])
    return Axis(first, max(last, first + 1.0), width)


def interval(axis: Axis, low: float, middle: float, high: float) -> Text:
    """Draw a rating on its axis: a dot, its interval as a line, and the mark of 0."""
    cells = [" "] * axis.width
    cells[axis.column(0.0)] = "┊"
    start, dot, end = map(axis.column, (low, middle, high))
    cells[start : end + 1] = "─" * (end + 1 - start)
    for place, cap in ((start, "├"), (end, "┤")):
        if place != dot:
            cells[place] = cap
    cells[dot] = "●"
    line = Text("".join(cells), FAINT)
    line.stylize(GOOD, start, end + 1)
    return line


def sparkline(values: Sequence[float | None], low: float, high: float, width: int) -> str:
    """Draw a curve in one line. If there are more values than columns, each column shows the last value of its share.

    Args:
        values: In order; None leaves a gap.
        low: The value of the lowest level.
        high: The value of the highest level.
        width: Maximal number of columns.
    """
    shown = min(len(values), width)
    ends = [(number + 1) * len(values) // shown - 1 for number in range(shown)]
    span = high - low if high > low else 1.0
    levels = [None if (value := values[end]) is None else min(max((value - low) / span, 0.0), 1.0) for end in ends]
    return "".join(" " if level is None else LEVELS[min(int(level * len(LEVELS)), len(LEVELS) - 1)] for level in levels)


def shares(won: int, drawn: int, lost: int, width: int) -> Text:
    """Draw a bar in three parts, in proportion to games won, drawn and lost; empty without games."""
    line, games = Text(), won + drawn + lost
    ends = [0, *(round(width * count / games) for count in accumulate((won, drawn, lost)))] if games else [0]
    for (start, end), character, color in zip(pairwise(ends), (WON, DRAWN, LOST), (GOOD, EVEN, BAD), strict=False):
        line.append(character * (end - start), color)
    return line


def shaded(text: str, score: float) -> Text:
    """Print a score on its shade: orange for losing, blue for winning."""
    place = min(int(score * len(SHADES)), len(SHADES) - 1)
    ink = "#ffffff" if place in (0, len(SHADES) - 1) else "#000000"
    return Text(text, f"{ink} on {SHADES[place]}")


def _trimmed(line: list[Segment]) -> list[Segment]:
    """Remove blanks without a background from the end of a line."""
    while line and not (line[-1].style is not None and line[-1].style.bgcolor):
        kept = line[-1].text.rstrip()
        if kept:
            return [*line[:-1], Segment(kept, line[-1].style)]
        line = line[:-1]
    return line


def _round_step(least: float) -> float:
    """Return the smallest of 1, 2 or 5 times a power of ten that is at least `least`."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= least * (1 - 1e-9))
