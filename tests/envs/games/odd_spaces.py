"""Two agents who see and do whatever gymnasium has a space for; nothing they do matters."""

from typing import ClassVar

import numpy as np
from gymnasium.spaces import Box, Dict, Discrete, MultiBinary, MultiDiscrete, Tuple
from pettingzoo import ParallelEnv

SEEN = {
    "number": Discrete(4, start=2),
    "numbers": MultiDiscrete([2, 3]),
    "bits": MultiBinary(4),
    "dictionary": Dict({"place": Box(-1, 1, (2, 2)), "kind": Discrete(3), "inner": Dict({"speed": Box(0, 9, ())})}),
    "tuple": Tuple((Discrete(2), Box(-1, 1, (2,)))),
}
DONE = {
    "number": Discrete(3, start=5),
    "square": Box(-1, 1, (2, 2), np.float32),
    "single": Box(np.float32(0.1), np.float32(0.3), (), np.float32),
    "several": MultiDiscrete([3, 2], start=[1, 0]),
    "switches": Dict({"keys": MultiBinary(2), "gear": Discrete(2, start=-1)}),
    "levers": Tuple((Box(-1, 1, (2,), np.float32), Box(0, 4, (), np.float32))),
}


class OddSpaces(ParallelEnv):
    metadata: ClassVar = {"name": "odd_spaces", "render_modes": []}

    def __init__(self, seen, done):
        self.seen, self.done, self.possible_agents = seen, done, ["one", "two"]

    def observation_space(self, agent):
        return SEEN[self.seen]

    def action_space(self, agent):
        return DONE[self.done]

    def _see(self):
        space = self.observation_space("one")
        space.seed(int(self.random.integers(2**31)))
        return {agent: space.sample() for agent in self.agents}

    def reset(self, seed=None, options=None):
        self.agents, self.time, self.random = self.possible_agents[:], 0, np.random.default_rng(seed)
        return self._see(), {agent: {} for agent in self.agents}

    def step(self, actions):
        self.time += 1
        before, over = list(self.agents), self.time == 20
        seen, rewards = self._see(), {agent: float(self.random.normal()) for agent in before}
        self.agents = [] if over else before
        return seen, rewards, dict.fromkeys(before, over), dict.fromkeys(before, False), {agent: {} for agent in before}


def make(seen="number", done="number"):
    return OddSpaces(seen, done)


class _Armies(OddSpaces):
    """Shows more discrete numbers, and greater ones, than could be made one-hot."""

    space = Dict({"at_war": MultiBinary(2), "cells": MultiDiscrete(np.full((30, 30), 100_000)), "days": Discrete(10**6)})

    def observation_space(self, agent):
        return self.space

    def _see(self):
        seen = {"at_war": np.array([1, 0], np.int8), "cells": np.full((30, 30), 99_999), "days": 7}
        return dict.fromkeys(self.agents, seen)


def armies():
    return _Armies("number", "number")
