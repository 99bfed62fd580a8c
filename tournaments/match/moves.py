"""The actions of a match, as arrays and as the bytes in the match log: the format, and how it is read.

The encoding of a match begins with `HEAD`: mode (uint8; its high bit marks this format), steps T (uint32), seats A (uint16).
If the mode contains `OPENED`, the number of first steps that no player decided follows (uint32; see `Ticket.opening`). The body
follows, compressed if the mode contains `DEFLATED`. It consists of

* who acted, as bits [T, A]; omitted if everybody acted at every step (`ALL`) or the seats acted in turn (`IN_TURN`);
* role by role the actions of the acting seats, step by step: uint8 (discrete, up to 256 actions), uint16 (more actions) or
  float32 (continuous).

A match of connect four takes 7 bytes and one byte per move.

The first format had no `HEAD`. Everything was compressed by zlib, whose first byte is `OLD`: T and A (uint32 each), who acted
as bits, discrete actions as uint16.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from envs.game import Game, Role

HEAD, OLD_HEAD, OPENING = struct.Struct("<BIH"), struct.Struct("<II"), struct.Struct("<I")
WRITTEN, OLD = 0x80, 0x78
ALL, IN_TURN, DEFLATED, OPENED = 1, 2, 4, 8

LONG = 256
"""Bodies of at least this many bytes are compressed. Shorter ones gain nothing."""


LARGEST = 2**26
"""The most bytes of a decompressed match. A damaged or hostile match could otherwise take all memory."""


class UnreadableMoves(ValueError):
    """The bytes of a match's actions are broken."""


@dataclass(frozen=True, eq=False)
class Moves:
    """The actions of T steps. Entries of seats that did not act are zero.

    Attributes:
        acting: bool [T, A], who acted.
        actions: Per role, int64 [T, seats] (discrete) or float32 [T, seats, n] (continuous), seats as in `Role.seats`.
        opening: How many first steps no player decided.
    """

    acting: NDArray[np.bool_]
    actions: tuple[NDArray[np.int64] | NDArray[np.float32], ...]
    opening: int = 0


def decode(game: Game, blob: bytes) -> Moves:
    """Decode what `encoding.encode` wrote, in this or in the first format.

    Raises:
        ValueError: The bytes are broken or belong to a game with other seats.

    Laws:
        `decode(game, encode(game, moves))` equals `moves`.
    """
    try:
        if blob[:1] == bytes([OLD]):
            body = _decompressed(blob)
            (steps, seats), mode, opening = OLD_HEAD.unpack_from(body), OLD, 0
            body = body[OLD_HEAD.size :]
        else:
            mode, steps, seats = HEAD.unpack_from(blob)
            if mode & ~(ALL | IN_TURN | DEFLATED | OPENED) != WRITTEN:
                raise ValueError(f"they begin with {mode:#04x}")
            opening, body = _opening(blob, mode)
            if opening > steps:
                raise ValueError(f"{opening} of {steps} steps are said to be those of the opening")
            body = _decompressed(body) if mode & DEFLATED else body
    except (zlib.error, struct.error, ValueError) as error:
        raise UnreadableMoves(f"the actions of this match cannot be read: {error}") from error
    if seats != len(game.seats):
        raise ValueError(f"the actions are those of a game of {seats} seats, but {game.name} has {len(game.seats)}")
    acting, at = _acting(body, mode, steps, seats)
    decoded = []
    for role in game.roles:
        mask, kept = acting[:, role.seats], kept_as(role) if mode != OLD else _kept_before(role)
        width = () if role.actions.kind == "discrete" else (role.actions.size,)
        size = int(mask.sum()) * int(np.prod(width, dtype=int)) * kept.itemsize
        if len(body) < at + size:
            raise ValueError("the actions of this match end early")
        actions = np.zeros((*mask.shape, *width), np.int64 if role.actions.kind == "discrete" else np.float32)
        actions[mask] = np.frombuffer(body[at : at + size], kept).reshape(-1, *width)
        decoded.append(actions)
        at += size
    if at != len(body):
        raise ValueError("the actions of this match are longer than its steps")
    return Moves(acting, tuple(decoded), opening)


def _opening(blob: bytes, mode: int) -> tuple[int, bytes]:
    """The number of steps of the opening, and what follows the head."""
    if not mode & OPENED:
        return 0, blob[HEAD.size :]
    return OPENING.unpack_from(blob, HEAD.size)[0], blob[HEAD.size + OPENING.size :]


def idle_seats(seats: int, blob: bytes) -> tuple[int, ...]:
    """Return the seats that never acted in a match; none if nothing can be read from its actions.

    It reads no more of the bytes than it needs, because ratings ask it about every match.

    Args:
        seats: Number of seats A of the game.
        blob: The match as `encoding.encode` wrote it, in this or in the first format.
    """
    try:
        return _idle_before(seats, blob) if blob[:1] == bytes([OLD]) else _idle(seats, blob)
    except (zlib.error, struct.error, ValueError):
        return ()


def _decompressed(data: bytes) -> bytes:
    found = zlib.decompressobj()
    body = found.decompress(data, LARGEST)
    if not found.eof:
        raise ValueError(f"they hold more than {LARGEST} bytes, or end early")
    return body


def _idle(seats: int, blob: bytes) -> tuple[int, ...]:
    mode, steps, _ = HEAD.unpack_from(blob)
    if mode & ALL:
        return ()
    if mode & IN_TURN:
        return tuple(range(steps, seats))
    (_, body), first = _opening(blob, mode), -(-seats // 8)
    start = zlib.decompressobj().decompress(body, first) if mode & DEFLATED else body[:first]
    if _everybody(start, seats):
        return ()
    return _never(_acting(_decompressed(body) if mode & DEFLATED else body, mode, steps, seats)[0])


def _idle_before(seats: int, blob: bytes) -> tuple[int, ...]:
    body = _decompressed(blob)
    steps, _ = OLD_HEAD.unpack_from(body)
    return _never(_acting(body[OLD_HEAD.size :], OLD, steps, seats)[0])


def _everybody(bits: bytes, seats: int) -> bool:
    """Return whether all seats acted at the first step, given the bytes with its bits."""
    return 8 * len(bits) >= seats and int.from_bytes(bits, "big") >> (8 * len(bits) - seats) == (1 << seats) - 1


def _never(acting: NDArray[np.bool_]) -> tuple[int, ...]:
    return tuple(np.flatnonzero(~acting.any(0)).tolist())


def _acting(body: bytes, mode: int, steps: int, seats: int) -> tuple[NDArray[np.bool_], int]:
    """Decode who acted; also return the offset in the body at which the actions begin."""
    if mode != OLD and mode & (ALL | IN_TURN):
        if len(body) < steps * (seats if mode & ALL else 1):
            raise ValueError("the actions of this match end early")
        everybody = np.ones((steps, seats), np.bool_)
        return everybody if mode & ALL else np.arange(steps)[:, None] % seats == np.arange(seats), 0
    end = -(-steps * seats // 8)
    bits = np.frombuffer(body[:end], np.uint8)
    if bits.size < end:
        raise ValueError("the actions of this match end early")
    return np.unpackbits(bits, count=steps * seats).astype(bool).reshape(steps, seats), end


def kept_as(role: Role) -> np.dtype:
    """Return the type in which the actions of a role are written."""
    return np.dtype("u1" if role.actions.kind == "discrete" and role.actions.size <= 256 else _kept_before(role))


def _kept_before(role: Role) -> np.dtype:
    return np.dtype("<u2" if role.actions.kind == "discrete" else "<f4")
