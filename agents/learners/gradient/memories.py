"""A minibatch of sequences step by step, for compiled loops."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from agents.kernels.trunk import Steps
from agents.learners.minibatches import Minibatch, rows_of
from agents.models.spec import PlayerSpec
from envs.compiling import Flags, Floats, Ints

PORTION = 4096
"""Number of rows of a player that are unrolled at once. With fewer rows, the products of a step would be small and slow."""


@dataclass(frozen=True)
class Memories:
    """The sequences of one role: T steps of b sequences, with a seats of the role and m memories in each.

    Attributes:
        observed: int64 [P, T, b, a], rows of the observations.
        place: int64 [T, b, a] or [P, T, b, a], number of the memory within its sequence.
        advances: bool [P, T, b, a], whether the seat decides.
        ends: bool [P, T, b, m], whether a memory is reset to zero after the step.
        start: float32 [P, b, m, H], the memories before the first step.
    """

    observed: Ints
    place: Ints
    advances: Flags
    ends: Flags
    start: Floats

    @classmethod
    def of(cls, spec: PlayerSpec, minibatch: Minibatch, place: int) -> Memories:
        """Take the sequences of the role at a place of the side."""
        batch, sequences, start = minibatch.batch, minibatch.batch.sequences, minibatch.start
        assert sequences is not None
        assert start is not None
        shape = start.shape[0], start.shape[1], -1
        groups = minibatch.rows.view(shape)
        present = _by_step(rows_of(batch.present[place], groups))
        seats, ends = present.shape[3], _by_step(rows_of(sequences.ends, groups))
        observed = _by_step(groups)[..., None] * seats + np.arange(seats)
        first = start[..., : spec.memory_size]
        if sequences.seat is not None:
            return cls(observed, _by_step(rows_of(sequences.seat, groups))[..., None], present, ends, first.numpy())
        before = sum(spec.game.roles[number].per_team for number in spec.game.sides[minibatch.side].roles[:place])
        mine = slice(before, before + seats)
        own = np.broadcast_to(np.arange(seats), observed.shape)
        return cls(observed, own, present, ends[..., mine], first[:, :, mine].numpy())

    @property
    def rows(self) -> int:
        """Number of rows of a player."""
        return int(np.prod(self.observed.shape[1:]))

    def portions(self) -> Iterator[slice]:
        """Divide the sequences into portions of about `PORTION` rows."""
        steps, sequences, seats = self.observed.shape[1:]
        size = max(1, PORTION // (steps * seats))
        for begin in range(0, sequences, size):
            yield slice(begin, min(begin + size, sequences))

    def by_step(self, x: Tensor) -> Floats:
        """Values of seats [P, b · T, a] as [P, T, b, a]."""
        return _by_step(x.reshape(x.shape[0], self.observed.shape[2], -1, x.shape[2]))

    def cut(self, x: Floats, who: slice, part: slice) -> Floats:
        """The values of some players and sequences, [P, T · rows of a step]."""
        taken = x[who, :, part]
        return np.ascontiguousarray(taken).reshape(len(taken), -1)

    def steps(self, who: slice, part: slice) -> Steps:
        """The rows of some players and sequences."""
        observed, seats = self.observed[who, :, part], self.start.shape[2]
        players, steps, sequences = observed.shape[:3]
        place = self.place[who, :, part] + seats * np.arange(sequences)[:, None]
        memory = self.start[who, part].reshape(players, sequences * seats, -1)

        def flat(x: Flags) -> Flags:
            return np.ascontiguousarray(x).reshape(players, steps, -1)

        return Steps(
            np.ascontiguousarray(observed).reshape(players, -1),
            place.reshape(players, steps, -1),
            flat(self.advances[who, :, part]),
            flat(self.ends[who, :, part]),
            np.array(memory, np.float32, order="C"),
        )


def _by_step(x: Tensor) -> np.ndarray:
    """[P, b, T, …] → [P, T, b, …] as an array."""
    array: np.ndarray = x.transpose(1, 2).numpy()
    return array
