"""A table of texts that fits the screen.

It is made when it is known how wide the screen is: a chart stands beside the numbers where there is room for it, and where
there is none for the numbers, the least needed columns are left out and named.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from league.cli.console import harmless
from league.cli.terminal_charts import Figure, Screen

GAP = 2
"""Spaces between columns; one where there is no room for more."""

SHORTEST = 8
"""Columns that are left of a name at least, where it has to be cut."""


@dataclass(frozen=True)
class DrawnColumn:
    """A last column that is drawn if there is room for it: its heading and a line per row, given how wide it may be."""

    least: int
    most: int
    draw: Callable[[int], tuple[str, Sequence[Text]]]


def sheet(
    title: str,
    left: Sequence[str],
    right: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    spare: Sequence[str] = (),
    chart: DrawnColumn | None = None,
    caption: str = "",
) -> Figure:
    """A table of texts.

    Args:
        title: Above it.
        left: Columns whose cells begin at the left.
        right: Columns after them, whose cells end at the right.
        rows: A cell per column.
        spare: Columns that are left out where there is no room for all, the least needed first.
        chart: A last column.
        caption: Below it.
    """
    names, rows = [*left, *right], [[harmless(cell) for cell in row] for row in rows]
    widths = {name: max(cell_len(cell) for cell in (name, *(row[n] for row in rows))) for n, name in enumerate(names)}

    def draw(screen: Screen) -> Table:
        shown, gap = _fitting(widths, spare, screen.width)
        room = screen.width - sum(widths[each] for each in shown) - gap * len(shown)
        longest = max(left, key=lambda name: widths[name] if name in shown else -1)
        gone = [name for name in names if name not in shown]
        below = ", ".join([*[caption] * bool(caption), *[f"no room for: {', '.join(gone)}"] * bool(gone)])
        table = Table(title=escape(title), caption=escape(below) or None, box=None, padding=(0, gap, 0, 0), pad_edge=False)
        table.title_justify, table.caption_justify, table.header_style = "left", "left", "bold"
        for name in shown:
            width = widths[name] if name != longest else min(widths[name], max(widths[name] + room + gap, SHORTEST))
            table.add_column(name, justify="left" if name in left else "right", no_wrap=True, width=width)
        drawn: Sequence[Text] = ()
        if chart is not None and gap == GAP and room >= chart.least:
            heading, drawn = chart.draw(min(chart.most, room))
            table.add_column(heading, no_wrap=True)
        for number, row in enumerate(rows):
            cells = [Text(cell, overflow="ellipsis") for name, cell in zip(names, row, strict=True) if name in shown]
            table.add_row(*cells, *drawn[number : number + 1])
        return table

    return Figure(draw)


def _fitting(widths: Mapping[str, int], spare: Sequence[str], room: int) -> tuple[list[str], int]:
    """The columns that there is room for, in order, and how many spaces are between them."""
    shown, gap = list(widths), GAP
    for name in (None, *spare):
        if sum(widths[each] for each in shown) + gap * (len(shown) - 1) <= room:
            break
        gap = 1
        shown = [each for each in shown if each != name]
    return shown, gap
