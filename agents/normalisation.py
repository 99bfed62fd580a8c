"""Running means and variances of a stack, merged batch by batch."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

LONGEST_MEMORY = 1e6
"""Rows after which old experience starts to be forgotten, so that statistics can follow a league that changes."""


def absorb(statistics: Mapping[str, Tensor], name: str, rows: Tensor, weight: Tensor) -> None:
    """Merge rows into the running statistics `name`, in place, player by player.

    Args:
        statistics: Views of the stack's statistics, [P, …].
        name: Which statistics.
        rows: float [P, B, F].
        weight: float [P, B], 0 for padding.

    Laws:
        order: Merging two batches in either order, or at once, gives the same statistics (up to rounding).

    Reference:
        Chan, Golub & LeVeque (1983), equations 2.1: combining means and sums of squares.
    """
    mean, variance, count = statistics[f"{name}.mean"], statistics[f"{name}.variance"], statistics[f"{name}.count"]
    fresh = weight.sum(1, keepdim=True)
    fresh_mean = torch.einsum("pbf,pb->pf", rows, weight) / fresh.clamp_min(1.0)
    spread = torch.einsum("pbf,pb->pf", (rows - fresh_mean.unsqueeze(1)).square(), weight)
    total = (count + fresh).clamp_min(1.0)
    shift = fresh_mean - mean
    merged = (variance * count + spread + shift.square() * count * fresh / total) / total
    variance.copy_(torch.where(fresh > 0, merged, variance))
    mean.copy_(torch.where(fresh > 0, mean + shift * fresh / total, mean))
    count.copy_((count + fresh).clamp_max(LONGEST_MEMORY))
