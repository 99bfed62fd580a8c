"""Forward and backward passes of perceptrons, one for every player of a stack, derived by hand for the CPU.

The mathematics is that of `agents.models.layout.mlp`, without autograd. Wide layers are batched matrix products. Narrow layers
and elementwise operations are compiled loops. `agents.models.spec` lists the networks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, takewhile
from typing import Any, Protocol, TypeVar

import numpy as np
import torch
from torch import Tensor

from agents.kernels import loops, magnet, normal
from agents.kernels.loops import Flags, Floats, Ints
from agents.kernels.products import product
from agents.kernels.sources import Source, standing
from agents.models.architecture import CLIP, Architecture
from agents.models.stack import Stack

NOTHING = np.empty((0, 0), np.float32)

Buffer = tuple[Tensor, Floats]
"""The same memory, float32 [P, n, width], as a tensor for matrix products and as an array for compiled loops."""

ROWS = 1024
"""Number of rows, of all players together, that go through a network at once. They fit into the processor's cache."""


class Workspace:
    """Reusable memory. For each use it keeps a buffer of the largest size that was needed.

    Attributes:
        growths: How often a buffer was replaced by a larger one. Views from before are then out of use.
    """

    def __init__(self) -> None:
        self.growths = 0
        self._memory: dict[str, Tensor] = {}
        self._views: dict[tuple[str, int, int, int], Buffer] = {}

    def buffer(self, use: str, players: int, rows: int, width: int) -> Buffer:
        """A buffer, float32 [players, rows, width], with undefined content."""
        key = use, players, rows, width
        if key not in self._views:
            size = players * rows * width
            if use not in self._memory or self._memory[use].numel() < size:
                self.growths += 1
                self._memory[use] = torch.empty(size)
                self._views = {known: view for known, view in self._views.items() if known[0] != use}
            tensor = self._memory[use][:size].view(players, rows, width)
            self._views[key] = tensor, tensor.numpy()
        return self._views[key]


@dataclass(frozen=True)
class Named:
    """The numbers of some players of a stack by name, [P, …].

    Attributes:
        architecture: The shape of the networks.
        parameters: Parameters.
        statistics: Running statistics.
        sums: Gradients, to which `Perceptron` adds; None without backward passes.
    """

    architecture: Architecture
    parameters: Mapping[str, Tensor]
    statistics: Mapping[str, Tensor]
    sums: Mapping[str, Tensor] | None

    @classmethod
    def of(cls, stack: Stack, who: slice, gradient: Tensor | None) -> Named:
        """Name the numbers of some players; `gradient` has the shape of the stack's parameters."""
        spec = stack.spec
        sums = None if gradient is None else spec.parameters.split(gradient[who])
        parameters, statistics = spec.parameters.split(stack.parameters[who]), spec.statistics.split(stack.statistics[who])
        return cls(spec.architecture, parameters, statistics, sums)

    def standard(self, name: str) -> tuple[Floats, Floats]:
        """The mean, and one over the standard deviation, of the statistics `name`, [P, F] each."""
        spread = torch.rsqrt(self.statistics[f"{name}.variance"] + 1e-8)
        return self.statistics[f"{name}.mean"].contiguous().numpy(), spread.contiguous().numpy()


class Vectors:
    """Vectors among the parameters of P players, and the sums of their gradients, as arrays for compiled loops.

    Attributes:
        own: [P, …] each; read by `renew`.
        sums: [P, …] each, gradients; written by `finish`; empty without backward passes.
    """

    def __init__(self, named: Named, names: Sequence[str]) -> None:
        """Find the vectors."""
        self._theirs = [named.parameters[name].numpy() for name in names]
        self._gradients = [] if named.sums is None else [named.sums[name].numpy() for name in names]
        self.own, self.sums = ([_own(array) for array in arrays] for arrays in (self._theirs, self._gradients))

    def renew(self) -> None:
        """Read the vectors again, and set the sums to zero."""
        for own, theirs in zip(self.own, self._theirs, strict=True):
            if own is not theirs:
                np.copyto(own, theirs)
        for own, gradient in zip(self.sums, self._gradients, strict=True):
            if own is not gradient:
                own.fill(0.0)

    def finish(self) -> None:
        """Write the sums into the gradient."""
        for own, gradient in zip(self.sums, self._gradients, strict=True):
            if own is not gradient:
                np.copyto(gradient, own)


