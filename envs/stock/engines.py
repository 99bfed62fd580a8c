"""What steps the blocks of a stock arena: the contract, and the engine that does it in this process.

The copies of an arena are divided into blocks of neighbours, one for each part of the arena (`Arena.parts`). A command names
the blocks it is for; it begins, and is finished later. Commands for different blocks may be under way at the same time.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, TypeAlias

from envs.arena import NOT_BEGUN, UNFINISHED
from envs.description import EnvironmentSpec
from envs.faults import GameError
from envs.stock.buffers import Buffers
from envs.stock.copies import Command, Copies

Blocks: TypeAlias = tuple[int, ...]
"""Numbers of the blocks that a command is for."""


class Engine(ABC):
    """Carries out commands on the blocks of an arena, and keeps account of those that are under way."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._under_way: dict[Blocks, Command] = {}

    def ready(self, blocks: Blocks) -> None:
        """Make sure that a command for these blocks may begin, and that their buffers may be written to.

        Raises:
            RuntimeError: A command for one of them is under way.
            GameError: The arena is closed.
        """
        if self._closed():
            raise self._refusal()
        if any(not set(blocks).isdisjoint(others) for others in self._under_way):
            raise RuntimeError(UNFINISHED)

    def begin(self, command: Command, blocks: Blocks) -> None:
        """Begin a command on blocks that are `ready`; their buffers are not to be touched until it is finished."""
        self._under_way[blocks] = command
        self._start(command, blocks)

    def finish(self, blocks: Blocks) -> None:
        """Wait until the command that was begun for exactly these blocks is carried out.

        Raises:
            RuntimeError: There is none.
            GameError: The environment failed, or the arena was closed in the meantime.
        """
        command = self._under_way.pop(blocks, None)
        if command is None:
            raise RuntimeError(NOT_BEGUN)
        if self._closed():
            raise self._refusal()
        self._complete(command, blocks)

    @abstractmethod
    def close(self) -> None:
        """Free what the engine holds, whether or not a command is under way; harmless when called twice."""

    @abstractmethod
    def _closed(self) -> bool:
        """True once there is nothing left to command."""

    @abstractmethod
    def _start(self, command: Command, blocks: Blocks) -> None:
        """Set the blocks going."""

    @abstractmethod
    def _complete(self, command: Command, blocks: Blocks) -> None:
        """Wait for the blocks."""

    def _refusal(self) -> GameError:
        return GameError(f"The arena of {self._name} is closed.")


class Local(Engine):
    """Steps the copies in this process, at the time when a command is to be finished."""

    def __init__(self, spec: EnvironmentSpec, buffers: Buffers, bounds: Sequence[tuple[int, int]], fresh: bool, render: bool):
        """Make the environments.

        Args:
            spec: The game.
            buffers: Of all copies.
            bounds: First copy of each block, and the copy after its last.
            fresh: Make a new environment for every game.
            render: Ask the environments for pictures.
        """
        super().__init__(spec.game.name)
        self.blocks = [
            Copies(spec, buffers.part(slice(*block)), first=block[0], fresh=fresh, render=render) for block in bounds
        ]

    def environment(self, copy: int) -> Any:
        """The environment of a copy, counted through the whole arena."""
        return [each for block in self.blocks for each in block.copies][copy].environment

    def close(self) -> None:
        """Close the environments; see `Engine.close`."""
        for block in self.blocks:
            block.close()
        self.blocks = []

    def _closed(self) -> bool:
        return not self.blocks

    def _start(self, command: Command, blocks: Blocks) -> None:
        """Nothing goes on by itself in this process."""

    def _complete(self, command: Command, blocks: Blocks) -> None:
        for number in blocks:
            self.blocks[number].carry_out(command)
