"""sb3-contrib's MaskablePPO on connect four, through the wrapper of PettingZoo's tutorial on masked actions.

The wrapper presents the game as a game of a single agent, the player to move. The reward of a move is the mover's reward.
"""

from __future__ import annotations

import argparse
import os
from time import perf_counter
from typing import Any

import gymnasium
import numpy as np
import torch
from pettingzoo.classic import connect_four_v3
from pettingzoo.utils import BaseWrapper
from sb3_contrib import MaskablePPO
from sb3_contrib.common.wrappers import ActionMasker
from stable_baselines3.common.vec_env import DummyVecEnv

from clock import say

STEPS, EPOCHS, MINIBATCHES, HIDDEN = 128, 4, 4, 64


class Mover(BaseWrapper, gymnasium.Env):
    """Connect four as a game of one agent, the player to move."""

    def reset(self, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[np.ndarray, dict[str, Any]]:
        """Start a game. Returns the first mover's observation."""
        super().reset(seed, options)
        first = self.possible_agents[0]
        self.observation_space = super().observation_space(first)["observation"]
        self.action_space = super().action_space(first)
        return self.observe(self.agent_selection), {}

    def step(self, action: int) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        """Make a move. Returns the next mover's observation, and the reward and the end of the player that moved."""
        mover = self.agent_selection
        super().step(action)
        seen = self.observe(self.agent_selection)
        ended = self.terminations[mover], self.truncations[mover]
        return seen, self._cumulative_rewards[mover], *ended, self.infos[mover]

    def observe(self, agent: str) -> np.ndarray:
        """The board as the agent sees it."""
        return super().observe(agent)["observation"]

    def action_mask(self) -> np.ndarray:
        """The columns that are not full."""
        return super().observe(self.agent_selection)["action_mask"]


def game() -> ActionMasker:
    """One copy of the game with its mask."""
    copy = Mover(connect_four_v3.env())
    copy.reset()
    return ActionMasker(copy, lambda mover: mover.action_mask())


def main() -> None:
    """Train for about the given number of seconds, after one update that is not counted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--copies", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=5.0)
    asked = parser.parse_args()
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    collection = asked.copies * STEPS
    model = MaskablePPO(
        "MlpPolicy",
        DummyVecEnv([game] * asked.copies),
        n_steps=STEPS,
        batch_size=collection // MINIBATCHES,
        n_epochs=EPOCHS,
        policy_kwargs={"net_arch": [HIDDEN, HIDDEN]},
        device="cpu",
    )
    model.learn(collection)
    begun = perf_counter()
    model.learn(collection)
    updates = max(1, round(asked.seconds / (perf_counter() - begun)))
    begun = perf_counter()
    model.learn(updates * collection)
    rate = updates * collection / (perf_counter() - begun)
    packages = ("sb3_contrib", "stable_baselines3", "pettingzoo", "torch")
    say("agent_steps_per_second", rate, packages, copies=asked.copies, updates=updates)


if __name__ == "__main__":
    main()
