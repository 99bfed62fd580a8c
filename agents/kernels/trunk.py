"""The part of an actor before its last perceptron: an encoder and a memory, for players with a gated recurrent unit.

The mathematics is that of `agents.models.mlp.Encoder`, `agents.models.gru` and `agents.models.unrolling`, without autograd.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from agents.kernels import loops, recurrent
from agents.kernels.mlp import Buffer, Named, Vectors, Workspace
from agents.models.architecture import CLIP
from envs.compiling import Flags, Floats, Ints


@dataclass(frozen=True)
class Steps:
    """The rows of sequences, step by step: T steps of n rows each, in S sequences.

    Attributes:
        rows: int64 [P, T · n], rows of the observations.
        place: int64 [P, T, n], rows of the memories [S · m].
        advances: bool [P, T, n], whether the row is a decision.
        over: bool [P, T, S · m], whether a memory is reset to zero after the step.
        memory: float32 [P, S · m, H], the memories before the first step; overwritten.
    """

    rows: Ints
    place: Ints
    advances: Flags
    over: Flags
    memory: Floats


class Trunk:
    """The encoder and the memory of one role of some players, and the sums of their gradients.

    As with `agents.kernels.mlp.Perceptron`, parameters are read when the object is made and by `renew`.
    """

    def __init__(self, named: Named, role: str, workspace: Workspace) -> None:
        """Read the parameters of the role `role`."""
        architecture = named.architecture
        self._tanh, self._cut = architecture.activation == "tanh", CLIP if architecture.normalise else 0.0
        self._mean, self._scale = named.standard(f"observation.{role}")
        self._workspace, self.size = workspace, architecture.memory_size
        names = f"encoder.{role}.0", f"memory.{role}.input", f"memory.{role}.hidden"
        self._weights = [named.parameters[f"{name}.weight"] for name in names]
        self._vectors = Vectors(named, [f"{name}.bias" for name in names])
        self._recurrent = np.empty(self._weights[2].shape, np.float32)
        self._sums = [] if named.sums is None else [named.sums[f"{name}.weight"] for name in names]
        self.renew()

    def advance(
        self, source: Floats, rows: Ints, part: slice, memory: Floats, places: Ints, counts: Ints, advances: Flags
    ) -> Buffer:
        """One step when acting.

        Args:
            source: float32 [R, F], observations.
            rows: int64 [P, N], rows of the source.
            part: The n of the N rows of each player.
            memory: float32 [Q, H or more]; new memories are written.
            places: int64 [P, N], rows of the memory.
            counts: int64 [P], number of rows before the padding.
            advances: bool [Q], whether the seat decides.

        Returns:
            The memories after the decision, [P, n, H].
        """
        n = part.stop - part.start
        features = self._encode(source, rows, part)
        before, after = self._memory("before", n, self.size), self._memory("after", n, self.size)
        gates, past = self._memory("gates", n, 3 * self.size), self._memory("past", n, 3 * self.size)
        recurrent.recall(memory, places, part.start, before[1])
        torch.bmm(features[0], self._weights[1], out=gates[0])
        torch.bmm(before[0], self._weights[2], out=past[0])
        told = places, part.start, counts, advances, after[1], memory
        recurrent.step(gates[1], past[1], before[1], *self._vectors.own[1:], *told)
        return after

    def unroll(self, source: Floats, steps: Steps) -> tuple[Buffer, Buffer]:
        """Run all steps. Returns the memories after each decision, [P, T · n, H], and memory for the gradient by them."""
        n, shape = steps.rows.shape[1], (*steps.place.shape, -1)
        features = self._encode(source, steps.rows, slice(0, n))
        gates, past = self._memory("gates", n, 3 * self.size), self._memory("past", n, 3 * self.size)
        before, after = self._memory("before", n, self.size), self._memory("after", n, self.size)
        torch.bmm(features[0], self._weights[1], out=gates[0])
        arrays = [x[1].reshape(shape) for x in (gates, past, before, after)]
        known = self._recurrent, *self._vectors.own[1:], steps.place, steps.advances, steps.over
        recurrent.unroll(*arrays, steps.memory, *known)
        return after, self._memory("into after", n, self.size)

    def roll_back(self, steps: Steps, gradient: Buffer) -> None:
        """Add the gradients by the parameters, from the gradient by the result of `unroll`, the last call."""
        n, shape = steps.rows.shape[1], (*steps.place.shape, -1)
        seen, features = self._memory("seen", n, self._weights[0].shape[1]), self._memory("features", n, self._width)
        gates, past = self._memory("gates", n, 3 * self.size), self._memory("past", n, 3 * self.size)
        before, into = self._memory("before", n, self.size), self._memory("into features", n, self._width)
        arrays = [x[1].reshape(shape) for x in (gradient, gates, past, before)]
        known = self._recurrent, steps.place, steps.advances, steps.over, steps.memory
        recurrent.roll_back(*arrays, *known, *self._vectors.sums[1:])
        self._sums[2].baddbmm_(before[0].transpose(1, 2), past[0])
        self._sums[1].baddbmm_(features[0].transpose(1, 2), gates[0])
        torch.bmm(gates[0], self._weights[1].transpose(1, 2), out=into[0])
        loops.slope(into[1], features[1], self._tanh, self._vectors.sums[0])
        self._sums[0].baddbmm_(seen[0].transpose(1, 2), into[0])

    def renew(self) -> None:
        """Read the parameters again after they have changed."""
        np.copyto(self._recurrent, self._weights[2].numpy())
        self._vectors.renew()

    def finish(self) -> None:
        """Write the gradients by the biases, which are summed separately, into the gradient."""
        self._vectors.finish()

    @property
    def _width(self) -> int:
        return self._weights[0].shape[2]

    def _encode(self, source: Floats, rows: Ints, part: slice) -> Buffer:
        """The features of observations, [P, n, features]."""
        n = part.stop - part.start
        seen, features = self._memory("seen", n, source.shape[1]), self._memory("features", n, self._width)
        loops.take(source, rows, part.start, self._mean, self._scale, self._cut, seen[1])
        torch.bmm(seen[0], self._weights[0], out=features[0])
        loops.activate(features[1], self._vectors.own[0], self._tanh)
        return features

    def _memory(self, use: str, rows: int, width: int) -> Buffer:
        return self._workspace.buffer(f"trunk {use}", len(self._recurrent), rows, width)
