"""The part of an actor before its last perceptron: an encoder, with a memory or with messages.

The mathematics is that of `agents.models.mlp.Encoder`, `agents.models.gru`, `agents.models.unrolling` and
`agents.models.speech`, without autograd.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from agents.kernels import loops, messages, recurrent
from agents.kernels.mlp import ROWS, Buffer, Named, Vectors, Workspace
from agents.kernels.products import product
from agents.kernels.sources import Source, standing, width_of
from agents.models.architecture import CLIP
from agents.models.stack import Stack
from envs.compiling import Flags, Floats, Ints

LEAST = 4
"""Minimum number of groups of a player that go through a network at once."""


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


@dataclass(frozen=True)
class Unrolled:
    """What `Trunk.unroll` computed, and `Trunk.roll_back` reads and overwrites.

    Attributes:
        features: [P, T · n, W].
        gates: [P, T · n, 3 H], reset, update and new.
        past: [P, T · n, 3 H], products of memories and weights.
        before: [P, T · n, H], the memories before each decision.
        after: [P, T · n, H], the memories after each decision.
        into: [P, T · n, H], memory for the gradient by `after`.
    """

    features: Buffer
    gates: Buffer
    past: Buffer
    before: Buffer
    after: Buffer
    into: Buffer


class Encoder:
    """The encoder of one role of some players, and the sums of its gradients.

    As with `agents.kernels.mlp.Perceptron`, parameters are read when the object is made and by `renew`.
    """

    def __init__(self, named: Named, role: str, workspace: Workspace, further: Sequence[str] = ()) -> None:
        """Read the parameters of the role `role`; `further` are the names of further layers."""
        self.tanh, self._cut = named.architecture.activation == "tanh", CLIP if named.architecture.normalise else 0.0
        self._mean, self._scale = named.standard(f"observation.{role}")
        self._workspace, self._use = workspace, role
        layers = f"encoder.{role}.0", *further
        self._weights = [named.parameters[f"{layer}.weight"] for layer in layers]
        self._sums = [] if named.sums is None else [named.sums[f"{layer}.weight"] for layer in layers]
        self._vectors = Vectors(named, [f"{layer}.bias" for layer in layers])

    def encode(self, source: Source, rows: Ints, part: slice) -> Buffer:
        """The features [P, n, W] of the observations [R, F] in the n rows `part` of rows [P, N]."""
        n = part.stop - part.start
        seen, features = self._memory("seen", n, width_of(source)), self._memory("features", n, self._width)
        loops.take(*standing(source, rows, part.start, n), self._mean, self._scale, self._cut, seen[1])
        features = product(seen[0], self._weights[0], features)
        loops.activate(features[1], self._vectors.own[0], self.tanh)
        return features

    def _back_encode(self, into: Buffer) -> None:
        """Add the gradient by the weights, from the gradient by the input of the activation; the last `encode` is undone."""
        seen = self._memory("seen", into[1].shape[1], self._weights[0].shape[1])
        self._sums[0].baddbmm_(seen[0].transpose(1, 2), into[0])

    def renew(self) -> None:
        """Read the parameters again after they have changed."""
        self._vectors.renew()

    def finish(self) -> None:
        """Write the gradients by the biases, which are summed separately, into the gradient."""
        self._vectors.finish()

    @property
    def _width(self) -> int:
        return self._weights[0].shape[2]

    def _memory(self, use: str, rows: int, width: int) -> Buffer:
        return self._workspace.buffer(f"{self._use} {use}", len(self._weights[0]), rows, width)


class Trunk(Encoder):
    """The encoder and the memory of one role of some players, and the sums of their gradients."""

    def __init__(self, named: Named, role: str, workspace: Workspace) -> None:
        """Read the parameters of the role `role`."""
        super().__init__(named, role, workspace, (f"memory.{role}.input", f"memory.{role}.hidden"))
        self.size = named.architecture.memory_size
        self._recurrent = np.empty(self._weights[2].shape, np.float32)
        self.renew()

    def advance(
        self, source: Source, rows: Ints, part: slice, memory: Floats, places: Ints, counts: Ints, advances: Flags
    ) -> Buffer:
        """One step when acting.

        Args:
            source: [R, F], observations.
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
        features = self.encode(source, rows, part)
        before, after = self._memory("before", n, self.size), self._memory("after", n, self.size)
        recurrent.recall(memory, places, part.start, before[1])
        gates = product(features[0], self._weights[1], self._memory("gates", n, 3 * self.size))
        past = product(before[0], self._weights[2], self._memory("past", n, 3 * self.size))
        told = places, part.start, counts, advances, after[1], memory
        recurrent.step(gates[1], past[1], before[1], *self._vectors.own[1:], *told)
        return after

    def unroll(self, source: Source, steps: Steps) -> Unrolled:
        """Run all steps."""
        n, shape = steps.rows.shape[1], (*steps.place.shape, -1)
        features = self.encode(source, steps.rows, slice(0, n))
        past = self._memory("past", n, 3 * self.size)
        before, after = self._memory("before", n, self.size), self._memory("after", n, self.size)
        gates = product(features[0], self._weights[1], self._memory("gates", n, 3 * self.size))
        arrays = [x[1].reshape(shape) for x in (gates, past, before, after)]
        known = self._recurrent, *self._vectors.own[1:], steps.place, steps.advances, steps.over
        recurrent.unroll(*arrays, steps.memory, *known)
        return Unrolled(features, gates, past, before, after, self._memory("into after", n, self.size))

    def roll_back(self, steps: Steps, kept: Unrolled, gradient: Buffer) -> None:
        """Add the gradients by the parameters, from the gradient by the memories after each decision, [P, T · n, H]."""
        n, shape = steps.rows.shape[1], (*steps.place.shape, -1)
        arrays = [x[1].reshape(shape) for x in (gradient, kept.gates, kept.past, kept.before)]
        known = self._recurrent, steps.place, steps.advances, steps.over, steps.memory
        recurrent.roll_back(*arrays, *known, *self._vectors.sums[1:])
        self._sums[2].baddbmm_(kept.before[0].transpose(1, 2), kept.past[0])
        self._sums[1].baddbmm_(kept.features[0].transpose(1, 2), kept.gates[0])
        into = product(kept.gates[0], self._weights[1].transpose(1, 2), self._memory("into features", n, self._width))
        loops.slope(into[1], kept.features[1], self.tanh, self._vectors.sums[0])
        self._back_encode(into)

    def renew(self) -> None:
        """Read the parameters again after they have changed."""
        np.copyto(self._recurrent, self._weights[2].numpy())
        super().renew()


