"""Charts of stacked columns."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from league.plotting.axes import LETTERS, End, end_names, shortened, upright
from league.plotting.canvas import SOFT, Box, Picture, Text, width
from league.plotting.scales import Scale, figure


@dataclass(frozen=True)
class Layer:
    """One layer of the columns: its name, its colour, and its height in each column."""

    name: str
    colour: str
    values: Sequence[float]


def columns(across: str, up: str, numbers: Sequence[int], layers: Sequence[Layer], broad: float, tall: float) -> Picture:
    """Draw stacked columns side by side. The first layer is at the bottom. Names of layers are beside the last column.

    Args:
        across: Label of the x axis.
        up: Label of the y axis, with its unit.
        numbers: Numbers that label the columns.
        layers: The layers, from the bottom to the top.
        broad: Width of the picture in pixels.
        tall: Height of the picture in pixels.
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
    ends = shortened(ends, broad)
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
    picture.add(*upright(scale, marks, left), Text((left + right) / 2, tall - 10, across, LETTERS, SOFT, "mm"))
    picture.add(*end_names(ends, right + 4, (scale.end, scale.start)))
    return picture
