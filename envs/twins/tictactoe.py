"""Tic-tac-toe, equal to `classic/tictactoe_v3` step for step."""

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

LINES = ((0, 1, 2), (3, 4, 5), (6, 7, 8), (0, 3, 6), (1, 4, 7), (2, 5, 8), (0, 4, 8), (2, 4, 6))

MASKS = tuple(sum(1 << cell for cell in line) for line in LINES)
"""The bits of each line."""


@cache
def _masks(device: torch.device) -> Tensor:
    return torch.tensor(MASKS, device=device)


def three_in_a_line(pieces: Tensor) -> Tensor:
    """Find three in a line.

    Args:
        pieces: int64 [...], bit c set where the player has cell c.

    Returns:
        bool [...].
    """
    masks = _masks(pieces.device)
    if compiling.serve(pieces.device):
        found = torch.empty(pieces.shape, dtype=torch.bool)
        board_kernels.any_of(pieces.flatten().numpy(), masks.numpy(), found.view(-1).numpy())
        return found
    return full_lines(pieces, masks)


def full_lines(pieces: Tensor, masks: Tensor) -> Tensor:
    """Compute `three_in_a_line` with tensor operations on any device; masks: int64 [lines]."""
    masks = masks.view(-1, *[1] * pieces.dim())
    return ((pieces & masks) == masks).any(0)


TICTACTOE = BoardRules(
    seats=("player_1", "player_2"),
    columns=9,
    height=1,
    stride=1,
    cells=tuple(range(9)),
    won=three_in_a_line,
    lines=MASKS,
)


def tictactoe(game: Game, options: Mapping[str, Any], copies: int, device: torch.device) -> BoardArena:
    """Make copies of tic-tac-toe.

    Raises:
        UnsupportedOptions: The stock game has no options except those of drawing.
    """
    check_options(game.name, options, ())
    return BoardArena(game, TICTACTOE, copies, device)
