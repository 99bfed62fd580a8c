"""The search of `envs.bots.minimax`, compiled: board by board, without a tensor for every level."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from envs.compiling import compiled

Ints = NDArray[np.int64]

ILLEGAL = -1000
"""Stands for minus infinity."""

CERTAIN = 100
"""Value of an immediate win; each ply of delay subtracts 1."""


@compiled
def search(own: Ints, other: Ints, plies: int, floors: Ints, columns: Ints, steps: Ints, masks: Ints) -> NDArray[np.float32]:
    """Compute `envs.bots.minimax.values`.

    Args:
        own: [B], pieces of the player to move.
        other: [B], pieces of the opponent.
        plies: Depth of the search in moves, at least 1.
        floors: [actions], the lowest bit of each column.
        columns: [actions], all bits of each column.
        steps: Bit distances at which four pieces in a row win.
        masks: Sets of pieces that win.

    Returns:
        float32 [B, actions].
    """
    worth = np.full((own.shape[0], floors.shape[0]), -np.inf, np.float32)
    for b in range(own.shape[0]):
        for action in range(floors.shape[0]):
            piece = ((own[b] | other[b]) + floors[action]) & columns[action]
            if piece != 0:
                mine = own[b] | piece
                worth[b, action] = CERTAIN
                if not _won(mine, steps, masks):
                    worth[b, action] = _after(other[b], mine, plies - 1, floors, columns, steps, masks)
    return worth


@compiled
def _after(own: int, other: int, plies: int, floors: Ints, columns: Ints, steps: Ints, masks: Ints) -> int:
    """The value of a move for the player who made it; `own` are the pieces of the opponent, who may search `plies` further."""
    if plies == 0:
        return 0
    reply = ILLEGAL
    for action in range(floors.shape[0]):
        piece = ((own | other) + floors[action]) & columns[action]
        if piece != 0:
            mine = own | piece
            if _won(mine, steps, masks):
                return 1 - CERTAIN  # nothing is better for the opponent
            reply = max(reply, _after(other, mine, plies - 1, floors, columns, steps, masks))
    if reply in (ILLEGAL, 0):  # a full board, or nothing certain
        return 0
    return 1 - reply if reply > 0 else -1 - reply


@compiled
def _won(pieces: int, steps: Ints, masks: Ints) -> bool:
    found = False
    for step in steps:
        pairs = pieces & (pieces >> step)
        found |= pairs & (pairs >> 2 * step) != 0
    for mask in masks:
        found |= pieces & mask == mask
    return found
