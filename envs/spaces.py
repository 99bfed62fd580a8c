"""Conversion between gymnasium spaces and rows of numbers.

Observations become rows of float32: boxes are flattened, discrete ones become one-hot, dictionaries, tuples and bit vectors are
flattened as gymnasium does. Legal actions are read from the "action_mask" of the observation or of the info.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from envs.faults import GameError
from envs.game import ActionSpace

Encode = Callable[[Any, NDArray[np.float32]], None]
"""Writes an observation into an array of F numbers of the shape `shape_of`."""

Decode = Callable[[Any], Any]
"""Converts an entry of the action tensors into an action for the environment's `step`."""

MOST_ACTIONS = 2**16
"""Maximal number of actions: the match log stores them as uint16, and random numbers have 65,536 per slot."""

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
        first = int(space.start)

        def write(observation: Any, row: NDArray[np.float32]) -> None:
            row[:] = 0.0
            row[int(observation) - first] = 1.0
    else:

        def write(observation: Any, row: NDArray[np.float32]) -> None:
            row[:] = np.asarray(spaces.flatten(space, observation))

    if parts is None:
        return write
    if parts == ("observation",):
        return lambda observation, row: write(observation["observation"], row)
    return lambda observation, row: write({part: observation[part] for part in parts}, row)


def masker(space: spaces.Space) -> Mask:
    """Make the function that finds the legal actions of a seat with this observation space."""
    if _parts(space) is not None:
        return lambda observation, info: observation["action_mask"]
    return lambda observation, info: (info or {}).get("action_mask")


def actions_of(space: spaces.Space, seat: str) -> ActionSpace:
    """Describe an action space.

    Raises:
        GameError: It is neither discrete nor a bounded box of real numbers.
    """
    if isinstance(space, spaces.Discrete):
        if space.n > MOST_ACTIONS:
            raise GameError(f"{seat} has {space.n} actions; more than {MOST_ACTIONS} are not supported.")
        return ActionSpace("discrete", int(space.n))
    if isinstance(space, spaces.Box) and np.issubdtype(space.dtype, np.floating):
        if not (np.isfinite(space.low).all() and np.isfinite(space.high).all()):
            raise GameError(f"The actions of {seat} are unbounded ({space}); continuous actions need finite bounds.")
        low, high = (tuple(bound.reshape(-1).astype(float).tolist()) for bound in (space.low, space.high))
        return ActionSpace("continuous", len(low), low, high)
    raise GameError(f"The action space of {seat} is {space}; only Discrete and Box with real numbers are supported.")


def decoder(space: spaces.Space) -> Decode:
    """Make the function that converts an entry of the action tensors into an action of this space."""
    if isinstance(space, spaces.Discrete):
        first = int(space.start)
        return lambda action: int(action) + first
    shape, kind = space.shape, space.dtype
    return lambda action: np.array(action, dtype=kind).reshape(shape)  # a copy, because the environment may store it


def write_array(values: Any, target: NDArray[Any]) -> None:
    """Write numbers into an array of the same size, whatever their shape."""
    if type(values) is not np.ndarray or values.shape != target.shape:
        values = np.asarray(values).reshape(target.shape)  # reshape refuses a wrong length; assignment would broadcast
    target[...] = values


def _parts(space: spaces.Space) -> tuple[str, ...] | None:
    """Return the keys of a dictionary space with an action mask, without the mask; None for every other space."""
    if isinstance(space, spaces.Dict) and "action_mask" in space.spaces:
        return tuple(key for key in space.spaces if key != "action_mask")
    return None


def observed(space: spaces.Space) -> spaces.Space:
    """Return the observation part of a space, without its action mask."""
    parts = _parts(space)
    if parts is None:
        return space
    assert isinstance(space, spaces.Dict)
    if parts == ("observation",):
        return space["observation"]
    return spaces.Dict({part: space[part] for part in parts})
