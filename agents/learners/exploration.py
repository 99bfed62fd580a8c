"""Ways of choosing other actions than the policy's, while learning players collect experience."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from agents.acting.rollout import Explore
from agents.acting.routing import EMPTY
from agents.learners.contract import TrainingInput
from envs.arena import Timestep


def falling(decisions: Tensor, least: Tensor, over: float) -> Tensor:
    """A rate that falls from 1 to `least` [P] in proportion to the decisions made [P], over the first `over` decisions.

    Reference:
        Mnih et al. (2015), methods: ε annealed linearly.
    """
    return 1.0 - (1.0 - least) * (decisions / max(over, 1.0)).clamp_max(1.0)


def epsilon_greedy(given: TrainingInput, rate: Tensor) -> Explore:
    """With probability `rate` [P], a seat takes a legal action at random.

    Reference:
        Watkins (1989), chapter 7.
    """

    def explore(block: slice, now: Timestep, raw: Sequence[Tensor]) -> None:
        for role, action in enumerate(raw):
            legal = now.legal[role]
            assert legal is not None
            holder = owner_of_slots(given, role, block, now.acting)
            draws = torch.rand((*legal.shape[:2], 1 + legal.shape[2]), generator=given.generator, device=legal.device)
            anywhere = (draws[..., 1:] * legal).argmax(-1)
            swerves = (holder != EMPTY) & (draws[..., 0] < rate[holder.clamp_min(0)])
            action.copy_(torch.where(swerves, anywhere, action))

    return explore


def gaussian(given: TrainingInput, width: Tensor) -> Explore:
    """Adds normal noise of standard deviation `width` [P], in units of half the action's range, within the bounds.

    Reference:
        Fujimoto, van Hoof & Meger (2018), section 6.1.
    """

    def explore(block: slice, now: Timestep, raw: Sequence[Tensor]) -> None:
        for role, action in enumerate(raw):
            holder = owner_of_slots(given, role, block, now.acting)
            noise = torch.randn(action.shape, generator=given.generator, device=action.device)
            action.add_(noise * width[holder.clamp_min(0)].unsqueeze(-1)).clamp_(-1.0, 1.0)

    return explore


def owner_of_slots(given: TrainingInput, role: int, block: slice, acting: Tensor) -> Tensor:
    """The learner that holds each slot of a role in a block of copies, int64 [N, slots], or `EMPTY`."""
    game, owner = given.arena.game, given.owner[block]
    team_of_seat = torch.tensor(game.team_of_seat, device=owner.device)
    if not game.turn_based:
        return owner[:, team_of_seat[list(game.roles[role].seats)]]
    mover = acting.int().argmax(1, keepdim=True)
    return torch.where(acting.any(1, keepdim=True), owner.gather(1, team_of_seat[mover]), EMPTY)
