"""Charts as lists of marks: curves with bands, stacked columns, scores with their intervals.

Lengths are pixels, y points down.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from league.plotting.canvas import FAINT, INK, PALE, SOFT, Box, Mark, Picture, Shape, Stroke, Text, faded, fitting, width
from league.plotting.palette import GRID

LETTERS = 12.0
"""Size of all letters in charts."""

NAMES = 0.34
"""Share of the width that names may take."""

End = tuple[float, str, str, bool]
"""What stands at the right of a chart: its place, what it is called, its colour, whether it is what the chart is about."""

ACCENT, OTHER = 3.2, 1.6
"""Width of the line that a chart is about, and of the others."""


@dataclass(frozen=True)
class Scale:
    """Where on the paper a value lies.

    Attributes:
        low: The value at `start`.
        high: The value at `end`, above `low`.
        start: Place of the lowest value.
        end: Place of the highest.
        log: Whether equal factors, not equal differences, are equally long.
    """

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __call__(self, value: float) -> float:
        """The place of a value."""
        low, high, at = (math.log(v) if self.log else v for v in (self.low, self.high, value))
        return self.start + (self.end - self.start) * (at - low) / (high - low)

    def ticks(self, most: int) -> list[float]:
        """Round values on the scale, no more than `most` of them."""
        if self.log:
            powers = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
            for digits in ((1, 2, 5), (1, 3), (1,)):
                found = [digit * 10.0**power for power in powers for digit in digits]
                found = [value for value in found if self.low <= value * 1.0001 and value <= self.high * 1.0001]
                if len(found) <= most:
                    break
            return found
        steps = (digit * 10.0**power for power in range(-9, 12) for digit in (1, 2, 5))
        step = next(step for step in steps if (self.high - self.low) / step <= most - 1)
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [number * step for number in range(first, last + 1)]


def spanning(values: Iterable[float], *, log: bool = False, zero: bool = False) -> Scale:
    """A scale on which all values have room, and a little more; its place on the paper is given later.

    Args:
        values: At least one.
        log: Equal factors are equally long; all values are above 0 then.
        zero: Whether it begins at 0.
    """
    known = list(values)
    low, high = min(known), max(known)
    if log:
        return Scale(low / 1.25, high * 1.25, 0, 1, log=True)
    spare = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
    return Scale(0.0 if zero else low - spare, high + spare, 0, 1)


@dataclass(frozen=True)
class Curve:
    """A line through points.

    Attributes:
        name: Written at its end; "" leaves it nameless.
        points: (x, y), by x.
        colour: Of the line.
        band: (x, low, high) of what is uncertain about it.
        weight: Width of the line.
        dots: Whether the points are to be seen.
        origin: A point that the line comes from, by a thinner line.
        note: What somebody is told who points at it.
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
        across: What the x axis is.
        up: What the y axis is, with its unit.
        curves: The later ones lie on top.
        flats: Values that do not change, and their names.
        log: Whether y is logarithmic.
        zero: Whether y begins at 0.
        starred: Values of x where something begins; a thin line each.
    """

    across: str
    up: str
    curves: Sequence[Curve]
    flats: Sequence[tuple[str, float]] = ()
    log: bool = False
    zero: bool = False
    starred: Sequence[float] = field(default_factory=tuple)


def curves(chart: Chart, broad: float, tall: float) -> Picture:
    """Draw curves with their bands, the names at their right ends."""
    xs = [x for curve in chart.curves for x, _ in curve.points]
    ys = [y for curve in chart.curves for _, y in curve.points] + [value for _, value in chart.flats]
    ys += [end for curve in chart.curves for _, *ends in curve.band for end in ends]
    up = replace(spanning(ys, log=chart.log, zero=chart.zero), start=tall - 44, end=30)
    marks = up.ticks(max(4, round(tall / 42)))
    left = 12 + max(width(figure(value), LETTERS) for value in marks)
    named = [curve for curve in chart.curves if curve.name]
    ends = [(up(curve.points[-1][1]), curve.name, curve.colour, curve.weight >= ACCENT) for curve in named]
    ends = _shortened([*ends, *((up(value), name, SOFT, False) for name, value in chart.flats)], broad)
    right = broad - max((width(name, LETTERS, bold) + 16 for _, name, _, bold in ends), default=10.0)
    first, last = min(xs), max(xs)
    across = Scale(first - 0.5 * (first == last), last + 0.5 * (first == last), left + 8, right - 6)
    picture = Picture(broad, tall, [*_axes(chart.across, chart.up, across, up, marks, (left, right))])
    picture.add(*(Box(across(x), up.end, 1, up.start - up.end, FAINT) for x in chart.starred))
    for _, value in chart.flats:
        picture.add(Box(left, up(value) - 0.5, right - left, 1, SOFT))
    for curve in chart.curves:
        picture.add(*_band(curve, across, up))
    for curve in chart.curves:
        picture.add(*_line(curve, across, up))
    picture.add(*_names(ends, right + 4, (up.end, up.start)))
    return picture


@dataclass(frozen=True)
class Layer:
    """One of the things that columns are made of: its name, its colour and how much of each column it is."""

    name: str
    colour: str
    values: Sequence[float]


def columns(across: str, up: str, numbers: Sequence[int], layers: Sequence[Layer], broad: float, tall: float) -> Picture:
    """Draw stacked columns side by side, the first layer at the bottom, the names of layers beside the last column.

    Args:
        across: What the x axis is.
        up: What the y axis is, with its unit.
        numbers: What the columns are called.
        layers: Their parts.
        broad: Width of the picture.
        tall: Its height.
    """
    totals = [sum(layer.values[place] for layer in layers) for place in range(len(numbers))]
    scale = Scale(0.0, max(totals) or 1.0, tall - 44, 30)
    marks = scale.ticks(6)
    left = 12 + max(width(figure(value), LETTERS) for value in marks)
    base, ends = 0.0, list[End]()
    for layer in layers:
        if layer.values[-1] > 0.004 * scale.high:
            ends.append((scale(base + layer.values[-1] / 2), layer.name, layer.colour, False))
        base += layer.values[-1]
    ends = _shortened(ends, broad)
    right = broad - max((width(name, LETTERS) + 14 for _, name, _, _ in ends), default=10.0)
    place_of = Scale(-0.5, len(numbers) - 0.5, left, right)
    step = (right - left) / len(numbers)
    gap = 1.0 if step > 5 else 0.0
    picture = Picture(broad, tall, [Text(4, 12, up, LETTERS, SOFT)])
    every = max(1, math.ceil(24 / step))
    for place, number in enumerate(numbers):
        x, base = place_of(place) - step / 2, 0.0
        for layer in layers:
            top, bottom = scale(base + layer.values[place]), scale(base)
            told = f"{layer.name}, {across} {number}: {figure(layer.values[place])}"
            if bottom - top > 0.05:
                picture.add(Box(x, top, step - gap, bottom - top, layer.colour, told))
            base += layer.values[place]
        if place % every == 0:
            picture.add(Text(place_of(place), scale.start + 14, str(number), LETTERS, SOFT, "mm"))
    picture.add(*_upright(scale, marks, left), Text((left + right) / 2, tall - 10, across, LETTERS, SOFT, "mm"))
    picture.add(*_names(ends, right + 4, (scale.end, scale.start)))
    return picture


@dataclass(frozen=True)
class Whisker:
    """A score with its interval, in shares: what it is called, what is written behind it, and its colour."""

    name: str
    low: float
    middle: float
    high: float
    behind: str
    colour: str


def whiskers(across: str, rows: Sequence[Whisker], broad: float) -> Picture:
    """Draw scores between 0 and 1 under each other, with the line of one half."""
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


def figure(value: float) -> str:
    """A number at an axis: `1,500`, `0.25`, `1e-05`."""
    if value and abs(value) < 0.001:
        return f"{value:.0e}"
    return (f"{value:,.0f}" if abs(value) >= 10 or value == round(value) else f"{value:.3g}").replace("-", "−")


def percentage(share: float) -> str:
    """`55 %`."""
    return f"{100 * share:.0f} %"


def spread(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move places so that neighbours are at least `gap` apart and, as far as they fit, between `low` and `high`.

    Laws:
        Their order stays. Places that are far enough apart already stay where they are.
    """
    order = sorted(range(len(places)), key=lambda number: places[number])
    moved = [min(max(places[number], low), high) for number in order]
    for here in range(1, len(moved)):
        moved[here] = max(moved[here], moved[here - 1] + gap)
    if moved and moved[-1] > high:
        moved[-1] = high
        for here in range(len(moved) - 2, -1, -1):
            moved[here] = min(moved[here], moved[here + 1] - gap)
    back = dict(zip(order, moved, strict=True))
    return [back[number] for number in range(len(places))]


