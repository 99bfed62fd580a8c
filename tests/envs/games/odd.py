"""More games that are wrong or odd in one way each; every callable without an underscore makes one."""

import random
import sys
import zlib
from typing import ClassVar

import numpy as np
from gymnasium.spaces import Box, Discrete
from pettingzoo import AECEnv

from tests.envs.games.broken import _Sound

SOW_NUMPY, SOW_PYTHON = np.random.seed, random.seed  # what these games do wrong, and nobody else may do


def reset_raises():
    class Broken(_Sound):
        def reset(self, seed=None, options=None):
            raise FileNotFoundError("levels/one.txt")

    return Broken()


def takes_no_seed():
    class Broken(_Sound):
        def reset(self):
            return super().reset()

    return Broken()


def ends_the_program_when_made():
    sys.exit("usage: game [--level N]")


def ends_the_program():
    class Broken(_Sound):
        def step(self, actions):
            if self.time == 2:
                sys.exit(0)
            return super().step(actions)

    return Broken()


def cannot_be_closed():
    class Broken(_Sound):
        def close(self):
            raise RuntimeError("the window is gone")

    return Broken()


def cannot_say_its_state():
    class Broken(_Sound):
        def state(self):
            return np.array([1 / self.time if self.time else 1.0]) if self.time != 3 else {}["three"]

    return Broken()


def state_is_not_finite():
    class Broken(_Sound):
        def state(self):
            return np.array([np.inf if self.time == 3 else 0.0], np.float32)

    return Broken()


def resets_to_nothing():
    class Broken(_Sound):
        def reset(self, seed=None, options=None):
            super().reset(seed)

    return Broken()


def returns_four_things():
    class Broken(_Sound):
        def step(self, actions):
            return super().step(actions)[:4]

    return Broken()


def returns_lists():
    class Broken(_Sound):
        def step(self, actions):
            observations, *rest = super().step(actions)
            return list(observations.values()), *rest

    return Broken()


def spaces_are_numbers():
    class Broken(_Sound):
        def action_space(self, agent):
            return 2

    return Broken()


def has_no_agents():
    class Broken(_Sound):
        def __init__(self):
            super().__init__()
            self.possible_agents = []

    return Broken()


def shows_nothing():
    class Broken(_Sound):
        def view(self):
            return None if self.time == 2 else super().view()

    return Broken()


def shows_too_much():
    class Broken(_Sound):
        def view(self):
            return np.append(super().view(), np.float32(0.0)) if self.time == 2 else super().view()

    return Broken()


def pays_in_words():
    class Broken(_Sound):
        def step(self, actions):
            observations, rewards, *rest = super().step(actions)
            return observations, dict.fromkeys(rewards, "much"), *rest

    return Broken()


def pays_nothing_at_all():
    class Broken(_Sound):
        def step(self, actions):
            observations, rewards, *rest = super().step(actions)
            return observations, dict.fromkeys(rewards), *rest

    return Broken()


def pays_nonsense_now_and_then():
    class Broken(_Sound):
        def step(self, actions):
            observations, rewards, *rest = super().step(actions)
            return observations, {**rewards, **({"a_0": float("inf")} if self.random.random() < 0.01 else {})}, *rest

    return Broken()


def has_another_precision():
    class Broken(_Sound):
        def view(self):
            return super().view().astype(np.float64)

    return Broken()


def always_looks_the_same():
    class Broken(_Sound):
        def view(self):
            return np.zeros(2, np.float32)

    return Broken()


def draws_from_numpy():
    class Broken(_Sound):
        def reset(self, seed=None, options=None):
            SOW_NUMPY(seed)
            return super().reset(seed)

        def view(self):
            return np.array([self.time / 10, np.random.random()], np.float32)

    return Broken()


def draws_from_python():
    class Broken(_Sound):
        def reset(self, seed=None, options=None):
            SOW_PYTHON(seed)
            return super().reset(seed)

        def view(self):
            return np.array([self.time / 10, random.random()], np.float32)

    return Broken()


class _Crowded(_Sound):
    """All copies count their moves together."""

    moves: ClassVar = [0]

    def reset(self, seed=None, options=None):
        self.moves[0] = 0
        return super().reset(seed)

    def step(self, actions):
        self.moves[0] += 1
        return super().step(actions)

    def view(self):
        return np.array([self.time / 10, min(self.moves[0], 10) / 10], np.float32)


