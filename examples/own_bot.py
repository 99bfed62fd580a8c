"""Your own bots, as anchors of the ratings and as opponents in training.

Run it from the project's folder:  python examples/own_bot.py
"""

import torch

from envs.bots.turn import Turn
from league import League


def corner(turn: Turn) -> torch.Tensor:
    """Take a free corner of the tic-tac-toe board, else the centre, else anything that is free."""
    liking = torch.tensor([3.0, 1.0, 3.0, 1.0, 2.0, 1.0, 3.0, 1.0, 3.0])
    return (liking + turn.noise).masked_fill(~turn.legal, -1.0).argmax(-1)


class Mirror:
    """Answer every move with the cell opposite to it. Such a bot remembers what it saw: there is an object for every match."""

    def reset(self, seat: str, noise: float) -> None:
        """Begin a match."""
        self.seen = torch.zeros(9)

    def act(self, turn: Turn) -> int:
        """Find the opponent's last move, and choose the opposite cell, or the first free one."""
        theirs = turn.observation[0, :, :, 1].T.flatten()
        opposite = 8 - int((theirs - self.seen).argmax())
        self.seen = theirs
        return opposite if turn.legal[0, opposite] else int(turn.legal[0].int().argmax())


if __name__ == "__main__":
    config = {
        "name": "beat-the-corner",
        "game": {"name": "classic/tictactoe_v3"},
        "generations": 4,
        "population": 2,
        "policy": {"hidden": [32], "normalise": False},
        "train": {"copies": 32, "steps": 16, "updates": 8},
        "matchmaking": {"anchors": True, "self_play": 0.25},
        "tournament": {"games": 40, "past": 2, "anchors": [corner, Mirror]},
        "compute": {"executor": "serial"},
        "tracking": False,
    }
    result = League(config).run(resume=True)
    for row in result.standings:
        if row.league_role == "anchor" or row.player == result.champion:
            name = row.player.rpartition("/")[2]
            print(f"{name:20s} {row.elo:6.0f} Elo  [{row.elo_low:.0f}, {row.elo_high:.0f}]")
