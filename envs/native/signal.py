"""Signal: one seat sees the goal, and another seat has to act on it.

Without messages the listener can only guess, so its chance of success is 1 / `goals`. A message of log2(`goals`) bits is
enough. It is the smallest game that shows whether a channel carries information.

Reference:
    Lewis (1969), "Convention": signalling games.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray
from pettingzoo import ParallelEnv

from envs.native.painting import blank, disc, square

SPEAKER, LISTENER = "speaker_0", "listener_0"
AGENTS = (SPEAKER, LISTENER)
CELL = 32
"""Pixels of a cell of the picture."""


def parallel_env(goals: int = 2, steps: int = 1, render_mode: str | None = None) -> Signal:
    """Make the game.

    Args:
        goals: Number of goals, at least 2. Chance is 1 / `goals`.
        steps: Number of steps of a game, at least 1. Only the last answer counts. Messages that arrive d steps late need
            d + 1 steps.
        render_mode: "rgb_array" or None.

    Raises:
        ValueError: A number is too small.
    """
    return Signal(goals, steps, render_mode)


class Signal(ParallelEnv):
    """The speaker observes the goal, one-hot, and has one action. The listener observes the share of the game that is played.

    Both earn 1 if the listener's last action is the goal, else 0. The last step's `infos` say `success`.
    """

    metadata: ClassVar[dict[str, Any]] = {
        "name": "signal",
        "render_modes": ["rgb_array"],
        "is_parallelizable": True,
        "render_fps": 1,
    }

    def __init__(self, goals: int = 2, steps: int = 1, render_mode: str | None = None) -> None:
        if goals < 2 or steps < 1:
            raise ValueError(f"signal needs at least 2 goals and 1 step, not {goals} and {steps}")
        self.goals, self.steps, self.render_mode = goals, steps, render_mode
        self.metadata = {**self.metadata, "chance": 1 / goals}  # type: ignore[misc]
        self.possible_agents = list(AGENTS)
        self.agents: list[str] = []
        self.observation_spaces = {
            SPEAKER: spaces.Box(0.0, 1.0, (goals,), np.float32),
            LISTENER: spaces.Box(0.0, 1.0, (1,), np.float32),
        }
        self.action_spaces = {SPEAKER: spaces.Discrete(1), LISTENER: spaces.Discrete(goals)}
        self.goal, self.played = 0, 0
        self.answer: int | None = None

    def observation_space(self, agent: str) -> spaces.Space[Any]:
        """The space of an agent's observations."""
        return self.observation_spaces[agent]

    def action_space(self, agent: str) -> spaces.Space[Any]:
        """The space of an agent's actions."""
        return self.action_spaces[agent]

    def reset(
        self, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, NDArray[np.float32]], dict[str, dict[str, Any]]]:
        """Draw a goal."""
        self.goal = int(np.random.default_rng(seed).integers(self.goals))
        self.agents, self.played, self.answer = list(AGENTS), 0, None
        return self._observations(), {agent: {} for agent in AGENTS}

    def step(
        self, actions: dict[str, int]
    ) -> tuple[dict[str, NDArray[np.float32]], dict[str, float], dict[str, bool], dict[str, bool], dict[str, dict[str, Any]]]:
        """Take the listener's answer."""
        self.played += 1
        self.answer = int(actions[LISTENER])
        last, right = self.played == self.steps, self.answer == self.goal
        infos: dict[str, dict[str, Any]] = {agent: {"success": right} if last else {} for agent in AGENTS}
        if last:
            self.agents = []
        return (
            self._observations(),
            dict.fromkeys(AGENTS, float(last and right)),
            dict.fromkeys(AGENTS, last),
            dict.fromkeys(AGENTS, False),
            infos,
        )

    def state(self) -> NDArray[np.float32]:
        """What both agents observe, float32 [goals + 1]."""
        return np.concatenate(list(self._observations().values()))

    def render(self) -> NDArray[np.uint8] | None:
        """One square per goal: the goal is green, and a disc marks the listener's answer. uint8 [height, width, 3] or None."""
        if self.render_mode is None:
            return None
        picture = blank(1, self.goals, CELL)
        square(picture, 0, self.goal, CELL, "goal")
        if self.answer is not None:
            disc(picture, 0, self.answer, CELL, "first")
        return picture

    def close(self) -> None:
        """Free nothing."""

    def _observations(self) -> dict[str, NDArray[np.float32]]:
        seen = np.zeros(self.goals, np.float32)
        seen[self.goal] = 1.0
        return {SPEAKER: seen, LISTENER: np.array([self.played / self.steps], np.float32)}
