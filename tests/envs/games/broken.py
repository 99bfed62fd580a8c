"""Games that are wrong in one way each; every callable without an underscore makes one."""

from typing import ClassVar

import numpy as np
from gymnasium.spaces import Box, Dict, Discrete, MultiDiscrete
from pettingzoo import AECEnv, ParallelEnv


class _Sound(ParallelEnv):
    """Two agents, five steps, nothing wrong."""

    metadata: ClassVar = {"name": "sound", "render_modes": []}
    length = 5

    def __init__(self):
        self.possible_agents = ["a_0", "a_1"]
        self.random = np.random.default_rng(0)

    def observation_space(self, agent):
        return Box(-1.0, 1.0, (2,), np.float32)

    def action_space(self, agent):
        return Discrete(2)

    def view(self):
        return np.array([self.time / 10, self.random.random()], np.float32)

    def state(self):
        return np.array([self.time], np.float32)

    def reset(self, seed=None, options=None):
        self.random = np.random.default_rng(seed)
        self.time, self.agents = 0, list(self.possible_agents)
        return {agent: self.view() for agent in self.agents}, {agent: {} for agent in self.agents}

    def step(self, actions):
        self.time += 1
        before, over = list(self.agents), self.time >= self.length
        if over:
            self.agents = []
        return (
            {agent: self.view() for agent in before},
            {agent: float(actions[agent]) for agent in before},
            dict.fromkeys(before, over),
            dict.fromkeys(before, False),
            {agent: {} for agent in before},
        )


def sound():
    return _Sound()


def not_an_environment():
    return {"agents": 2}


def refuses_to_be_made():
    raise OSError("no ROM here")


def unknown_actions():
    class Broken(_Sound):
        def action_space(self, agent):
            return MultiDiscrete([100, 100])

    return Broken()


def unknown_team():
    class Broken(_Sound):
        metadata: ClassVar = {**_Sound.metadata, "teams": (("a_0",), ("a_2",))}

    return Broken()


def raises():
    class Broken(_Sound):
        def step(self, actions):
            if self.time == 3:
                raise ZeroDivisionError("three is too much")
            return super().step(actions)

    return Broken()


def endless():
    class Broken(_Sound):
        length = 10**9

        def view(self):
            return np.zeros(2, np.float32)

    return Broken()


def outside():
    class Broken(_Sound):
        def view(self):
            return super().view() + (2.0 if self.time == 2 else 0.0)

    return Broken()


def not_finite():
    class Broken(_Sound):
        def observation_space(self, agent):
            return Box(-np.inf, np.inf, (2,), np.float32)

        def view(self):
            return super().view() + np.float32(np.nan if self.time == 2 else 0.0)

    return Broken()


def no_legal_action():
    class Broken(_Sound):
        def observation_space(self, agent):
            return Dict({"observation": super().observation_space(agent), "action_mask": Box(0, 1, (2,), np.int8)})

        def view(self):
            return {"observation": super().view(), "action_mask": np.full(2, self.time != 2, np.int8)}

    return Broken()


def not_a_reward():
    class Broken(_Sound):
        def step(self, actions):
            observations, rewards, *rest = super().step(actions)
            return observations, {**rewards, "a_1": float("nan")}, *rest

    return Broken()


def leaves_without_a_word():
    class Broken(_Sound):
        def step(self, actions):
            result = super().step(actions)
            if self.time == 2:
                self.agents = ["a_0"]
            return result

    return Broken()


def not_a_flag():
    class Broken(_Sound):
        def step(self, actions):
            *rest, _, infos = super().step(actions)
            return *rest, {}, infos

    return Broken()


def lingers():
    class Broken(_Sound):
        def step(self, actions):
            observations, rewards, terminations, *rest = super().step(actions)
            return observations, rewards, {**terminations, **({"a_1": True} if self.time >= 2 else {})}, *rest

    return Broken()


def comes_back():
    class Broken(_Sound):
        def step(self, actions):
            observations, rewards, terminations, *rest = super().step(actions)
            if self.time == 2:
                self.agents, terminations = ["a_0"], {**terminations, "a_1": True}
            if self.time == 4:
                self.agents = ["a_0", "a_1"]
                observations["a_1"] = self.view()
            return observations, rewards, terminations, *rest

    return Broken()


def changes_its_state():
    class Broken(_Sound):
        def state(self):
            return np.zeros(1 + self.time // 3, np.float32)

    return Broken()


def loses_its_state():
    class Broken(_Sound):
        def state(self):
            return super().state() + np.array(self.agents.index("a_0"))

    return Broken()


def ignores_its_seed():
    class Broken(_Sound):
        def reset(self, seed=None, options=None):
            return super().reset(None)

    return Broken()


def wears_out():
    class Broken(_Sound):
        games = 0

        def reset(self, seed=None, options=None):
            self.games += 1
            return super().reset(seed + self.games)

    return Broken()


def stays_after_its_dead_step():
    class Broken(AECEnv):
        metadata: ClassVar = {"name": "stays", "render_modes": []}

        def __init__(self):
            super().__init__()
            self.possible_agents = ["a_0", "a_1"]

        def observation_space(self, agent):
            return Discrete(2)

        def action_space(self, agent):
            return Discrete(2)

        def observe(self, agent):
            return 0

        def reset(self, seed=None, options=None):
            self.agents, self.agent_selection = list(self.possible_agents), "a_0"
            self.rewards, self._cumulative_rewards = (dict.fromkeys(self.agents, 0.0) for _ in range(2))
            self.terminations, self.truncations = (dict.fromkeys(self.agents, False) for _ in range(2))
            self.infos = {agent: {} for agent in self.agents}

        def step(self, action):
            self.terminations = dict.fromkeys(self.agents, True)

    return Broken()