class Speaker(Encoder):
    """The encoder of one role of some players that send each other messages, and what makes their messages."""

    def __init__(self, named: Named, role: str, workspace: Workspace) -> None:
        """Read the parameters of the role `role`."""
        super().__init__(named, role, workspace)
        head = f"message_head.{role}.0"
        self._words = named.parameters[f"{head}.weight"].transpose(1, 2).numpy()
        self._words_gradient = None if named.sums is None else named.sums[f"{head}.weight"].transpose(1, 2).numpy()
        self._weight: Floats = np.zeros(self._words.shape, np.float32)
        self._weight_sum = np.zeros_like(self._weight)
        self._head = Vectors(named, [f"{head}.bias"])
        self.renew()

    @property
    def message_width(self) -> int:
        """Length of a message, M."""
        return self._weight.shape[1]

    def say(self, hidden: Buffer, rows: Ints, start: int, present: Flags, places: slice, said: Floats, sent: Floats) -> None:
        """Write the messages of the role's seats, at their `places` in the team; see `agents.kernels.messages.voice`."""
        seats = places.stop - places.start
        messages.voice(hidden[1], self._weight, self._head.own[0], rows, start, present, places.start, seats, said, sent)

    def hear(
        self, hidden: Buffer, said: Floats, sent: Floats, links: Floats, only_present: bool, places: slice
    ) -> tuple[Buffer, Buffer]:
        """What the actors know, [P, n, W + M], and memory for the gradient by it; see `agents.kernels.messages.listen`."""
        n, width = hidden[1].shape[1], self._width + self.message_width
        known, into = self._memory("known", n, width), self._memory("into known", n, width)
        seats = places.stop - places.start
        messages.listen(hidden[1], said, sent, links, only_present, places.start, seats, known[1])
        return known, into

    def answer(
        self, gradient: Buffer, sent: Floats, links: Floats, only_present: bool, places: slice, said_gradient: Floats
    ) -> None:
        """Add the gradient by all messages; see `agents.kernels.messages.back_listen`."""
        seats = places.stop - places.start
        messages.back_listen(gradient[1], sent, links, only_present, places.start, seats, said_gradient)

    def back(self, hidden: Buffer, gradient: Buffer, said: Floats, sent: Floats, said_gradient: Floats, places: slice) -> None:
        """Add the gradients by the parameters, from those by what the actors know [P, n, W + M] and by the messages."""
        into, seats = self._memory("into features", hidden[1].shape[1], self._width), places.stop - places.start
        sums = self._weight_sum, self._head.sums[0], self._vectors.sums[0]
        given = gradient[1], said_gradient, said, sent, hidden[1], self._weight, self.tanh
        messages.back_voice(*given, places.start, seats, into[1], *sums)
        self._back_encode(into)

    def renew(self) -> None:
        """See `Encoder.renew`."""
        np.copyto(self._weight, self._words)
        self._weight_sum.fill(0.0)
        self._head.renew()
        super().renew()

    def finish(self) -> None:
        """See `Encoder.finish`."""
        if self._words_gradient is not None:
            np.copyto(self._words_gradient, self._weight_sum)
        self._head.finish()
        super().finish()


@dataclass(frozen=True)
class Team:
    """What the seats of one side's teams say, for some players of a stack.

    Attributes:
        links: float32 [P, A, A], 1 where the row's seat hears the column's seat.
        only_present: True averages over the messages that arrive, False over all links.
        places: Per role, the places of its seats in the team.
    """

    links: Floats
    only_present: bool
    places: Sequence[slice]

    @classmethod
    def of(cls, stack: Stack, side: int) -> Team:
        """The links of all players of a stack on one side."""
        spec, name = stack.spec, stack.spec.game.sides[side].name
        ends = np.cumsum([0, *(spec.game.roles[number].per_team for number in spec.game.sides[side].roles)]).tolist()
        places = [slice(start, stop) for start, stop in pairwise(ends)]
        links = spec.statistics.split(stack.statistics)[f"links.{name}"].contiguous().numpy()
        assert spec.speech is not None
        return cls(links, spec.speech.aggregation == "mean_of_present", places)

    def portions(self, groups: int) -> Iterator[slice]:
        """Divide the groups of each player into portions of about `ROWS` rows of a role."""
        size = max(LEAST, ROWS // max(place.stop - place.start for place in self.places))
        for start in range(0, groups, size):
            yield slice(start, min(start + size, groups))

    def silence(self, players: int, groups: int, width: int) -> tuple[Floats, Floats]:
        """Memory for messages of `width` numbers [P, g, A, M], and for which were sent [P, g, A]."""
        seats = self.links.shape[1]
        return np.empty((players, groups, seats, width), np.float32), np.empty((players, groups, seats), np.float32)
