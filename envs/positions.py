"""The positions of agents in the world of a game, from which graphs that change during a game are computed.

A game gives the position of an agent in its info, under `position`. Published games whose infos are empty have an adapter here,
which reads the positions from the environment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from envs.faults import GameError

POSITION = "position"
"""Key of an agent's info: its position, a number or a sequence of numbers, equally many for every agent."""

Adapter = Callable[[Any], NDArray[np.float64]]
"""From a reset environment to the positions of all agents, in the order of `possible_agents`, [A, D]."""


def of_particles(environment: Any) -> NDArray[np.float64]:
    """The positions in a particle world, in half arena widths; a seat that cannot move stands at its place."""
    return np.array([agent.state.p_pos for agent in environment.unwrapped.world.agents])


ADAPTERS: dict[str, Adapter] = {"mpe2": of_particles}
"""Family of games → its adapter."""


def adapter_of(name: str) -> Adapter | None:
    """The adapter of a game; None if its positions are in the infos."""
    return ADAPTERS.get(name.split("/")[0])


def dimensions(name: str, environment: Any, infos: Mapping[Any, Any]) -> int:
    """The number of coordinates of a position, D; 0 if the game gives none.

    Args:
        name: The game.
        environment: The environment, reset.
        infos: The infos of all agents after the reset.

    Raises:
        GameError: Agents have positions of different lengths, or a position has several axes.
    """
    adapter = adapter_of(name)
    if adapter is not None:
        return adapter(environment).shape[1]
    shapes = {np.shape(info[POSITION]) for info in infos.values() if isinstance(info, Mapping) and POSITION in info}
    if not shapes:
        return 0
    if len(shapes) > 1 or len(shape := shapes.pop()) > 1:
        raise GameError(f"{name} gives positions of different shapes; the info {POSITION!r} must hold equally many numbers")
    return shape[0] if shape else 1
