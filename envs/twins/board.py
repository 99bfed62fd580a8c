"""The arena of connect four and tic-tac-toe: two players alternately put pieces on a board.

A board is a row of columns that fill from the bottom (tic-tac-toe has nine columns of height one). Each copy is two bitboards,
from which observations are computed, and the joint state only when it is read. The CPU reports an illegal move at once. On
other devices every report would wait for the device, so illegal moves are recorded there and reported later.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from envs import compiling
from envs.arena import Final, Immediate, Timestep
from envs.faults import IllegalAction
from envs.game import Game
from envs.twins.bitboards import BoardRules, Compiled, Moved, Position, Settled, Tensors

PATIENCE = 32
"""Number of steps after which a device is asked for illegal moves."""


class BoardArena(Immediate):
    """N copies of a board game; see `envs.arena.Arena`. Timesteps that were returned are never modified.

    On devices other than the CPU an illegal action puts no piece and passes the turn; `IllegalAction` is raised within
    `PATIENCE` steps, at the latest by `restart` or `close`. There every timestep has a `final`, whether or not games ended.
    """

    def __init__(self, game: Game, rules: BoardRules, copies: int, device: torch.device, *, compiled: bool = True) -> None:
        """Make the boards.

        Args:
            game: Seats and teams.
            rules: The rules.
            copies: Number of copies, N.
            device: The device of the tensors.
            compiled: False treats the CPU like any other device.
        """
        self.game = game
        self.rules = rules
        self.copies = copies
        self.device = device
        prompt = compiled and compiling.serve(device)
        self._boards = (Compiled if prompt else Tensors)(game, rules, copies, device)
        self._never = torch.zeros(copies, len(game.seats), dtype=torch.bool, device=device)
        self._at = self._boards.start(self._never[:, 0]).position
        self._steps = 0
        self._refused, self._second = self._never[:, 0], self._never[:, 0]
        self._asked_for = torch.zeros(copies, dtype=torch.int64, device=device)

    def restart(self, seeds: Tensor) -> Timestep:
        """Start a new game in every copy. A board game has no randomness; a seed only decides whether the copy rests."""
        self.idle()
        self._ask()
        return self._show(self._boards.start(seeds.to(self.device) >= 0), None)

    def step(self, actions: Sequence[Tensor], next_seeds: Tensor) -> Timestep:
        """Put one piece in every copy that is playing."""
        self.idle()
        at, boards, column = self._at, self._boards, actions[0].reshape(-1)
        moved = boards.move(at, column, next_seeds.to(self.device))
        self._refuse(at, column, moved)
        if moved.any_over is False:
            return self._show(moved.settled, None)
        return self._show(moved.settled, _Final.of(boards, Position(at.other, moved.mine, ~at.second, at.playing)))

    def close(self) -> None:
        """Free nothing; report illegal moves, see the class."""
        self._ask()

    def _show(self, after: Settled, final: Final | None) -> Timestep:
        self._at = after.position
        return _Timestep.of(
            self._boards,
            after.position,
            observation=(after.observation,),
            legal=(after.legal,),
            acting=after.acting,
            reward=after.reward,
            terminated=after.over[:, None].expand(-1, len(self.game.seats)),
            truncated=self._never,
            over=after.over,
            final=final,
            cut=False,
        )

    def _refuse(self, at: Position, column: Tensor, moved: Moved) -> None:
        """Record each copy's first illegal action, and report it when due."""
        self._steps += 1
        refused = moved.refused
        if moved.any_refused is not None:
            if moved.any_refused:
                self._refused, self._second, self._asked_for = refused, at.second, column
                self._ask()
            return
        first = refused & ~self._refused
        self._second = torch.where(first, at.second, self._second)
        self._asked_for = torch.where(first, column, self._asked_for)
        self._refused = self._refused | refused
        if self._steps % PATIENCE == 0:
            self._ask()

    def _ask(self) -> None:
        """Report the recorded illegal actions.

        Raises:
            IllegalAction: Names the first copy, the seat and the action.
        """
        if bool(self._refused.any()):
            copy = int(self._refused.int().argmax())
            self._refused = self._never[:, 0]
            seat = self.rules.seats[int(self._second[copy])]
            raise IllegalAction(f"copy {copy}: {seat} chose action {int(self._asked_for[copy])} and may not")


class _Timestep(Timestep):
    """A timestep whose joint state is computed when it is first read. Play without training never reads it."""

    _boards: Tensors
    _at: Position

    @classmethod
    def of(cls, boards: Tensors, at: Position, **shown: Any) -> _Timestep:
        """Make a timestep without the state."""
        timestep = cls.__new__(cls)
        vars(timestep).update(shown, _boards=boards, _at=at)
        return timestep

    @cached_property
    def state(self) -> Tensor:
        """See `Timestep`."""
        return self._boards.joint(self._at)


class _Final(Final):
    """The last view of games, computed when it is first read."""

    _boards: Tensors
    _at: Position

    @classmethod
    def of(cls, boards: Tensors, at: Position) -> _Final:
        """Make the view of a position."""
        final = cls.__new__(cls)
        vars(final).update(_boards=boards, _at=at)
        return final

    @cached_property
    def observation(self) -> tuple[Tensor, ...]:
        """See `Final`."""
        return (self._boards.observe(self._at),)

    @cached_property
    def state(self) -> Tensor:
        """See `Final`."""
        return self._boards.joint(self._at)
