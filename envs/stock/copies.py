"""Neighbouring copies of a stock PettingZoo game, stepped one after the other in this process.

What can be done for all copies at once is done here: forgetting the last move, looking for masks that allow nothing, and
putting the joint states together. What PettingZoo has to be asked copy by copy is in `envs/stock/one_copy.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from envs.description import EnvironmentSpec
from envs.faults import GameError, environment_code
from envs.registry import dispose
from envs.stock.buffers import Buffers
from envs.stock.one_copy import Copy, JointState
from envs.stock.simultaneous import SimultaneousCopy
from envs.stock.turn_based import TurnBasedCopy

Command: TypeAlias = Literal["restart", "step"]
"""Begin new games with the seeds in the buffers, or make one move with the actions and seeds in the buffers."""


class Copies:
    """A block of copies of a game, and their rows of the buffers."""

    def __init__(self, spec: EnvironmentSpec, buffers: Buffers, first: int = 0, fresh: bool = False, render: bool = False):
        """Make the environments.

        Args:
            spec: The game.
            buffers: Where to read and write; their N is the number of copies.
            first: Number of the first copy in the whole arena, for messages.
            fresh: Make a new environment for every game.
            render: Ask the environments for pictures.
        """
        kind = TurnBasedCopy if spec.game.turn_based else SimultaneousCopy
        self.spec, self.buffers, self.first = spec, buffers, first
        self.joint = JointState(spec)
        self.views = _views(spec, buffers) if self.joint.made_of_views else []
        self.copies: list[Copy] = [
            kind(spec, self.joint, buffers.part((row, ...)), [view[row] for view in self.views], fresh, render)
            for row in range(len(buffers.seeds))
        ]

    def carry_out(self, command: Command) -> None:
        """Begin a new game, or make one move, in every copy, with the actions and seeds in the buffers.

        Raises:
            GameError: An environment failed; the message names the copy and its seed.
        """
        buffers, copies = self.buffers, self.copies
        for past in (buffers.reward, buffers.terminated, buffers.truncated, buffers.over):
            past.fill(0)

        def doing() -> str:
            game, number = self.spec.game.name, self.first + copies.index(copy)
            if command == "restart":
                return f"{game} failed at its start in copy {number} with seed {copy.next_seed}"
            return f"{game} failed in copy {number} with seed {copy.seed}"

        with environment_code(doing):  # once for all, because entering it is not free
            for copy in copies:
                if command == "restart":
                    copy.begin()
                else:
                    copy.step()
        self._check_masks()
        self.joint.put_together(self.views, buffers.state)

    def close(self) -> None:
        """Close the environments."""
        for copy in self.copies:
            dispose(copy.environment, self.spec.setup)
        self.copies = []

    def _check_masks(self) -> None:
        """Refuse a game that asks a seat to act and leaves it nothing to do."""
        game = self.spec.game
        for role, legal in enumerate(self.buffers.legal):
            if legal is None or legal.any(axis=-1).all():
                continue
            row, slot = np.argwhere(~legal.any(axis=-1))[0]
            seat = int(self.buffers.acting[row].argmax()) if game.turn_based else game.roles[role].seats[slot]
            what = f"{game.name} leaves the acting seat {game.seats[seat]} no legal action"
            raise GameError(f"{what} (seed {self.copies[row].seed}).")


def _views(spec: EnvironmentSpec, buffers: Buffers) -> Sequence[NDArray[np.float32]]:
    """Per seat, float32 [n, F], what it observes; zeros where it is not in the game.

    Where all act at once, that is what the copies show anyway; where they take turns, it is kept beside.
    """
    game = spec.game
    if game.turn_based:
        return [np.zeros((len(buffers.seeds), game.roles[role].features), np.float32) for role in game.role_of_seat]
    places = [(role, game.roles[role].seats.index(seat)) for seat, role in enumerate(game.role_of_seat)]
    return [buffers.observation[role][:, slot] for role, slot in places]
