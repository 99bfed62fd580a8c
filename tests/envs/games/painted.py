"""A game that can be photographed: a bar grows with every step."""

from typing import ClassVar

import numpy as np
from gymnasium.spaces import Box, Discrete
from pettingzoo import ParallelEnv


class Painted(ParallelEnv):
    """Two agents who wait for the end."""

    metadata: ClassVar = {"name": "painted", "render_modes": ["rgb_array"]}

    def __init__(self, length=5, render_mode=None):
        self.length, self.render_mode, self.possible_agents = length, render_mode, ["a", "b"]

    def observation_space(self, agent):
        return Box(0, self.length, (1,), np.float32)

    def action_space(self, agent):
        return Discrete(2)

    def reset(self, seed=None, options=None):
        self.time, self.agents = 0, list(self.possible_agents)
        return self._views(), {agent: {} for agent in self.agents}

    def step(self, actions):
        self.time += 1
        before, over = self.possible_agents, self.time == self.length
        self.agents = [] if over else self.agents
        ends, never = dict.fromkeys(before, over), dict.fromkeys(before, False)
        return self._views(), dict.fromkeys(before, 0.0), ends, never, {agent: {} for agent in before}

    def render(self):
        picture = np.zeros((240, 640, 3), np.uint8)
        picture[:, : 640 * self.time // self.length] = 200
        return picture

    def _views(self):
        return {agent: np.array([self.time], np.float32) for agent in self.possible_agents}
