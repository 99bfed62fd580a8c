"""Products of matrices, by the library that is fastest without changing a bit.

`torch.bmm` calls MKL, which does not use the widest instructions of some processors. oneDNN does, but a library may add
numbers in another order, and then leagues would have other bits. So the two are compared once for each shape, and oneDNN is
used where its results are equal to the bit.
"""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor

from envs.compiling import Floats

WORTH = 1_250_000
"""Number of multiplications from which a product is worth a call of oneDNN, which costs some fifteen microseconds."""

TRIED = (1024, 203)
"""Numbers of rows with which the libraries are compared."""


def product(rows: Tensor, weight: Tensor, out: tuple[Tensor, Floats]) -> tuple[Tensor, Floats]:
    """Multiply rows [P, n, K] with weight [P, K, N]. Returns `out`, or other memory, with the result [P, n, N]."""
    players, count, inner = rows.shape
    large = players == 1 and count * inner * weight.shape[2] >= WORTH
    if large and _equal(inner, weight.shape[2], weight.stride(2) == 1):
        result = _by_onednn(rows, weight[0])
        return result, result.numpy()
    torch.bmm(rows, weight, out=out[0])
    return out


@cache
def _equal(inner: int, outer: int, contiguous: bool) -> bool:
    """Whether oneDNN has the bits of `torch.bmm` for weights of a shape, in rows or (if not contiguous) in columns."""
    if not (torch.backends.mkldnn.is_available() and hasattr(torch.ops.mkldnn, "_linear_pointwise")):
        return False
    generator = torch.Generator().manual_seed(0)
    for count in TRIED:
        rows, weight = torch.randn(1, count, inner, generator=generator), torch.randn(1, inner, outer, generator=generator)
        if not contiguous:
            weight = weight.transpose(1, 2).contiguous().transpose(1, 2)
        if not torch.equal(torch.bmm(rows, weight), _by_onednn(rows, weight[0])):
            return False
    return True


def _by_onednn(rows: Tensor, weight: Tensor) -> Tensor:
    """Rows [1, n, K] times weight [K, N], in new memory [1, n, N]. Naming the overload saves its choice at each call."""
    result: Tensor = torch.ops.mkldnn._linear_pointwise.default(rows, weight.t(), None, "none", [], "")
    return result
