"""Engines step the blocks of a stock arena. This module has their interface, and the engine that works in this process.

The copies of an arena are divided into blocks of neighbours, one for each part of the arena (`Arena.parts`). A command names
its blocks; it is started by `begin` and completed by `finish`. Commands for different blocks may run at the same time.
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
from envs.stock.one_copy import Making

Blocks: TypeAlias = tuple[int, ...]
"""Numbers of the blocks of a command."""


class Engine(ABC):
    """Executes commands on the blocks of an arena, and keeps track of those that are running."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._under_way: dict[Blocks, Command] = {}

    def ready(self, blocks: Blocks) -> None:
        """Check that a command for these blocks may begin and that their buffers may be written to.

        Raises:
            RuntimeError: A command for one of them is running.
            GameError: The arena is closed.
        """
        if self._closed():
            raise self._refusal()
        if any(not set(blocks).isdisjoint(others) for others in self._under_way):
            raise RuntimeError(UNFINISHED)

    def begin(self, command: Command, blocks: Blocks) -> None:
        """Start a command on blocks that are `ready`. Their buffers must not be used until it is finished."""
        self._under_way[blocks] = command
        self._start(command, blocks)

    def finish(self, blocks: Blocks) -> None:
        """Wait for the command that was started for exactly these blocks.

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
        """Free the engine's resources, even if a command is running. A second call does nothing."""

    @abstractmethod
    def _closed(self) -> bool:
        """True after `close`."""

    @abstractmethod
    def _start(self, command: Command, blocks: Blocks) -> None:
        """Start the blocks."""

    @abstractmethod
    def _complete(self, command: Command, blocks: Blocks) -> None:
        """Wait for the blocks."""

    def _refusal(self) -> GameError:
        return GameError(f"The arena of {self._name} is closed.")


class Local(Engine):
    """An engine that steps the copies in this process, when a command is finished."""

    def __init__(self, spec: EnvironmentSpec, buffers: Buffers, bounds: Sequence[tuple[int, int]], making: Making):
        """Make the environments.

        Args:
            spec: The game.
            buffers: The rows of all copies.
            bounds: For each block, its first copy and the copy after its last.
            making: How the copies get their environments.
        """
        super().__init__(spec.game.name)
        self.blocks: list[Copies] = []
        try:
            for block in bounds:
                self.blocks.append(Copies(spec, buffers.part(slice(*block)), block[0], making))
        except BaseException:
            self.close()
            raise

    def environment(self, copy: int) -> Any:
        """Return the environment of a copy, numbered within the whole arena."""
        return [each for block in self.blocks for each in block.copies][copy].environment

    def close(self) -> None:
        """Close the environments; see `Engine.close`."""
        blocks, self.blocks = self.blocks, []
        for block in blocks:
            block.close()

    def _closed(self) -> bool:
        return not self.blocks

    def _start(self, command: Command, blocks: Blocks) -> None:
        """Do nothing: the copies are stepped in `_complete`."""

    def _complete(self, command: Command, blocks: Blocks) -> None:
        for number in blocks:
            self.blocks[number].carry_out(command)
