"""Transitions: a decision of a seat, the rewards until a later decision of the same seat, and what that seat sees then.

A time step of a seat lasts from one of its decisions to its next one, as in `agents.learners.advantages`.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

UNKNOWN, ENDED = -1, -2
"""In place of a later step: the collection ends before the next decision is known; the seat ended, and nothing follows."""


@dataclass(frozen=True)
class Chains:
    """For every step of every seat, what follows the decision that the seat makes there.

    Attributes:
        follows: int64 [T, C, A], the row of the view that follows: steps 0 … T, then T + 1 + t for the last view of a seat that
            was truncated in step t; `ENDED`, or `UNKNOWN` if there is no decision or the collection does not say.
        reward: float32 [T, C, A], the discounted rewards until then; 0 if unknown.
        discount: float32 [T, C, A], the factor of the value of what follows; 0 if nothing does.
    """

    follows: Tensor
    reward: Tensor
    discount: Tensor


def chains(
    reward: Tensor, acting: Tensor, terminated: Tensor, truncated: Tensor, gamma: Tensor, steps: int, *, last_views: bool
) -> Chains:
    """Follow every decision over up to n decisions of the same seat.

    Args:
        reward: float32 [T, C, A].
        acting: bool [T + 1, C, A], whether the seat decides at step t; row T: whether it is about to decide.
        terminated: bool [T, C, A].
        truncated: bool [T, C, A].
        gamma: [C, A], discount per decision.
        steps: n. Where fewer decisions are known, fewer are followed.
        last_views: Whether the last view of a truncated seat exists. If not, a decision before a truncation is not known.

    Laws:
        one step: With n = 1 the target is r + γ · value of the next decision's view.
        telescope: If the values solve the Bellman equation of a fixed policy, targets of all n have the same expectation.

    Reference:
        Sutton (1988); Watkins (1989), section 7.1: corrected n-step returns.
    """
    length = len(reward)
    follows, paid = torch.full_like(reward, UNKNOWN, dtype=torch.int64), torch.zeros_like(reward)
    ahead = torch.where(acting[length], length, UNKNOWN)
    pay = torch.zeros_like(reward[0])
    for t in range(length - 1, -1, -1):
        ended, cut, act = terminated[t], truncated[t], acting[t]
        pay = torch.where(ended | cut, reward[t], pay + reward[t])
        ahead = torch.where(ended, ENDED, torch.where(cut, length + 1 + t if last_views else UNKNOWN, ahead))
        follows[t] = torch.where(act, ahead, UNKNOWN)
        paid[t] = torch.where(act & (ahead != UNKNOWN), pay, 0.0)
        ahead, pay = torch.where(act, t, ahead), pay.masked_fill(act, 0.0)
    discount = torch.where(follows >= 0, gamma, 0.0)
    first = Chains(follows, paid, discount)
    for _ in range(steps - 1):
        follows, paid, discount = _one_further(first, Chains(follows, paid, discount))
    return Chains(follows, paid, discount)


def _one_further(first: Chains, so_far: Chains) -> tuple[Tensor, Tensor, Tensor]:
    """Follow chains over one more decision, where it is known."""
    length = len(first.follows)
    place = so_far.follows.clamp(0, length - 1)
    on = (so_far.follows >= 0) & (so_far.follows < length) & (first.follows.gather(0, place) != UNKNOWN)
    return (
        torch.where(on, first.follows.gather(0, place), so_far.follows),
        torch.where(on, so_far.reward + so_far.discount * first.reward.gather(0, place), so_far.reward),
        torch.where(on, so_far.discount * first.discount.gather(0, place), so_far.discount),
    )