@dataclass(frozen=True)
class Buffers:
    """The memory of a network for n rows of each of its P players.

    Attributes:
        growths: Growths of the workspace when they were made.
        seen: [P, n, F], the inputs.
        hidden: Per hidden layer, [P, n, H].
        out: [P, n, K], the output, and then the gradient by it.
        into: Per hidden layer, [P, n, H], the gradient by the input of its activation.
    """

    growths: int
    seen: Buffer
    hidden: list[Buffer]
    out: Floats
    into: list[Buffer]


class Perceptron:
    """The network `prefix` of some players: its inputs, its layers, and the sum of their gradients.

    The parameters are read when the object is made and by `renew`. After a change of the stack's parameters, `renew` must be
    called before the next use. The result of a method is overwritten by the next call of the method.
    """

    def __init__(self, named: Named, prefix: str, seen: str, workspace: Workspace) -> None:
        """Read the parameters.

        Args:
            named: The parameters, statistics and gradients of the P players.
            prefix: Name of the network: `actor.<role>`, `critic.<side>`, …
            seen: Name of the statistics that standardise its inputs, if inputs are standardised; "" if `look` is not used.
            workspace: Memory for computations.
        """
        parameters, self.tanh = named.parameters, named.architecture.activation == "tanh"
        self._cut = CLIP if named.architecture.normalise else 0.0
        self._mean, self._scale = named.standard(seen) if seen else (NOTHING, NOTHING)
        layers = list(takewhile(lambda layer: f"{prefix}.{layer}.weight" in parameters, count()))
        self._weights = [parameters[f"{prefix}.{layer}.weight"] for layer in layers]
        self._turned = [weight.transpose(1, 2) for weight in self._weights]
        self._last = self._turned[-1].numpy()
        if named.sums is not None:
            self._sums = [named.sums[f"{prefix}.{layer}.weight"] for layer in layers]
            self._last_sum = self._sums[-1].transpose(1, 2).numpy()
        vectors, spread = [f"{prefix}.{layer}.bias" for layer in layers], prefix.replace("actor.", "log_std.")
        vectors += [spread] if spread != prefix and spread in parameters else []
        self._vectors = Vectors(named, vectors)
        self._bias, self._log_std = self._vectors.own[: len(layers)], self._vectors.own[len(layers) :]
        self._bias_sum, self._log_std_sum = self._vectors.sums[: len(layers)], self._vectors.sums[len(layers) :]
        self._workspace, self._buffers = workspace, dict[int, Buffers]()
        self._head, self._head_sum = np.zeros_like(self._last, order="C"), np.zeros_like(self._last, order="C")
        self.renew()

    @property
    def outputs(self) -> int:
        """Width of the last layer, K."""
        return self._head.shape[1]

    def look(self, source: Source, rows: Ints, part: slice) -> Buffer:
        """Gather and standardise the inputs.

        Args:
            source: [R, F].
            rows: int64 [P, N].
            part: The n of the N rows of each player.

        Returns:
            [P, n, F].
        """
        seen = self._buffers_for(part.stop - part.start).seen
        loops.take(*standing(source, rows, part.start, part.stop - part.start), self._mean, self._scale, self._cut, seen[1])
        return seen

    def forward(self, seen: Buffer) -> Floats:
        """Run inputs [P, n, F] through the network. Returns the output [P, n, K]."""
        kept = self._hidden(seen)
        last = kept.hidden[-1][1]
        loops.activate(last, self._bias[-2], self.tanh)
        loops.heads(last, self._head, self._bias[-1], kept.out)
        return kept.out

    def _hidden(self, seen: Buffer) -> Buffers:
        """Compute the hidden layers. The last one still lacks its bias and its activation."""
        kept, last = self._buffers_for(seen[1].shape[1]), seen
        for layer, hidden in enumerate(kept.hidden):
            if layer > 0:
                loops.activate(last[1], self._bias[layer - 1], self.tanh)
            last = kept.hidden[layer] = product(last[0], self._weights[layer], hidden)
        return kept

    def choose(
        self,
        seen: Buffer,
        rows: Ints,
        start: int,
        legal: Flags,
        temperature: float,
        counts: Ints,
        noise: Floats,
        action: Ints,
        log_prob: Floats,
    ) -> None:
        """Let an actor with discrete actions decide: `forward`, `loops.softmax` and `loops.draw` in fewer calls."""
        kept = self._hidden(seen)
        loops.decide(*self._end(kept), rows, start, legal, temperature, counts, noise, action, log_prob)

    def choose_normal(
        self, seen: Buffer, rows: Ints, start: int, temperature: float, counts: Ints, noise: Floats, *written: Floats
    ) -> None:
        """`choose` for normally distributed actions; `written` are the last arguments of `normal.decide_normal`."""
        kept = self._hidden(seen)
        drawn = self._log_std[0], rows, start, temperature, counts, noise
        normal.decide_normal(*self._end(kept), *drawn, *written)

    def improve(
        self,
        seen: Buffer,
        rows: Ints,
        start: int,
        legal: Flags | None,
        *decided: Any,
        into: Buffer | None = None,
        towards: tuple[Floats, Floats] | None = None,
    ) -> Buffer | None:
        """Run an actor forward and backward on inputs [P, n, F].

        Args:
            seen: The inputs.
            rows: See `loops.surrogate`.
            start: See `loops.surrogate`.
            legal: Legal actions; None for normally distributed actions.
            decided: The other arguments of `loops.improve` or `normal.improve_normal`, up to `totals`.
            into: [P, n, F], memory for the gradient by the inputs, if it is wanted.
            towards: A reference policy and the weights of the divergence from it; see `magnet.pulled_surrogate`.

        Returns:
            The gradient by the inputs, [P, n, F], if it is wanted.
        """
        kept = self._hidden(seen)
        sums = kept.into[-1][1], *self._end_sums
        if legal is None:
            known = self._log_std[0], rows, start, *decided, self._log_std_sum[0]
            normal.improve_normal(*self._end(kept), *known, *sums)
        elif towards is not None:
            magnet.improve_pulled(*self._end(kept), rows, start, legal, *decided, *towards, *sums)
        else:
            loops.improve(*self._end(kept), rows, start, legal, *decided, *sums)
        self._backward(seen, kept)
        return None if into is None else product(kept.into[0][0], self._turned[0], into)

    def correct(self, seen: Buffer, start: int, target: Floats, weight: Floats, share: Floats, totals: Floats) -> None:
        """Run a critic forward and backward on inputs [P, n, F]; see `loops.squared_error`."""
        kept = self._hidden(seen)
        loops.correct(*self._end(kept), start, target, weight, share, totals, kept.into[-1][1], *self._end_sums)
        self._backward(seen, kept)

    def _end(self, kept: Buffers) -> tuple[Floats, Floats, bool, Floats, Floats, Floats]:
        """The last hidden layer, its bias and activation, the last layer, and its output."""
        return kept.hidden[-1][1], self._bias[-2], self.tanh, self._head, self._bias[-1], kept.out

    @property
    def _end_sums(self) -> tuple[Floats, Floats, Floats]:
        """The sums of gradients by the last layer, by its biases, and by those of the last hidden layer."""
        return self._head_sum, self._bias_sum[-1], self._bias_sum[-2]

    def _backward(self, seen: Buffer, kept: Buffers) -> None:
        """Add the gradients by the wide layers, from the gradient by the last hidden layer."""
        for layer in range(len(kept.hidden) - 1, 0, -1):
            below = kept.hidden[layer - 1]
            self._sums[layer].baddbmm_(below[0].transpose(1, 2), kept.into[layer][0])
            into = kept.into[layer - 1] = product(kept.into[layer][0], self._turned[layer], kept.into[layer - 1])
            loops.slope(into[1], below[1], self.tanh, self._bias_sum[layer - 1])
        self._sums[0].baddbmm_(seen[0].transpose(1, 2), kept.into[0][0])

    def renew(self) -> None:
        """Read the parameters again after they have changed."""
        np.copyto(self._head, self._last)
        self._head_sum.fill(0.0)
        self._vectors.renew()

    def finish(self) -> None:
        """Write the gradients by the last layer and by the biases, which are summed separately, into the gradient."""
        np.copyto(self._last_sum, self._head_sum)
        self._vectors.finish()

    def _buffers_for(self, rows: int) -> Buffers:
        """The memory for n rows of each player. The last one of each size is kept."""
        known = self._buffers.get(rows)
        if known is None or known.growths != self._workspace.growths:
            players, widths = len(self._head), [weight.shape[2] for weight in self._weights[:-1]]

            def memory(use: str, width: int) -> Buffer:
                return self._workspace.buffer(use, players, rows, width)

            seen, out = memory("seen", self._weights[0].shape[1]), memory("out", self.outputs)[1]
            hidden = [memory(f"hidden {layer}", width) for layer, width in enumerate(widths)]
            into = [memory(f"into {layer}", width) for layer, width in enumerate(widths)]
            known = self._buffers[rows] = Buffers(self._workspace.growths, seen, hidden, out, into)
        return known


