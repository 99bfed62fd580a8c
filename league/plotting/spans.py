"""Charts of values with intervals and single observations, one below the other, on a scale of any unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from league.plotting.axes import LETTERS, NAMES
from league.plotting.canvas import INK, SOFT, Box, Picture, Stroke, Text, fitting, width
from league.plotting.palette import GRID
from league.plotting.scales import figure, spanning


@dataclass(frozen=True)
class Span:
    """A value with its interval.

    Attributes:
        name: The name at the left.
        middle: The value.
        low: Lower end of its interval; None if there is none.
        high: Upper end of that interval.
        single: Single observations.
        behind: The text at the right.
        colour: The colour.
    """

    name: str
    middle: float
    low: float | None
    high: float | None
    single: Sequence[float]
    behind: str
    colour: str


def spans(across: str, rows: Sequence[Span], broad: float, line: float | None = None) -> Picture:
    """Draw values below each other.

    Args:
        across: Label of the axis, with its unit.
        rows: The values.
        broad: Width of the picture in pixels.
        line: A value at which a vertical line is drawn.
    """
    names = [fitting(row.name, LETTERS, NAMES * broad) for row in rows]
    left = 14 + max(width(name, LETTERS) for name in names)
    right = broad - 14 - max(width(row.behind, LETTERS) for row in rows)
    known = [value for row in rows for value in (row.low, row.middle, row.high, *row.single, line) if value is not None]
    scale, bottom = replace(spanning(known), start=left, end=right), 16.0 + 30 * len(rows)
    picture = Picture(broad, bottom + 40)
    for tick in scale.ticks(max(3, int((right - left) / 70))):
        picture.add(Box(scale(tick), 8, 1, bottom - 8, GRID), Text(scale(tick), bottom + 12, figure(tick), LETTERS, SOFT, "mm"))
    if line is not None:
        picture.add(Box(scale(line), 8, 1, bottom - 8, SOFT))
    for place, row in enumerate(rows):
        y = 22.0 + 30 * place
        ends = "" if row.low is None or row.high is None else f", {figure(row.low)} to {figure(row.high)}"
        told = f"{row.name}: {figure(row.middle)}{ends}"
        picture.add(Text(left - 10, y, names[place], LETTERS, INK, "rm"), Text(right + 12, y, row.behind, LETTERS, SOFT))
        picture.add(*(Stroke(((scale(each), y + 8),), 4, row.colour) for each in row.single))
        if row.low is not None and row.high is not None:
            picture.add(Stroke(((scale(row.low), y), (scale(row.high), y)), 2.4, row.colour, told))
        picture.add(Stroke(((scale(row.middle), y),), 10, row.colour, told))
    picture.add(Text((left + right) / 2, bottom + 30, across, LETTERS, SOFT, "mm"))
    return picture
