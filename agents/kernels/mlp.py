"""A network of every player of a stack, run forward and back by hand on the CPU.

The same mathematics as `agents.models.layout.mlp`, without a graph of operations: wide layers are batched matrix products,
and all that is narrow or goes element by element is a compiled loop. `agents.models.spec` says which networks
there are.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from agents.kernels import loops
from agents.kernels.loops import Floats, Ints
from agents.models.architecture import CLIP
from agents.models.stack import Stack

Buffer = tuple[Tensor, Floats]
"""The same float32 [P, n, width] twice: for matrix products and for compiled loops."""

ROWS = 1024
"""Rows of all players together that go through a network at once, so that they stay in the processor's own memory."""


class Workspace:
    """Experience that is used again: for each use as much as its largest size has needed."""

    def __init__(self) -> None:
        self._memory: dict[str, Tensor] = {}
        self._views: dict[tuple[str, int, int, int], Buffer] = {}

    def buffer(self, use: str, players: int, rows: int, width: int) -> Buffer:
        """Float32 [players, rows, width] with whatever was left in it."""
        key = use, players, rows, width
        if key not in self._views:
            size = players * rows * width
            if use not in self._memory or self._memory[use].numel() < size:
                self._memory[use] = torch.empty(size)
                self._views = {known: view for known, view in self._views.items() if known[0] != use}
            tensor = self._memory[use][:size].view(players, rows, width)
            self._views[key] = tensor, tensor.numpy()
        return self._views[key]


