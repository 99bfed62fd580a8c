"""Games whose infos say where agents are and whether a game was a success: all at once, and in turns."""

from typing import ClassVar

import numpy as np
from gymnasium.spaces import Box, Discrete
from pettingzoo import ParallelEnv
from pettingzoo.utils.conversions import parallel_to_aec

STEPS = 3


class Walk(ParallelEnv):
    """Two walkers on a line go left or right for three steps; it is a success if they meet.

    Args:
        length: Number of coordinates of a position; 0 for a single number.
        lost: Whether the first walker's position is missing from the first move on.
        says: What the last infos say of success; None for whether the walkers meet.
        chance: What the metadata declare.
    """

    metadata: ClassVar = {"name": "walk", "render_modes": ["ansi"], "is_parallelizable": True}

    def __init__(self, length=2, lost=False, says=None, chance=0.25):
        self.metadata = {**type(self).metadata, "chance": chance}
        self.render_mode = None
        self.length, self.lost, self.says = length, lost, says
        self.possible_agents = ["walker_0", "walker_1"]

    def observation_space(self, agent):
        return Box(-10.0, 10.0, (1,), np.float32)

    def action_space(self, agent):
        return Discrete(2)

    def reset(self, seed=None, options=None):
        self.agents, self.steps = list(self.possible_agents), 0
        self.at = dict(zip(self.agents, np.random.default_rng(seed).integers(0, 3, 2).tolist(), strict=True))
        return self._seen(), self._infos()

    def step(self, actions):
        self.steps += 1
        self.at = {agent: place + 2 * int(actions[agent]) - 1 for agent, place in self.at.items()}
        over, infos = self.steps == STEPS, self._infos()
        if over:
            met = len(set(self.at.values())) == 1 if self.says is None else self.says
            infos = {agent: {**info, "success": met} for agent, info in infos.items()}
            self.agents = []
        everybody = self.possible_agents
        ended, cut = dict.fromkeys(everybody, over), dict.fromkeys(everybody, False)
        return self._seen(), dict.fromkeys(everybody, 0.0), ended, cut, infos

    def _seen(self):
        return {agent: np.array([place], np.float32) for agent, place in self.at.items()}

    def _infos(self):
        infos = {agent: {"position": [place] * self.length if self.length else place} for agent, place in self.at.items()}
        if self.lost and self.steps:
            del infos["walker_0"]["position"]
        return infos


def at_once(**options):
    """Make the game with all walkers at once."""
    return Walk(**options)


def in_turns(**options):
    """Make the game with one walker after the other."""
    return parallel_to_aec(Walk(**options))
