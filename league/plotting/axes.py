"""Shared parts of charts: axes, the numbers beside them, and the names at the right end of curves and columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from league.plotting.canvas import FAINT, INK, SOFT, Box, Mark, Text, fitting
from league.plotting.palette import GRID
from league.plotting.scales import Scale, figure, moved_apart

LETTERS = 12.0
"""Font size of all text in charts, in pixels."""

NAMES = 0.34
"""Maximum share of the width that names may take."""

End = tuple[float, str, str, bool]
"""A name at the right of a chart: its y position, the name, its colour, and whether it is the main subject of the chart."""


def axes(across: str, up: str, x: Scale, y: Scale, marks: Sequence[float], sides: tuple[float, float]) -> Iterator[Mark]:
    """Both axes of a chart with their grid.

    Args:
        across: Label of the x axis.
        up: Label of the y axis, with its unit.
        x: Scale of the x axis.
        y: Scale of the y axis.
        marks: Values of y that are written at the left.
        sides: Left and right end of the x axis, in pixels.
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
    """The numbers of the y axis, at the left."""
    for value in marks:
        yield Text(left - 6, scale(value), figure(value), LETTERS, SOFT, "rm")


def shortened(ends: Sequence[End], broad: float) -> list[End]:
    """The names, cut so that they leave room for the chart."""
    return [(y, fitting(name, LETTERS, NAMES * broad), colour, bold) for y, name, colour, bold in ends]


def end_names(ends: Sequence[End], x: float, sides: tuple[float, float]) -> Iterator[Mark]:
    """Draw names beside the ends of curves or columns, in the same colour. Names that would overlap are moved apart."""
    places = moved_apart([end[0] for end in ends], LETTERS + 3, *sides)
    for (_, name, colour, bold), y in zip(ends, places, strict=True):
        yield Box(x, y - 4, 4, 9, colour)
        yield Text(x + 8, y, name, LETTERS, INK, bold=bold)
