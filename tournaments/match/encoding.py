"""Writes the actions of matches as the bytes of the match log; `moves` has the format.

Writing needs compiled loops, which reading does without, so that commands that only look load quickly.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from envs.compiling import compiled
from envs.game import Game
from tournaments.match.moves import ALL, DEFLATED, HEAD, IN_TURN, LONG, OPENED, OPENING, WRITTEN, Moves, kept_as


def encode(game: Game, moves: Moves) -> bytes:
    """Encode one match; see `encode_all`."""
    return encode_all(game, moves.acting, moves.actions, [len(moves.acting)], [moves.opening])[0]


def encode_all(
    game: Game,
    acting: NDArray[np.bool_],
    actions: Sequence[NDArray[np.generic]],
    lengths: Sequence[int] | NDArray[np.int64],
    openings: Sequence[int] | NDArray[np.int64] | None = None,
) -> list[bytes]:
    """Encode several matches, each separately. The arrays hold the steps of all matches one after another.

    Args:
        game: The game played.
        acting: bool [L, A], who acted at each step of each match.
        actions: Per role, [L, seats(, n)], or [L, 1(, n)] if one entry holds the action of whichever seat acted. Entries of
            seats that did not act are ignored.
        lengths: Number of steps of each match; they add up to L.
        openings: How many first steps of each match no player decided; None for none anywhere.

    Returns:
        The bytes of each match, in the format described in the docstring of `moves`.
    """
    ends = np.cumsum(lengths, dtype=np.int64)
    starts, modes, seats = ends - lengths, np.zeros(len(ends), np.int64), acting.shape[1]
    _find_modes(np.ascontiguousarray(acting), ends, modes)
    steps = list(zip(modes.tolist(), starts.tolist(), ends.tolist(), strict=True))
    parts = [[b"" if mode else np.packbits(acting[start:end]).tobytes() for mode, start, end in steps]]
    for role, chosen in zip(game.roles, actions, strict=True):
        places = np.flatnonzero(acting[:, role.seats])  # step × number of seats + position of the seat in the role
        rows = places if chosen.shape[1] > 1 else places // len(role.seats)
        kept = chosen.reshape(-1, *chosen.shape[2:])[rows].astype(kept_as(role))
        cuts = np.searchsorted(places, np.append(starts, len(acting)) * len(role.seats)) * (kept.nbytes // max(1, len(kept)))
        done = kept.tobytes()
        parts.append([done[start:end] for start, end in pairwise(cuts.tolist())])
    written = []
    openings = np.zeros(len(ends), np.int64) if openings is None else openings
    for (mode, start, end), opening, *pieces in zip(steps, openings, *parts, strict=True):
        body = b"".join(pieces)
        if len(body) >= LONG and len(packed := zlib.compress(body, 6)) < len(body):
            mode, body = mode | DEFLATED, packed
        head = HEAD.pack(WRITTEN | mode, end - start, seats)
        if opening:
            head = HEAD.pack(WRITTEN | OPENED | mode, end - start, seats) + OPENING.pack(opening)
        written.append(head + body)
    return written


@compiled
def _find_modes(acting: NDArray[np.bool_], ends: NDArray[np.int64], modes: NDArray[np.int64]) -> None:
    """Determine how to encode who acted: acting [L, A], ends [M] → modes [M]."""
    start, seats = 0, acting.shape[1]
    for match in range(len(ends)):
        everybody, in_turn = True, True
        for step in range(start, ends[match]):
            for seat in range(seats):
                everybody &= acting[step, seat]
                in_turn &= acting[step, seat] == (seat == (step - start) % seats)
        modes[match] = IN_TURN if in_turn else ALL if everybody else 0
        start = ends[match]
