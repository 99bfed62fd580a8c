"""The elements of a report's sections. Each function fills in a template of `league/report/templates` and returns markup.

Templates escape every value that is not markup. Text from outside, such as a player's name, therefore stays plain text in the
page. Only the functions for single words write tags themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any, TypeAlias

from markupsafe import Markup, escape

from league.plotting.canvas import Picture
from league.plotting.svg import svg
from tournaments.viewer.document import templates

NOTHING = Markup("")


@cache
def style() -> str:
    """The style sheet of reports."""
    return files(__package__).joinpath("report.css").read_text(encoding="utf-8")


About: TypeAlias = str | Callable[[float], str]
"""The description of a chart, or a function from the chart's width in pixels to the description."""

WIDE, NARROW = 880.0, 350.0
"""Widths of charts in pixels. Telephones show the narrow chart, because its letters are large enough there."""

ROWS = 300
"""Maximum number of rows in a table of figures. Of a longer table the last rows are shown."""


@dataclass(frozen=True)
class ReportSection:
    """A section of the report.

    Attributes:
        heading: The heading, as plain text.
        body: The content, as markup.
    """

    heading: str
    body: Markup


@dataclass(frozen=True)
class Grid:
    """The figures of a chart, as a table.

    Attributes:
        head: Names of the columns.
        rows: The cells, row by row.
        left: Indices of the columns with words. The other columns have numbers and are aligned right.
        long: Indices of columns of words that may take several lines.
    """

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    left: Collection[int] = (0,)
    long: Collection[int] = ()


def words(text: str) -> Markup:
    """Plain text as markup; special characters are escaped."""
    return escape(text)


def joined(*parts: Markup) -> Markup:
    """The parts in order, without a separator."""
    return NOTHING.join(parts)


def strong(text: str) -> Markup:
    """Plain text in bold."""
    return Markup("<strong>{}</strong>").format(text)


def subheading(text: str) -> Markup:
    """A heading inside a section."""
    return Markup("<h3>{}</h3>").format(text)


def paragraph(*parts: Markup, kind: str = "") -> Markup:
    """A paragraph of parts with a space between them. It is empty if all parts are empty.

    Args:
        parts: The content.
        kind: The paragraph's class in the style sheet.
    """
    said = Markup(" ").join(filter(None, parts))
    return _element("paragraph", said, kind) if said else said


def bullets(items: Iterable[Markup]) -> Markup:
    """A bullet list. It is empty if there are no items."""
    found = list(items)
    return _element("bullets", found) if found else NOTHING


def definitions(pairs: Iterable[tuple[str, Markup]]) -> Markup:
    """Questions and their answers."""
    return _element("definitions", list(pairs))


def table(grid: Grid, caption: str, marked: Collection[int] = ()) -> Markup:
    """A table that can be scrolled sideways.

    Args:
        grid: The columns and cells.
        caption: The table's name. It is read by screen readers and not shown.
        marked: Indices of rows that are highlighted.
    """
    return _element("table", grid, caption, marked)


def folded(summary: str, content: Markup) -> Markup:
    """Content that is hidden until the reader clicks on the summary."""
    return _element("folded", summary, content)


def figure(name: str, title: str, about: About, draw: Callable[[float], Picture], grid: Grid, note: str = "") -> Markup:
    """A chart with a caption and its figures. The page holds the chart in two widths and shows one of them.

    Args:
        name: The id of the figure in the page.
        title: The title.
        about: The description for people who cannot see the chart, or a function from the width to the description.
        draw: Draws the chart for a width in pixels.
        grid: The figures that are drawn.
        note: A sentence on how to read the chart.
    """
    return chart(name, title, about, draw, figures(grid, title), note)


def chart(
    name: str, title: str, about: About, draw: Callable[[float], Picture], below: Markup = NOTHING, note: str = ""
) -> Markup:
    """A chart in two widths like `figure`, with other content below it in place of the figures."""
    drawn = [
        svg(draw(width), f"{name}-{kind}", title, about if isinstance(about, str) else about(width), kind)
        for kind, width in (("wide", WIDE), ("narrow", NARROW))
    ]
    return _element("figure", title, note, drawn, below)


def small(name: str, title: str, about: str, picture: Picture) -> Markup:
    """A chart in one width without its figures. Several such charts can be shown side by side.

    If the screen is narrower than the chart, the chart and its letters shrink. A chart of width `NARROW` fits a telephone.
    """
    return _element("figure", title, "", [svg(picture, name, title, about, "small")], NOTHING)


def side_by_side(charts: Iterable[Markup]) -> Markup:
    """Small charts, as many in a row as fit."""
    return _element("side_by_side", list(charts))


def figures(grid: Grid, title: str) -> Markup:
    """The figures of a chart, hidden until the reader clicks."""
    hidden = len(grid.rows) - ROWS
    shown = grid if hidden <= 0 else replace(grid, rows=grid.rows[hidden:])
    note = paragraph(words(f"The last {ROWS} of {len(grid.rows)} rows."), kind="soft") if hidden > 0 else NOTHING
    return folded("The figures as a table", joined(table(shown, title), note))


def suggestions(found: Sequence[Any]) -> Markup:
    """A list of suggestions. Each has a `reason` and a shell `command`."""
    return _element("suggestions", found)


def render(name: str, **values: object) -> Markup:
    """Fill in a template of `league/report/templates`.

    Args:
        name: The file name of the template.
        values: Values for the template. Every value that is not markup is escaped.
    """
    return Markup(templates(__package__).get_template(name).render(values))


def _element(name: str, *values: object) -> Markup:
    """Call a macro of `elements.html`."""
    macro = getattr(templates(__package__).get_template("elements.html").module, name)
    return Markup(macro(*values))
