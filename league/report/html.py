"""Markup of the report: whatever is not ours goes through `words`, which leaves nothing in it that a browser would run."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import NewType, TypeAlias

from league.plotting.canvas import Picture
from league.plotting.svg import svg

Markup = NewType("Markup", str)
"""Text that may stand in a page as it is."""

NOTHING = Markup("")

About: TypeAlias = str | Callable[[float], str]
"""What is to be seen in a chart, or that of a width."""

WIDE, NARROW = 880.0, 350.0
"""Widths that charts are drawn for, in pixels: on a telephone the narrow one is shown, whose letters keep their size there."""

ROWS = 300
"""Rows of a table of figures at most; of longer ones the last are shown."""


@dataclass(frozen=True)
class Section:
    """A part of the report.

    Attributes:
        heading: What it is about; plain text.
        body: What it says.
    """

    heading: str
    body: Markup


@dataclass(frozen=True)
class Grid:
    """The figures behind a chart.

    Attributes:
        head: Names of the columns.
        rows: What stands in them.
        left: Columns that hold words; the others hold numbers and are set flush right.
        long: Columns of words that may take several lines.
    """

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    left: Collection[int] = (0,)
    long: Collection[int] = ()


def words(text: str) -> Markup:
    """Plain text."""
    return Markup(escape(text))


def joined(*parts: Markup) -> Markup:
    """One part after the other."""
    return Markup("".join(parts))


def element(tag: str, content: Markup, kind: str = "") -> Markup:
    """An element, perhaps of a class."""
    return Markup(f'<{tag} class="{escape(kind)}">{content}</{tag}>' if kind else f"<{tag}>{content}</{tag}>")


def strong(text: str) -> Markup:
    """Plain text that stands out."""
    return element("strong", words(text))


def code(text: str) -> Markup:
    """Something to type."""
    return element("code", words(text))


def paragraph(*parts: Markup, kind: str = "") -> Markup:
    """A paragraph of parts that follow each other with a space between; nothing where all are empty."""
    said = Markup(" ".join(filter(None, parts)))
    return element("p", said, kind) if said else said


def subheading(text: str) -> Markup:
    """A heading inside a section."""
    return element("h3", words(text))


def bullets(items: Iterable[Markup]) -> Markup:
    """A list; nothing where there are no items."""
    found = [element("li", item) for item in items]
    return element("ul", joined(*found)) if found else Markup("")


def table(grid: Grid, caption: str, marked: Collection[int] = ()) -> Markup:
    """A table that can be scrolled sideways.

    Args:
        grid: What is in it.
        caption: What it is; read out, not shown.
        marked: Rows that stand out.
    """

    def row(cells: Sequence[str], tag: str, kind: str = "") -> Markup:
        sides = ["long" if column in grid.long else "" if column in grid.left else "right" for column in range(len(cells))]
        return element("tr", joined(*(element(tag, words(c), side) for c, side in zip(cells, sides, strict=True))), kind)

    body = [row(cells, "td", "marked" if number in marked else "") for number, cells in enumerate(grid.rows)]
    inside = joined(
        element("caption", words(caption), "hidden"),
        element("thead", row(grid.head, "th")),
        element("tbody", Markup("\n".join(body))),
    )
    label = escape(caption)
    return Markup(f'<div class="scroll" role="region" aria-label="{label}" tabindex="0"><table>{inside}</table></div>')


def folded(summary: str, content: Markup) -> Markup:
    """Content that is shown when asked for."""
    return Markup(f"<details><summary>{escape(summary)}</summary>{content}</details>")


def figure(name: str, title: str, about: About, draw: Callable[[float], Picture], grid: Grid, note: str = "") -> Markup:
    """A chart in two widths, of which one is shown, with a caption and the figures it is drawn from.

    Args:
        name: Its id.
        title: What it shows.
        about: What is to be seen in it, for those who do not see it; by the width where that decides.
        draw: Draws it for a width in pixels.
        grid: The figures.
        note: How to read it.
    """
    return chart(name, title, about, draw, figures(grid, title), note)


def chart(
    name: str, title: str, about: About, draw: Callable[[float], Picture], below: Markup = NOTHING, note: str = ""
) -> Markup:
    """A chart in two widths like `figure`, with whatever stands below it instead of its figures."""
    drawn = (
        svg(draw(width), f"{name}-{kind}", title, about if isinstance(about, str) else about(width), kind)
        for kind, width in (("wide", WIDE), ("narrow", NARROW))
    )
    caption = joined(strong(title), words(f" {note}") if note else NOTHING)
    return element("figure", joined(element("figcaption", caption), Markup("\n".join(drawn)), below))


def small(name: str, title: str, about: str, picture: Picture) -> Markup:
    """A chart in one width, perhaps one of several side by side, its figures told elsewhere.

    Where there is less room than it is wide it shrinks with its letters: drawn as wide as `NARROW` it fits a telephone.
    """
    drawn = Markup(svg(picture, name, title, about, "small"))
    return element("figure", joined(element("figcaption", strong(title)), drawn))


def side_by_side(charts: Iterable[Markup]) -> Markup:
    """Small charts, as many in a row as fit."""
    return element("div", joined(*charts), "smalls")


def figures(grid: Grid, title: str) -> Markup:
    """The figures of a chart, shown when asked for."""
    hidden = len(grid.rows) - ROWS
    shown = grid if hidden <= 0 else replace(grid, rows=grid.rows[hidden:])
    note = paragraph(words(f"The last {ROWS} of {len(grid.rows)} rows."), kind="soft") if hidden > 0 else Markup("")
    return folded("The figures as a table", joined(table(shown, title), note))
