"""A game of memory: every player is shown a cue at the first step and is asked for it at the last."""

from typing import Any

import numpy as np
from gymnasium.spaces import Box, Discrete
from pettingzoo.utils.env import ParallelEnv

CUES = 2


class Recall(ParallelEnv):
    """Two players, each with a cue of its own; what they do before the last step changes nothing.

    An observation is the cue as a one-hot vector at step 0 and zeros later, and whether it is the last step. A right answer
    pays 1, a wrong one −1.
    """

    metadata = {"name": "recall_v0"}  # noqa: RUF012

    def __init__(self, steps: int = 20) -> None:
        """Make a game in which the answer is due `steps` steps after the cue."""
        self.steps = steps
        self.possible_agents = ["player_0", "player_1"]
        self.agents: list[str] = []
        self._seen, self._done = Box(0.0, 1.0, (CUES + 1,), np.float32), Discrete(CUES)
        self.render_mode = None
        self._generator = np.random.default_rng()

    def observation_space(self, agent: str) -> Box:
        return self._seen

    def action_space(self, agent: str) -> Discrete:
        return self._done

    def reset(self, seed: int | None = None, options: Any = None) -> tuple[dict[str, np.ndarray], dict[str, dict]]:
        if seed is not None:
            self._generator = np.random.default_rng(seed)
        self.agents, self._step = list(self.possible_agents), 0
        self._cues = {agent: int(self._generator.integers(CUES)) for agent in self.agents}
        return self._observations(), {agent: {} for agent in self.agents}

    def step(self, actions: dict[str, int]) -> tuple[dict, dict, dict, dict, dict]:
        last, here = self._step == self.steps, list(self.agents)
        right = {agent: int(actions[agent]) == self._cues[agent] for agent in here}
        self._step += 1
        rewards = {agent: (1.0 if right[agent] else -1.0) * last for agent in here}
        seen = self._observations()
        if last:
            self.agents = []
        ended = dict.fromkeys(here, last)
        return seen, rewards, ended, dict.fromkeys(here, False), {agent: {} for agent in here}

    def _observations(self) -> dict[str, np.ndarray]:
        found = {}
        for agent in self.agents:
            shown = np.zeros(CUES + 1, np.float32)
            if self._step == 0:
                shown[self._cues[agent]] = 1.0
            shown[CUES] = self._step == self.steps
            found[agent] = shown
        return found

    def render(self) -> None:
        """There is nothing to draw."""

    def close(self) -> None:
        """There is nothing to free."""


def make_env(steps: int = 20) -> Recall:
    """The game, as configurations name it."""
    return Recall(steps)
