"""What charts have in common: axes, the figures beside them, and names at the right end of what is drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from league.plotting.canvas import FAINT, INK, SOFT, Box, Mark, Text, fitting
from league.plotting.palette import GRID
from league.plotting.scales import Scale, figure, moved_apart

LETTERS = 12.0
"""Size of all letters in charts."""

NAMES = 0.34
"""Share of the width that names may take."""

End = tuple[float, str, str, bool]
"""What stands at the right of a chart: its place, what it is called, its colour, whether it is what the chart is about."""


def axes(across: str, up: str, x: Scale, y: Scale, marks: Sequence[float], sides: tuple[float, float]) -> Iterator[Mark]:
    """Both axes of a chart with their grid.

    Args:
        across: What the x axis is.
        up: What the y axis is, with its unit.
        x: Scale of the x axis.
        y: Scale of the y axis.
        marks: Values of y that are written at the left.
        sides: Left and right end of the x axis.
    """
    left, right = sides
    yield Text(4, 12, up, LETTERS, SOFT)
    yield from upright(y, marks, left)
    for value in marks:
        yield Box(left, y(value), right - left, 1, GRID)
    yield Box(left, y.start, right - left, 1, FAINT)
    numbers = [value for value in x.ticks(max(2, int((right - left) / 48))) if value == round(value)]
    for value in numbers:
        yield Box(x(value), y.start, 1, 4, FAINT)
        yield Text(x(value), y.start + 14, f"{value:.0f}", LETTERS, SOFT, "mm")
    yield Text((left + right) / 2, y.start + 34, across, LETTERS, SOFT, "mm")


def upright(scale: Scale, marks: Sequence[float], left: float) -> Iterator[Mark]:
    """Figures at the left."""
    for value in marks:
        yield Text(left - 6, scale(value), figure(value), LETTERS, SOFT, "rm")


def shortened(ends: Sequence[End], broad: float) -> list[End]:
    """The same with names that leave room for the chart."""
    return [(y, fitting(name, LETTERS, NAMES * broad), colour, bold) for y, name, colour, bold in ends]


def end_names(ends: Sequence[End], x: float, sides: tuple[float, float]) -> Iterator[Mark]:
    """Names beside the ends of what they belong to, in its colour, moved apart where they would lie on each other."""
    places = moved_apart([end[0] for end in ends], LETTERS + 3, *sides)
    for (_, name, colour, bold), y in zip(ends, places, strict=True):
        yield Box(x, y - 4, 4, 9, colour)
        yield Text(x + 8, y, name, LETTERS, INK, bold=bold)