class Part(Protocol):
    """A part of an actor before its last perceptron, such as `agents.kernels.trunk.Trunk`."""

    def renew(self) -> None:
        """See `Perceptron.renew`."""
        ...

    def finish(self) -> None:
        """See `Perceptron.finish`."""
        ...


P = TypeVar("P", bound=Part)


class Networks:
    """The networks of a stack. Each is made at its first use. They share one workspace."""

    def __init__(self, stack: Stack, gradient: Tensor | None = None) -> None:
        self._stack = stack
        self._gradient = gradient
        self._workspace = Workspace()
        self._named: dict[tuple[int, int], Named] = {}
        self._made: dict[tuple[str, int, int], Any] = {}

    def get(self, prefix: str, seen: str, who: slice) -> Perceptron:
        """One network of some players; see `Perceptron`."""
        key = prefix, who.start, who.stop
        if key not in self._made:
            self._made[key] = Perceptron(self._name(who), prefix, seen, self._workspace)
        found: Perceptron = self._made[key]
        return found

    def part(self, kind: Callable[[Named, str, Workspace], P], role: str, who: slice) -> P:
        """Another part of the actors of some players, made by `kind`."""
        key = f"{kind} {role}", who.start, who.stop
        if key not in self._made:
            self._made[key] = kind(self._name(who), role, self._workspace)
        found: P = self._made[key]
        return found

    def _name(self, who: slice) -> Named:
        key = who.start, who.stop
        if key not in self._named:
            self._named[key] = Named.of(self._stack, who, self._gradient)
        return self._named[key]

    def renew(self) -> None:
        """Read all parameters again after they have changed; see `Perceptron.renew`."""
        for network in self._made.values():
            network.renew()

    def finish(self) -> None:
        """Complete the gradient; see `Perceptron.finish`."""
        for network in self._made.values():
            network.finish()


def _own(array: Floats) -> Floats:
    """The array itself if compiled loops can read it at full speed, else one of its shape."""
    return array if array.flags.c_contiguous else np.empty(array.shape, np.float32)


def groups(players: int, rows: int) -> Iterator[slice]:
    """Divide P players with `rows` rows each into groups that have about `ROWS` rows together."""
    size = max(1, ROWS // max(rows, 1))
    for start in range(0, players if rows else 0, size):
        yield slice(start, min(start + size, players))


def portions(rows: int) -> Iterator[slice]:
    """Divide the rows of each player of a group into portions of `ROWS`."""
    for start in range(0, rows, ROWS):
        yield slice(start, min(start + ROWS, rows))
