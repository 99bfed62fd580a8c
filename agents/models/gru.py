"""A gated recurrent unit for a stack of players. Its gates are batched matrix products."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from agents.models.layout import Piece, linear


class Memory:
    """A gated recurrent unit; see `agents.models.parts.MemoryPart`.

    Reference:
        Cho et al. (2014), equations 5 to 8, with the reset gate applied after the matrix product, as PyTorch and cuDNN do.
    """

    def __init__(self, prefix: str, features: int, size: int) -> None:
        """Plan a unit with `features` inputs and a memory of `size` values."""
        self._size = size
        self._names = tuple(f"{prefix}.{part}.{kind}" for part in ("input", "hidden") for kind in ("weight", "bias"))
        shapes = (features, 3 * size), (3 * size,), (size, 3 * size), (3 * size,)
        starts = (1.0, 0.0, 1.0, 0.0)
        self.pieces: Sequence[Piece] = [
            Piece(name, shape, start, blocks=3) for name, shape, start in zip(self._names, shapes, starts, strict=True)
        ]

    def inputs(self, features: Tensor, pieces: Mapping[str, Tensor]) -> Tensor:
        """See `agents.models.parts.MemoryPart`; the three gates side by side, [P, …, 3 H]."""
        return linear(features, pieces[self._names[0]], pieces[self._names[1]])

    def step(self, inputs: Tensor, memory: Tensor, pieces: Mapping[str, Tensor]) -> Tensor:
        """See `agents.models.parts.MemoryPart`."""
        recalled = linear(memory, pieces[self._names[2]], pieces[self._names[3]])
        reset_in, update_in, new_in = inputs.split(self._size, dim=-1)
        reset_past, update_past, new_past = recalled.split(self._size, dim=-1)
        reset, update = torch.sigmoid(reset_in + reset_past), torch.sigmoid(update_in + update_past)
        new = torch.tanh(new_in + reset * new_past)
        return new + update * (memory - new)
