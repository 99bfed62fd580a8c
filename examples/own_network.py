"""Your own network: any `torch.nn.Module` can compute features of observations.

Run it from the project's folder:  python examples/own_network.py
"""

import torch
from torch import Tensor, nn

from league import League


class Lines(nn.Module):
    """Reads a tic-tac-toe board [B, 3, 3, 2]: the number of pieces of each player in each row, column and diagonal."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        super().__init__()
        cells = torch.arange(9).view(3, 3)
        lines = [*cells, *cells.T, cells.diagonal(), cells.flip(1).diagonal()]
        member = torch.stack([torch.isin(cells.flatten(), line).float() for line in lines], dim=1)  # [cells, lines]
        self.register_buffer("member", member)
        self.line = nn.Linear(shape[-1], 16)
        self.whole = nn.Linear(len(lines) * 16 + 9 * shape[-1], 32)

    def forward(self, board: Tensor) -> Tensor:
        """[B, 3, 3, 2] → features [B, 32]."""
        cells = board.flatten(1, 2)
        counts = (cells.unsqueeze(3) * self.member.unsqueeze(1)).sum(1).transpose(1, 2)  # [B, lines, 2]
        return torch.relu(self.whole(torch.cat([torch.relu(self.line(counts)).flatten(1), cells.flatten(1)], dim=1)))


if __name__ == "__main__":
    config = {
        "name": "lines",
        "game": {"name": "classic/tictactoe_v3"},
        "generations": 2,
        "population": [{"count": 2, "policy": {"encoder": Lines}}, {"count": 1}],
        "policy": {"hidden": [32], "normalise": False},
        "train": {"copies": 32, "steps": 16, "updates": 4},
        "tournament": {"games": 20, "past": 2},
        "evolution": {"replace": 0},
        "compute": {"executor": "serial"},
        "tracking": False,
    }
    result = League(config).run(resume=True)
    for row in result.standings:
        print(f"{row.player:14s} {row.elo:5.0f} Elo ({row.elo_low:.0f} … {row.elo_high:.0f})")
