"""Stacked networks: all players of one architecture are one tensor with a leading P axis.

A `Layout` names the pieces of a flat vector, and `split` turns `[P, D]` into named `[P, …]` views. Cloning, mixing, hashing and
optimiser steps of a whole population are therefore operations on one tensor. This file is independent of games and learning.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import prod

import numpy as np
import torch
from torch import Tensor

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {"tanh": torch.tanh, "relu": torch.relu}
GAINS = {"tanh": 5.0 / 3.0, "relu": 2.0**0.5}


class UnfitWeights(ValueError):
    """Weights do not belong to an architecture; the message says where they differ from it."""


@dataclass(frozen=True)
class Layout:
    """Names and shapes of the pieces of a flat vector, in order."""

    shapes: tuple[tuple[str, tuple[int, ...]], ...]

    @cached_property
    def size(self) -> int:
        """Length D of the flat vector."""
        return sum(self._sizes)

    @cached_property
    def _sizes(self) -> list[int]:
        return [prod(shape) for _, shape in self.shapes]

    def split(self, flat: Tensor) -> dict[str, Tensor]:
        """View `[P, D]` as named `[P, *shape]` tensors. One backward pass through it is a single concatenation."""
        players, pieces = flat.shape[0], flat.split(self._sizes, dim=1)
        return {name: piece.view(players, *shape) for (name, shape), piece in zip(self.shapes, pieces, strict=True)}

    def to_arrays(self, row: Tensor) -> dict[str, np.ndarray]:
        """Convert one player's flat vector `[D]` into named arrays."""
        named = self.split(row.detach().cpu().unsqueeze(0))
        return {name: tensor[0].numpy().copy() for name, tensor in named.items()}

    def from_arrays(self, arrays: Mapping[str, np.ndarray]) -> Tensor:
        """The inverse of `to_arrays`.

        Raises:
            UnfitWeights: A piece is missing, or has another shape or type than this architecture gives it.
        """
        for name, shape in self.shapes:
            if name not in arrays:
                raise UnfitWeights(f"the weights have no {name}; they belong to another architecture")
            if arrays[name].shape != shape:
                raise UnfitWeights(f"{name} has shape {arrays[name].shape} in the weights, this architecture needs {shape}")
            if arrays[name].dtype != np.float32:
                raise UnfitWeights(f"{name} has numbers of type {arrays[name].dtype} in the weights, not float32")
        rows = [torch.from_numpy(np.ascontiguousarray(arrays[name])).reshape(-1) for name, _ in self.shapes]
        return torch.cat(rows) if rows else torch.zeros(0)


Initial = Callable[[torch.Generator], Tensor]
"""Draws the initial value of a piece."""


@dataclass(frozen=True)
class Piece:
    """One named part of a player's parameters, and its initialisation.

    Attributes:
        name: `kind.owner.layer.weight|bias`.
        shape: Shape without the P axis.
        start: Matrices: the gain of the orthogonal initialisation. Vectors: the initial value of every entry.
        own: Another initialisation that replaces the usual one; None for the usual one.
        blocks: Matrices: number of orthogonal matrices side by side.
    """

    name: str
    shape: tuple[int, ...]
    start: float
    own: Initial | None = None
    blocks: int = 1

    def initial(self, generator: torch.Generator) -> Tensor:
        """Draw the initial value."""
        if self.own is not None:
            return self.own(generator)
        if len(self.shape) == 2:
            block = self.shape[0], self.shape[1] // self.blocks
            return torch.cat([orthogonal(block, self.start, generator) for _ in range(self.blocks)], dim=1)
        return torch.full(self.shape, self.start)


def mlp_pieces(prefix: str, sizes: tuple[int, ...], inner_gain: float, last_gain: float) -> list[Piece]:
    """Weights `[in, out]` and zero biases `[out]` of a multi-layer perceptron."""
    pieces: list[Piece] = []
    for layer, shape in enumerate(pairwise(sizes)):
        gain = last_gain if layer == len(sizes) - 2 else inner_gain
        pieces.append(Piece(f"{prefix}.{layer}.weight", shape, gain))
        pieces.append(Piece(f"{prefix}.{layer}.bias", (shape[1],), 0.0))
    return pieces


def linear(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Apply each player's own affine map: x `[P, …, in]`, weight `[P, in, out]`, bias `[P, out]` → `[P, …, out]`."""
    rows = x.reshape(x.shape[0], -1, x.shape[-1])
    return torch.baddbmm(bias.unsqueeze(1), rows, weight).view(*x.shape[:-1], weight.shape[-1])


def mlp(x: Tensor, pieces: Mapping[str, Tensor], prefix: str, layers: int, activation: Callable[[Tensor], Tensor]) -> Tensor:
    """Run `layers` stacked layers over `[P, …, in]`. The last layer is linear."""
    for layer in range(layers):
        x = linear(x, pieces[f"{prefix}.{layer}.weight"], pieces[f"{prefix}.{layer}.bias"])
        if layer < layers - 1:
            x = activation(x)
    return x


def orthogonal(shape: tuple[int, int], gain: float, generator: torch.Generator) -> Tensor:
    """A matrix `[in, out]` with orthonormal rows or columns, times `gain`.

    Reference:
        Saxe, McClelland & Ganguli (2014), section 4; the usual initialisation of PPO networks.
    """
    rows, columns = shape
    random = torch.randn(max(rows, columns), min(rows, columns), generator=generator, dtype=torch.float64)
    q, r = torch.linalg.qr(random)
    q = q * torch.sign(torch.diagonal(r))
    return (gain * (q if rows >= columns else q.T)).to(torch.float32)
