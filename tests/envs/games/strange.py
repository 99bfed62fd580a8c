"""Games with one oddity each: seats that pause or stay away, values that are no numbers, ends without a last view.

Seats guess a sign that changes at every move; a right guess pays 1.
"""

import enum
import sys
from typing import ClassVar

import numpy as np
from gymnasium.spaces import Box, Dict, Discrete, MultiDiscrete
from pettingzoo import AECEnv, ParallelEnv


class Guess(ParallelEnv):
    """Nothing odd."""

    metadata: ClassVar = {"name": "guess", "render_modes": []}
    names: ClassVar = ["a_0", "a_1", "a_2"]
    length = 6

    def __init__(self):
        self.possible_agents = list(self.names)

    def observation_space(self, agent):
        return Box(-np.inf, np.inf, (2,), np.float32)

    def action_space(self, agent):
        return Discrete(2)

    def here(self):
        """Who is in the game now."""
        return list(self.possible_agents)

    def see(self, agents):
        return {agent: np.array([self.sign, 1.0 + self.time], np.float32) for agent in agents}

    def pay(self, actions):
        return {agent: float(action == (self.sign > 0)) for agent, action in actions.items()}

    def reset(self, seed=None, options=None):
        self.random = np.random.default_rng(seed)
        self.time, self.sign = 0, float(self.random.choice([-1, 1]))
        self.gone, self.agents = set(), self.here()
        return self.see(self.agents), {agent: {} for agent in self.agents}

    def cut(self, agent):
        """Whether an agent is cut off now."""
        return False

    def step(self, actions):
        assert sorted(map(str, actions)) == sorted(map(str, self.agents)), f"asked {self.agents}, answered {list(actions)}"
        rewards = self.pay(actions)
        self.time += 1
        self.sign = float(self.random.choice([-1, 1]))
        over = self.time >= self.length
        cut = {agent: self.cut(agent) for agent in self.agents}
        self.gone |= {agent for agent in cut if cut[agent]}
        self.agents = [] if over else [agent for agent in self.here() if agent not in self.gone]
        ended = dict.fromkeys(actions, over and not any(cut.values()))
        return self.see(self.agents or self.after(actions)), rewards, ended, cut, {agent: {} for agent in self.possible_agents}

    def after(self, actions):
        """Whose last view the environment shows when the game is over."""
        return list(actions)


def guess():
    return Guess()


class _Pauses(Guess):
    length = 8

    def here(self):
        return [agent for agent in self.possible_agents if not (agent == "a_1" and self.time in (2, 3, 5))]


def pauses():
    return _Pauses()


class _PausesToTheEnd(Guess):
    def here(self):
        return [agent for agent in self.possible_agents if agent != "a_1" or self.time < 2]


def pauses_to_the_end():
    return _PausesToTheEnd()


class _Absent(Guess):
    def here(self):
        return self.possible_agents[1:]

    def pay(self, actions):
        return dict(zip(actions, (1.0, -1.0), strict=True))


def absent():
    return _Absent()


class _Alone(_Absent):
    """Only one seat ever plays, so that no game compares anybody."""

    def here(self):
        return self.possible_agents[2:]

    def pay(self, actions):
        return dict.fromkeys(actions, 1.0)


def alone():
    return _Alone()


class _SometimesEmpty(Guess):
    """No game at all with every seed whose last digit is 0, 1 or 2."""

    def reset(self, seed=None, options=None):
        self.seed = seed
        return super().reset(seed, options)

    def here(self):
        return [] if self.seed % 10 < 3 else super().here()


def sometimes_empty():
    return _SometimesEmpty()


class _AlwaysEmpty(Guess):
    def here(self):
        return []


def always_empty():
    return _AlwaysEmpty()


class _Says(Guess):
    """Something that is no number, at the second move."""

    def __init__(self, what, value):
        super().__init__()
        self.what, self.value = what, value

    def see(self, agents):
        seen = super().see(agents)
        if self.what == "observation" and self.time == 2:
            seen["a_1"][1] = self.value
        if self.what == "whole observation" and self.time == 2:
            seen["a_1"] = self.value
        return seen

    def pay(self, actions):
        paid = super().pay(actions)
        return {**paid, "a_2": self.value} if self.what == "reward" and self.time == 1 else paid

    def state(self):
        if self.what == "whole state" and self.time == 2:
            return self.value
        return np.array([self.time, self.value if self.what == "state" and self.time == 2 else 0.0], np.float32)


def says(what, value):
    return _Says(what, value)


class _SaysLast(_Says):
    length = 2


def says_last(what, value):
    return _SaysLast(what, value)


