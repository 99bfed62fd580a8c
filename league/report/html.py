"""What the sections of a report are made of: elements as markup, filled into the templates of `league/report/templates`.

Templates escape whatever is not markup already, so that no text of somebody else's is anything but text in a page. The only
functions here that write tags are those of single words.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from markupsafe import Markup, escape

from league.plotting.canvas import Picture
from league.plotting.svg import svg
from tournaments.viewer.document import templates

NOTHING = Markup("")

About: TypeAlias = str | Callable[[float], str]
"""What is to be seen in a chart, or that of a width."""

WIDE, NARROW = 880.0, 350.0
"""Widths that charts are drawn for, in pixels: on a telephone the narrow one is shown, whose letters keep their size there."""

ROWS = 300
"""Rows of a table of figures at most. Of longer ones the last are shown."""


@dataclass(frozen=True)
class ReportSection:
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
    return escape(text)


def joined(*parts: Markup) -> Markup:
    """One part after the other."""
    return NOTHING.join(parts)


def strong(text: str) -> Markup:
    """Plain text that stands out."""
    return Markup("<strong>{}</strong>").format(text)


def subheading(text: str) -> Markup:
    """A heading inside a section."""
    return Markup("<h3>{}</h3>").format(text)


def paragraph(*parts: Markup, kind: str = "") -> Markup:
    """A paragraph of parts with a space between them; nothing where all are empty.

    Args:
        parts: What it says.
        kind: Its class in the style sheet.
    """
    said = Markup(" ").join(filter(None, parts))
    return _element("paragraph", said, kind) if said else said


def bullets(items: Iterable[Markup]) -> Markup:
    """A list; nothing where there are no items."""
    found = list(items)
    return _element("bullets", found) if found else NOTHING


def definitions(pairs: Iterable[tuple[str, Markup]]) -> Markup:
    """Questions and their answers."""
    return _element("definitions", list(pairs))


def table(grid: Grid, caption: str, marked: Collection[int] = ()) -> Markup:
    """A table that can be scrolled sideways.

    Args:
        grid: What is in it.
        caption: What it is; read out, not shown.
        marked: Rows that stand out.
    """
    return _element("table", grid, caption, marked)


def folded(summary: str, content: Markup) -> Markup:
    """Content that is shown when asked for."""
    return _element("folded", summary, content)


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
    drawn = [
        svg(draw(width), f"{name}-{kind}", title, about if isinstance(about, str) else about(width), kind)
        for kind, width in (("wide", WIDE), ("narrow", NARROW))
    ]
    return _element("figure", title, note, drawn, below)


def small(name: str, title: str, about: str, picture: Picture) -> Markup:
    """A chart in one width, perhaps one of several side by side, its figures told elsewhere.

    Where there is less room than it is wide it shrinks with its letters: drawn as wide as `NARROW` it fits a telephone.
    """
    return _element("figure", title, "", [svg(picture, name, title, about, "small")], NOTHING)


def side_by_side(charts: Iterable[Markup]) -> Markup:
    """Small charts, as many in a row as fit."""
    return _element("side_by_side", list(charts))


def figures(grid: Grid, title: str) -> Markup:
    """The figures of a chart, shown when asked for."""
    hidden = len(grid.rows) - ROWS
    shown = grid if hidden <= 0 else replace(grid, rows=grid.rows[hidden:])
    note = paragraph(words(f"The last {ROWS} of {len(grid.rows)} rows."), kind="soft") if hidden > 0 else NOTHING
    return folded("The figures as a table", joined(table(shown, title), note))


def suggestions(found: Sequence[Any]) -> Markup:
    """What to do next: each suggestion has a `reason` and a `command` to type."""
    return _element("suggestions", found)


def render(name: str, **values: object) -> Markup:
    """Fill in a template of `league/report/templates`.

    Args:
        name: The template.
        values: What it shows. Everything but markup is escaped.
    """
    return Markup(templates(__package__).get_template(name).render(values))


def _element(name: str, *values: object) -> Markup:
    """Call a macro of `elements.html`."""
    macro = getattr(templates(__package__).get_template("elements.html").module, name)
    return Markup(macro(*values))
