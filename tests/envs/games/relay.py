"""Two pairs of partners who act one after another; everybody sees a number of its own."""

from typing import ClassVar

import numpy as np
from gymnasium.spaces import Box, Discrete
from pettingzoo import AECEnv
from pettingzoo.utils import AgentSelector

TURNS = 40


class Relay(AECEnv):
    """Nothing happens, but everybody sees something new at every turn."""

    metadata: ClassVar = {"name": "relay_v0", "is_parallelizable": False, "render_modes": []}
    render_mode = None

    def __init__(self) -> None:
        super().__init__()
        self.possible_agents = ["red_0", "blue_0", "red_1", "blue_1"]
        self.teams = [["red_0", "red_1"], ["blue_0", "blue_1"]]

    def observation_space(self, agent):
        return Box(-1.0, 1.0, (3,), np.float32)

    def action_space(self, agent):
        return Discrete(3)

    def reset(self, seed=None, options=None):
        self.agents, self.turn = list(self.possible_agents), 0
        self.numbers = np.random.default_rng(seed)
        self.rewards = dict.fromkeys(self.agents, 0.0)
        self._cumulative_rewards = dict.fromkeys(self.agents, 0.0)
        self.terminations = dict.fromkeys(self.agents, False)
        self.truncations = dict.fromkeys(self.agents, False)
        self.infos = {agent: {} for agent in self.agents}
        self.selector = AgentSelector(self.agents)
        self.agent_selection = self.selector.reset()
        self._look()

    def _look(self):
        self.seen = self.numbers.uniform(-1, 1, 3).astype(np.float32)

    def observe(self, agent):
        return self.seen

    def step(self, action):
        if self.terminations[self.agent_selection] or self.truncations[self.agent_selection]:
            self._was_dead_step(action)
            return
        self.turn += 1
        self._cumulative_rewards[self.agent_selection] = 0.0
        if self.turn >= TURNS:
            self.truncations = dict.fromkeys(self.agents, True)
        self.agent_selection = self.selector.next()
        self._look()


def make_env(**options) -> Relay:
    return Relay(**options)
