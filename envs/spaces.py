"""Conversion between gymnasium spaces and rows of numbers.

Observations become rows of float32: boxes are flattened, discrete ones become one-hot, dictionaries, tuples and bit vectors are
flattened as gymnasium does. Where that would give very many features, large discrete numbers stay numbers. Legal actions are
read from the "action_mask" of the observation or of the info. Actions are one choice or one row of bounded real numbers;
`envs.combined` makes one of several.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from envs.combined import MOST_COMBINATIONS, boxes, choices
from envs.faults import GameError, shortened
from envs.game import ActionSpace

Encode = Callable[[Any, NDArray[np.float32]], None]
"""Writes an observation into an array of F numbers of the shape `shape_of`."""

Decode = Callable[[Any], Any]
"""Converts an entry of the action tensors into an action for the environment's `step`."""

MOST_ACTIONS = 2**16
"""Maximal number of actions: the match log stores them as uint16, and random numbers have 65,536 per slot."""

FEWEST_STEPS = 256
"""Fewest float32 numbers between the bounds of a continuous action. Actions are float32."""

MOST_FEATURES = 2**16
"""An observation that would have more features than this has no one-hot parts, but their numbers."""

BYTES = (np.dtype(np.uint8), np.dtype(np.bool_))
"""Types of numbers that a byte holds."""

FEWEST_PACKED = 1024
"""Observations and states of fewer numbers are float32, even if bytes could hold them."""

_BYTES = np.arange(256)

MISFITS = (TypeError, ValueError, LookupError, AttributeError, AssertionError, OverflowError)
"""Exceptions of an encoder or of `write_mask` when a value does not fit its space."""

Mask = Callable[[Any, Mapping[str, Any] | None], Any]
"""Returns the legal actions in an observation and an info: a boolean array of length n, or None without a mask."""


def shape_of(space: spaces.Space, seat: str) -> tuple[int, ...]:
    """Return the shape of a seat's observation before it is flattened (without the action mask).

    Raises:
        GameError: Observations of this kind have no fixed length.
    """
    space = observed(space)
    if isinstance(space, spaces.Box):
        return tuple(space.shape)
    try:
        return (spaces.flatdim(space),)
    except (ValueError, NotImplementedError) as error:
        raise GameError(f"The observation space of {seat} has no fixed length: {space}.") from error


def encoder(space: spaces.Space) -> Encode:
    """Make the function that writes an observation of this space into a row."""
    parts = _parts(space)
    space = observed(space)
    if isinstance(space, spaces.Box):
        write: Encode = write_array
    elif isinstance(space, spaces.Discrete):
        first, size = int(space.start), int(space.n)

        def write(observation: Any, row: NDArray[np.float32]) -> None:
            place = int(observation) - first
            if not 0 <= place < size:
                raise ValueError(f"{observation} is not in {space}")
            row[:] = 0.0
            row[place] = 1.0
    else:

        def write(observation: Any, row: NDArray[np.float32]) -> None:
            row[:] = np.asarray(spaces.flatten(space, observation))

    if parts is None:
        return write
    if parts == ("observation",):
        return lambda observation, row: write(observation["observation"], row)
    return lambda observation, row: write({part: observation[part] for part in parts}, row)


def masker(space: spaces.Space, acted: spaces.Space) -> Mask:
    """Make the function that finds the legal actions of a seat.

    An action of several choices is one choice among all combinations. A mask of something else, for example of each part of the
    action, says nothing about them; then the game has to cope with every action.

    Args:
        space: The observation space of the seat.
        acted: Its action space.
    """
    read = _mask_inside if _parts(space) is not None else _mask_beside
    if isinstance(acted, spaces.Discrete):
        return read
    finite = choices(acted)
    size = 0 if finite is None else finite.size

    def read_if_it_fits(observation: Any, info: Mapping[str, Any] | None) -> Any:
        mask = read(observation, info)
        return mask if mask is not None and _count(mask) == size else None

    return read_if_it_fits


def _count(mask: Any) -> int:
    """Return how many numbers a mask has; −1 if it is no array."""
    try:
        return np.asarray(mask).size
    except ValueError:  # parts of different lengths
        return -1


def _mask_beside(observation: Any, info: Mapping[str, Any] | None) -> Any:
    """Return the mask of the info, if there is one."""
    return (info or {}).get("action_mask")


def _mask_inside(observation: Any, info: Mapping[str, Any] | None) -> Any:
    """Return the mask of an observation whose space says that it has one."""
    mask = observation["action_mask"]
    if mask is None:
        raise TypeError("there is none")
    return mask


def actions_of(space: spaces.Space, seat: str) -> ActionSpace:
    """Describe an action space.

    Raises:
        GameError: It is neither finite and small enough nor made of bounded real numbers that float32 can hold.
    """
    finite = choices(space)
    if finite is not None:
        most = MOST_COMBINATIONS if finite.combined else MOST_ACTIONS
        if finite.size > most:
            what = "combinations of actions" if finite.combined else "actions"
            raise GameError(f"{seat} has {finite.size} {what} ({shortened(str(space))}); at most {most} are supported.")
        return ActionSpace("discrete", finite.size)
    if boxes(space) is None:
        raise GameError(
            f"The action space of {seat} is {shortened(str(space))}; only choices among finitely many actions, bounded boxes "
            "of real numbers, and Dict and Tuple of one of the two are supported."
        )
    flat = spaces.flatten_space(space)
    assert isinstance(flat, spaces.Box)
    _check_bounds(flat, space, seat)
    low, high = (tuple(bound.astype(float).tolist()) for bound in (flat.low, flat.high))
    return ActionSpace("continuous", len(low), low, high)


