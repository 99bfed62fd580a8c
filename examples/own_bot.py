"""Your own bot, as an anchor of the ratings and as an opponent in training.

Run it from the project's folder:  python examples/own_bot.py
"""

import torch

from envs.bots.turn import Turn
from league import League


def corner(turn: Turn) -> torch.Tensor:
    """Choose a free corner of the tic-tac-toe board, else the centre, else any free cell."""
    liking = torch.tensor([3.0, 1.0, 3.0, 1.0, 2.0, 1.0, 3.0, 1.0, 3.0])
    return (liking + turn.noise).masked_fill(~turn.legal, -1.0).argmax(-1)


if __name__ == "__main__":
    config = {
        "name": "beat-the-corner",
        "game": {"name": "classic/tictactoe_v3"},
        "generations": 4,
        "population": 2,
        "policy": {"hidden": [32], "normalise": False},
        "train": {"copies": 32, "steps": 16, "updates": 8},
        "matchmaking": {"anchors": True, "self_play": 0.25},
        "tournament": {"games": 40, "past": 2, "anchors": [corner]},
        "compute": {"executor": "serial"},
        "tracking": False,
    }
    result = League(config).run(resume=True)
    for row in result.standings:
        if row.league_role == "anchor" or row.player == result.champion:
            name = row.player.rpartition("/")[2]
            print(f"{name:20s} {row.elo:6.0f} Elo  [{row.elo_low:.0f}, {row.elo_high:.0f}]")