def pays_all_alike():
    class Odd(_Sound):
        def step(self, actions):
            observations, _, *rest = super().step(actions)
            return observations, dict.fromkeys(observations, float(sum(actions.values()))), *rest

    return Odd()


def favours_one():
    class Odd(_Sound):
        def step(self, actions):
            observations, rewards, *rest = super().step(actions)
            rewards["a_0"] -= 5.0
            return observations, rewards, *rest

    return Odd()


def pays_nobody():
    class Odd(_Sound):
        def step(self, actions):
            observations, rewards, *rest = super().step(actions)
            return observations, dict.fromkeys(rewards, 0.0), *rest

    return Odd()


def shares_a_counter():
    return _Crowded()


def follows_the_order_of_a_set():
    class Broken(_Sound):
        def view(self):
            order = "".join({f"piece {number}" for number in range(50)})
            return np.array([self.time / 10, zlib.crc32(order.encode()) / 2**32], np.float32)

    return Broken()


def is_cut_off_in_the_dark():
    class Broken(_Sound):
        def step(self, actions):
            observations, rewards, ended, cut, infos = super().step(actions)
            return ({} if not self.agents else observations), rewards, cut, ended, infos

    return Broken()


class _InTurn(AECEnv):
    """Two agents who count to six in turn. A move pays a tenth, and the last one decides who is paid 1."""

    metadata: ClassVar = {"name": "in_turn", "render_modes": []}

    def __init__(self):
        super().__init__()
        self.possible_agents = ["a_0", "a_1"]

    def observation_space(self, agent):
        return Box(0, 6, (2,), np.float32)

    def action_space(self, agent):
        return Discrete(2)

    def observe(self, agent):
        return np.array([self.count, self.possible_agents.index(agent)], np.float32)

    def reset(self, seed=None, options=None):
        self.count, self.agents, self.agent_selection = 0, list(self.possible_agents), "a_0"
        self.rewards, self._cumulative_rewards = (dict.fromkeys(self.agents, 0.0) for _ in range(2))
        self.terminations, self.truncations = (dict.fromkeys(self.agents, False) for _ in range(2))
        self.infos = {agent: {} for agent in self.agents}

    def paid(self, agent):
        self._cumulative_rewards[agent] = 0.0

    def step(self, action):
        agent = self.agent_selection
        if self.terminations[agent]:
            self._was_dead_step(action)
            return
        self.paid(agent)
        self.count += 1
        self.rewards = {each: 0.1 * (each == agent) for each in self.agents}
        if self.count == 6:
            self.rewards[self.possible_agents[action]] += 1.0
        self.terminations = dict.fromkeys(self.agents, self.count == 6)
        self._accumulate_rewards()
        self.agent_selection = self.possible_agents[self.count % 2]


def sound_in_turn():
    return _InTurn()


def pays_again_after_the_end():
    class Odd(_InTurn):
        def step(self, action):
            ended = self.terminations[self.agent_selection]
            super().step(action)
            if ended:
                self.rewards = dict.fromkeys(self.agents, 5.0)
                self._accumulate_rewards()

    return Odd()


def pays_again_and_again():
    class Broken(_InTurn):
        def paid(self, agent):
            pass

    return Broken()


def forgets_to_pay():
    class Broken(_InTurn):
        def _accumulate_rewards(self):
            pass

    return Broken()


def is_shown_in_turn_only():
    class Broken(_InTurn):
        def observe(self, agent):
            if agent != self.agent_selection:
                raise LookupError(f"{agent} has to wait")
            return super().observe(agent)

    return Broken()


def is_empty_out_of_turn():
    class Broken(_InTurn):
        def observe(self, agent):
            return super().observe(agent) if agent == self.agent_selection else None

    return Broken()


def changes_when_looked_at():
    class Broken(_InTurn):
        looks = 0

        def reset(self, seed=None, options=None):
            super().reset(seed)
            self.looks = 0

        def observe(self, agent):
            self.looks += agent != self.agent_selection
            return super().observe(agent) + np.array([0.0, min(self.looks, 4)], np.float32)

    return Broken()
