"""A parallel environment of many spaces: a guide that sees a picture in words and a walker that moves continuously."""

from typing import ClassVar

import numpy as np
from gymnasium.spaces import Box, Dict, Discrete, MultiBinary, Text, Tuple
from pettingzoo import ParallelEnv


class Medley(ParallelEnv):
    """Three steps; the walker's reward is the sum of its two components, the guide's its action."""

    metadata: ClassVar = {"name": "medley", "render_modes": []}
    spaces: ClassVar = {
        "guide_0": (Tuple((Discrete(3), MultiBinary(2))), Discrete(3, start=-1)),
        "walker_0": (Dict({"where": Box(-1, 1, (2,), np.float32), "lap": Discrete(4)}), Box(-0.5, 2.0, (2, 1), np.float32)),
        "watcher_0": (Discrete(4, start=2), Discrete(2)),
    }

    def __init__(self, swap=None):
        self.possible_agents = list(self.spaces)
        self.swap = swap or {}

    def observation_space(self, agent):
        return self.spaces[agent][0]

    def action_space(self, agent):
        return self.swap.get(agent, self.spaces[agent][1])

    def _observe(self):
        where = np.array([self.time / 10, -0.5], np.float32)
        return {
            "guide_0": (self.time % 3, np.array([0, 1], np.int8)),
            "walker_0": {"where": where, "lap": self.time},
            "watcher_0": 2 + self.time,
        }

    def reset(self, seed=None, options=None):
        self.time, self.agents = 0, list(self.possible_agents)
        return self._observe(), {agent: {} for agent in self.agents}

    def step(self, actions):
        self.time += 1
        assert actions["walker_0"].shape == (2, 1)
        rewards = {"guide_0": float(actions["guide_0"]), "walker_0": float(actions["walker_0"].sum()), "watcher_0": 0.0}
        over = dict.fromkeys(self.agents, self.time == 3)
        if self.time == 3:
            self.agents = []
        return self._observe(), rewards, dict.fromkeys(over, False), over, {agent: {} for agent in over}


def make():
    """Make a medley."""
    return Medley()


def unbounded():
    """Make a medley in which the walker's steps have no bounds."""
    return Medley({"walker_0": Box(-np.inf, np.inf, (2, 1), np.float32)})


def written():
    """Make a medley in which the watcher writes a word."""
    return Medley({"watcher_0": Text(5)})
