"""Charts of curves with bands on common axes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from league.plotting.axes import LETTERS, axes, end_names, shortened
from league.plotting.canvas import FAINT, PALE, SOFT, Box, Mark, Picture, Shape, Stroke, faded, width
from league.plotting.scales import Scale, figure, spanning

ACCENT, OTHER = 3.2, 1.6
"""Width of the main line of a chart, and of the other lines, in pixels."""


@dataclass(frozen=True)
class Curve:
    """A line through points.

    Attributes:
        name: The name at the end of the line, or "" for none.
        points: (x, y), in order of x.
        colour: Colour of the line.
        band: (x, low, high) of the uncertainty band.
        weight: Width of the line in pixels.
        dots: Whether the points are marked with dots.
        origin: A point that a thinner line connects with the first point.
        note: The tooltip.
    """

    name: str
    points: Sequence[tuple[float, float]]
    colour: str
    band: Sequence[tuple[float, float, float]] = ()
    weight: float = OTHER
    dots: bool = True
    origin: tuple[float, float] | None = None
    note: str = ""


@dataclass(frozen=True)
class Chart:
    """Curves on common axes.

    Attributes:
        across: Label of the x axis.
        up: Label of the y axis, with its unit.
        curves: The curves; later curves are on top.
        flats: Names and values of horizontal lines.
        log: Whether the y axis is logarithmic.
        zero: Whether the y axis begins at 0.
        starred: Values of x that are marked with a thin vertical line.
    """

    across: str
    up: str
    curves: Sequence[Curve]
    flats: Sequence[tuple[str, float]] = ()
    log: bool = False
    zero: bool = False
    starred: Sequence[float] = field(default_factory=tuple)


def curves(chart: Chart, broad: float, tall: float) -> Picture:
    """Draw curves with their bands, and the names at their right ends."""
    xs = [x for curve in chart.curves for x, _ in curve.points]
    ys = [y for curve in chart.curves for _, y in curve.points] + [value for _, value in chart.flats]
    ys += [end for curve in chart.curves for _, *ends in curve.band for end in ends]
    up = replace(spanning(ys, log=chart.log, zero=chart.zero), start=tall - 44, end=30)
    marks = up.ticks(max(4, round(tall / 42)))
    left = 12 + max(width(figure(value), LETTERS) for value in marks)
    named = [curve for curve in chart.curves if curve.name]
    ends = [(up(curve.points[-1][1]), curve.name, curve.colour, curve.weight >= ACCENT) for curve in named]
    ends = shortened([*ends, *((up(value), name, SOFT, False) for name, value in chart.flats)], broad)
    right = broad - max((width(name, LETTERS, bold) + 16 for _, name, _, bold in ends), default=10.0)
    first, last = min(xs), max(xs)
    across = Scale(first - 0.5 * (first == last), last + 0.5 * (first == last), left + 8, right - 6)
    picture = Picture(broad, tall, [*axes(chart.across, chart.up, across, up, marks, (left, right))])
    picture.add(*(Box(across(x), up.end, 1, up.start - up.end, FAINT) for x in chart.starred))
    for _, value in chart.flats:
        picture.add(Box(left, up(value) - 0.5, right - left, 1, SOFT))
    for curve in chart.curves:
        picture.add(*_band(curve, across, up))
    for curve in chart.curves:
        picture.add(*_line(curve, across, up))
    picture.add(*end_names(ends, right + 4, (up.end, up.start)))
    return picture


def _band(curve: Curve, across: Scale, up: Scale) -> Iterator[Mark]:
    colour = faded(curve.colour, PALE)
    if len(curve.band) == 1:
        x, low, high = curve.band[0]
        yield Box(across(x) - 4, up(high), 8, up(low) - up(high), colour)
    elif curve.band:
        below = [(across(x), up(low)) for x, low, _ in curve.band]
        above = [(across(x), up(high)) for x, _, high in reversed(curve.band)]
        yield Shape((*below, *above), colour)


def _line(curve: Curve, across: Scale, up: Scale) -> Iterator[Mark]:
    points = tuple((across(x), up(y)) for x, y in curve.points)
    if curve.origin is not None:
        yield Stroke(((across(curve.origin[0]), up(curve.origin[1])), points[0]), 1, curve.colour, curve.note)
    if len(points) > 1:
        yield Stroke(points, curve.weight, curve.colour, curve.note)
    if curve.dots or len(points) == 1:
        yield from (Stroke((point,), curve.weight + 3, curve.colour, curve.note) for point in points)
