"""The gradient of a minibatch by PyTorch's automatic differentiation, for every game, architecture and device.

`agents.learners.gradient.analytic` is faster for the networks that it supports. Its results must equal those of this module.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from agents.learners import losses
from agents.learners.hyper import HyperParameters
from agents.learners.minibatches import Minibatch, rows_of
from agents.learners.sequences import delaying, remembering
from agents.models.critics import action_values, critic, of_taken
from agents.models.distributions import entropy, log_prob, masked
from agents.models.forward import actor
from agents.models.spec import PlayerSpec
from agents.models.speech import STILL, Air
from agents.models.stack import Stack


def gradient(
    stack: Stack, minibatches: Sequence[Minibatch], hyper: HyperParameters, value_weight: float
) -> tuple[Tensor, Tensor]:
    """Differentiate the loss of one minibatch with respect to every player's parameters.

    Args:
        stack: The learners.
        minibatches: One per side.
        hyper: One value per player.
        value_weight: Weight of the value loss.

    Returns:
        The gradient [P, D]; and sums [6, P]: the number of decisions that are learnt from, and the sums over these decisions of
        policy loss, value loss, entropy, KL divergence and clip fraction.
    """
    with torch.enable_grad():
        flat = stack.parameters.detach().requires_grad_()
        pieces = stack.spec.parameters.split(flat)
        loss, totals = flat.new_zeros(()), flat.new_zeros(6, stack.size)
        for minibatch in minibatches:
            part, figures = _loss(stack, pieces, minibatch, hyper, value_weight)
            loss, totals = loss + part, totals + figures
        loss.backward()
    assert flat.grad is not None
    return flat.grad, totals


def _loss(
    stack: Stack, pieces: Mapping[str, Tensor], minibatch: Minibatch, hyper: HyperParameters, value_weight: float
) -> tuple[Tensor, Tensor]:
    """The loss of one side, summed over players, and its metrics. Players share no parameters."""
    spec, batch, rows, weight = stack.spec, minibatch.batch, minibatch.rows, minibatch.weight
    game, statistics = spec.game, spec.statistics.split(stack.statistics)
    roles = [game.roles[role] for role in game.sides[minibatch.side].roles]
    observations, present = [rows_of(x, rows) for x in batch.observation], [rows_of(x, rows) for x in batch.present]
    remember, air = None, airing(spec, minibatch, present)
    if spec.memory_size and batch.sequences is not None and minibatch.start is not None:
        remember = remembering(spec, pieces, minibatch.side, batch.sequences, minibatch.start, rows, present)
    preferences, _ = actor(spec, pieces, statistics, minibatch.side, observations, present, remember, air)
    now, entropies, certain = [], [], list[Tensor]()
    for role, preference, legal, action in zip(roles, preferences, batch.legal, batch.action, strict=True):
        log_std = pieces.get(f"log_std.{role.name}")
        allowed = preference if legal is None else masked(preference, rows_of(legal, rows))
        now.append(log_prob(role, allowed, log_std, rows_of(action, rows)))
        entropies.append(entropy(role, allowed, log_std))
        if batch.reference:
            certain.append(allowed.log_softmax(-1))
    silent = ~torch.cat(present, dim=2) | (weight == 0)
    before = torch.cat([rows_of(x, rows) for x in batch.log_prob], dim=2)
    log_ratio = (torch.cat(now, dim=2) - before).masked_fill(silent, 0.0)
    doubt = torch.cat(entropies, dim=2).masked_fill(silent, 0.0)
    carried = rows_of(batch.memory, rows).split([role.per_team for role in roles], dim=2) if batch.memory.numel() else []
    state = batch.states.rows(batch.state[rows])
    if spec.architecture.critic == "counterfactual":
        actions = [rows_of(x, rows) for x in batch.action]
        value = of_taken(action_values(spec, pieces, statistics, minibatch.side, state, actions, present), actions)
    else:
        value = critic(spec, pieces, statistics, minibatch.side, state, observations, carried)
    if batch.place is not None:  # one seat of one role moved
        log_ratio, doubt = log_ratio.sum(2, keepdim=True), doubt.sum(2, keepdim=True)
        value = value.gather(2, batch.place[rows].unsqueeze(2))
    bonus = losses.average(doubt, weight)
    policy = losses.policy_loss(log_ratio, minibatch.advantage, hyper.clip, weight)
    error = losses.value_loss(value, minibatch.target, weight)
    loss = (policy + value_weight * error - hyper.entropy * bonus).sum()
    if batch.reference and hyper.magnet is not None:
        pairs = zip(certain, batch.reference, strict=True)
        apart = torch.cat([losses.divergence(own, rows_of(known, rows)) for own, known in pairs], dim=2).masked_fill(
            silent, 0.0
        )
        apart = apart if batch.place is None else apart.sum(2, keepdim=True)
        loss = loss + (hyper.magnet * losses.average(apart, weight)).sum()
    with torch.no_grad():
        moved = losses.approximate_kl(log_ratio, weight)
        outside = losses.clip_fraction(log_ratio, hyper.clip, weight)
    count = weight.flatten(1).sum(1)
    return loss, torch.stack([torch.ones_like(count), policy, error, bonus, moved, outside]).detach() * count


def airing(spec: PlayerSpec, minibatch: Minibatch, present: Sequence[Tensor]) -> Air:
    """What surrounds the messages of a minibatch; `present` is per role, bool [P, b, a]."""
    batch, rows, given = minibatch.batch, minibatch.rows, minibatch.batch.surroundings
    if not spec.speaks(minibatch.side):
        return STILL
    widths = [here.shape[2] for here in present]
    exchange = None
    if spec.depth and batch.sequences is not None and minibatch.start is not None:
        exchange = delaying(spec, minibatch.side, batch.sequences, minibatch.start, rows, present)
    return Air(
        [rows_of(numbers, rows) for numbers in given.chance],
        reach=[] if given.reach is None else _for_roles(rows_of(given.reach, rows), widths, given.place is not None),
        places=[] if given.place is None else [given.place[rows]] * len(widths),
        bursts=[] if given.bursts is None else _for_roles(rows_of(given.bursts, rows), widths, given.place is not None),
        exchange=exchange,
    )


def _for_roles(listeners: Tensor, widths: Sequence[int], in_turns: bool) -> Sequence[Tensor]:
    """Divide values of listeners [P, b, A, …] among the roles of a side; in turn-based games there is one listener."""
    return [listeners] * len(widths) if in_turns else listeners.split(list(widths), dim=2)
