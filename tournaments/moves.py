"""The actions of one match, as arrays and as the few bytes kept in the match log."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from envs.game import Game, Role

HEAD = struct.Struct("<II")


@dataclass(frozen=True, eq=False)
class Moves:
    """Who acted at each of T steps, and how. Entries of seats that did not act are zero.

    Attributes:
        acting: bool [T, A].
        actions: Per role, int64 [T, seats] (discrete) or float32 [T, seats, n] (continuous), seats as in `Role.seats`.
    """

    acting: NDArray[np.bool_]
    actions: tuple[NDArray[np.int64] | NDArray[np.float32], ...]


def encode(game: Game, moves: Moves) -> bytes:
    """Write moves as bytes: who acted as bits, then role by role what the acting seats did, compressed.

    Args:
        game: The game played.
        moves: What was done; discrete actions must fit 16 bits.

    Returns:
        zlib of: T and A (uint32), acting (bits), and per role uint16 (discrete) or float32 (continuous), step by step.
    """
    parts = [HEAD.pack(*moves.acting.shape), np.packbits(moves.acting).tobytes()]
    for role, actions in zip(game.roles, moves.actions, strict=True):
        parts.append(actions[moves.acting[:, role.seats]].astype(_kept(role)).tobytes())
    return zlib.compress(b"".join(parts), 6)


def decode(game: Game, blob: bytes) -> Moves:
    """Read what `encode` wrote.

    Raises:
        ValueError: The bytes are broken or belong to a game with other seats.

    Laws:
        `decode(game, encode(game, moves))` equals `moves`.
    """
    try:
        raw = zlib.decompress(blob)
        steps, seats = HEAD.unpack_from(raw)
    except (zlib.error, struct.error) as error:
        raise ValueError(f"the actions of this match cannot be read: {error}") from error
    if seats != len(game.seats):
        raise ValueError(f"the actions are those of a game of {seats} seats, but {game.name} has {len(game.seats)}")
    at = HEAD.size + -(-steps * seats // 8)
    bits = np.frombuffer(raw[HEAD.size : at], np.uint8)
    if bits.size * 8 < steps * seats:
        raise ValueError("the actions of this match end early")
    acting = np.unpackbits(bits, count=steps * seats).astype(bool).reshape(steps, seats)
    decoded = []
    for role in game.roles:
        mask, kept = acting[:, role.seats], _kept(role)
        width = () if role.actions.kind == "discrete" else (role.actions.size,)
        size = int(mask.sum()) * int(np.prod(width, dtype=int)) * kept.itemsize
        if len(raw) < at + size:
            raise ValueError("the actions of this match end early")
        actions = np.zeros((*mask.shape, *width), np.int64 if role.actions.kind == "discrete" else np.float32)
        actions[mask] = np.frombuffer(raw[at : at + size], kept).reshape(-1, *width)
        decoded.append(actions)
        at += size
    if at != len(raw):
        raise ValueError("the actions of this match are longer than its steps")
    return Moves(acting, tuple(decoded))


def _kept(role: Role) -> np.dtype:
    return np.dtype("<u2" if role.actions.kind == "discrete" else "<f4")
