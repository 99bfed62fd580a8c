"""Deep chain: a long way of single steps to the only reward. Random play does not find it, so players have to explore.

In every place one of two actions leads one place on, and the other back to the begin. Which one it is, is drawn once for each
place and the same in all games, so that nothing learnt in one place helps in another.

Reference:
    Osband et al. (2020), "Behaviour suite for reinforcement learning": deep sea, of which this is the diagonal;
    Strehl & Littman (2008), section 5, for chains in general.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray
from pettingzoo import ParallelEnv

from envs.native.painting import blank, disc, square

AGENT = "walker"
"""The only agent."""

CELL = 20
"""Pixels of a cell of the picture."""

MAPPING = 7
"""Seed of the actions that lead on."""


def parallel_env(length: int = 16, steps: int = 32, render_mode: str | None = None) -> DeepChain:
    """Make the game.

    Args:
        length: Number of places, from 2 to 1000. Random play walks all the way in about one of 2^(length − 1) attempts.
        steps: Number of steps after which the game is truncated, at least `length` − 1.
        render_mode: "rgb_array" or None.

    Raises:
        ValueError: A number is out of bounds.
    """
    return DeepChain(length, steps, render_mode)


class DeepChain(ParallelEnv):
    """One walker with two actions. Its observation is the number of its place, one-hot.

    The reward is 1 in the last place, where the game ends, and 0 everywhere else. The `infos` have the walker's `depth`, the
    number of its place; those of the last step say `success`.
    """

    metadata: ClassVar[dict[str, Any]] = {
        "name": "deep_chain",
        "render_modes": ["rgb_array"],
        "is_parallelizable": True,
        "render_fps": 5,
    }

    def __init__(self, length: int = 16, steps: int = 32, render_mode: str | None = None) -> None:
        if not 2 <= length <= 1000 or steps < length - 1:
            raise ValueError(
                f"deep_chain needs a length from 2 to 1000 and at least length − 1 steps, not {length} and {steps}"
            )
        self.length, self.steps, self.render_mode = length, steps, render_mode
        self.leads_on = leads_on(length)
        self.possible_agents = [AGENT]
        self.agents: list[str] = []
        self._seen = spaces.Box(0.0, 1.0, (length,), np.float32)
        self._acts = spaces.Discrete(2)
        self.place = self.played = 0

    def observation_space(self, agent: str) -> spaces.Space[Any]:
        """The space of the walker's observations."""
        return self._seen

    def action_space(self, agent: str) -> spaces.Space[Any]:
        """The space of the walker's actions."""
        return self._acts

    def reset(
        self, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, NDArray[np.float32]], dict[str, dict[str, Any]]]:
        """Put the walker at the begin. Nothing in this game is left to chance."""
        self.place = self.played = 0
        self.agents = [AGENT]
        return self._observations(), {AGENT: {"depth": 0}}

    def step(
        self, actions: dict[str, int]
    ) -> tuple[dict[str, NDArray[np.float32]], dict[str, float], dict[str, bool], dict[str, bool], dict[str, dict[str, Any]]]:
        """Move the walker on, or back to the begin."""
        self.played += 1
        self.place = self.place + 1 if int(actions[AGENT]) == self.leads_on[self.place] else 0
        found = self.place == self.length - 1
        over = found or self.played == self.steps
        told: dict[str, Any] = {"depth": self.place}
        if over:
            self.agents, told["success"] = [], found
        seen = self._observations()
        return seen, {AGENT: float(found)}, {AGENT: found}, {AGENT: over and not found}, {AGENT: told}

    def state(self) -> NDArray[np.float32]:
        """What the walker sees."""
        return self._observations()[AGENT]

    def render(self) -> NDArray[np.uint8] | None:
        """The chain with the last place in green and the walker as a disc; uint8 [height, width, 3], or None."""
        if self.render_mode is None:
            return None
        picture = blank(1, self.length, CELL)
        square(picture, 0, self.length - 1, CELL, "goal")
        disc(picture, 0, self.place, CELL, "first")
        return picture

    def close(self) -> None:
        """Free nothing."""

    def _observations(self) -> dict[str, NDArray[np.float32]]:
        seen = np.zeros(self.length, np.float32)
        seen[self.place] = 1.0
        return {AGENT: seen}


def leads_on(length: int) -> NDArray[np.int64]:
    """The action that leads on from each place, int64 [length]."""
    return np.random.default_rng(MAPPING).integers(0, 2, length)
