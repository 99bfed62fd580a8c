"""The gradient of a minibatch by PyTorch's automatic differentiation: every game, every architecture, every device.

Where `agents.learners.gradient.analytic` covers the networks it is faster; this is what it has to agree with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from agents.learners import losses
from agents.learners.hyper import HyperParameters
from agents.learners.minibatches import Lesson, rows_of
from agents.models.architecture import actor, critic, entropy, log_likelihood, masked
from agents.models.stack import Stack


def gradient(stack: Stack, lessons: Sequence[Lesson], hyper: HyperParameters, value_weight: float) -> tuple[Tensor, Tensor]:
    """Differentiate the loss of one minibatch by every player's parameters.

    Args:
        stack: The learners.
        lessons: One per side.
        hyper: One value per player.
        value_weight: Weight of the value loss.

    Returns:
        The gradient [P, D]; and [6, P] decisions learnt from, then policy loss, value loss, entropy, divergence and clip
        fraction, each summed over these decisions.
    """
    with torch.enable_grad():
        flat = stack.parameters.detach().requires_grad_()
        pieces = stack.blueprint.parameters.split(flat)
        loss, totals = flat.new_zeros(()), flat.new_zeros(6, stack.size)
        for lesson in lessons:
            part, figures = _loss(stack, pieces, lesson, hyper, value_weight)
            loss, totals = loss + part, totals + figures
        loss.backward()
    assert flat.grad is not None
    return flat.grad, totals


def _loss(
    stack: Stack, pieces: Mapping[str, Tensor], lesson: Lesson, hyper: HyperParameters, value_weight: float
) -> tuple[Tensor, Tensor]:
    """The loss of one side, summed over players, who share no parameter; and its figures."""
    blueprint, batch, rows, weight = stack.blueprint, lesson.batch, lesson.rows, lesson.weight
    game, statistics = blueprint.game, blueprint.statistics.split(stack.statistics)
    roles = [game.roles[role] for role in game.sides[lesson.side].roles]
    observations, present = [rows_of(x, rows) for x in batch.observation], [rows_of(x, rows) for x in batch.present]
    preferences, _ = actor(blueprint, pieces, statistics, lesson.side, observations, present)
    now, surprises = [], []
    for role, preference, legal, action in zip(roles, preferences, batch.legal, batch.action, strict=True):
        spread = pieces.get(f"spread.{role.name}")
        allowed = preference if legal is None else masked(preference, rows_of(legal, rows))
        now.append(log_likelihood(role, allowed, spread, rows_of(action, rows)))
        surprises.append(entropy(role, allowed, spread))
    silent = ~torch.cat(present, dim=2) | (weight == 0)
    before = torch.cat([rows_of(x, rows) for x in batch.likelihood], dim=2)
    log_ratio = (torch.cat(now, dim=2) - before).masked_fill(silent, 0.0)
    surprise = torch.cat(surprises, dim=2).masked_fill(silent, 0.0)
    value = critic(blueprint, pieces, statistics, lesson.side, rows_of(batch.states, batch.state[rows]), observations)
    if batch.place is not None:  # one seat of one role moved
        log_ratio, surprise = log_ratio.sum(2, keepdim=True), surprise.sum(2, keepdim=True)
        value = value.gather(2, batch.place[rows].unsqueeze(2))
    bonus = losses.average(surprise, weight)
    policy = losses.policy_loss(log_ratio, lesson.advantage, hyper.clip, weight)
    error = losses.value_loss(value, lesson.target, weight)
    loss = (policy + value_weight * error - hyper.entropy * bonus).sum()
    with torch.no_grad():
        moved = losses.approximate_kl(log_ratio, weight)
        outside = losses.clip_fraction(log_ratio, hyper.clip, weight)
    count = weight.flatten(1).sum(1)
    return loss, torch.stack([torch.ones_like(count), policy, error, bonus, moved, outside]).detach() * count