def _axes(across: str, up: str, x: Scale, y: Scale, marks: Sequence[float], sides: tuple[float, float]) -> Iterator[Mark]:
    left, right = sides
    yield Text(4, 12, up, LETTERS, SOFT)
    yield from _upright(y, marks, left)
    for value in marks:
        yield Box(left, y(value), right - left, 1, GRID)
    yield Box(left, y.start, right - left, 1, FAINT)
    numbers = [value for value in x.ticks(max(2, int((right - left) / 48))) if value == round(value)]
    for value in numbers:
        yield Box(x(value), y.start, 1, 4, FAINT)
        yield Text(x(value), y.start + 14, f"{value:.0f}", LETTERS, SOFT, "mm")
    yield Text((left + right) / 2, y.start + 34, across, LETTERS, SOFT, "mm")


def _upright(scale: Scale, marks: Sequence[float], left: float) -> Iterator[Mark]:
    """Figures at the left."""
    for value in marks:
        yield Text(left - 6, scale(value), figure(value), LETTERS, SOFT, "rm")


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


def _shortened(ends: Sequence[End], broad: float) -> list[End]:
    """The same with names that leave room for the chart."""
    return [(y, fitting(name, LETTERS, NAMES * broad), colour, bold) for y, name, colour, bold in ends]


def _names(ends: Sequence[End], x: float, sides: tuple[float, float]) -> Iterator[Mark]:
    """Names beside the ends of what they belong to, in its colour, moved apart where they would lie on each other."""
    places = spread([end[0] for end in ends], LETTERS + 3, *sides)
    for (_, name, colour, bold), y in zip(ends, places, strict=True):
        yield Box(x, y - 4, 4, 9, colour)
        yield Text(x + 8, y, name, LETTERS, INK, bold=bold)
