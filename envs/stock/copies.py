"""Neighbouring copies of a stock PettingZoo game, stepped one after the other in this process.

This module does what can be done for all copies at once: clearing the last step's outputs, checking for masks without a legal
action, and assembling the joint states. `envs/stock/one_copy.py` does what PettingZoo offers for single copies only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from envs.description import EnvironmentSpec
from envs.faults import environment_code
from envs.stock.buffers import Buffers
from envs.stock.joint import JointState
from envs.stock.numbers import Watch, seat_shown
from envs.stock.one_copy import Copy, Making
from envs.stock.simultaneous import SimultaneousCopy
from envs.stock.turn_based import TurnBasedCopy

Command: TypeAlias = Literal["restart", "step"]
"""`restart` starts new games with the seeds in the buffers; `step` makes one move with the actions and seeds in the buffers."""


class Copies:
    """A block of copies of a game, and their rows of the buffers."""

    def __init__(self, spec: EnvironmentSpec, buffers: Buffers, first: int, making: Making):
        """Make the environments.

        Args:
            spec: The game.
            buffers: The inputs and outputs; their N is the number of copies.
            first: Number of the first copy in the whole arena, for messages.
            making: How the copies get their environments.
        """
        kind = TurnBasedCopy if spec.game.turn_based else SimultaneousCopy
        self.spec, self.buffers, self.first = spec, buffers, first
        self.joint = JointState(spec, wanted=buffers.state.shape[-1] > 0)
        self.views = _views(spec, buffers) if self.joint.made_of_views else []
        self.copies: list[Copy] = []
        self.sound = False
        try:
            for row in range(len(buffers.seeds)):
                views = [view[row] for view in self.views]
                self.copies.append(kind(spec, self.joint, buffers.part((row, ...)), views, making, first + row))
        except BaseException:
            self.close()
            raise
        self.watch = Watch(spec.game, self.joint, buffers, self.copies)
        self.sound = True

    def carry_out(self, command: Command) -> None:
        """Start a new game, or make one move, in every copy, with the actions and seeds in the buffers.

        Raises:
            GameError: An environment failed; the message names the copy and its seed.
        """
        buffers, copies = self.buffers, self.copies
        self.sound = False
        for past in (buffers.reward, buffers.terminated, buffers.truncated, buffers.over):
            past.fill(0)
        buffers.success.fill(np.nan)

        def doing() -> str:
            game, number = self.spec.game.name, self.first + copies.index(copy)
            if command == "restart":
                return f"{game} failed at its start in copy {number} with seed {copy.next_seed}"
            return f"{game} failed in copy {number} with seed {copy.seed}"

        with environment_code(doing):  # entered once for all copies, because entering takes time
            for copy in copies:
                if command == "restart":
                    copy.begin()
                else:
                    copy.step()
        self._check_masks()
        self.joint.put_together(self.views, buffers.state)
        self.watch.check()
        self.sound = True  # only environments that have not failed are used again

    def close(self) -> None:
        """Close the environments."""
        for copy in self.copies:
            copy.close(self.sound)
        self.copies = []

    def _check_masks(self) -> None:
        """Raise an error if an acting seat has no legal action."""
        game = self.spec.game
        for role, legal in enumerate(self.buffers.legal):
            if legal is None or legal.any(axis=-1).all():
                continue
            row, slot = np.argwhere(~legal.any(axis=-1))[0]
            seat = seat_shown(game, self.buffers, row, role, slot) or 0
            raise self.copies[row].fault(f"leaves the acting seat {game.seats[seat]} no legal action")


def _views(spec: EnvironmentSpec, buffers: Buffers) -> Sequence[NDArray[Any]]:
    """Return the observation of each seat, [n, F]; zeros for seats that are not in the game.

    In simultaneous games these are views of the buffers. In turn-based games the buffers show one seat only, so the
    observations have memory of their own.
    """
    game = spec.game
    if game.turn_based:
        sizes = [(len(buffers.seeds), role.features) for role in game.roles]
        return [np.zeros(sizes[role], spec.kinds[role]) for role in game.role_of_seat]
    places = [(role, game.roles[role].seats.index(seat)) for seat, role in enumerate(game.role_of_seat)]
    return [buffers.observation[role][:, slot] for role, slot in places]
