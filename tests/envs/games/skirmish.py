"""Two teams that shoot at each other, as a parallel environment: members die, and one joins late."""

from typing import ClassVar

import numpy as np
from gymnasium.spaces import Box, Discrete
from pettingzoo import ParallelEnv

LATE, JOINS, LENGTH = "blue_1", 2, 12


class Skirmish(ParallelEnv):
    """Each shot hits the first living enemy with probability 0.4; a hit pays 1, being hit costs 1."""

    metadata: ClassVar = {"name": "skirmish", "render_modes": []}

    def __init__(self, flags="canonical", crash_on_seed=None):
        self.flags, self.crash_on_seed = flags, crash_on_seed
        self.possible_agents = ["red_0", "red_1", "blue_0", "blue_1"]

    def observation_space(self, agent):
        return Box(0, LENGTH, (3,), np.float32)

    def action_space(self, agent):
        return Discrete(2)

    def _observe(self, agents):
        reds = sum(agent.startswith("red") for agent in self.agents)
        view = [self.time, reds, len(self.agents) - reds]
        return {agent: np.array(view, np.float32) for agent in agents}

    def reset(self, seed=None, options=None):
        self.random, self.seed, self.time = np.random.default_rng(seed), seed, 0
        self.agents = [agent for agent in self.possible_agents if agent != LATE]
        return self._observe(self.agents), {agent: {} for agent in self.agents}

    def step(self, actions):
        assert set(actions) == set(self.agents), "actions for exactly the living"
        if self.crash_on_seed is not None and self.seed == self.crash_on_seed:
            raise ZeroDivisionError("out of ammunition")
        before, self.time = list(self.agents), self.time + 1
        rewards = dict.fromkeys(before, 0.0)
        hit = set()
        for agent in before:
            enemies = [other for other in before if other[0] != agent[0] and other not in hit]
            if actions[agent] and enemies and self.random.random() < 0.4:
                rewards[agent] += 1.0
                rewards[enemies[0]] -= 1.0
                hit.add(enemies[0])
        self.agents = [agent for agent in before if agent not in hit]
        lost = len({agent[0] for agent in self.agents}) < 2
        late = self.time >= LENGTH
        terminations = {agent: agent in hit or lost for agent in before}
        truncations = {agent: late or (self.flags == "both" and agent in hit) for agent in before}
        observations = self._observe(before)
        if lost or late:
            self.agents = []
        elif self.time == JOINS:
            self.agents = [*self.agents, LATE]
            observations = self._observe([*before, LATE])
        return observations, rewards, terminations, truncations, {agent: {} for agent in observations}


def make(**options):
    """Make a skirmish."""
    return Skirmish(**options)