def _check_bounds(flat: spaces.Box, space: spaces.Space, seat: str) -> None:
    """Refuse continuous actions whose bounds are infinite or cannot be told apart in float32.

    Raises:
        GameError: They are.
    """
    if not (np.isfinite(flat.low).all() and np.isfinite(flat.high).all()):
        raise GameError(
            f"The actions of {seat} are unbounded ({shortened(str(space))}); continuous actions need finite bounds."
        )
    with np.errstate(over="ignore"):
        low, high = flat.low.astype(np.float32), flat.high.astype(np.float32)
        width, middle = high - low, high + low
        steps = np.spacing(np.maximum(np.abs(low), np.abs(high)))
    held = np.isfinite(width) & np.isfinite(middle) & (width >= FEWEST_STEPS * steps) | (flat.low == flat.high) & (low == high)
    if not held.all():
        worst = int(np.flatnonzero(~held)[0])
        raise GameError(
            f"The actions of {seat} lie between {flat.low[worst]} and {flat.high[worst]} (component {worst} of "
            f"{shortened(str(space))}), which float32 cannot hold; scale them in the environment, for example to [-1, 1]."
        )


def decoder(space: spaces.Space) -> Decode:
    """Make the function that converts an entry of the action tensors into an action that lies in this space."""
    finite = choices(space)
    if finite is not None:
        return finite.pick
    flat = spaces.flatten_space(space)
    assert isinstance(flat, spaces.Box)
    low, high, kind = flat.low, flat.high, flat.dtype
    # A bound that float32 does not have is rounded there, perhaps to a number outside the space.
    rounded = bool((low.astype(np.float32) < low).any() or (high.astype(np.float32) > high).any())
    nested, shape = not isinstance(space, spaces.Box), space.shape

    def decode(action: Any) -> Any:
        told = np.array(action, dtype=kind)  # a copy, because the environment may store it
        if rounded:
            told = np.minimum(np.maximum(told.reshape(-1), low), high)
        return spaces.unflatten(space, told.reshape(-1)) if nested else told.reshape(shape)

    return decode


def write_array(values: Any, target: NDArray[Any]) -> None:
    """Write numbers into an array of the same size, whatever their shape.

    Raises:
        ValueError: They are not whole numbers from 0 to 255, and the array is uint8.
    """
    if type(values) is not np.ndarray or values.shape != target.shape:
        if values is None:  # numpy would write NaN
            raise TypeError("there is none")
        values = np.asarray(values).reshape(target.shape)  # reshape refuses a wrong length; assignment would broadcast
    if target.dtype == np.uint8 and values.dtype not in BYTES and not whole(values):
        raise ValueError("the space has whole numbers from 0 to 255, and these are others")
    target[...] = values


def whole(values: NDArray[Any]) -> bool:
    """Return whether all numbers are whole and lie between 0 and 255."""
    return bool(np.isin(values, _BYTES).all()) if values.dtype.kind in "iuf" else values.dtype in BYTES


def packed(space: spaces.Space) -> bool:
    """Return whether observations of a space are kept as bytes: pictures and boards of many whole numbers from 0 to 255."""
    space = observed(space)
    return isinstance(space, spaces.Box) and space.dtype in BYTES and int(np.prod(space.shape)) >= FEWEST_PACKED


def write_mask(mask: Any, legal: NDArray[np.bool_]) -> None:
    """Write a mask of legal actions into an array of the same size, whatever its shape."""
    if type(mask) is not np.ndarray or mask.shape != legal.shape or mask.dtype.kind not in "biu":
        mask = np.asarray(mask)
        if mask.dtype.kind not in "biu" and not np.isfinite(mask.astype(float)).all():
            raise ValueError("a mask has a yes or no for every action")
        mask = mask.reshape(legal.shape)
    legal[...] = mask


def _parts(space: spaces.Space) -> tuple[str, ...] | None:
    """Return the keys of a dictionary space with an action mask, without the mask; None for every other space."""
    if isinstance(space, spaces.Dict) and "action_mask" in space.spaces:
        return tuple(key for key in space.spaces if key != "action_mask")
    return None


def observed(space: spaces.Space) -> spaces.Space:
    """Return the observation part of a space, without its action mask; in a very large one, discrete parts become boxes."""
    parts = _parts(space)
    if parts is not None:
        assert isinstance(space, spaces.Dict)
        space = space["observation"] if parts == ("observation",) else spaces.Dict({part: space[part] for part in parts})
    return space if _features(space) <= MOST_FEATURES else _numbers(space)


def _features(space: spaces.Space) -> int:
    """Return the length of a flattened observation; 0 if it has no fixed length."""
    try:
        return int(spaces.flatdim(space))
    except (ValueError, NotImplementedError):
        return 0


def _numbers(space: spaces.Space) -> spaces.Space:
    """Return the space in which discrete numbers are numbers instead of one-hot."""
    if isinstance(space, spaces.Dict):
        return spaces.Dict({key: _numbers(part) for key, part in space.spaces.items()})
    if isinstance(space, spaces.Tuple):
        return spaces.Tuple([_numbers(part) for part in space.spaces])
    if isinstance(space, spaces.Discrete):
        return spaces.Box(float(space.start), float(space.start + space.n - 1), (1,), np.float32)
    if isinstance(space, spaces.MultiDiscrete):
        low = space.start.astype(np.float32)
        return spaces.Box(low, low + (space.nvec - 1).astype(np.float32), dtype=np.float32)
    return space
