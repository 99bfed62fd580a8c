"""Judgement of single values that an environment gives: observations, masks, rewards, flags."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from envs.conformance.places import defined_at
from envs.faults import GameError, environment_code
from envs.spaces import Decode, Encode, Mask, actions_of, decoder, encoder, masker, shape_of

FLAGS = (bool, np.bool_)
LONGEST = 80
"""Maximal length in characters of a value in a sentence."""


@dataclass(frozen=True)
class Sight:
    """What an observation is worth to an arena.

    Attributes:
        row: The numbers that an arena makes of it; None if it cannot make any.
        fault: Why a league cannot be played with it, if so.
        remark: How it differs from its space although a league can be played with it, if so.
    """

    row: NDArray[np.float32] | None
    fault: str | None = None
    remark: str | None = None


@dataclass
class Seat:
    """The spaces of one agent, and the conversions that arenas use for them."""

    agent: Any
    observed: spaces.Space
    acted: spaces.Space
    shape: tuple[int, ...]
    encode: Encode
    mask: Mask
    decode: Decode
    continuous: bool = field(init=False)
    draw: Callable[[np.random.Generator, Any], Any] = field(init=False)

    def __post_init__(self) -> None:
        """Choose how a random legal action is drawn."""
        actions = actions_of(self.acted, str(self.agent))
        self.continuous = actions.kind == "continuous"
        if actions.kind == "discrete":
            self.draw = lambda random, legal: int(random.choice(np.arange(actions.size) if legal is None else legal))
        else:
            low, high = np.array(actions.low, np.float32), np.array(actions.high, np.float32)
            self.draw = lambda random, legal: np.clip(random.uniform(low, high).astype(np.float32), low, high)

    def see(self, observation: Any) -> Sight:
        """Judge an observation."""
        if observation is None:
            return Sight(None, "is missing")
        row = np.zeros(self.shape, np.float32)
        try:
            with environment_code("cannot be read"):
                self.encode(observation, row)
        except GameError as error:
            return Sight(None, f"does not fit the space {shown(self.observed)}: {error}")
        if not np.isfinite(row).all():
            at = tuple(int(index) for index in np.argwhere(~np.isfinite(row))[0])
            return Sight(row, f"has the value {row[at]} at {_index(at)}, which is not a finite number")
        return Sight(row, remark=difference(self.observed, observation))

    def legal(self, observation: Any, info: Mapping[str, Any] | None) -> tuple[NDArray[np.int64] | None, str | None]:
        """Return the legal actions, None for all, and the fault of the mask, if any."""
        if self.continuous:
            return None, None
        try:
            with environment_code("cannot be read"):
                mask = self.mask(observation, info)
                values = None if mask is None else np.asarray(mask)
        except GameError as error:
            return None, str(error)
        if values is None:
            return None, None
        if isinstance(self.acted, spaces.Discrete) and values.shape != (int(self.acted.n),):
            return None, f"has the shape {values.shape} instead of ({int(self.acted.n)},)"
        if not np.isin(values, (0, 1)).all():
            return None, f"holds {shown(values[~np.isin(values, (0, 1))][0])}, which is neither 0 nor 1"
        return np.flatnonzero(values), None if values.any() else "allows no action at all"

    def choose(self, legal: NDArray[np.int64] | None, random: np.random.Generator) -> Any:
        """Draw a random legal action, as the environment takes it."""
        return self.decode(self.draw(random, legal))


def seat_of(environment: Any, agent: Any) -> Seat:
    """Read the spaces of an agent.

    Raises:
        GameError: A space is not supported, or the environment fails.
    """
    with environment_code(f"the spaces of {agent} cannot be read"):
        observed, acted = environment.observation_space(agent), environment.action_space(agent)
    for space, method in ((observed, "observation_space"), (acted, "action_space")):
        if not isinstance(space, spaces.Space):
            raise GameError(f"{method}({agent!r}) returns {shown(space)}, not a space{defined_at(environment, method)}.")
    return Seat(
        agent, observed, acted, shape_of(observed, str(agent)), encoder(observed), masker(observed, acted), decoder(acted)
    )


def difference(space: spaces.Space, value: Any, where: str = "") -> str | None:
    """Describe how a value differs from a space; None if it is inside."""
    if isinstance(space, spaces.Dict) and isinstance(value, Mapping):
        keys = [key for key in space.spaces if key not in value]
        if keys:
            return f"has no {keys[0]!r}{where}"
        parts = (difference(part, value[key], f" in {key!r}{where}") for key, part in space.spaces.items())
        return next((part for part in parts if part), None)
    if isinstance(space, spaces.Box):
        array = np.asarray(value)
        if array.shape != space.shape:
            return f"has the shape {array.shape}{where}, where its space says {space.shape}"
        if not np.can_cast(array.dtype, space.dtype):
            return f"has the dtype {array.dtype}{where}, where its space says {space.dtype}"
        outside = np.argwhere((array < space.low) | (array > space.high))
        if len(outside):
            at = tuple(int(index) for index in outside[0])
            return f"has the value {array[at]:g} at {_index(at)}{where}, outside {space.low[at]:g} to {space.high[at]:g}"
        return None
    return None if space.contains(value) else f"is {shown(value)}{where}, which is not inside {shown(space)}"


def reward_fault(value: Any) -> str | None:
    """Describe the fault of a reward, if any."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return f"is {shown(value)}, which is not a number"
    return None if math.isfinite(number) else f"is {shown(value)}, which is not a finite number"


def flag_fault(value: Any) -> str | None:
    """Describe the fault of a termination or truncation, if any."""
    return None if isinstance(value, FLAGS) or value in (0, 1) else f"is {shown(value)}, which is neither True nor False"


def shown(value: Any) -> str:
    """Return a value for a sentence, cut if it is long."""
    text = " ".join(repr(value).split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _index(at: tuple[int, ...]) -> str:
    return f"position {at[0] if len(at) == 1 else at}"
