"""A text table that fits the screen.

Its layout is computed when the width of the screen is known. If there is room, a column of charts is added. If there is too
little room for the texts, the least important columns are left out and named below the table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from league.cli.terminal_charts import Figure, Screen
from league.execution.terminal import harmless

GAP = 2
"""Spaces between columns; one if there is no room for more."""

SHORTEST = 8
"""Minimal width of a name that has to be cut."""


@dataclass(frozen=True)
class ChartColumn:
    """An optional last column of charts: its heading, and a function from its width to a line per row."""

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
    chart: ChartColumn | None = None,
    caption: str = "",
) -> Figure:
    """Make a text table.

    Args:
        title: The line above it.
        left: Left-aligned columns.
        right: Right-aligned columns after them.
        rows: A cell per column.
        spare: Columns that are left out if there is no room for all, the least important first.
        chart: A last column.
        caption: The line below it.
    """
    names, rows = [*left, *right], [[harmless(cell) for cell in row] for row in rows]
    widths = {name: max(cell_len(cell) for cell in (name, *(row[n] for row in rows))) for n, name in enumerate(names)}

    def draw(screen: Screen) -> Table:
        shown, gap = _fitting(widths, spare, screen.width)
        room = screen.width - sum(widths[each] for each in shown) - gap * len(shown)
        longest = max(left, key=lambda name: widths[name] if name in shown else -1)
        gone = [name for name in names if name not in shown]
        below = ", ".join([*[caption] * bool(caption), *[f"no room for: {', '.join(gone)}"] * bool(gone)])
        heading, foot = Text(harmless(title), "italic"), Text(harmless(below), "dim italic") if below else None
        table = Table(title=heading, caption=foot, box=None, padding=(0, gap, 0, 0), pad_edge=False)
        table.title_justify, table.caption_justify, table.header_style = "left", "left", "bold"
        for name in shown:
            width = widths[name] if name != longest else min(widths[name], max(widths[name] + room + gap, SHORTEST))
            table.add_column(name, justify="left" if name in left else "right", no_wrap=True, width=width)
        drawn: Sequence[Text] = ()
        if chart is not None and gap == GAP and room >= chart.least:
            above, drawn = chart.draw(min(chart.most, room))
            table.add_column(Text(above), no_wrap=True)
        for number, row in enumerate(rows):
            cells = [Text(cell, overflow="ellipsis") for name, cell in zip(names, row, strict=True) if name in shown]
            table.add_row(*cells, *drawn[number : number + 1])
        return table

    return Figure(draw)


def _fitting(widths: Mapping[str, int], spare: Sequence[str], room: int) -> tuple[list[str], int]:
    """Return the columns that fit, in order, and the number of spaces between them."""
    shown, gap = list(widths), GAP
    for name in (None, *spare):
        if sum(widths[each] for each in shown) + gap * (len(shown) - 1) <= room:
            break
        gap = 1
        shown = [each for each in shown if each != name]
    return shown, gap
