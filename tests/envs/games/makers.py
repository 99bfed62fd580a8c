"""Games that are odd in how they are made and closed."""

import time
import warnings
from typing import ClassVar

import numpy as np
from gymnasium.spaces import Box, Discrete
from pettingzoo import ParallelEnv

ALIVE: list["Coin"] = []
"""Every environment that was made and not closed."""

MADE: list["Coin"] = []
"""Every environment that was made."""


class Coin(ParallelEnv):
    """Two agents guess a coin three times. Every environment that is made is counted."""

    metadata: ClassVar = {"name": "coin", "render_modes": ["rgb_array"]}
    clean = True

    def __init__(self, render_mode=None):
        self.render_mode, self.possible_agents, self.games = render_mode, ["a_0", "a_1"], 0
        ALIVE.append(self)
        MADE.append(self)

    def observation_space(self, agent):
        return Box(-1, 1, (1,), np.float32)

    def action_space(self, agent):
        return Discrete(2)

    def see(self):
        return {agent: np.array([self.coin], np.float32) for agent in self.agents}

    def reset(self, seed=None, options=None):
        self.games += 1
        self.random = np.random.default_rng(seed if self.clean else [seed, self.games])
        self.agents, self.time, self.coin = list(self.possible_agents), 0, float(self.random.random())
        return self.see(), {agent: {} for agent in self.agents}

    def step(self, actions):
        before = list(self.agents)
        self.time += 1
        self.coin = float(self.random.random())
        seen, over = self.see(), self.time == 3
        if over:
            self.agents = []
        rewards = dict.fromkeys(before, float(self.coin > 0.5))
        return seen, rewards, dict.fromkeys(before, over), dict.fromkeys(before, False), {agent: {} for agent in before}

    def close(self):
        ALIVE.remove(self)


def coin():
    return Coin()


class WornCoin(Coin):
    clean = False


def worn_coin():
    return WornCoin()


class _NoPictures(Coin):
    def __init__(self, render_mode=None):
        if render_mode is not None:
            raise ImportError("nothing to draw with")
        super().__init__()


def no_pictures(render_mode=None):
    return _NoPictures(render_mode)


class _Drawn(Coin):
    """Draws its number at every move, and shuts pygame down when it is closed, as tutorials do."""

    def __init__(self, render_mode=None):
        import pygame

        super().__init__(render_mode)
        pygame.init()
        self.font = pygame.font.Font(None, 12)

    def step(self, actions):
        self.font.render(str(self.time), True, (255, 255, 255))
        return super().step(actions)

    def close(self):
        import pygame

        super().close()
        pygame.font.quit()
        pygame.quit()


def drawn(render_mode=None):
    return _Drawn(render_mode)


def warns():
    warnings.warn("this library is old", UserWarning, stacklevel=1)
    return Coin()


def slow():
    time.sleep(0)
    return Coin()