class Perceptron:
    """The network `prefix` of some players: what it sees, its layers, and the gradient that is summed for them.

    The stack's parameters must not move between being looked at, when it is made or renewed, and being used. What its methods
    give is overwritten by their next call.
    """

    def __init__(
        self, stack: Stack, prefix: str, seen: str, who: slice, workspace: Workspace, gradient: Tensor | None = None
    ) -> None:
        """Take the parameters out of the stack.

        Args:
            stack: The players.
            prefix: Name of the network: `actor.<role>`, `critic.<side>`, …
            seen: Name of the statistics its inputs are standardised by, where they are.
            who: Which P of the stack's players.
            workspace: Where it computes.
            gradient: Like the stack's parameters; what `backward` adds to, if it is to be called.
        """
        architecture = stack.spec.architecture
        parameters = stack.spec.parameters.split(stack.parameters[who])
        statistics = stack.spec.statistics.split(stack.statistics[who])
        self.tanh = architecture.activation == "tanh"
        self._cut = CLIP if architecture.normalise else 0.0
        self._mean = statistics[f"{seen}.mean"].contiguous().numpy()
        self._scale = torch.rsqrt(statistics[f"{seen}.variance"] + 1e-8).contiguous().numpy()
        layers = range(len(architecture.hidden) + 1)
        self._weights = [parameters[f"{prefix}.{layer}.weight"] for layer in layers]
        self._biases = [parameters[f"{prefix}.{layer}.bias"] for layer in layers]
        if gradient is not None:
            sums = stack.spec.parameters.split(gradient[who])
            self._sums = [sums[f"{prefix}.{layer}.weight"] for layer in layers]
            self._bias_sums = [sums[f"{prefix}.{layer}.bias"] for layer in layers]
        self._workspace = workspace
        self.renew()

    @property
    def outputs(self) -> int:
        """Width of the last layer, K."""
        return self._head.shape[1]

    def look(self, source: Floats, rows: Ints, part: slice) -> Buffer:
        """Gather and standardise what goes in.

        Args:
            source: float32 [R, F].
            rows: int64 [P, N].
            part: Which n of the N rows of each player.

        Returns:
            [P, n, F].
        """
        seen = self._buffer("seen", part.stop - part.start, source.shape[1])
        loops.take(source, rows, part.start, self._mean, self._scale, self._cut, seen[1])
        return seen

    def forward(self, seen: Buffer) -> tuple[list[Buffer], Floats]:
        """Run what was seen [P, n, F] through the network: what went into each layer; and the output, [P, n, K]."""
        inputs, n = [seen], seen[1].shape[1]
        for layer, (weight, bias) in enumerate(zip(self._weights[:-1], self._bias, strict=False)):
            hidden = self._buffer(f"hidden {layer}", n, weight.shape[2])
            torch.bmm(inputs[-1][0], weight, out=hidden[0])
            loops.activate(hidden[1], bias, self.tanh)
            inputs.append(hidden)
        out = self._buffer("out", n, self.outputs)[1]
        loops.heads(inputs[-1][1], self._head, self._bias[-1], out)
        return inputs, out

    def backward(self, inputs: list[Buffer], gradient: Floats) -> None:
        """Add the gradients by the parameters, given the one by the output [P, n, K] and what `forward` gave."""
        n, hidden = gradient.shape[1], inputs[-1][1]
        into = self._buffer("into the last", n, hidden.shape[2])
        sums = self._head_sum, self._bias_sum[-1], self._bias_sum[-2]
        loops.back_heads(gradient, hidden, self._head, self.tanh, into[1], *sums)
        for layer in range(len(inputs) - 2, -1, -1):
            self._sums[layer].baddbmm_(inputs[layer][0].transpose(1, 2), into[0])
            if layer > 0:
                gone = into
                into = self._buffer(f"into {layer}", n, inputs[layer][1].shape[2])
                torch.bmm(gone[0], self._weights[layer].transpose(1, 2), out=into[0])
                loops.slope(into[1], inputs[layer][1], self.tanh, self._bias_sum[layer - 1])

    def renew(self) -> None:
        """Look at the parameters again, which may have moved."""
        self._head = self._weights[-1].transpose(1, 2).contiguous().numpy()
        self._bias = [bias.contiguous().numpy() for bias in self._biases]
        self._head_sum = np.zeros_like(self._head)
        self._bias_sum = [np.zeros_like(bias) for bias in self._bias]

    def finish(self) -> None:
        """Write what was summed apart, the gradients by the last layer and by the biases, where the others are."""
        self._sums[-1].copy_(torch.from_numpy(self._head_sum).transpose(1, 2))
        for total, apart in zip(self._bias_sums, self._bias_sum, strict=True):
            total.copy_(torch.from_numpy(apart))

    def _buffer(self, use: str, rows: int, width: int) -> Buffer:
        return self._workspace.buffer(use, len(self._mean), rows, width)


class Networks:
    """The networks of a stack, made when they are first asked for, in one workspace."""

    def __init__(self, stack: Stack, gradient: Tensor | None = None) -> None:
        self._stack = stack
        self._gradient = gradient
        self._workspace = Workspace()
        self._made: dict[tuple[str, int, int], Perceptron] = {}

    def get(self, prefix: str, seen: str, who: slice) -> Perceptron:
        """One network of some players; see `Perceptron`."""
        key = prefix, who.start, who.stop
        if key not in self._made:
            self._made[key] = Perceptron(self._stack, prefix, seen, who, self._workspace, self._gradient)
        return self._made[key]

    def renew(self) -> None:
        """Look at all parameters again, which have moved; see `Perceptron.renew`."""
        for network in self._made.values():
            network.renew()

    def finish(self) -> None:
        """Complete the gradient; see `Perceptron.finish`."""
        for network in self._made.values():
            network.finish()


def groups(players: int, rows: int) -> Iterator[slice]:
    """Cut P players into groups that have about `ROWS` rows together, `rows` each."""
    size = max(1, ROWS // max(rows, 1))
    for start in range(0, players if rows else 0, size):
        yield slice(start, min(start + size, players))


def portions(rows: int) -> Iterator[slice]:
    """Cut the rows of each player of a group into portions of `ROWS`."""
    for start in range(0, rows, ROWS):
        yield slice(start, min(start + ROWS, rows))
