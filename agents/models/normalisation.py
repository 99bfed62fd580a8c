"""Running means and variances of a stack, which are updated batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import torch
from torch import Tensor

from envs import compiling
from envs.compiling import Floats, Ints, vectorised
from envs.states import States

LONGEST_MEMORY = 1e6
"""Maximum weight of old experience, in rows. It lets old experience be forgotten, so statistics follow a changing league."""

AT_ONCE = 2**22
"""Numbers that are read at once of rows that are kept in another form."""


def update_statistics(
    statistics: Mapping[str, Tensor], name: str, source: Tensor | States, rows: Tensor, weight: Tensor
) -> None:
    """Merge rows into the running statistics `name`, in place, player by player.

    Args:
        statistics: Views of the stack's statistics, [P, …].
        name: Name of the statistics.
        source: float or uint8 [R, F], or R joint states.
        rows: int64 [P, B], rows of the source.
        weight: float [P, B], 0 for padding.

    Laws:
        order: Merging two batches in either order, or at once, gives the same statistics (up to rounding).

    Reference:
        Chan, Golub & LeVeque (1983), equations 2.1: combining means and sums of squares.
    """
    mean, variance, count = statistics[f"{name}.mean"], statistics[f"{name}.variance"], statistics[f"{name}.count"]
    fresh = weight.sum(1, keepdim=True)
    fresh_mean, spread = moments(source, rows, weight)
    total = (count + fresh).clamp_min(1.0)
    shift = fresh_mean - mean
    merged = (variance * count + spread + shift.square() * count * fresh / total) / total
    variance.copy_(torch.where(fresh > 0, merged, variance))
    mean.copy_(torch.where(fresh > 0, mean + shift * fresh / total, mean))
    count.copy_((count + fresh).clamp_max(LONGEST_MEMORY))


def moments(source: Tensor | States, rows: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    """Weighted mean of rows, and sum of squared distances from it, [P, F] each; see `update_statistics`.

    Rows that are kept in another form are read some columns after others, whose statistics have nothing to do with each other.
    """
    if isinstance(source, States):
        if source.plain is None:
            return _in_pieces(source.rows, source.size, rows, weight)
        source = source.plain
    if source.dtype == torch.uint8:
        kept = source
        return _in_pieces(lambda which, part: kept[:, part].index_select(0, which).float(), kept.shape[1], rows, weight)
    shape = rows.shape[0], source.shape[1]
    if compiling.serve(source.device):
        mean, spread = torch.zeros(shape), torch.zeros(shape)
        arrays = (tensor.contiguous().numpy() for tensor in (source, rows, weight))
        _moments(*arrays, mean.numpy(), spread.numpy())
        return mean, spread
    taken = source.index_select(0, rows.flatten()).view(*rows.shape, -1)
    mean = torch.einsum("pbf,pb->pf", taken, weight) / weight.sum(1, keepdim=True).clamp_min(1.0)
    return mean, torch.einsum("pbf,pb->pf", (taken - mean.unsqueeze(1)).square(), weight)


def _in_pieces(read: Callable[[Tensor, slice], Tensor], width: int, rows: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    """`moments` of rows that `read` puts together: (int64 [R], columns) → float32 [R, fewer]."""
    fewer, here = max(1, AT_ONCE // max(1, rows.numel())), torch.arange(rows.numel(), device=rows.device).view(rows.shape)
    parts = [slice(first, min(first + fewer, width)) for first in range(0, width, fewer)]
    found = [moments(read(rows.flatten(), part), here, weight) for part in parts]
    means, spreads = (torch.cat(each, dim=1) for each in zip(*found, strict=True))
    return means, spreads


@vectorised
def _moments(source: Floats, rows: Ints, weight: Floats, mean: Floats, spread: Floats) -> None:
    """Weighted mean [P, F] of rows [P, B] of a source [R, F], and the sum of squared distances from it [P, F]; weight [P, B].

    Distances are relative to each player's first row and in float64, so a single pass over the rows is accurate enough.
    """
    features = source.shape[1]
    first, second, base = np.empty(features, np.float64), np.empty(features, np.float64), np.empty(features, np.float32)
    for p in range(rows.shape[0]):
        total = 0.0
        first[:] = 0.0
        second[:] = 0.0
        base[:] = source[rows[p, 0]]
        for i in range(rows.shape[1]):
            w = np.float64(weight[p, i])
            if w != 0.0:
                total += w
                row = rows[p, i]
                for f in range(features):
                    away = np.float64(source[row, f] - base[f])
                    first[f] += w * away
                    second[f] += w * away * away
        for f in range(features):
            away = first[f] / max(total, 1.0)
            mean[p, f] = base[f] + away
            spread[p, f] = max(second[f] - total * away * away, 0.0)
