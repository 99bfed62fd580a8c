"""Scales from values to positions in a picture, and the numbers at an axis.

Lengths are in pixels, and y points down.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """A function from values to positions.

    Attributes:
        low: The value at `start`.
        high: The value at `end`; it is greater than `low`.
        start: Position of the lowest value in pixels.
        end: Position of the highest value in pixels.
        log: Whether the scale is logarithmic.
    """

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __call__(self, value: float) -> float:
        """The position of a value in pixels."""
        low, high = self.low, self.high
        if self.log:
            low, high, value = math.log(low), math.log(high), math.log(value)
        return self.start + (self.end - self.start) * (value - low) / (high - low)

    def ticks(self, most: int) -> list[float]:
        """At most `most` round values on the scale."""
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
    """A scale that contains all values, with a small margin. Its position in the picture is set later.

    Args:
        values: At least one value.
        log: Whether the scale is logarithmic. All values must then be above 0.
        zero: Whether the scale begins at 0.
    """
    known = list(values)
    low, high = min(known), max(known)
    if log:
        return Scale(low / 1.25, high * 1.25, 0, 1, log=True)
    spare = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
    return Scale(0.0 if zero else low - spare, high + spare, 0, 1)


def figure(value: float) -> str:
    """A number as text for an axis: `1,500`, `0.25`, `1e-05`."""
    if value and abs(value) < 0.001:
        return f"{value:.0e}"
    return (f"{value:,.0f}" if abs(value) >= 10 or value == round(value) else f"{value:.3g}").replace("-", "−")


def percentage(share: float) -> str:
    """`55 %`."""
    return f"{100 * share:.0f} %"


def moved_apart(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move positions apart so that neighbours have at least the distance `gap`, if possible between `low` and `high`.

    Laws:
        The order does not change. Positions that already have enough distance do not move.
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
