"""Actions that consist of several choices, as one number or one row of numbers.

A policy chooses one of n alternatives or n bounded real numbers. A space made of several small choices (`MultiDiscrete`,
`MultiBinary`, boxes of whole numbers, and `Dict` and `Tuple` of such) becomes one choice among all their combinations. The
last part changes fastest. A `Dict` or `Tuple` of boxes of real numbers becomes one longer row of real numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import singledispatch
from math import prod
from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

MOST_COMBINATIONS = 4096
"""Most combinations of several choices that are offered as one choice. A policy has one output for each."""


@dataclass(frozen=True)
class Choices:
    """A finite number of actions, counted from 0.

    Attributes:
        size: How many there are.
        pick: Returns the action with a number below `size`, a new object each time.
        combined: True if an action consists of several choices.
    """

    size: int
    pick: Callable[[int], Any]
    combined: bool = True


@singledispatch
def choices(space: spaces.Space) -> Choices | None:
    """Count the actions of a space; None if it is not finite."""
    return None


@choices.register
def _(space: spaces.Discrete) -> Choices:
    first = int(space.start)
    return Choices(int(space.n), lambda action: int(action) + first, combined=False)


@choices.register
def _(space: spaces.MultiDiscrete) -> Choices:
    return _numbers(np.asarray(space.nvec), np.asarray(space.start), space.shape, space.dtype)


@choices.register
def _(space: spaces.MultiBinary) -> Choices:
    return _numbers(np.full(space.shape, 2), np.zeros(space.shape, int), space.shape, space.dtype)


@choices.register
def _(space: spaces.Box) -> Choices | None:
    if not np.issubdtype(space.dtype, np.integer) and space.dtype != np.bool_:
        return None
    first = [int(number) for number in space.low.reshape(-1)]
    sizes = [int(number) - low + 1 for number, low in zip(space.high.reshape(-1), first, strict=True)]
    return _numbers(sizes, first, space.shape, space.dtype)


@choices.register
def _(space: spaces.Tuple) -> Choices | None:
    return _parts(list(space.spaces), tuple)


@choices.register
def _(space: spaces.Dict) -> Choices | None:
    keys = tuple(space.spaces)
    return _parts(list(space.spaces.values()), lambda actions: dict(zip(keys, actions, strict=True)))


def boxes(space: spaces.Space) -> list[spaces.Box] | None:
    """Return the boxes of real numbers that a space consists of; None if it has other parts."""
    inside = _inside(space)
    if inside is None:
        return [space] if isinstance(space, spaces.Box) and np.issubdtype(space.dtype, np.floating) else None
    found = [boxes(part) for part in inside]
    return None if None in found or not found else [box for part in found if part for box in part]


def _inside(space: spaces.Space) -> Sequence[spaces.Space] | None:
    """Return the parts of a dictionary or tuple space; None for every other space."""
    if isinstance(space, spaces.Dict):
        return list(space.spaces.values())
    return list(space.spaces) if isinstance(space, spaces.Tuple) else None


def _numbers(sizes: Any, first: Any, shape: tuple[int, ...] | None, kind: Any) -> Choices:
    """Combinations of numbers, each counted from its own first one."""
    counts = [int(size) for size in np.asarray(sizes, object).reshape(-1)]
    offset = [int(number) for number in np.asarray(first, object).reshape(-1)]

    def pick(action: int) -> NDArray[Any]:
        digits = _digits(int(action), counts)
        return np.array([digit + low for digit, low in zip(digits, offset, strict=True)], kind).reshape(shape or ())

    return Choices(prod(counts), pick)


def _parts(inside: Sequence[spaces.Space], together: Callable[[Sequence[Any]], Any]) -> Choices | None:
    """Combinations of the actions of several spaces."""
    parts = [part for space in inside if (part := choices(space)) is not None]
    if len(parts) < len(inside):
        return None
    counts = [part.size for part in parts]

    def pick(action: int) -> Any:
        return together([part.pick(digit) for part, digit in zip(parts, _digits(int(action), counts), strict=True)])

    return Choices(prod(counts), pick)


def _digits(number: int, counts: Sequence[int]) -> list[int]:
    """Write a number with digits of the given bases, the last digit changing fastest."""
    digits = []
    for count in reversed(counts):
        number, digit = divmod(number, count)
        digits.append(digit)
    return digits[::-1]
