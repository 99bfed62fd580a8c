"""Charts of scores with their intervals, one below the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from league.plotting.axes import LETTERS, NAMES
from league.plotting.canvas import INK, SOFT, Box, Picture, Stroke, Text, fitting, width
from league.plotting.palette import GRID
from league.plotting.scales import Scale, percentage


@dataclass(frozen=True)
class Whisker:
    """A score with its interval (shares, 0 to 1), its name, the text behind it, and its colour."""

    name: str
    low: float
    middle: float
    high: float
    behind: str
    colour: str


def whiskers(across: str, rows: Sequence[Whisker], broad: float) -> Picture:
    """Draw scores between 0 and 1 below each other, with a vertical line at one half."""
    names = [fitting(row.name, LETTERS, NAMES * broad) for row in rows]
    left = 14 + max(width(name, LETTERS) for name in names)
    right = broad - 14 - max(width(row.behind, LETTERS) for row in rows)
    scale, bottom = Scale(0.0, 1.0, left, right), 16.0 + 24 * len(rows)
    picture = Picture(broad, bottom + 40)
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        x = scale(share)
        picture.add(Box(x, 8, 1, bottom - 8, SOFT if share == 0.5 else GRID))
        picture.add(Text(x, bottom + 12, f"{share:.2g}", LETTERS, SOFT, "mm"))
    for place, row in enumerate(rows):
        y = 20.0 + 24 * place
        told = f"{row.name}: {percentage(row.middle)}, {percentage(row.low)} to {percentage(row.high)}"
        picture.add(
            Text(left - 10, y, names[place], LETTERS, INK, "rm"),
            Stroke(((scale(row.low), y), (scale(row.high), y)), 2.4, row.colour, told),
            Stroke(((scale(row.middle), y),), 10, row.colour, told),
            Text(right + 12, y, row.behind, LETTERS, SOFT),
        )
    picture.add(Text((left + right) / 2, bottom + 30, across, LETTERS, SOFT, "mm"))
    return picture
