"""Values of gymnasium spaces as JSON: how they are read, with errors that name the place, and how they are written."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from league.execution.terminal import brief

Read = Callable[[Any, str], Any]
"""(JSON value, its place in the request) → value of the space."""


class Malformed(ValueError):
    """A request is not what the server understands; the message is one sentence that names the place."""


def reader(space: spaces.Space) -> Read:
    """Make the function that reads a value of a space from JSON.

    Boxes are nested lists or one flat list; pictures, too. Dictionaries are objects, tuples are lists.

    Args:
        space: The space.

    Returns:
        A function that raises Malformed.
    """
    if isinstance(space, spaces.Dict):
        parts = {key: reader(part) for key, part in space.spaces.items()}
        return lambda value, place: _object(parts, value, place)
    if isinstance(space, spaces.Tuple):
        members = [reader(part) for part in space.spaces]
        return lambda value, place: _members(members, value, place)
    if isinstance(space, spaces.Discrete):
        return lambda value, place: _whole(space, value, place)
    if isinstance(space, spaces.Box | spaces.MultiDiscrete | spaces.MultiBinary):
        shape, kind = space.shape, np.dtype(space.dtype)
        assert shape is not None
        return lambda value, place: _array(shape, kind, value, place)
    return _unreadable


def mask_reader(size: int) -> Read:
    """Make the function that reads a mask of legal actions, `size` zeros and ones of which one is a one at least."""

    def read(value: Any, place: str) -> Any:
        mask = _array((size,), np.dtype(np.int8), value, place)
        check_mask(mask, place)
        return mask

    return read


def check_mask(mask: NDArray[Any], place: str) -> None:
    """Check a mask of legal actions.

    Raises:
        Malformed: It has other numbers than 0 and 1, or no 1.
    """
    if mask.min() < 0 or mask.max() > 1:
        raise Malformed(f"{place} has numbers that are neither 0 nor 1")
    if not mask.any():
        raise Malformed(f"{place} leaves no legal action")


def plain(value: Any) -> Any:
    """The JSON form of a value of any space."""
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    return value


def example(space: spaces.Space) -> Any:
    """A value of a space as JSON, for documentation: the smallest one that is finite, or zeros."""
    if isinstance(space, spaces.Dict):
        return {key: [1] * _size(part) if key == "action_mask" else example(part) for key, part in space.spaces.items()}
    if isinstance(space, spaces.Tuple):
        return [example(part) for part in space.spaces]
    if isinstance(space, spaces.Discrete):
        return int(space.start)
    if isinstance(space, spaces.Box):
        return np.clip(np.zeros(space.shape, space.dtype), space.low, space.high).tolist()
    return np.zeros(space.shape or (), int).tolist()


def _size(space: spaces.Space) -> int:
    return int(np.prod(space.shape or (1,)))


def _object(parts: Mapping[str, Read], value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise Malformed(f"{place} has to be an object with {', '.join(parts)}")
    missing = [key for key in parts if key not in value]
    strange = [key for key in value if key not in parts]
    if missing or strange:
        what = f"lacks {missing[0]}" if missing else f"has {brief(strange[0])}, which is not known"
        raise Malformed(f"{place} {what}; it has to have {', '.join(parts)}")
    return {key: read(value[key], f"{place}.{key}") for key, read in parts.items()}


def _members(members: list[Read], value: Any, place: str) -> tuple[Any, ...]:
    if not isinstance(value, list) or len(value) != len(members):
        raise Malformed(f"{place} has to be a list of {len(members)} parts")
    return tuple(read(part, f"{place}.{number}") for number, (read, part) in enumerate(zip(members, value, strict=True)))


def _whole(space: spaces.Discrete, value: Any, place: str) -> int:
    first, size = int(space.start), int(space.n)
    if type(value) is not int or not first <= value < first + size:
        raise Malformed(f"{place} has to be a whole number from {first} to {first + size - 1}")
    return value


def _array(shape: tuple[int, ...], kind: np.dtype[Any], value: Any, place: str) -> NDArray[Any]:
    """Read numbers of the given shape, or in a flat list."""
    try:
        array = np.asarray(value) if isinstance(value, list | int | float) else _NOTHING
    except (ValueError, OverflowError):  # lists of different lengths
        array = _NOTHING
    if array.dtype.kind not in "biuf":
        raise Malformed(f"{place} has to be numbers: {_told(shape)}")
    if array.shape != shape:
        if array.shape != (math.prod(shape),):
            raise Malformed(f"{place} has the shape {_told(array.shape)}, not {_told(shape)}")
        array = array.reshape(shape)
    if array.size:
        low, high = array.min(), array.max()
        if not (math.isfinite(low) and math.isfinite(high)):
            raise Malformed(f"{place} has numbers that are not finite")
        if kind.kind in "iuf":
            bounds = np.finfo(kind) if kind.kind == "f" else np.iinfo(kind)
            if low < bounds.min or high > bounds.max:
                raise Malformed(f"{place} has numbers that {kind} cannot hold")
    return array.astype(kind)


_NOTHING = np.empty(0, dtype=object)


def _told(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape)) or "one number"


def _unreadable(value: Any, place: str) -> Any:
    raise Malformed(f"{place} belongs to a space that cannot be sent as JSON")