class _Masked(Guess):
    def __init__(self, mask):
        super().__init__()
        self.mask = mask

    def observation_space(self, agent):
        return Dict({"observation": super().observation_space(agent), "action_mask": Box(0, 1, (2,), np.int8)})

    def see(self, agents):
        return {agent: {"observation": seen, "action_mask": self.mask} for agent, seen in super().see(agents).items()}


def masked(mask):
    return _Masked(mask)


class _Numbered(Guess):
    def observation_space(self, agent):
        return Discrete(3, start=1)

    def see(self, agents):
        return dict.fromkeys(agents, self.time)


def numbered():
    return _Numbered()


class _Leaves(Guess):
    """Everybody is cut off, and nobody is shown what it saw last."""

    def __init__(self, last_view, early):
        super().__init__()
        self.last_view, self.early = last_view, early

    def cut(self, agent):
        return self.time >= self.length or (agent == "a_0" and self.time == self.early)

    def see(self, agents):
        if self.last_view:
            return {agent: np.array([3.0, 4.0], np.float32) for agent in self.possible_agents}
        return {agent: np.array([3.0, 4.0], np.float32) for agent in agents}

    def after(self, actions):
        return []


def leaves(last_view=False, early=0):
    return _Leaves(last_view, early)


class _Quits(Guess):
    def step(self, actions):
        if self.time == 2:
            sys.exit(3)
        return super().step(actions)


def quits():
    return _Quits()


class Who(enum.Enum):
    WHITE = 0
    BLACK = 1


class _Enumerated(Guess):
    names: ClassVar = list(Who)

    def observation_space(self, agent):
        space = super().observation_space(agent)
        space.note = lambda: agent  # cannot be pickled
        return space


def enumerated():
    return _Enumerated()


class _Acts(Guess):
    """Remembers and checks what it is given."""

    def __init__(self, space):
        super().__init__()
        self.space, self.given = space, []

    def action_space(self, agent):
        return self.space

    def pay(self, actions):
        for action in actions.values():
            assert self.space.contains(action), f"{action!r} is not in {self.space}"
        self.given += list(actions.values())
        return dict.fromkeys(actions, 0.0)


def acts(space):
    return _Acts(space)


class _Loses(Guess):
    """Its state cannot be computed any more once the game is over, or from a move on."""

    def __init__(self, at):
        super().__init__()
        self.at = at

    def state(self):
        if self.time >= self.at:
            raise IndexError("nobody is left")
        return np.array([self.time], np.float32)


def loses_its_state(at):
    return _Loses(at)


class _Wide(Guess):
    def observation_space(self, agent):
        return MultiDiscrete([3, 2])

    def see(self, agents):
        return {agent: np.array([self.time % 3, 1]) for agent in agents}


def wide():
    return _Wide()


class Turns(AECEnv):
    """Two seats count to five in turns; whoever says five gets 1, the other -1."""

    metadata: ClassVar = {"name": "turns", "render_modes": []}

    def __init__(self, out_of_turn="answers"):
        super().__init__()
        self.possible_agents, self.out_of_turn, self.asked = ["a_0", "a_1"], out_of_turn, 0

    def observation_space(self, agent):
        return Box(0, 10, (2,), np.float32)

    def action_space(self, agent):
        return Discrete(2)

    def observe(self, agent):
        if agent != self.agent_selection:
            self.asked += 1
            if self.out_of_turn == "none":
                return None
            if self.out_of_turn == "raises":
                raise LookupError(f"{agent} asks out of turn")
        return np.array([self.count, 5 + self.possible_agents.index(agent)], np.float32)

    def reset(self, seed=None, options=None):
        self.count, self.agents = 0, list(self.possible_agents)
        self.rewards, self._cumulative_rewards = (dict.fromkeys(self.agents, 0.0) for _ in range(2))
        self.terminations, self.truncations = (dict.fromkeys(self.agents, False) for _ in range(2))
        self.infos, self.agent_selection = {agent: {} for agent in self.agents}, "a_0"

    def step(self, action):
        agent = self.agent_selection
        if self.terminations[agent]:
            self._was_dead_step(action)
            return
        self._cumulative_rewards[agent] = 0.0
        self.count += 1
        over = self.count == 5
        self.rewards = {each: (1.0 if each == agent else -1.0) * over for each in self.agents}
        self.terminations = dict.fromkeys(self.agents, over)
        self._accumulate_rewards()
        self.agent_selection = self.possible_agents[1 - self.possible_agents.index(agent)]


def turns(out_of_turn="answers"):
    return Turns(out_of_turn)
