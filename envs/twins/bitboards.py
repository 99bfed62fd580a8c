"""Positions of board games as bitboards, the effect of moves, and the observations.

`Tensors` computes them with tensor operations on any device, without a loop over copies and without waiting for the device.
`Compiled` computes the same, bit for bit, in one pass over the copies of a CPU arena.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from envs.game import Game
from envs.twins import board_kernels


@dataclass(frozen=True)
class BoardRules:
    """The rules of one board game.

    Attributes:
        seats: Agent ids, the one that moves first comes first.
        columns: Number of actions; an action is a column.
        height: Number of pieces that fit into a column.
        stride: A piece in column c at height h is bit c * stride + h.
        cells: For each bit, the cell of the observation [cells, 2] that shows its piece.
        won: From the mover's bitboards int64 [...] to bool [...], True where the mover has won.
        steps: For the compiled loop: the distances of the bits of four pieces in a line; empty if `lines` tell who has won.
        lines: For the compiled loop: the bits of each line.
    """

    seats: tuple[str, str]
    columns: int
    height: int
    stride: int
    cells: tuple[int, ...]
    won: Callable[[Tensor], Tensor]
    steps: tuple[int, ...] = ()
    lines: tuple[int, ...] = ()

    @property
    def size(self) -> int:
        """Number of cells of the board."""
        return self.columns * self.height


@dataclass(frozen=True)
class Position:
    """N games between two moves. A resting copy has an empty board with the first mover to move.

    Attributes:
        own: int64 [N], pieces of the seat to move.
        other: int64 [N], pieces of the other seat.
        second: bool [N], True if the second mover is to move.
        playing: bool [N], False if the copy rests.
    """

    own: Tensor
    other: Tensor
    second: Tensor
    playing: Tensor


@dataclass(frozen=True)
class Settled:
    """The result of a move: the `position` after it, and fields of a `Timestep` under the same names."""

    position: Position
    over: Tensor
    observation: Tensor
    reward: Tensor
    legal: Tensor
    acting: Tensor


@dataclass(frozen=True)
class Moved:
    """What a move does in every copy.

    Attributes:
        mine: int64 [N], the mover's pieces after the move.
        refused: bool [N], True where the action is illegal.
        settled: The result.
        any_refused: Whether any action is illegal; None if that is known on the device only.
        any_over: Whether any game is over; None if that is known on the device only.
    """

    mine: Tensor
    refused: Tensor
    settled: Settled
    any_refused: bool | None = None
    any_over: bool | None = None


class Tensors:
    """The rules of a board game over N copies, on any device."""

    def __init__(self, game: Game, rules: BoardRules, copies: int, device: torch.device) -> None:
        """Make the tables.

        Args:
            game: Seats and teams.
            rules: The rules.
            copies: Number of copies, N.
            device: The device of the tensors.
        """
        first, second = (game.seats.index(seat) for seat in rules.seats)
        bit_of_cell = {rules.cells[bit]: bit for bit in range(len(rules.cells)) if bit % rules.stride < rules.height}
        floors = [1 << column * rules.stride for column in range(rules.columns)]
        # The joint state has one block of features per (team that sees it, seat observed).
        blocks = [seat for team in range(len(game.teams)) for seat in _own_team_first(game, team)]
        self.rules, self.copies, self.device, self.teams = rules, copies, device, len(game.teams)
        self.features, self.full = 2 * rules.size, sum(floors) * ((1 << rules.height) - 1)
        self.bits = torch.tensor([bit_of_cell[cell] for cell in range(rules.size)], device=device)
        self.floors = torch.tensor(floors, device=device)
        self.columns = self.floors * ((1 << rules.height) - 1)
        self.movers = torch.tensor([first, second], device=device)
        self.swapped = torch.tensor([seat == second for seat in blocks], device=device)

    def start(self, playing: Tensor) -> Settled:
        """Return empty boards and their observations; playing: bool [N]."""
        nothing = torch.zeros(self.copies, dtype=torch.int64, device=self.device)
        nobody = torch.zeros_like(playing)
        return self._show(Position(nothing, nothing, nobody, playing), nobody, nobody, nobody)

    def move(self, at: Position, column: Tensor, seeds: Tensor) -> Moved:
        """`place` and `settle`; `seeds` are as in `settle`."""
        mine, refused = self.place(at, column)
        return Moved(mine, refused, self.settle(at, mine, self.rules.won(mine), seeds))

    def place(self, at: Position, column: Tensor) -> tuple[Tensor, Tensor]:
        """Put a piece into a column of every copy that plays.

        Args:
            at: The positions.
            column: int64 [N], any number; those of resting copies are ignored.

        Returns:
            The mover's pieces with the new one, int64 [N]; and a flag for illegal actions, bool [N]: there is no such column,
            or it is full. There, no piece is put.
        """
        inside = column.clamp(0, len(self.floors) - 1)
        piece = ((at.own | at.other) + self.floors[inside]) & self.columns[inside]
        piece = piece * (at.playing & (inside == column))
        return at.own | piece, at.playing & (piece == 0)

    def settle(self, at: Position, mine: Tensor, won: Tensor, seeds: Tensor) -> Settled:
        """End the games that are won or full, and start the next ones.

        Args:
            at: The positions before the move.
            mine: int64 [N], the mover's pieces after it.
            won: bool [N], True if the mover has won.
            seeds: int64 [N], negative if the copy rests after its game.
        """
        over = at.playing & (won | ((mine | at.other) == self.full))
        own, other = at.other.masked_fill(over, 0), mine.masked_fill(over, 0)
        position = Position(own, other, ~at.second & ~over & at.playing, torch.where(over, seeds >= 0, at.playing))
        return self._show(position, over, won & over, at.second)

    def observe(self, at: Position) -> Tensor:
        """Return the observation of the seat to move, float32 [N, 1, F]."""
        return torch.stack([self._plane(at.own), self._plane(at.other)], -1).view(self.copies, 1, self.features)

    def joint(self, at: Position) -> Tensor:
        """Return the joint state of each team, float32 [N, K, S]."""
        first, second = torch.where(at.second, at.other, at.own), torch.where(at.second, at.own, at.other)
        planes = torch.stack([self._plane(first), self._plane(second)], -1)
        views = torch.stack([planes, planes.flip(-1)], 1)
        return views[:, self.swapped.long()].view(self.copies, self.teams, -1)

    def _show(self, at: Position, over: Tensor, won: Tensor, second: Tensor) -> Settled:
        """Return the outputs at a position; `second`: the winner, where `won`, moved second."""
        acting = torch.stack([at.playing & ~at.second, at.playing & at.second], 1)
        prize = torch.stack([won & ~second, won & second], 1).float()
        legal = (((at.own | at.other).unsqueeze(1) + self.floors) & self.columns) != 0
        seats = self.movers.argsort()
        reward = (prize - prize.flip(1))[:, seats]
        return Settled(at, over, self.observe(at), reward, legal.unsqueeze(1), acting[:, seats])

    def _plane(self, pieces: Tensor) -> Tensor:
        """Expand bitboards to float32 [N, cells]."""
        return ((pieces.unsqueeze(1) >> self.bits) & 1).float()


class Compiled(Tensors):
    """The same as `Tensors`, compiled for the CPU."""

    def __init__(self, game: Game, rules: BoardRules, copies: int, device: torch.device) -> None:
        super().__init__(game, rules, copies, device)
        self._bits, self._swapped = self.bits.numpy(), self.swapped.numpy()
        self._columns = self.floors.numpy(), self.columns.numpy()
        self._movers = self.movers.numpy()
        self._lines = np.array(rules.steps, np.int64), np.array(rules.lines, np.int64)
        self._last: tuple[Position, tuple[Any, ...]] | None = None

    def move(self, at: Position, column: Tensor, seeds: Tensor) -> Moved:
        """See `Tensors.move`."""
        boards, flags, *shown = self._outputs(3, 5)
        refused, over = board_kernels.move(
            *self._arrays(at), column.numpy(), seeds.numpy(), *self._columns, *self._lines, self._bits, self._movers,
            boards, flags, *shown,
        )  # fmt: skip
        mine, wrong = torch.from_numpy(boards[2]), torch.from_numpy(flags[3])
        return Moved(mine, wrong, self._settled(boards, flags, *shown), refused, over)

    def place(self, at: Position, column: Tensor) -> tuple[Tensor, Tensor]:
        """See `Tensors.place`."""
        mine, refused = np.empty(self.copies, np.int64), np.empty(self.copies, np.bool_)
        before = (at.own.numpy(), at.other.numpy(), at.playing.numpy(), column.numpy())
        board_kernels.place(*before, *self._columns, mine, refused)
        return torch.from_numpy(mine), torch.from_numpy(refused)

    def settle(self, at: Position, mine: Tensor, won: Tensor, seeds: Tensor) -> Settled:
        """See `Tensors.settle`."""
        boards, flags, *shown = self._outputs(2, 3)
        before = (at.other.numpy(), mine.numpy(), at.second.numpy(), at.playing.numpy(), won.numpy(), seeds.numpy())
        board_kernels.settle(*before, *self._columns, self._bits, self._movers, boards, flags, *shown)
        return self._settled(boards, flags, *shown)

    def _outputs(self, boards: int, flags: int) -> tuple[Any, ...]:
        """Memory for what a move writes: boards, flags, rewards, observations, legal moves and who acts."""
        copies = self.copies
        return (
            np.empty((boards, copies), np.int64),
            np.empty((flags, copies), np.bool_),
            np.empty((copies, 2), np.float32),
            self._unseen().numpy(),
            np.empty((copies, 1, len(self.floors)), np.bool_),
            np.empty((copies, 2), np.bool_),
        )

    def _settled(self, boards: Any, flags: Any, *shown: Any) -> Settled:
        """What a move wrote, as tensors."""
        own, other, second, playing, over = map(torch.from_numpy, (boards[0], boards[1], flags[0], flags[1], flags[2]))
        position = Position(own, other, second, playing)
        self._last = position, (boards[0], boards[1], flags[0], flags[1])
        reward, observation, legal, acting = map(torch.from_numpy, shown)
        return Settled(position, over, observation, reward, legal, acting)

    def _arrays(self, at: Position) -> tuple[Any, ...]:
        """A position as arrays; those of the last one are kept."""
        if self._last is not None and self._last[0] is at:
            return self._last[1]
        return at.own.numpy(), at.other.numpy(), at.second.numpy(), at.playing.numpy()

    def observe(self, at: Position) -> Tensor:
        """See `Tensors.observe`."""
        observation = self._unseen()
        board_kernels.observe(at.own.numpy(), at.other.numpy(), self._bits, observation.numpy())
        return observation

    def joint(self, at: Position) -> Tensor:
        """See `Tensors.joint`."""
        state = torch.empty(self.copies, self.teams, len(self.swapped) // self.teams * self.features)
        board_kernels.joint(*self._arrays(at)[:3], self._swapped, self._bits, state.numpy())
        return state

    def _unseen(self) -> Tensor:
        """Allocate observations with torch, which aligns matrices to cache lines."""
        return torch.empty(self.copies, 1, self.features)


def _own_team_first(game: Game, team: int) -> list[int]:
    """Return all seats in the order in which they appear in a team's joint state."""
    count = len(game.teams)
    return [seat for step in range(count) for seat in game.teams[(team + step) % count]]
