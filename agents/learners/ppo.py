"""Proximal policy optimisation (PPO) for a whole stack of players at once.

Reference:
    Schulman, Wolski, Dhariwal, Radford & Klimov (2017), algorithm 1.
"""

from __future__ import annotations

from functools import partial
from itertools import zip_longest

import torch

from agents.learners.contract import Schedule, TrainingInput, TrainingOutput
from agents.learners.hyper import HyperParameters
from agents.learners.minibatches import minibatches_of, shuffled
from agents.learners.on_policy import Batches, Report, alternate, explained_variance, gradient_of
from agents.learners.optimiser import Adam
from agents.models.stack import Stack


def train(given: TrainingInput) -> TrainingOutput:
    """Train every player of a stack. Each update collects experience, estimates advantages and improves the policies."""
    adam, hyper = (
        Adam.restored(given.stack.spec.parameters, given.stack.parameters, given.states),
        HyperParameters(**given.hyper),
    )
    step = partial(improve, given.stack, adam, hyper=hyper, schedule=given.schedule, generator=given.generator)
    reports, tally = alternate(given, hyper.gamma, hyper.gae_lambda, step)
    return TrainingOutput(reports, tally, adam.states(given.stack.spec.parameters))


def improve(
    stack: Stack,
    adam: Adam,
    batches: Batches,
    hyper: HyperParameters,
    schedule: Schedule,
    generator: torch.Generator,
) -> Report:
    """Run all epochs of minibatch steps on one collection. Stack and optimiser are changed in place."""
    totals = stack.parameters.new_zeros(6, stack.size)
    gradient = gradient_of(stack)
    for _ in range(schedule.epochs):
        dealt = [shuffled(batch.units.real, schedule.minibatches, generator) for _, batch in batches]
        taken = [minibatches_of(stack, *batch, deal) for batch, deal in zip(batches, dealt, strict=True)]
        for of_sides in zip_longest(*taken):  # a side with few decisions has fewer minibatches
            minibatches = [minibatch for minibatch in of_sides if minibatch is not None]
            slope, figures = gradient(minibatches, hyper, schedule.value_weight)
            totals += figures
            adam.step(stack.parameters, slope, hyper.learning_rate, schedule.max_gradient)
    policy, value, entropy, kl, outside = totals[1:] / totals[0].clamp_min(1.0)
    return {
        "policy_loss": policy,
        "value_loss": value,
        "entropy": entropy,
        "kl": kl,
        "clip_fraction": outside,
        "explained_variance": explained_variance(stack, batches),
    }
