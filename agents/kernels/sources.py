"""Where networks on the CPU take their inputs from: rows in memory, or rows that are put together when they are read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import torch
from torch import Tensor

from agents.kernels.loops import Floats, Ints
from envs.states import States


@dataclass(frozen=True)
class Reader:
    """Rows that are kept in another form.

    Attributes:
        width: F.
        rows: int64 of any shape → float32 [*shape, F].
    """

    width: int
    rows: Callable[[Tensor], Tensor]


Source: TypeAlias = Floats | Reader
"""float32 [R, F], or what reads rows of it."""


def source_of(x: Tensor | States) -> Source:
    """Return the source of observations [R, F], float32 or uint8, or of joint states."""
    if isinstance(x, States):
        return Reader(x.size, x.rows) if x.plain is None else x.plain.numpy()
    if x.dtype == torch.float32:
        return x.numpy()

    def rows(numbers: Tensor) -> Tensor:
        return x.index_select(0, numbers.flatten()).float().view(*numbers.shape, -1)

    return Reader(x.shape[1], rows)


def width_of(source: Source) -> int:
    """Return F."""
    return source.width if isinstance(source, Reader) else source.shape[1]


def standing(source: Source, rows: Ints, start: int, count: int) -> tuple[Floats, Ints, int]:
    """Return an array with the rows `start` … `start + count` of rows [P, N], their numbers in it, and the first of these."""
    if not isinstance(source, Reader):
        return source, rows, start
    wanted = rows[:, start : start + count]
    taken = source.rows(torch.from_numpy(np.ascontiguousarray(wanted))).view(-1, source.width).numpy()
    return taken, np.arange(wanted.size).reshape(wanted.shape), 0
