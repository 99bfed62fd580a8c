"""Connect four, equal to `classic/connect_four_v3` step for step."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import torch
from torch import Tensor

from envs import compiling
from envs.game import Game
from envs.twins import board_kernels
from envs.twins.bitboards import BoardRules
from envs.twins.board import BoardArena
from envs.twins.options import check_options

STEPS = (1, 6, 7, 8)
"""Bit distance from a piece to its neighbour: up, down right, right, up right.

Bit 6 of each column stays empty, so a line cannot continue in the next column.
"""


@cache
def _steps(device: torch.device) -> Tensor:
    return torch.tensor(STEPS, device=device)


def four_in_a_line(pieces: Tensor) -> Tensor:
    """Find four in a line.

    Args:
        pieces: int64 [...], bit 7 * column + height set where the player has a piece.

    Returns:
        bool [...].
    """
    steps = _steps(pieces.device)
    if compiling.serve(pieces.device):
        found = torch.empty(pieces.shape, dtype=torch.bool)
        board_kernels.four_in_steps(pieces.flatten().numpy(), steps.numpy(), found.view(-1).numpy())
        return found
    return lines_of_four(pieces, steps)


def lines_of_four(pieces: Tensor, steps: Tensor) -> Tensor:
    """Compute `four_in_a_line` with tensor operations on any device; steps: int64 [kinds of line]."""
    steps = steps.view(-1, *[1] * pieces.dim())
    pairs = pieces & (pieces >> steps)
    return (pairs & (pairs >> 2 * steps)).amax(0) != 0


CONNECT_FOUR = BoardRules(
    seats=("player_0", "player_1"),
    columns=7,
    height=6,
    stride=7,
    # The observation's first row is the top one. The seventh bit of each column is never set and belongs to no cell.
    cells=tuple((5 - bit % 7) * 7 + bit // 7 for bit in range(49)),
    won=four_in_a_line,
    steps=STEPS,
)


def connect_four(game: Game, options: Mapping[str, Any], copies: int, device: torch.device) -> BoardArena:
    """Make copies of connect four.

    Raises:
        UnsupportedOptions: The stock game has no options except those of drawing.
    """
    check_options(game.name, options, ())
    return BoardArena(game, CONNECT_FOUR, copies, device)
