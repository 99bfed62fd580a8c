"""Advantage actor-critic for a whole stack of players at once. Each update is one gradient step on the whole collection.

The gradient is that of PPO's surrogate without clipping. The policy that learns is still the policy that acted, so the ratio is
1 and the surrogate's gradient is the policy gradient.

Reference:
    Mnih, Badia, Mirza, Graves, Lillicrap, Harley, Silver & Kavukcuoglu (2016), algorithm S3, with all actors in step.
"""

from __future__ import annotations

from functools import partial

import torch

from agents.learners.contract import Schedule, TrainingInput, TrainingOutput
from agents.learners.hyper import HyperParameters
from agents.learners.minibatches import minibatch_of
from agents.learners.on_policy import Batches, Report, all_rows, alternate, explained_variance, gradient_of
from agents.learners.optimiser import Adam
from agents.models.stack import Stack


def train(given: TrainingInput) -> TrainingOutput:
    """Train every player of a stack. Each update collects experience, estimates advantages and takes one gradient step."""
    unbounded = torch.full_like(given.hyper["learning_rate"], float("inf"))
    adam, hyper = (
        Adam.restored(given.stack.spec.parameters, given.stack.parameters, given.states),
        HyperParameters(**given.hyper, clip=unbounded),
    )
    step = partial(improve, given.stack, adam, hyper=hyper, schedule=given.schedule)
    reports, tally = alternate(given, hyper.gamma, hyper.gae_lambda, step)
    return TrainingOutput(reports, tally, adam.states(given.stack.spec.parameters))


def improve(stack: Stack, adam: Adam, batches: Batches, hyper: HyperParameters, schedule: Schedule) -> Report:
    """Take one gradient step on one collection. Stack and optimiser are changed in place."""
    figures = stack.parameters.new_zeros(6, stack.size)
    if batches:
        whole = [minibatch_of(stack, side, batch, all_rows(batch)) for side, batch in batches]
        slope, figures = gradient_of(stack)(whole, hyper, schedule.value_weight)
        adam.step(stack.parameters, slope, hyper.learning_rate, schedule.max_gradient)
    policy, value, entropy, _, _ = figures[1:] / figures[0].clamp_min(1.0)
    explained = explained_variance(stack, batches)
    return {"policy_loss": policy, "value_loss": value, "entropy": entropy, "explained_variance": explained}
