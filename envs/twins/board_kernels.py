"""The functions of `envs.twins.bitboards`, compiled: one pass over the copies of a CPU arena instead of a dozen.

Every function reads C-contiguous NumPy arrays (views of CPU tensors) and writes into arrays that it is given. Axes: N copies, A
seats, C columns, F features (two for each cell), B blocks of the joint state. Numba compiles each function once per machine and
caches it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from envs.compiling import compiled

Boards = NDArray[np.int64]
Flags = NDArray[np.bool_]
Floats = NDArray[np.float32]

ZERO, ONE = np.float32(0.0), np.float32(1.0)


@compiled
def place(own: Boards, other: Boards, playing: Flags, column: Boards, floors: Boards, columns: Boards, mine: Boards,
          refused: Flags) -> None:  # fmt: skip
    """Put a piece into a column of every copy that plays; see `Tensors.place`.

    Args:
        own: [N].
        other: [N].
        playing: [N].
        column: [N].
        floors: [C], the lowest bit of each column.
        columns: [C], all bits of each column.
        mine: [N], output: the mover's pieces with the new one.
        refused: [N], output: there is no such column, or it is full.
    """
    for n in range(own.shape[0]):
        action, piece = column[n], np.int64(0)
        if playing[n] and 0 <= action < floors.shape[0]:
            piece = ((own[n] | other[n]) + floors[action]) & columns[action]
        mine[n] = own[n] | piece
        refused[n] = playing[n] and piece == 0


@compiled
def move(own: Boards, other: Boards, second: Flags, playing: Flags, column: Boards, seeds: Boards, floors: Boards,
         columns: Boards, steps: Boards, masks: Boards, bits: Boards, movers: Boards, boards: Boards, flags: Flags,
         reward: Floats, observation: Floats, legal: Flags, acting: Flags) -> tuple[bool, bool]:  # fmt: skip
    """`place`, `four_in_steps` or `any_of`, and `settle`, one after the other; see there.

    Args:
        own: [N], pieces of the mover.
        other: [N].
        second: [N].
        playing: [N].
        column: [N].
        seeds: [N].
        floors: [C].
        columns: [C].
        steps: The distances of four pieces in a line; empty if `masks` tell who has won.
        masks: The lines.
        bits: [cells].
        movers: [2].
        boards: [3, N], output: as in `settle`, and the mover's pieces after the move.
        flags: [5, N], output: as in `settle`; the action is illegal; the mover has won.
        reward: [N, A], output.
        observation: [N, 1, F], output.
        legal: [N, 1, C], output.
        acting: [N, A], output.

    Returns:
        Whether any action is illegal, and whether any game is over.
    """
    mine, refused, won = boards[2], flags[3], flags[4]
    place(own, other, playing, column, floors, columns, mine, refused)
    if steps.shape[0] > 0:
        four_in_steps(mine, steps, won)
    else:
        any_of(mine, masks, won)
    settle(other, mine, second, playing, won, seeds, floors, columns, bits, movers, boards, flags, reward, observation,
           legal, acting)  # fmt: skip
    return refused.any(), flags[2].any()


@compiled
def settle(other: Boards, mine: Boards, second: Flags, playing: Flags, won: Flags, seeds: Boards, floors: Boards,
           columns: Boards, bits: Boards, movers: Boards, boards: Boards, flags: Flags, reward: Floats, observation: Floats,
           legal: Flags, acting: Flags) -> None:  # fmt: skip
    """End the games that are won or full, start the next ones, and write all outputs; see `Tensors.settle`.

    Args:
        other: [N], pieces of the seat that did not move.
        mine: [N], pieces of the mover.
        second: [N], True if the mover moves second.
        playing: [N].
        won: [N], True if the mover has won.
        seeds: [N].
        floors: [C].
        columns: [C].
        bits: [cells], the bit of each cell.
        movers: [2], the seats in the order in which they move.
        boards: [2 or more, N], output: pieces of the seat to move, and of the other one.
        flags: [3 or more, N], output: the second mover is to move; the copy plays; its game is over.
        reward: [N, A], output.
        observation: [N, 1, F], output.
        legal: [N, 1, C], output.
        acting: [N, A], output.
    """
    full = np.int64(0)
    for c in range(columns.shape[0]):
        full |= columns[c]
    for n in range(mine.shape[0]):
        ended = playing[n] and (won[n] or (mine[n] | other[n]) == full)
        prize = ONE if ended and won[n] else ZERO
        mover = 1 if second[n] else 0
        reward[n, movers[mover]] = prize
        reward[n, movers[1 - mover]] = -prize if prize != ZERO else ZERO
        flags[2, n] = ended
        plays = seeds[n] >= 0 if ended else playing[n]
        turn = 0 if ended or not playing[n] else 1 - mover
        boards[0, n] = 0 if ended else other[n]
        boards[1, n] = 0 if ended else mine[n]
        flags[0, n] = turn == 1
        flags[1, n] = plays
        acting[n, movers[turn]] = plays
        acting[n, movers[1 - turn]] = False
        pieces = boards[0, n] | boards[1, n]
        for c in range(columns.shape[0]):
            legal[n, 0, c] = ((pieces + floors[c]) & columns[c]) != 0
    observe(boards[0], boards[1], bits, observation)


@compiled
def observe(own: Boards, other: Boards, bits: Boards, observation: Floats) -> None:
    """Write both planes of every copy: own [N], other [N], bits [cells] → observation [N, 1, F]."""
    for n in range(own.shape[0]):
        mine, yours = own[n], other[n]
        for cell in range(bits.shape[0]):
            observation[n, 0, 2 * cell] = np.float32((mine >> bits[cell]) & 1)
            observation[n, 0, 2 * cell + 1] = np.float32((yours >> bits[cell]) & 1)


@compiled
def joint(own: Boards, other: Boards, second: Flags, swapped: Flags, bits: Boards, state: Floats) -> None:
    """Write the joint state: own, other, second [N], swapped [B] (the block is seen by the second mover) → state [N, K, S]."""
    views = state.reshape(state.shape[0], swapped.shape[0], 2 * bits.shape[0])
    for n in range(own.shape[0]):
        seen = np.array([-1, -1])  # a block of each kind that is already there, and is copied
        for block in range(swapped.shape[0]):
            turned = swapped[block] != second[n]
            if seen[int(turned)] >= 0:
                views[n, block] = views[n, seen[int(turned)]]
                continue
            seen[int(turned)] = block
            mine, yours = (other[n], own[n]) if turned else (own[n], other[n])
            for cell in range(bits.shape[0]):
                views[n, block, 2 * cell] = np.float32((mine >> bits[cell]) & 1)
                views[n, block, 2 * cell + 1] = np.float32((yours >> bits[cell]) & 1)


@compiled
def four_in_steps(pieces: Boards, steps: Boards, found: Flags) -> None:
    """Find four pieces at equal distances: pieces [N], steps [any] → found [N]."""
    for n in range(pieces.shape[0]):
        lines = np.int64(0)
        for step in steps:
            pairs = pieces[n] & (pieces[n] >> step)
            lines |= pairs & (pairs >> 2 * step)
        found[n] = lines != 0


@compiled
def any_of(pieces: Boards, masks: Boards, found: Flags) -> None:
    """Find a line whose cells are all taken: pieces [N], masks [any] → found [N]."""
    for n in range(pieces.shape[0]):
        found[n] = False
        for mask in masks:
            found[n] |= (pieces[n] & mask) == mask
