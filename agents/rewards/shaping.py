"""Rewards from a potential, which change what is learnt first, and not what is best."""

from __future__ import annotations

import torch
from torch import Tensor


def shaping(before: Tensor, after: Tensor, gamma: Tensor, ended: Tensor) -> Tensor:
    """The reward F = γ Φ(s') − Φ(s) of decisions. The potential of an end is 0.

    Args:
        before: Φ(s), [B].
        after: Φ(s') at the seat's next decision, or where it was cut off; [B].
        gamma: The discount of the player that learns, [B].
        ended: bool [B], the seat's life ended, so nothing follows.

    Laws:
        telescope: The discounted sum of F over a life is −Φ of its begin, whatever was done.
        policies: With F the values of all actions of a state change by the same number, so the best policies stay the best.

    Reference:
        Ng, Harada & Russell (1999), theorem 1; Grzes (2017) for the potential of an end.
    """
    return gamma * torch.where(ended, 0.0, after) - before
