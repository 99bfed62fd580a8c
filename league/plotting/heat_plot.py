"""Tables of numbers as heat maps with the number in every cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from league.plotting.canvas import SOFT, Box, Mark, Picture, Text, blend, fitting, width
from league.plotting.palette import LARGE, NEVER, SMALL, TITLE, ink_on

SCALE = ("#f7fbff", "#c6dbef", "#6baed6", "#2171b5", "#08306b")
"""Colours from the lowest to the highest number (ColorBrewer's Blues; Harrower and Brewer, 2003)."""

LEGEND = 21
"""Number of steps of the legend."""


def two_digits(value: float) -> str:
    """`0.25`, `−1.50`."""
    return f"{value:.2f}".replace("-0.00", "0.00").replace("-", "−")


def heat_picture(
    rows: Sequence[str],
    columns: Sequence[str],
    values: Sequence[Sequence[float | None]],
    title: str,
    axes: tuple[str, str],
    *,
    told: Callable[[int, int], str] = lambda row, column: "",
    text: Callable[[float], str] = two_digits,
    broad: float = 880.0,
    least: Sequence[float] = (),
) -> Picture:
    """Draw a table of numbers. Darker is higher. A cell without a number is grey.

    Args:
        rows: Names of the rows.
        columns: Names of the columns.
        values: A number or None for each row and column.
        title: Heading of the picture, or "" for none.
        axes: What the rows are, and what the columns are.
        told: (row, column) → the description of a cell.
        text: The number in a cell as text.
        broad: Maximum width in pixels. Names and cells become narrower if the picture would be wider.
        least: Numbers that the scale of colours contains in any case.
    """
    layout = _Layout.of(rows, columns, values, bool(title), axes, text, broad, least)
    size, left, top, cell, tall = layout.size, layout.left, layout.top, layout.cell, layout.tall
    picture = Picture(max(layout.width, width(title, TITLE) + 30), top + tall * len(rows) + 16)
    picture.add(*([Text(15, 22, title, TITLE)] if title else []))
    picture.add(Text(left - 10, top - 9, f"{axes[0]} ↓", size, SOFT, "rm"))
    picture.add(Text(left, 58.0 if title else 14.0, f"{axes[1]} →", size, SOFT))
    for number, name in enumerate(layout.heads):
        x = left + cell * (number + 0.5)
        flat = Text(x, top - 10, name, size, anchor="mm")
        picture.add(flat if layout.flat else Text(x, top - 8, name, size, anchor="ls", turn=55))
    for number, name in enumerate(layout.names):
        y = top + tall * (number + 0.5)
        picture.add(Text(left - 10, y, name, size, anchor="rm"))
        for column, value in enumerate(values[number]):
            x = left + cell * column
            ground = NEVER if value is None else _colour(value, layout.low, layout.high)
            picture.add(Box(x + 1, y - tall / 2 + 1, cell - 2, tall - 2, ground, told(number, column)))
            if value is not None:
                picture.add(Text(x + cell / 2, y, text(value), size, ink_on(ground), "mm", ground=ground))
    if layout.high > layout.low:
        height = max(min(tall * len(rows) - 2, 200.0), 60.0)
        picture.add(*_legend(left + cell * len(columns) + 26, top + 1, height, layout.low, layout.high, text, size))
        picture.height = max(picture.height, top + height + 16)
    return picture


@dataclass(frozen=True)
class _Layout:
    """The measures of a heat map in pixels, and its names as they are written."""

    size: float
    names: list[str]
    heads: list[str]
    flat: bool
    left: float
    top: float
    cell: float
    tall: float
    width: float
    low: float
    high: float

    @classmethod
    def of(
        cls,
        rows: Sequence[str],
        columns: Sequence[str],
        values: Sequence[Sequence[float | None]],
        titled: bool,
        axes: tuple[str, str],
        text: Callable[[float], str],
        broad: float,
        least: Sequence[float],
    ) -> _Layout:
        """Measure a heat map with the arguments of `heat_picture`."""
        size = LARGE if max(len(rows), len(columns)) <= 16 and broad >= 480 else SMALL
        known = [value for row in values for value in row if value is not None]
        names, heads = [fitting(name, size, broad / 4) for name in rows], [fitting(name, size, 150.0) for name in columns]
        left = max(width(name, size) for name in [*names, f"{axes[0]} ↓"]) + 18
        narrow = max((width(text(value), size) for value in known), default=20.0) + 12
        cell = max(narrow, min(64.0, (broad - left - 110) / max(len(columns), 1)))
        slope = max(width(name, size) for name in heads)
        flat = slope <= cell - 6
        top = (44.0 if titled else 14.0) + 22 + (18 if flat else 0.82 * slope)
        across = left + cell * len(columns) + max(0.0 if flat else 0.57 * slope, 108.0)
        low, high = min([*known, *least], default=0.0), max([*known, *least], default=0.0)
        return cls(size, names, heads, flat, left, top, cell, max(30.0, min(cell, 44.0)), across, low, high)


def _colour(value: float, low: float, high: float) -> str:
    return blend(SCALE, (value - low) / (high - low) if high > low else 0.0)


def _legend(
    x: float, top: float, tall: float, low: float, high: float, text: Callable[[float], str], size: float
) -> Iterator[Mark]:
    """Draw the legend of the colours."""
    step = tall / LEGEND
    for number in range(LEGEND):
        yield Box(x, top + tall - step * (number + 1), 13, step + 0.5, blend(SCALE, number / (LEGEND - 1)))
    for value, y in ((high, top + 6), (low, top + tall - 6)):
        yield Text(x + 21, y, text(value), size, SOFT)
