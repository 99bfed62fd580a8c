"""The step that PettingZoo requires of an agent whose part in a turn-based game has ended."""

from __future__ import annotations

from typing import Any

from pettingzoo.utils.env import AECEnv


def dead_step(environment: AECEnv) -> None:
    """Make the step of an agent that has ended. It pays nobody.

    PettingZoo's own environments clear the rewards first. Others, among them those of Shimmy, count the rewards of the last
    move once more for everybody who is left; what was owed before is put back.
    """
    owed = dict(_owed(environment))
    environment.step(None)
    now = _owed(environment)
    for agent in environment.agents:
        if agent in owed and agent in now and now[agent] != owed[agent]:
            now[agent] = owed[agent]


def _owed(environment: AECEnv) -> dict[Any, Any]:
    """Return the rewards that `last()` will give; empty where an environment has a `last()` of its own without them."""
    return getattr(environment, "_cumulative_rewards", {})
