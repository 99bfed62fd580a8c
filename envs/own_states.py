"""The `state()` of environments, which critics of whole teams see in training.

Where the method of a published game fails in positions that games come to, a reader here asks it for less.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Reader = Callable[[Any], Any]
"""From an environment to its state."""


def of_crowds(environment: Any) -> Any:
    """The state of a magent2 world, whose own method fails as soon as nobody of one kind is alive."""
    world = environment.unwrapped
    everybody = world._all_handles
    world._all_handles = [kind for kind in everybody if world.env.get_num(kind) > 0]
    try:
        return environment.state()
    finally:
        world._all_handles = everybody


READERS: dict[str, Reader] = {"magent2": of_crowds}
"""Family of games → its reader."""


def own_state(name: str, environment: Any) -> Any:
    """Return the state that an environment gives.

    Args:
        name: The game.
        environment: The environment, reset.
    """
    reader = READERS.get(name.split("/")[0])
    return environment.state() if reader is None else reader(environment)
