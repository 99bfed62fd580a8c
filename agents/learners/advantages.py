"""Generalised advantage estimation for games in which seats act together, in turns, die early or are cut off."""

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
    """Advantages of every decision, counted from a seat's decision to its own next one.

    What a seat is paid between two of its decisions belongs to the first of them: in connect four the loser's −1 arrives on the
    winner's move. A terminated seat has no future, a truncated one has a future worth `bootstrap`.

    Args:
        reward: [T, C, A], paid for step t.
        value: [T + 1, C, A], the critic at the beginning of step t; row T is the state after the last step.
        acting: bool [T + 1, C, A], who decided at step t; row T: who is about to decide.
        terminated: bool [T, C, A].
        truncated: bool [T, C, A].
        bootstrap: [T, C, A], value of the last view of a game cut off at step t; read only where truncated.
        gamma: [C, A], discount per decision.
        lam: [C, A], the λ of GAE.

    Returns:
        Advantages [T, C, A], zero where not `known`; and `known` bool [T, C, A]: the seat decided at t and what followed,
        up to its next decision or its end, was seen. The last decision of a seat that waits for another's move is not known.

    Laws:
        λ = 1: advantage plus value is the discounted return, bootstrapped where cut off.
        λ = 0: the advantage is the one-step temporal difference.
        locality: Nothing that happens after a seat's end changes what came before it.

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
    """The same, seat by seat."""
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
