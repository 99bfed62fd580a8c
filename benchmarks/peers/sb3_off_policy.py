"""Steps of the optimiser of Stable-Baselines3's DQN and SAC per second, with a full memory and without stepping the game.

The networks have two layers of 64 units. Observations have as many numbers, and actions as many choices or components, as those
of connect four (DQN) and simple_spread (SAC). The rows of the memory are random: their values do not change the time.
"""

from __future__ import annotations

import argparse
from time import perf_counter

import gymnasium
import numpy as np
import torch
from gymnasium import spaces
from stable_baselines3 import DQN, SAC

from clock import say

ROWS, WARM, HIDDEN = 20_000, 50, 64


class Nothing(gymnasium.Env):
    """A game that is only its spaces."""

    def __init__(self, seen: int, done: spaces.Space) -> None:
        self.observation_space, self.action_space = spaces.Box(-1.0, 1.0, (seen,), np.float32), done

    def reset(self, *, seed: int | None = None, options: object = None) -> tuple[np.ndarray, dict]:
        """Show zeros."""
        return np.zeros(self.observation_space.shape, np.float32), {}

    def step(self, action: object) -> tuple[np.ndarray, float, bool, bool, dict]:
        """Change nothing."""
        return np.zeros(self.observation_space.shape, np.float32), 0.0, False, False, {}


KINDS = {"dqn": (DQN, 84, spaces.Discrete(7)), "sac": (SAC, 18, spaces.Box(-1.0, 1.0, (5,), np.float32))}


def main() -> None:
    """Measure for about the given number of seconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("learner", choices=list(KINDS))
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=5.0)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    make, seen, done = KINDS[asked.learner]
    model = make(
        "MlpPolicy",
        Nothing(seen, done),
        buffer_size=ROWS,
        batch_size=asked.batch,
        policy_kwargs={"net_arch": [HIDDEN, HIDDEN]},
        device="cpu",
    )
    model._setup_learn(1)
    generator = np.random.default_rng(0)
    for _ in range(ROWS):
        shown, then = generator.standard_normal((2, 1, seen)).astype(np.float32)
        model.replay_buffer.add(shown, then, np.array([done.sample()]), np.zeros(1), np.zeros(1, bool), [{}])
    model.train(gradient_steps=WARM, batch_size=asked.batch)
    begun = perf_counter()
    model.train(gradient_steps=WARM, batch_size=asked.batch)
    steps = max(WARM, round(WARM * asked.seconds / (perf_counter() - begun)))
    begun = perf_counter()
    model.train(gradient_steps=steps, batch_size=asked.batch)
    rate = steps / (perf_counter() - begun)
    say("optimiser_steps_per_second", rate, ("stable_baselines3", "torch"), batch=asked.batch, steps=steps)


if __name__ == "__main__":
    main()
