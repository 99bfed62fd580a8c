"""Who wins a position of connect four: an exact search, compiled.

A board is two bitboards: bit 7 c + h is row h of column c, counted from the bottom, and the bit above each column stays empty.
`own` are the pieces of the player to move and `mask` are all pieces.

The search is alpha-beta with windows of one step: it asks whether the player to move wins, and if not, whether it loses. Moves
that lose at once are left out, moves that make more threats come first, and a table keeps what was found. Every position is
searched with an empty table, so the answer depends on the position and on the budget only.

Reference:
    Knuth & Moore (1975), "An analysis of alpha-beta pruning". Allis (1988), "A knowledge-based approach of connect-four".
    Pons (2015), "Solving Connect 4: how to build a perfect AI", for threats as bitboards and for the key of a position.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from envs.compiling import compiled

Ints = NDArray[np.int64]

UNKNOWN = 2
"""Stands for a value that was not found within the budget."""

HEIGHT, COLUMNS, STRIDE = 6, 7, 7
CELLS = HEIGHT * COLUMNS
BOTTOM = sum(1 << column * STRIDE for column in range(COLUMNS))
BOARD = BOTTOM * ((1 << HEIGHT) - 1)
ORDER = np.array([3, 2, 4, 1, 5, 0, 6])

ENTRIES = 1 << 20
"""Number of entries of the table of positions."""

STAMPS = 1 << 13
"""Number of positions that are searched before the table is emptied. A stamp in each entry says for which one it was made."""


def worth(own: Ints, mask: Ints, budget: int) -> NDArray[np.int8]:
    """Find out who wins.

    Args:
        own: int64 [B], pieces of the player to move. Nobody has won yet.
        mask: int64 [B], all pieces.
        budget: The most positions that are looked at for one answer.

    Returns:
        int8 [B]: 1 if the player to move wins, 0 for a draw, -1 if it loses, `UNKNOWN` if the budget was too small.
    """
    keys, bounds, stamp = _table()
    found = np.empty(len(own), np.int8)
    _worth(own, mask, budget, keys, bounds, stamp, ORDER, found)
    return found


@cache
def _table() -> tuple[Ints, NDArray[np.int8], Ints]:
    """The table of this process: keys and stamps, lower and upper bounds, and the number of the present search."""
    return np.zeros(ENTRIES, np.int64), np.zeros((ENTRIES, 2), np.int8), np.zeros(1, np.int64)


@compiled
def _worth(own, mask, budget, keys, bounds, stamp, order, found):  # type: ignore[no-untyped-def]
    """Compute `worth`."""
    nodes = np.zeros(1, np.int64)
    for b in range(len(own)):
        stamp[0] = stamp[0] % (STAMPS - 1) + 1
        if stamp[0] == 1:
            keys[:] = 0
        nodes[0] = 0
        full = mask[b] == BOARD
        if _threats(own[b], mask[b]) & _playable(mask[b]):
            found[b] = 1
        elif full:
            found[b] = 0
        else:
            wins = _reaches(own[b], mask[b], 1, budget, nodes, keys, bounds, stamp[0], order)
            if nodes[0] > budget:
                found[b] = UNKNOWN
            elif wins:
                found[b] = 1
            else:
                holds = _reaches(own[b], mask[b], 0, budget, nodes, keys, bounds, stamp[0], order)
                found[b] = UNKNOWN if nodes[0] > budget else (0 if holds else -1)


@compiled
def _playable(mask):  # type: ignore[no-untyped-def]
    """The lowest empty cell of every column that is not full."""
    return (mask + BOTTOM) & BOARD


@compiled
def _threats(pieces, mask):  # type: ignore[no-untyped-def]
    """The empty cells that complete four in a row of `pieces`."""
    found = (pieces << 1) & (pieces << 2) & (pieces << 3)
    for step in (STRIDE, STRIDE - 1, STRIDE + 1):
        above = (pieces << step) & (pieces << 2 * step)
        below = (pieces >> step) & (pieces >> 2 * step)
        found |= above & (pieces << 3 * step)
        found |= above & (pieces >> step)
        found |= below & (pieces << step)
        found |= below & (pieces >> 3 * step)
    return found & (BOARD ^ mask)


@compiled
def _count(cells):  # type: ignore[no-untyped-def]
    number = 0
    while cells:
        cells &= cells - 1
        number += 1
    return number


@compiled
def _sound(own, mask):  # type: ignore[no-untyped-def]
    """The moves after which the opponent cannot win at once."""
    playable, danger = _playable(mask), _threats(own ^ mask, mask)
    forced = playable & danger
    if forced:
        if forced & (forced - 1):
            return np.int64(0)  # two threats at once
        playable = forced
    return playable & ~(danger >> 1)


@compiled
def _sorted_moves(own, mask, moves, order, cells):  # type: ignore[no-untyped-def]
    """Write the moves into `cells` [7], those that make more own threats first, among equal ones the middle; their number."""
    scores, count = np.empty(COLUMNS, np.int64), 0
    for column in order:
        move = moves & (((1 << HEIGHT) - 1) << column * STRIDE)
        if move:
            score = _count(_threats(own | move, mask | move))
            at = count
            while at > 0 and scores[at - 1] < score:
                cells[at], scores[at] = cells[at - 1], scores[at - 1]
                at -= 1
            cells[at], scores[at] = move, score
            count += 1
    return count


@compiled
def _reaches(own, mask, goal, budget, nodes, keys, bounds, stamp, order):  # type: ignore[no-untyped-def]
    """Whether the player to move reaches at least the value `goal`, 1 or 0. It cannot win at once.

    Once `nodes[0]` exceeds the budget, the answer means nothing. The positions on the way are on a stack of our own: Numba
    cannot load a function that calls itself from its cache.
    """
    owns, masks, goals = np.empty(CELLS + 1, np.int64), np.empty(CELLS + 1, np.int64), np.empty(CELLS + 1, np.int64)
    cells, counts, tried = (
        np.empty((CELLS + 1, COLUMNS), np.int64),
        np.empty(CELLS + 1, np.int64),
        np.empty(CELLS + 1, np.int64),
    )
    depth, entering, result = 0, True, False
    owns[0], masks[0], goals[0] = own, mask, goal
    while depth >= 0:
        own, mask, goal = owns[depth], masks[depth], goals[depth]
        key = own + mask
        place, entry = (key * 0x5851F42D4C957F2D >> 20) & (ENTRIES - 1), key | stamp << 50
        if entering:
            nodes[0] += 1
            if nodes[0] > budget:
                return False
            moves = _sound(own, mask)
            known = True
            if moves == 0:
                result = goal == 0 and _playable(mask) == 0
            elif _count(mask) >= CELLS - 2:
                result = goal <= 0
            elif keys[place] == entry and bounds[place, 0] >= goal:
                result = True
            elif keys[place] == entry and bounds[place, 1] < goal:
                result = False
            else:
                known = False
            if known:
                depth, entering = depth - 1, False
                continue
            counts[depth], tried[depth] = _sorted_moves(own, mask, moves, order, cells[depth]), 0
        else:
            # The opponent has moved next. We reach the goal if it does not reach more than its opposite.
            reached = not result
            tried[depth] += 1
            if reached or tried[depth] == counts[depth]:
                low, high = np.int8(-1), np.int8(1)
                if keys[place] == entry:
                    low, high = bounds[place, 0], bounds[place, 1]
                if reached:
                    low = max(low, np.int8(goal))
                else:
                    high = min(high, np.int8(goal - 1))
                keys[place], bounds[place, 0], bounds[place, 1] = entry, low, high
                depth, result = depth - 1, reached
                continue
        owns[depth + 1], masks[depth + 1] = own ^ mask, mask | cells[depth, tried[depth]]
        goals[depth + 1] = 1 - goal
        depth, entering = depth + 1, True
    return result
