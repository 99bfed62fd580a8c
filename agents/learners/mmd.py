"""Magnetic mirror descent (MMD) for a whole stack of players: PPO that is pulled towards a slowly moving reference policy.

In self-play, following one's own gradient runs in circles around an equilibrium. The pull towards a reference policy, the
magnet, turns the circle into a spiral that ends in an equilibrium of the game with the pull. As the magnet follows the player,
or as the weights of entropy and magnet decrease, that equilibrium approaches one of the game itself. PPO's clipping keeps each
step near the policy that acted, in place of MMD's divergence from it.

Reference:
    Sokota, D'Orazio, Kolter, Loizou, Lanctot, Mitliagkas, Brown & Kroer (2023), "A unified approach to reinforcement learning,
    quantal response equilibria, and two-player zero-sum games", equation 3 and section 5.4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import torch
from torch import Tensor

from agents.learners import losses, ppo
from agents.learners.contract import TrainingInput, TrainingOutput
from agents.learners.hyper import HyperParameters
from agents.learners.minibatches import Batch, rows_of
from agents.learners.on_policy import Batches, Report, alternate
from agents.learners.optimiser import Adam, under
from agents.models.distributions import masked
from agents.models.forward import actor
from agents.models.layout import Layout
from agents.models.stack import Stack

PREFIX = "magnet."
"""What the names of the reference policies' arrays begin with in the learner's state."""


def train(given: TrainingInput) -> TrainingOutput:
    """Train every player of a stack. Each update collects experience, estimates advantages and improves the policies."""
    layout, parameters = given.stack.spec.parameters, given.stack.parameters
    adam, hyper = Adam.restored(layout, parameters, given.states), HyperParameters(**given.hyper)
    magnet = restored(layout, parameters, given.states)
    ordinary = partial(ppo.improve, adam=adam, hyper=hyper, schedule=given.schedule, generator=given.generator)

    def improve(batches: Batches) -> Report:
        drawn = [(side, referring(given.stack, magnet, side, batch)) for side, batch in batches]
        report = ordinary(given.stack, batches=drawn)
        distance = divergence(given.stack, drawn)
        magnet.lerp_(parameters, float(given.options["follow"]))
        return {**report, "magnet_kl": distance}

    reports, tally = alternate(given, hyper.gamma, hyper.gae_lambda, improve)
    kept = zip(adam.states(layout), magnet, strict=True)
    states = [state | {f"{PREFIX}{name}": x for name, x in layout.to_arrays(row).items()} for state, row in kept]
    return TrainingOutput(reports, tally, states)


def restored(layout: Layout, parameters: Tensor, states: Sequence[Mapping[str, np.ndarray]]) -> Tensor:
    """The parameters of the reference policies, [P, D]; that of a player that has not learnt yet is the player itself."""
    magnet = parameters.clone()
    for index, arrays in enumerate(states):
        if kept := under(PREFIX, arrays):
            magnet[index] = layout.from_arrays(kept)
    return magnet


def referring(stack: Stack, magnet: Tensor, side: int, batch: Batch) -> Batch:
    """A batch with the log-probabilities of the players' reference policies.

    Args:
        stack: The learning players.
        magnet: [P, D], the parameters of their reference policies.
        side: Index of the side.
        batch: The side's decisions.
    """
    rows, real = batch.routing.index, batch.routing.real
    reference = []
    for known in log_probabilities(stack, magnet, side, batch):
        flat = known.new_zeros((len(batch.learnt), *known.shape[2:]))
        flat[rows[real]] = known[real]
        reference.append(flat)
    return replace(batch, reference=reference)


def log_probabilities(stack: Stack, parameters: Tensor, side: int, batch: Batch) -> list[Tensor]:
    """The log-probabilities of all actions in each player's decisions, per role of the side [P, B, a, n]."""
    spec, rows = stack.spec, batch.routing.index
    pieces, statistics = spec.parameters.split(parameters), spec.statistics.split(stack.statistics)
    observations, present = [rows_of(x, rows) for x in batch.observation], [rows_of(x, rows) for x in batch.present]
    preferences, _ = actor(spec, pieces, statistics, side, observations, present, None)
    legal = [None if x is None else rows_of(x, rows) for x in batch.legal]
    allowed = zip(preferences, legal, strict=True)
    return [(x if rule is None else masked(x, rule)).log_softmax(-1) for x, rule in allowed]


def divergence(stack: Stack, batches: Batches) -> Tensor:
    """The mean of KL(policy ‖ reference) over each player's decisions, [P], in nats."""
    totals = stack.parameters.new_zeros(2, stack.size)
    with torch.no_grad():
        for side, batch in batches:
            apart, weight = [], batch.weight
            for now, reference in zip(log_probabilities(stack, stack.parameters, side, batch), batch.reference, strict=True):
                apart.append(losses.divergence(now, rows_of(reference, batch.routing.index)))
            found = torch.cat(apart, 2)
            if batch.place is not None:  # one seat of one role moved
                present = torch.cat([rows_of(x, batch.routing.index) for x in batch.present], 2)
                found = found.masked_fill(~present, 0.0).sum(2, keepdim=True)
            count = weight.flatten(1).sum(1)
            totals += torch.stack([losses.average(found, weight) * count, count])
    return totals[0] / totals[1].clamp_min(1.0)
