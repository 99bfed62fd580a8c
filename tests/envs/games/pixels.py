"""A game of seeing: somewhere in a noisy image there is a small shape, and every player says which of two it is."""

from typing import Any

import numpy as np
from gymnasium.spaces import Box, Discrete
from pettingzoo.utils.env import ParallelEnv

SHAPES = np.array([[[1, 0, 0], [0, 1, 0], [0, 0, 1]], [[0, 0, 1], [0, 1, 0], [1, 0, 0]]], np.float32)
"""A falling and a rising diagonal."""


class Pixels(ParallelEnv):
    """Two players, each with an image of its own in every round. A right answer pays 1, a wrong one −1, over the rounds."""

    metadata = {"name": "pixels_v0"}  # noqa: RUF012

    def __init__(self, size: int = 12, rounds: int = 8, noise: float = 0.1) -> None:
        """Make a game of `rounds` images of `size` × `size` pixels."""
        self.size, self.rounds, self.noise = size, rounds, noise
        self.possible_agents = ["player_0", "player_1"]
        self.agents: list[str] = []
        self._seen, self._done = Box(0.0, 1.0, (size, size, 1), np.float32), Discrete(len(SHAPES))
        self.render_mode = None
        self._generator = np.random.default_rng()

    def observation_space(self, agent: str) -> Box:
        return self._seen

    def action_space(self, agent: str) -> Discrete:
        return self._done

    def reset(self, seed: int | None = None, options: Any = None) -> tuple[dict[str, np.ndarray], dict[str, dict]]:
        if seed is not None:
            self._generator = np.random.default_rng(seed)
        self.agents, self._round = list(self.possible_agents), 0
        return self._observations(), {agent: {} for agent in self.agents}

    def step(self, actions: dict[str, int]) -> tuple[dict, dict, dict, dict, dict]:
        here = list(self.agents)
        rewards = {a: (1.0 if int(actions[a]) == self._shapes[a] else -1.0) / self.rounds for a in here}
        self._round += 1
        over = self._round == self.rounds
        seen = self._observations()
        if over:
            self.agents = []
        return seen, rewards, dict.fromkeys(here, over), dict.fromkeys(here, False), {agent: {} for agent in here}

    def _observations(self) -> dict[str, np.ndarray]:
        self._shapes = {agent: int(self._generator.integers(len(SHAPES))) for agent in self.agents}
        return {agent: self._image(shape) for agent, shape in self._shapes.items()}

    def _image(self, shape: int) -> np.ndarray:
        image = self._generator.uniform(0.0, self.noise, (self.size, self.size, 1)).astype(np.float32)
        row, column = self._generator.integers(0, self.size - 2, 2)
        image[row : row + 3, column : column + 3, 0] += SHAPES[shape] * (1.0 - self.noise)
        return image

    def render(self) -> None:
        """There is nothing to draw."""

    def close(self) -> None:
        """There is nothing to free."""


def make_env(size: int = 12, rounds: int = 8, noise: float = 0.1) -> Pixels:
    """The game, as configurations name it."""
    return Pixels(size, rounds, noise)
