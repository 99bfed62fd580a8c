"""Generalised advantage estimation for games in which seats act together, in turns, die early or are truncated."""

from __future__ import annotations

import torch
from torch import Tensor

from agents.kernels.elementary import ZERO
from envs import compiling
from envs.compiling import Flags, Floats, vectorised


def gae(
    reward: Tensor,
    value: Tensor,
    acting: Tensor,
    terminated: Tensor,
    truncated: Tensor,
    bootstrap: Tensor,
    gamma: Tensor,
    lam: Tensor,
) -> tuple[Tensor, Tensor]:
    """Compute the advantage of every decision. A time step of a seat lasts from one of its decisions to its next decision.

    All rewards between two decisions of a seat belong to the first of them. For example, in connect four the loser receives −1
    at the winner's move. The value after a termination is 0, and the value after a truncation is `bootstrap`.

    Args:
        reward: [T, C, A], reward of step t.
        value: [T + 1, C, A], the critic's value before step t; row T is the value after the last step.
        acting: bool [T + 1, C, A], whether the seat decides at step t; row T: whether it is about to decide.
        terminated: bool [T, C, A].
        truncated: bool [T, C, A].
        bootstrap: [T, C, A], value of the state after a truncation at step t; read only where `truncated`.
        gamma: [C, A], discount per decision.
        lam: [C, A], the λ of GAE.

    Returns:
        Advantages [T, C, A], zero where not `known`; and `known`, bool [T, C, A]: the seat decided at step t, and everything up
        to its next decision or its end is in the collection. The last decision of a waiting seat is not known.

    Laws:
        λ = 1: advantage plus value is the discounted return, bootstrapped after a truncation.
        λ = 0: the advantage is the one-step temporal difference.
        locality: Events after a seat's end do not change the advantages before it.

    Reference:
        Schulman, Moritz, Levine, Jordan & Abbeel (2016), equation 16.
    """
    advantages, known, steps = torch.zeros_like(reward), torch.zeros_like(terminated), reward.shape[0]
    if compiling.serve(reward.device):
        told = reward, value, acting, terminated, truncated, bootstrap, gamma, lam
        _gae(*(x.contiguous().numpy() for x in told), advantages.numpy(), known.numpy())
        return advantages, known
    pay, ahead = torch.zeros_like(reward[0]), torch.zeros_like(reward[0])
    future, seen = value[steps], acting[steps]
    ended, shrink = terminated | truncated, gamma * lam
    last_word = torch.where(truncated, bootstrap, torch.zeros_like(bootstrap))
    for t in range(steps - 1, -1, -1):
        end, act = ended[t], acting[t]
        pay = torch.where(end, reward[t], pay + reward[t])
        future = torch.where(end, last_word[t], future)
        ahead = ahead.masked_fill(end, 0.0)
        seen = seen | end
        known[t] = act & seen
        advantages[t] = torch.where(known[t], pay + gamma * future - value[t] + shrink * ahead, 0.0)
        ahead = torch.where(act, advantages[t], ahead)
        future = torch.where(act, value[t], future)
        pay = pay.masked_fill(act, 0.0)
        seen = seen | act
    return advantages, known


@vectorised
def _gae(
    reward: Floats,
    value: Floats,
    acting: Flags,
    terminated: Flags,
    truncated: Flags,
    bootstrap: Floats,
    gamma: Floats,
    lam: Floats,
    advantages: Floats,
    known: Flags,
) -> None:
    """Compute `gae` seat by seat in compiled loops."""
    steps, copies, seats = reward.shape
    for c in range(copies):
        for a in range(seats):
            pay, ahead, future, seen = ZERO, ZERO, value[steps, c, a], acting[steps, c, a]
            for t in range(steps - 1, -1, -1):
                pay += reward[t, c, a]
                if terminated[t, c, a] or truncated[t, c, a]:
                    pay, ahead, seen = reward[t, c, a], ZERO, True
                    future = bootstrap[t, c, a] if truncated[t, c, a] else ZERO
                if acting[t, c, a]:
                    if seen:
                        known[t, c, a] = True
                        ahead = pay + gamma[c, a] * (future + lam[c, a] * ahead) - value[t, c, a]
                        advantages[t, c, a] = ahead
                    else:
                        ahead = ZERO
                    future, pay, seen = value[t, c, a], ZERO, True
