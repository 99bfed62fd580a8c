"""A tournament as in PettingZoo's documentation: one game at a time with `agent_iter`, and one forward pass for every move.

Two networks with two layers of 64 units play connect four. Actions are sampled among the legal ones, and sides are swapped
after every game.
"""

from __future__ import annotations

import argparse
import os

import numpy as np
import torch
from pettingzoo.classic import connect_four_v3
from torch import nn

from clock import rate, say

GAMES = 20
"""Number of games between two readings of the clock."""


def network(seed: int, hidden: int = 64) -> nn.Sequential:
    """A new player's network, with 6 × 7 cells of two kinds as input and seven columns as output."""
    torch.manual_seed(seed)
    layers = nn.Linear(84, hidden), nn.Tanh(), nn.Linear(hidden, hidden), nn.Tanh(), nn.Linear(hidden, 7)
    return nn.Sequential(*layers)


def choose(player: nn.Module, seen: dict[str, np.ndarray]) -> int:
    """A column, drawn from the player's policy among the columns that are not full."""
    board = torch.from_numpy(seen["observation"].reshape(1, -1).astype(np.float32))
    with torch.inference_mode():
        logits = player(board).masked_fill(torch.from_numpy(seen["action_mask"] == 0), -1e9)
        return int(torch.distributions.Categorical(logits=logits).sample())


def main() -> None:
    """Play for the given number of seconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    asked = parser.parse_args()
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    players, game, moves = [network(0), network(1)], connect_four_v3.env(), 0

    def play() -> int:
        nonlocal moves
        for number in range(GAMES):
            game.reset()
            for agent in game.agent_iter():
                seen, _, terminated, truncated, _ = game.last()
                if terminated or truncated:
                    game.step(None)
                    continue
                game.step(choose(players[(int(agent[-1]) + number) % 2], seen))
                moves += 1
        return GAMES

    say("games_per_second", rate(play, asked.seconds), ("pettingzoo", "torch"), moves=moves)


if __name__ == "__main__":
    main()
