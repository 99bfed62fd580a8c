"""Advantages and targets of critics, for games in which seats act together, in turns, die early or are truncated.

Generalised advantage estimation is for critics that judge seats, the counterfactual advantage for critics that judge actions.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from agents.kernels.elementary import ZERO
from envs import compiling
from envs.compiling import Flags, Floats, vectorised


@dataclass(frozen=True)
class Estimates:
    """What is known of the decisions of a collection, [T, C, A] each, in units of reward.

    Attributes:
        value: The critic's value when the action was taken; that of the action for counterfactual critics.
        advantage: The advantage of the action.
        target: The target of the critic.
        gain: The discounted return, as far as it was seen; after the collection, the critic's value.
        known: bool, the decisions that are learnt from.
    """

    value: Tensor
    advantage: Tensor
    target: Tensor
    gain: Tensor
    known: Tensor


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


def action_value_targets(
    reward: Tensor,
    value: Tensor,
    acting: Tensor,
    terminated: Tensor,
    truncated: Tensor,
    gamma: Tensor,
    lam: Tensor,
) -> tuple[Tensor, Tensor]:
    """Compute the λ-returns of the actions that were taken, the targets of a critic that judges actions.

    The value after a decision is that of the seat's next action. It is 0 after a termination. After a truncation and after the
    end of the collection the next action is not known. The last decision before is therefore not known, either, and is worth
    its own value for the decisions before it.

    Args:
        reward: [T, C, A], reward of step t.
        value: [T, C, A], the critic's value of the action taken at step t.
        acting: bool [T, C, A], whether the seat decides at step t.
        terminated: bool [T, C, A].
        truncated: bool [T, C, A].
        gamma: [C, A], discount per decision.
        lam: [C, A], the λ of the return.

    Returns:
        Targets [T, C, A], zero where not `known`; and `known`, bool [T, C, A].

    Laws:
        λ = 0: the target is the reward plus the discounted value of the next action (Sarsa).
        λ = 1: the target of a game that terminates is the discounted return.

    Reference:
        Foerster, Farquhar, Afouras, Nardelli & Whiteson (2018), section 4; Sutton & Barto (2018), equation 12.19.
    """
    targets, known = torch.zeros_like(reward), torch.zeros_like(terminated)
    pay, future, ahead = (torch.zeros_like(reward[0]) for _ in range(3))
    seen = torch.zeros_like(terminated[0])
    for t in range(len(reward) - 1, -1, -1):
        end, cut, act = terminated[t], truncated[t], acting[t]
        pay = torch.where(end | cut, reward[t], pay + reward[t])
        future, ahead = future.masked_fill(end, 0.0), ahead.masked_fill(end, 0.0)
        seen = (seen | end) & ~cut
        known[t] = act & seen
        targets[t] = torch.where(known[t], pay + gamma * ((1.0 - lam) * future + lam * ahead), 0.0)
        ahead = torch.where(act, torch.where(known[t], targets[t], value[t]), ahead)
        future = torch.where(act, value[t], future)
        pay = pay.masked_fill(act, 0.0)
        seen = seen | act
    return targets, known


def counterfactual(action_value: Tensor, chances: Tensor, action: Tensor) -> tuple[Tensor, Tensor]:
    """Compare the value of the action taken with the mean value of all actions, those of the others being what they were.

    Args:
        action_value: [..., n], the value of every action.
        chances: [..., n], the probability of every action.
        action: int64 [...], the action taken.

    Returns:
        The value of the action taken, and its advantage: [...] each.

    Reference:
        Foerster, Farquhar, Afouras, Nardelli & Whiteson (2018), equation 4.
    """
    taken = action_value.gather(-1, action.unsqueeze(-1)).squeeze(-1)
    return taken, taken - (chances * action_value).sum(-1)
