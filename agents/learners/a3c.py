"""Asynchronous advantage actor-critic, made reproducible: the gradients of several workers, some updates old, in a fixed order.

The copies of the game are divided among the workers. All workers collect with the same parameters and compute their gradients
for these parameters. The gradients are then applied one after another, so the gradient of the last worker is as many updates
old as there are other workers. In the original, the order depends on the speed of threads. Here it is a function of the seed.

Reference:
    Mnih, Badia, Mirza, Graves, Lillicrap, Harley, Silver & Kavukcuoglu (2016), algorithm S3, with shared RMSprop (section 4).
"""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor

from agents.learners.contract import Schedule, TrainingInput, TrainingOutput
from agents.learners.hyper import HyperParameters
from agents.learners.minibatches import Batch, minibatch_of
from agents.learners.on_policy import Batches, Report, alternate, explained_variance, gradient_of
from agents.learners.rmsprop import RMSprop
from agents.models.stack import Stack


def train(given: TrainingInput) -> TrainingOutput:
    """Train every player of a stack. The number of workers is `schedule.minibatches`."""
    unbounded = torch.full_like(given.hyper["learning_rate"], float("inf"))
    optimiser, hyper = RMSprop.restored(given.stack, given.states), HyperParameters(**given.hyper, clip=unbounded)
    step = partial(improve, given.stack, optimiser, hyper=hyper, schedule=given.schedule, copies=given.arena.copies)
    reports, tally = alternate(given, hyper.gamma, hyper.gae_lambda, step)
    return TrainingOutput(reports, tally, optimiser.states(given.stack))


def improve(
    stack: Stack, optimiser: RMSprop, batches: Batches, hyper: HyperParameters, schedule: Schedule, copies: int
) -> Report:
    """Apply the gradients of all workers on one collection. Stack and optimiser are changed in place."""
    totals = stack.parameters.new_zeros(6, stack.size)
    gradient, slopes = gradient_of(stack), list[Tensor]()
    workers = min(schedule.minibatches, copies)
    for worker in range(workers):
        shares = ((side, batch, share(batch, schedule.steps, copies, worker, workers)) for side, batch in batches)
        mine = [minibatch_of(stack, side, batch, part) for side, batch, part in shares if part[0].shape[1] > 0]
        if mine:
            slope, figures = gradient(mine, hyper, schedule.value_weight)
            slopes.append(slope.clone())
            totals += figures
    for slope in slopes:
        optimiser.step(stack.parameters, slope, hyper.learning_rate, schedule.max_gradient)
    policy, value, entropy, _, _ = totals[1:] / totals[0].clamp_min(1.0)
    explained = explained_variance(stack, batches)
    return {"policy_loss": policy, "value_loss": value, "entropy": entropy, "explained_variance": explained}


def share(batch: Batch, steps: int, copies: int, worker: int, workers: int) -> tuple[Tensor, Tensor]:
    """The units of a batch that were collected by one worker.

    Args:
        batch: The decisions of one side.
        steps: Number of steps of a collection, T.
        copies: Number of copies, C. Copy c belongs to worker c · W // C.
        worker: Index of the worker.
        workers: Number of workers, W.

    Returns:
        Positions in the players' lists of units [P, w], and a mask of the padding [P, w]; see `minibatch_of`.
    """
    units, sequences = batch.units, batch.sequences
    if sequences is None:
        per_step = len(batch.learnt) // steps // copies
        copy = units.index // per_step % copies
    else:
        copy = units.index // (len(sequences.rows) // copies)
    mine = units.real & (copy * workers // copies == worker)
    order = (~mine).int().argsort(dim=1, stable=True)[:, : int(mine.sum(1).max())]
    return order, mine.gather(1, order)
