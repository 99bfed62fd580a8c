"""The search for numbers that are not finite in what environments give: observations, rewards, states.

One such number would make weights, statistics and ratings worthless without a word. The sum of an array is finite only if all
its numbers are, and takes a few microseconds for all copies of a block; only where a sum is not finite the array is searched.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.game import Game
from envs.stock.buffers import Buffers
from envs.stock.joint import JointState
from envs.stock.one_copy import Copy


class _Watched(NamedTuple):
    """An array: [N, …].

    Attributes:
        what: `observation`, `reward`, `state` or `position`.
        role: The role of an observation, else −1.
        array: The array.
        past: Whether it belongs to games that ended in the last step, where there are such games.
        final: Whether it means something only where a game ended.
    """

    what: str
    role: int
    array: NDArray[Any]
    past: bool = False
    final: bool = False


class Watch:
    """Checks the outputs of neighbouring copies after every step."""

    def __init__(self, game: Game, joint: JointState, buffers: Buffers, copies: Sequence[Copy]) -> None:
        self._game, self._joint, self._buffers, self._copies = game, joint, buffers, copies
        now = [_Watched("observation", role, array) for role, array in enumerate(buffers.observation)]
        now.append(_Watched("reward", -1, buffers.reward, True))
        if game.position_size:
            now.append(_Watched("position", -1, buffers.positions))
        last = [_Watched("observation", role, array, True, True) for role, array in enumerate(buffers.final_observation)]
        if joint.wanted and (game.turn_based or not joint.made_of_views):  # otherwise it is made of the observations above
            now.append(_Watched("state", -1, buffers.state))
            last.append(_Watched("state", -1, buffers.final_state, True, True))
        self._now = [watched for watched in now if watched.array.dtype == np.float32]  # bytes are finite
        self._last = [watched for watched in last if watched.array.dtype == np.float32]

    def check(self) -> None:
        """Look at everything that the last step gave.

        Raises:
            GameError: A number is not finite; the message names agent, kind of number, its place, move and seed.
        """
        with np.errstate(all="ignore"):  # sums of finite numbers may overflow; the search then finds nothing
            total = sum(float(np.add.reduce(watched.array, axis=None)) for watched in self._now)
            ended = self._buffers.over if self._buffers.over.any() else None
            if ended is not None:
                total += sum(float(np.add.reduce(watched.array[ended], axis=None)) for watched in self._last)
        if isfinite(total):
            return
        for watched in (*self._now, *(self._last if ended is not None else ())):
            for row, *place in np.argwhere(~np.isfinite(watched.array)).tolist():
                if self._buffers.over[row] or not watched.final:
                    self._accuse(watched, row, place)

    def _accuse(self, watched: _Watched, row: int, place: list[int]) -> None:
        """Raise the error about one number."""
        value, game = watched.array[(row, *place)], self._game
        where = ""
        if watched.what == "state":
            seat = self._joint.seat_at(place[0])
            who = "as its state()" if seat is None else f"{game.seats[seat]} an observation with"
            where = f" at position {place[0]}" if seat is None else ""
        elif watched.what in ("reward", "position"):
            who = f"{game.seats[place[0]]} the {watched.what}"
        else:
            shape = game.roles[watched.role].observation_shape
            unknown = watched.final and game.turn_based
            seat = None if unknown else seat_shown(game, self._buffers, row, watched.role, place[0])
            who = f"{game.seats[seat]} an observation with" if seat is not None else "an observation with"
            where = f" at {_position(place[1], shape)}"
        raise self._copies[row].fault(
            f"gives {who} {value}{where}; observations, rewards, states and positions must be finite numbers",
            past=watched.past and bool(self._buffers.over[row]),
        )


def seat_shown(game: Game, buffers: Buffers, row: int, role: int, slot: int) -> int | None:
    """Return the seat whose observation stands in a slot of a copy; None if nobody acts there."""
    if not game.turn_based:
        return game.roles[role].seats[slot]
    return int(buffers.acting[row].argmax()) if buffers.acting[row].any() else None


def _position(index: int, shape: tuple[int, ...]) -> list[int]:
    """Return the place of an entry of a flattened observation before it was flattened."""
    return [int(axis) for axis in np.unravel_index(index, shape)] if shape else [0]
