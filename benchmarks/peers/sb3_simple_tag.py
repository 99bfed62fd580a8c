"""Stable-Baselines3's PPO on simple_tag through SuperSuit. Observations and actions are padded. All agents share one policy.

The rollout has 128 steps, with 4 epochs of 4 minibatches and two layers of 64 units, as in all rows of the page.
"""

from __future__ import annotations

import argparse
import os
from time import perf_counter

import supersuit
import torch
from mpe2 import simple_tag_v3
from stable_baselines3 import PPO

from clock import say

STEPS, EPOCHS, MINIBATCHES, HIDDEN, LONGEST_GAME = 128, 4, 4, 64, 25


def learner(copies: int, processes: int) -> PPO:
    """PPO over `copies` games that are stepped in `processes` processes."""
    game = simple_tag_v3.parallel_env(max_cycles=LONGEST_GAME)
    alike = supersuit.pad_observations_v0(supersuit.pad_action_space_v0(game))
    streams = supersuit.pettingzoo_env_to_vec_env_v1(alike)
    games = supersuit.concat_vec_envs_v1(streams, copies, num_cpus=processes, base_class="stable_baselines3")
    batch = games.num_envs * STEPS // MINIBATCHES
    return PPO(
        "MlpPolicy",
        games,
        n_steps=STEPS,
        batch_size=batch,
        n_epochs=EPOCHS,
        policy_kwargs={"net_arch": [HIDDEN, HIDDEN]},
        device="cpu",
    )


def main() -> None:
    """Train for about the given number of seconds, after one update that is not counted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--copies", type=int, default=16)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=5.0)
    asked = parser.parse_args()
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    model = learner(asked.copies, asked.processes)
    collection = model.n_envs * STEPS
    model.learn(collection)
    begun = perf_counter()
    model.learn(collection)
    updates = max(1, round(asked.seconds / (perf_counter() - begun)))
    begun = perf_counter()
    model.learn(updates * collection)
    rate = updates * collection / (perf_counter() - begun)
    facts = {"copies": asked.copies, "processes": asked.processes, "updates": updates}
    say("agent_steps_per_second", rate, ("stable_baselines3", "supersuit", "mpe2", "torch"), **facts)


if __name__ == "__main__":
    main()
