"""Nim as an AEC environment with masks: whoever takes the last stick wins; every stick taken pays a little at once."""

from typing import ClassVar

import numpy as np
from gymnasium.spaces import Box, Dict, Discrete
from pettingzoo import AECEnv

PILES, MOST = 3, 4


class Nim(AECEnv):
    """Piles of 1 to 4 sticks, drawn with the seed; action = pile * 4 + sticks - 1."""

    metadata: ClassVar = {"name": "nim", "render_modes": []}

    def __init__(self, masked="observation", first=0, crash_on_seed=None):
        super().__init__()
        self.masked, self.first, self.crash_on_seed = masked, first, crash_on_seed
        self.possible_agents = ["player_0", "player_1"]

    def observation_space(self, agent):
        piles = Box(0, MOST, (PILES,), np.float32)
        if self.masked == "info":
            return piles
        return Dict({"observation": piles, "action_mask": Box(0, 1, (PILES * MOST,), np.int8)})

    def action_space(self, agent):
        return Discrete(PILES * MOST, start=self.first)

    def reset(self, seed=None, options=None):
        self.seed = seed
        self.piles = np.random.default_rng(seed).integers(1, MOST + 1, PILES)
        self.agents = list(self.possible_agents)
        self.agent_selection = self.agents[0]
        self.rewards = dict.fromkeys(self.agents, 0.0)
        self._cumulative_rewards = dict.fromkeys(self.agents, 0.0)
        self.terminations = dict.fromkeys(self.agents, False)
        self.truncations = dict.fromkeys(self.agents, False)
        self._tell()

    def _mask(self):
        return np.array([sticks < self.piles[pile] for pile in range(PILES) for sticks in range(MOST)], np.int8)

    def _tell(self):
        self.infos = {agent: {"action_mask": self._mask()} if self.masked == "info" else {} for agent in self.agents}

    def observe(self, agent):
        piles = self.piles.astype(np.float32)
        return piles if self.masked == "info" else {"observation": piles, "action_mask": self._mask()}

    def step(self, action):
        agent = self.agent_selection
        if self.terminations[agent] or self.truncations[agent]:
            self._was_dead_step(action)
            return
        if self.crash_on_seed is not None and self.seed == self.crash_on_seed:
            raise ZeroDivisionError("the sticks are gone")
        pile, sticks = divmod(action - self.first, MOST)
        assert sticks < self.piles[pile], "an illegal move reached the game"
        self.piles[pile] -= sticks + 1
        other = self.possible_agents[1 - self.possible_agents.index(agent)]
        self._cumulative_rewards[agent] = 0.0
        self.rewards = {agent: 0.1 * (sticks + 1), other: 0.0}
        if not self.piles.any():
            self.rewards = {agent: self.rewards[agent] + 1.0, other: -1.0}
            self.terminations = dict.fromkeys(self.agents, True)
        self._accumulate_rewards()
        self.agent_selection = other
        self._tell()


def make(**options):
    """Make a game of nim."""
    return Nim(**options)


def masked_in_info(**options):
    """Make a game of nim whose legal moves stand in the info, as in hanabi."""
    return Nim(masked="info", **options)
