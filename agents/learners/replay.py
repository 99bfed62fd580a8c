"""Replay memory of a stack of players: the newest rows of every player, from which minibatches are drawn.

A row is a dictionary of named values, so a learner decides what it keeps. The memory is part of the learner's stored state.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
import torch
from torch import Tensor

from agents.models.layout import UnfitWeights

Shapes = Mapping[str, tuple[torch.dtype, tuple[int, ...]]]
"""Name of a value → its type and shape in one row."""

LEVEL = 1
"""Compression level of stored memories; higher levels are slower and save little."""

LARGEST = 2**31
"""Largest size of a stored column, in bytes. It limits what a damaged or hostile file can ask for."""

PRIORITY = "priority"


@dataclass
class Replay:
    """The rows of P players. The oldest rows are overwritten.

    Attributes:
        rows: Name → [P, capacity, …].
        priority: float32 [P, capacity], relative frequency with which a row is drawn; 0 for rows that do not exist.
        written: int64 [P], number of rows that were ever written.
    """

    rows: dict[str, Tensor]
    priority: Tensor
    written: Tensor

    @classmethod
    def empty(cls, shapes: Shapes, players: int, capacity: int, device: torch.device) -> Replay:
        """A memory without rows."""
        rows = {
            name: torch.zeros((players, capacity, *shape), dtype=dtype, device=device)
            for name, (dtype, shape) in shapes.items()
        }
        return cls(rows, torch.zeros(players, capacity, device=device), torch.zeros(players, dtype=torch.int64, device=device))

    @property
    def capacity(self) -> int:
        """Largest number of rows of a player."""
        return self.priority.shape[1]

    @property
    def size(self) -> Tensor:
        """Number of rows of each player, int64 [P]."""
        return self.written.clamp_max(self.capacity)

    def write(self, player: int, rows: Mapping[str, Tensor]) -> None:
        """Append rows [R, …] of one player, oldest first. They get the highest priority that one of its rows has, at least 1.

        Reference:
            Schaul, Quan, Antonoglou & Silver (2016), algorithm 1, line 6: new rows have the maximum priority.
        """
        many = len(next(iter(rows.values())))
        kept = min(many, self.capacity)
        first = int(self.written[player]) + many - kept
        places = (torch.arange(kept, device=self.priority.device) + first) % self.capacity
        for name, values in rows.items():
            self.rows[name][player, places] = values[many - kept :].to(self.rows[name].dtype)
        self.priority[player, places] = self.priority[player].max().clamp_min(1.0)
        self.written[player] += many

    def draw(self, batch: int, generator: torch.Generator, *, even: bool = False) -> tuple[Tensor, Tensor]:
        """Draw rows with replacement, with probabilities proportional to their priorities.

        Args:
            batch: Number of rows of each player, B.
            generator: Source of randomness.
            even: Whether all priorities are 1. The same rows are then drawn sooner.

        Returns:
            Places [P, B]; and the probability with which each was drawn, float32 [P, B]. Both are 0 for a player without rows.

        Laws:
            frequency: A row is drawn with the probability priority / sum of priorities.
        """
        if even:
            size = self.size.unsqueeze(1)
            drawn = torch.rand(len(size), batch, generator=generator, device=size.device, dtype=torch.float64)
            places = torch.minimum((drawn * size).long(), (size - 1).clamp_min(0))
            return places, (1.0 / size.clamp_min(1)).expand_as(places).float()
        ends = self.priority.double().cumsum(1)
        total = ends[:, -1:]
        aims = torch.rand(len(ends), batch, generator=generator, device=ends.device, dtype=torch.float64) * total
        last = (self.size - 1).clamp_min(0).unsqueeze(1)
        places = torch.minimum(torch.searchsorted(ends, aims, right=True), last)
        return places, (self.priority.gather(1, places) / total.clamp_min(1e-12)).float()

    def take(self, places: Tensor) -> dict[str, Tensor]:
        """Rows at places [P, B], by name: [P, B, …]."""
        return {name: self.column(name, places) for name in self.rows}

    def column(self, name: str, places: Tensor) -> Tensor:
        """One column of the rows at places [P, B], [P, B, …]."""
        values = self.rows[name]
        flat = (places + torch.arange(len(places), device=places.device).unsqueeze(1) * self.capacity).flatten()
        return values.flatten(0, 1).index_select(0, flat).view(*places.shape, *values.shape[2:])

    def prefer(self, places: Tensor, priority: Tensor, real: Tensor) -> None:
        """Change the priorities of rows at places [P, B] to [P, B], for the players that are `real`, bool [P]."""
        self.priority.scatter_(1, places, torch.where(real.unsqueeze(1), priority, self.priority.gather(1, places)))

    def states(self, prefix: str) -> list[dict[str, np.ndarray]]:
        """Each player's rows as named arrays of compressed bytes; nothing for a player without rows."""
        return [self._state(player, prefix) for player in range(len(self.written))]

    def _state(self, player: int, prefix: str) -> dict[str, np.ndarray]:
        count = int(self.size[player])
        if count == 0:
            return {}
        kept = {name: values[player, :count] for name, values in self.rows.items()} | {PRIORITY: self.priority[player, :count]}
        packed = {f"{prefix}.{name}": _packed(values) for name, values in kept.items()}
        return packed | {f"{prefix}.written": self.written[player : player + 1].cpu().numpy()}

    def restore(self, prefix: str, states: Sequence[Mapping[str, np.ndarray]]) -> None:
        """Fill the memory from the result of `states`.

        A memory with another capacity keeps the newest rows.

        Raises:
            UnfitWeights: The rows have other shapes, or were damaged.
        """
        for player, arrays in enumerate(states):
            if f"{prefix}.written" in arrays:
                rows = {name: _unpacked(name, arrays, prefix, values) for name, values in self.rows.items()}
                priority = _unpacked(PRIORITY, arrays, prefix, self.priority)
                if {len(values) for values in rows.values()} != {len(priority)}:
                    raise UnfitWeights(f"the replay memory {prefix} has columns of different lengths")
                self._fill(player, rows, priority, int(arrays[f"{prefix}.written"][0]))

    def _fill(self, player: int, rows: Mapping[str, Tensor], priority: Tensor, written: int) -> None:
        """Give a player rows [R, …] that stand as they stood in a memory in which `written` rows had been written."""
        count = len(priority)
        if count == self.capacity or written == count < self.capacity:
            places, self.written[player] = torch.arange(count), written
        else:
            oldest = written % count if written > count else 0
            newest = (torch.arange(count) + oldest)[-self.capacity :] % count
            rows, priority = {name: values[newest] for name, values in rows.items()}, priority[newest]
            places, self.written[player] = torch.arange(len(newest)), len(newest)
        for name, values in rows.items():
            self.rows[name][player, places] = values.to(self.priority.device)
        self.priority[player, places] = priority.to(self.priority.device)


def _packed(values: Tensor) -> np.ndarray:
    return np.frombuffer(zlib.compress(values.cpu().contiguous().numpy().tobytes(), LEVEL), np.uint8)


def _unpacked(name: str, arrays: Mapping[str, np.ndarray], prefix: str, like: Tensor) -> Tensor:
    """Rows [R, …] of a stored column."""
    shape = like.shape[2:]
    size, unpacking = like.element_size() * prod(shape), zlib.decompressobj()
    try:
        data = unpacking.decompress(arrays[f"{prefix}.{name}"].tobytes(), LARGEST)
    except (KeyError, zlib.error) as error:
        raise UnfitWeights(f"the replay memory {prefix} has no readable column {name}") from error
    if not unpacking.eof or len(data) % size:
        raise UnfitWeights(f"the column {name} of the replay memory {prefix} belongs to another game or architecture")
    return torch.frombuffer(bytearray(data), dtype=like.dtype).view(-1, *shape) if data else like.new_zeros(0, *shape)
