"""Proximal policy optimisation of a whole stack of players at once.

`train` is one player-generation: collect, estimate, improve, `updates` times over. Reports are returned, nothing is logged.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import zip_longest

import torch
from torch import Tensor

from agents.acting.rollout import SEED_LIMIT, Experience, Table, Tally, collect
from agents.acting.routing import EMPTY
from agents.acting.seated import SeatedStack
from agents.learners import losses
from agents.learners.advantages import gae
from agents.learners.gradient import autograd
from agents.learners.gradient.analytic import Derived, covers
from agents.learners.hyper import HyperParameters
from agents.learners.minibatches import Batch, batch_of, minibatch_of, rows_of, seat_rows, shuffled
from agents.learners.optimiser import Adam
from agents.models.normalisation import update_statistics
from agents.models.stack import Stack
from envs.arena import Actor, Arena
from envs.game import Game
from envs.stopwatch import Stopwatch


@dataclass(frozen=True)
class Schedule:
    """How much is played and how often it is learnt from; the same for all players of a league.

    Attributes:
        updates: Collections in a call of `train`.
        steps: Steps of every copy in a collection, T.
        epochs: Passes over a collection.
        minibatches: Optimiser steps in a pass.
        value_weight: Weight of the value loss.
        max_gradient: Longest gradient, per player.
    """

    updates: int
    steps: int
    epochs: int = 4
    minibatches: int = 4
    value_weight: float = 0.5
    max_gradient: float = 0.5


@dataclass(frozen=True)
class Report:
    """What one update did, one number per player [P]; 0 where a player had nothing to learn from.

    Attributes:
        policy_loss: Clipped surrogate; this and the next four are means over the decisions of all minibatches.
        value_loss: Half the mean squared error, in normalised returns.
        entropy: Nats per decision.
        kl: How far the policy moved, nats per decision.
        clip_fraction: Share of decisions outside the trust region.
        explained_variance: Of the returns, by the critic that was acting.
        decisions: Decisions learnt from.
        game_return: Mean return of the teams learnt with, over the games that ended; NaN where none did.
    """

    policy_loss: Tensor
    value_loss: Tensor
    entropy: Tensor
    kl: Tensor
    clip_fraction: Tensor
    explained_variance: Tensor
    decisions: Tensor
    game_return: Tensor


def train(
    arena: Arena,
    stack: Stack,
    adam: Adam,
    owner: Tensor,
    opponents: Callable[[slice], Sequence[Actor]],
    hyper: HyperParameters,
    schedule: Schedule,
    generator: torch.Generator,
    watch: Stopwatch | None = None,
) -> tuple[list[Report], Tally]:
    """Improve every player of the stack, in place.

    Args:
        arena: Copies of the game.
        stack: The learners, changed in place.
        adam: Their optimiser, changed in place.
        owner: int64 [C, K], the learner that holds each team and learns from it, or `EMPTY`.
        opponents: Whoever acts for the other teams in a block of copies.
        hyper: One value per player.
        schedule: How much, how often.
        generator: All the randomness there is.
        watch: Told how long acting, stepping, recording, estimating and improving take.

    Returns:
        A report per update, and the games each copy finished.
    """
    watch = watch or Stopwatch()
    joint = stack.spec.architecture.critic == "centralised"
    experience = Experience.empty(arena.game, schedule.steps, arena.copies, arena.device, joint=joint)
    tally = Tally.empty(arena.game, arena.copies, arena.device)
    seeds = torch.randint(0, SEED_LIMIT, (arena.copies,), generator=generator, device=arena.device)
    tables, first = [], 0
    for part in arena.parts():
        block = slice(first, first := first + part.copies)
        tables.append(Table(part, block, SeatedStack(stack, owner[block]), opponents(block), part.restart(seeds[block])))
    reports = []
    watch.start()
    for _ in range(schedule.updates):
        with torch.no_grad():
            before = tally.games.clone(), tally.returns.clone()
            collect(tables, experience, tally, generator, watch)
            batches = estimate(stack, owner, experience, hyper)
            returns = mean_returns(owner, stack.size, tally.games - before[0], tally.returns - before[1])
            watch.lap("estimate")
            reports.append(replace(improve(stack, adam, batches, hyper, schedule, generator), game_return=returns))
            for table in tables:
                table.learners = SeatedStack(stack, owner[table.block])
            watch.lap("improve")
    return reports, tally


def mean_returns(owner: Tensor, players: int, games: Tensor, returns: Tensor) -> Tensor:
    """Each player's mean return per game and team it learns with, [P].

    Args:
        owner: int64 [C, K].
        players: P.
        games: int64 [C], games that ended.
        returns: [C, K], their summed returns.
    """
    held = torch.stack([owner == player for player in range(players)])
    return (returns * held).sum((1, 2)) / (games.unsqueeze(1) * held).sum((1, 2))


def estimate(stack: Stack, owner: Tensor, experience: Experience, hyper: HyperParameters) -> list[tuple[int, Batch]]:
    """Values, advantages, and the batch of each side that somebody learns from."""
    game = stack.spec.game
    steps, copies, _ = experience.reward.shape
    everywhere = SeatedStack(stack, _deciding(game, owner, experience.acting))
    value = everywhere.values(experience.state.flatten(0, 1), [x.flatten(0, 1) for x in experience.observation])
    value = value.view(steps + 1, copies, -1)
    learner = owner[:, list(game.team_of_seat)]
    gamma, lam = hyper.gamma[learner.clamp_min(0)], hyper.gae_lambda[learner.clamp_min(0)]
    advantage, known = gae(
        experience.reward,
        value,
        experience.acting,
        experience.terminated,
        experience.truncated,
        experience.bootstrap,
        gamma,
        lam,
    )
    known &= learner != EMPTY
    sides = (
        (side, batch_of(game, side, experience, owner, stack.size, advantage, value[:steps], known))
        for side in range(len(game.sides))
    )
    return [(side, batch) for side, batch in sides if batch is not None]


def _deciding(game: Game, owner: Tensor, acting: Tensor) -> Tensor:
    """The owner table of every step, [(T + 1) · C, K]; where seats act in turns, without the teams that wait."""
    everywhere = owner.repeat(acting.shape[0], 1)
    if not game.turn_based:
        return everywhere
    moves = torch.stack([acting[:, :, list(seats)].any(2).flatten() for seats in game.teams], dim=1)
    return torch.where(moves, everywhere, EMPTY)


def improve(
    stack: Stack,
    adam: Adam,
    batches: Sequence[tuple[int, Batch]],
    hyper: HyperParameters,
    schedule: Schedule,
    generator: torch.Generator,
) -> Report:
    """Epochs of minibatch steps over one collection; then the statistics take in what was seen."""
    spec, players = stack.spec, stack.size
    statistics = spec.statistics.split(stack.statistics)
    for side, batch in batches:
        name = f"return.{spec.game.sides[side].name}"
        targets = seat_rows(batch.routing.index, batch.target.shape[1])
        update_statistics(statistics, name, batch.target.view(-1, 1), targets, batch.weight.flatten(1))
    totals = stack.parameters.new_zeros(6, players)
    gradient = Derived(stack).gradient if covers(stack) else partial(autograd.gradient, stack)
    for _ in range(schedule.epochs):
        indices = [shuffled(batch.routing.real, schedule.minibatches, generator) for _, batch in batches]
        for minibatch in zip_longest(*indices):
            minibatches = [
                minibatch_of(stack, side, batch, deal)
                for (side, batch), deal in zip(batches, minibatch, strict=True)
                if deal is not None
            ]
            slope, figures = gradient(minibatches, hyper, schedule.value_weight)
            totals += figures
            adam.step(stack.parameters, slope, hyper.learning_rate, schedule.max_gradient)
    explained, decisions = _explained(batches, totals.new_zeros(2, players))
    _take_in(stack, batches)
    policy, value, surprise, moved, outside = totals[1:] / totals[0].clamp_min(1.0)
    nothing = torch.full_like(decisions, float("nan"))
    return Report(policy, value, surprise, moved, outside, explained, decisions, nothing)


def _explained(batches: Sequence[tuple[int, Batch]], totals: Tensor) -> tuple[Tensor, Tensor]:
    """Explained variance, a mean over decisions where a player learnt on several sides, and decisions; [P] each."""
    for _, batch in batches:
        weight, rows = batch.weight, batch.routing.index
        count = weight.flatten(1).sum(1)
        share = losses.explained_variance(batch.value[rows], batch.target[rows], weight)
        totals = totals + torch.stack([share * count, count])
    return totals[0] / totals[1].clamp_min(1.0), totals[1]


def _take_in(stack: Stack, batches: Sequence[tuple[int, Batch]]) -> None:
    """Let the observation and state statistics take in the collection."""
    spec = stack.spec
    if not spec.architecture.normalise:
        return
    statistics = spec.statistics.split(stack.statistics)
    for side, batch in batches:
        real, groups = batch.routing.real.to(torch.float32), batch.routing.index
        if spec.architecture.critic == "centralised":
            name = f"state.{spec.game.sides[side].name}"
            update_statistics(statistics, name, batch.states, batch.state[groups], real)
        for role, observation, present in zip(spec.game.sides[side].roles, batch.observation, batch.present, strict=True):
            name, rows = f"observation.{spec.game.roles[role].name}", seat_rows(groups, observation.shape[1])
            here = rows_of(present, groups) * real.unsqueeze(2)
            update_statistics(statistics, name, observation.flatten(0, 1), rows, here.flatten(1))
