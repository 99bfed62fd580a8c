"""Proximal policy optimisation of a whole stack of players at once.

`train` is one player-generation: collect, estimate, improve, `updates` times over. Reports are returned, nothing is logged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import zip_longest

import torch
from torch import Tensor

from agents import losses
from agents.advantages import gae
from agents.batches import Batch, batch_of, shuffled
from agents.normalisation import absorb
from agents.optimiser import Adam
from agents.policy import actor, critic, entropy, log_likelihood, masked
from agents.population import EMPTY, SeatedStack, Stack, return_scale
from agents.rollout import SEED_LIMIT, Memory, Tally, collect
from envs.arena import Actor, Arena
from envs.game import Game


@dataclass(frozen=True)
class HyperParameters:
    """What evolution may change, one value per player; on a stack each is a tensor [P].

    Attributes:
        learning_rate: Adam's step size.
        clip: Trust region of the policy ratio.
        entropy: Weight of the entropy bonus, per nat.
        gamma: Discount per decision.
        gae_lambda: λ of generalised advantage estimation.
    """

    learning_rate: Tensor
    clip: Tensor
    entropy: Tensor
    gamma: Tensor
    gae_lambda: Tensor

    @classmethod
    def stack(cls, players: Sequence[Mapping[str, float]], device: torch.device) -> HyperParameters:
        """Stack players' values, given by field name."""
        return cls(*(torch.tensor([player[f.name] for player in players], device=device) for f in fields(cls)))


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
    opponents: Sequence[Actor],
    hyper: HyperParameters,
    schedule: Schedule,
    generator: torch.Generator,
) -> tuple[list[Report], Tally]:
    """Improve every player of the stack, in place.

    Args:
        arena: Copies of the game.
        stack: The learners, changed in place.
        adam: Their optimiser, changed in place.
        owner: int64 [C, K], the learner that holds each team and learns from it, or `EMPTY`.
        opponents: Whoever acts for the other teams.
        hyper: One value per player.
        schedule: How much, how often.
        generator: All the randomness there is.

    Returns:
        A report per update, and the games each copy finished.
    """
    learners = SeatedStack(stack, owner)
    memory = Memory.empty(arena.game, schedule.steps, arena.copies, arena.device)
    tally = Tally.empty(arena.game, arena.copies, arena.device)
    seeds = torch.randint(0, SEED_LIMIT, (arena.copies,), generator=generator, device=arena.device)
    now = arena.restart(seeds)
    reports = []
    for _ in range(schedule.updates):
        with torch.no_grad():
            before = tally.games.clone(), tally.returns.clone()
            now = collect(arena, now, learners, opponents, memory, tally, generator)
            batches = estimate(stack, owner, memory, hyper)
            returns = mean_returns(owner, stack.size, tally.games - before[0], tally.returns - before[1])
        reports.append(replace(improve(stack, adam, batches, hyper, schedule, generator), game_return=returns))
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


def estimate(stack: Stack, owner: Tensor, memory: Memory, hyper: HyperParameters) -> list[tuple[int, Batch]]:
    """Values, advantages, and the batch of each side that somebody learns from."""
    game = stack.blueprint.game
    steps, copies, _ = memory.reward.shape
    everywhere = SeatedStack(stack, _deciding(game, owner, memory.acting))
    value = everywhere.values(memory.state.flatten(0, 1), [x.flatten(0, 1) for x in memory.observation])
    value = value.view(steps + 1, copies, -1)
    learner = owner[:, list(game.team_of_seat)]
    gamma, lam = hyper.gamma[learner.clamp_min(0)], hyper.gae_lambda[learner.clamp_min(0)]
    advantage, known = gae(
        memory.reward, value, memory.acting, memory.terminated, memory.truncated, memory.bootstrap, gamma, lam
    )
    known &= learner != EMPTY
    sides = (
        (side, batch_of(game, side, memory, owner, stack.size, advantage, value[:steps], known))
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
    blueprint, players = stack.blueprint, stack.size
    statistics = blueprint.statistics.split(stack.statistics)
    for side, batch in batches:
        name = f"return.{blueprint.game.sides[side].name}"
        absorb(statistics, name, batch.target[batch.index].flatten(1).unsqueeze(2), _weights(batch).flatten(1))
    totals = stack.parameters.new_zeros(6, players)
    for _ in range(schedule.epochs):
        dealt = [shuffled(batch.real, schedule.minibatches, generator) for _, batch in batches]
        for minibatch in zip_longest(*dealt):
            flat = stack.parameters.detach().requires_grad_()
            pieces = blueprint.parameters.split(flat)
            loss = flat.new_zeros(())
            for (side, batch), deal in zip(batches, minibatch, strict=True):
                if deal is not None:
                    part, figures = minibatch_loss(stack, pieces, side, batch, deal, hyper, schedule)
                    loss, totals = loss + part, totals + figures
            loss.backward()
            assert flat.grad is not None
            with torch.no_grad():
                adam.step(stack.parameters, flat.grad, hyper.learning_rate, schedule.max_gradient)
    explained, decisions = _explained(batches, totals.new_zeros(2, players))
    _take_in(stack, batches)
    policy, value, surprise, moved, outside = totals[1:] / totals[0].clamp_min(1.0)
    nothing = torch.full_like(decisions, float("nan"))
    return Report(policy, value, surprise, moved, outside, explained, decisions, nothing)


def minibatch_loss(
    stack: Stack,
    pieces: Mapping[str, Tensor],
    side: int,
    batch: Batch,
    dealt: tuple[Tensor, Tensor],
    hyper: HyperParameters,
    schedule: Schedule,
) -> tuple[Tensor, Tensor]:
    """The loss of one minibatch of one side, summed over players, who share no parameter.

    Args:
        stack: The learners.
        pieces: Their parameters by name, which the loss is differentiated by.
        side: Index of the side.
        batch: All groups of the side.
        dealt: Positions in the players' lists of groups, and which are no padding; see `shuffled`.
        hyper: One value per player.
        schedule: The weight of the value loss.

    Returns:
        The loss; and [6, P] decisions learnt from, then policy loss, value loss, entropy, divergence and clip fraction, each
        summed over these decisions.
    """
    blueprint = stack.blueprint
    game, statistics = blueprint.game, blueprint.statistics.split(stack.statistics)
    roles = [game.roles[role] for role in game.sides[side].roles]
    rows = batch.index.gather(1, dealt[0])
    weight = batch.learnt[rows] * dealt[1].unsqueeze(2).to(torch.float32)
    observations, present = [_rows(x, rows) for x in batch.observation], [_rows(x, rows) for x in batch.present]
    preferences, _ = actor(blueprint, pieces, statistics, side, observations, present)
    now, surprises = [], []
    for role, preference, legal, action in zip(roles, preferences, batch.legal, batch.action, strict=True):
        spread = pieces.get(f"spread.{role.name}")
        allowed = preference if legal is None else masked(preference, _rows(legal, rows))
        now.append(log_likelihood(role, allowed, spread, _rows(action, rows)))
        surprises.append(entropy(role, allowed, spread))
    silent = ~torch.cat(present, dim=2) | (weight == 0)
    log_ratio = (torch.cat(now, dim=2) - torch.cat([_rows(x, rows) for x in batch.likelihood], dim=2)).masked_fill(silent, 0.0)
    surprise = torch.cat(surprises, dim=2).masked_fill(silent, 0.0)
    value = critic(blueprint, pieces, statistics, side, _rows(batch.state, rows), observations)
    if batch.place is not None:  # one seat of one role moved
        log_ratio, surprise = log_ratio.sum(2, keepdim=True), surprise.sum(2, keepdim=True)
        value = value.gather(2, batch.place[rows].unsqueeze(2))
    bonus = losses.average(surprise, weight)
    policy = losses.policy_loss(log_ratio, losses.standardised(batch.advantage[rows], weight), hyper.clip, weight)
    deviation, mean = return_scale(statistics, game.sides[side].name)
    target = (batch.target[rows] - mean.view(-1, 1, 1)) / deviation.view(-1, 1, 1)
    error = losses.value_loss(value, target, weight)
    loss = (policy + schedule.value_weight * error - hyper.entropy * bonus).sum()
    with torch.no_grad():
        moved = losses.approximate_kl(log_ratio, weight)
        outside = losses.clip_fraction(log_ratio, hyper.clip, weight)
    count = weight.flatten(1).sum(1)
    return loss, torch.stack([torch.ones_like(count), policy, error, bonus, moved, outside]).detach() * count


def _rows(x: Tensor, rows: Tensor) -> Tensor:
    """Rows of x [R, …] by number [P, B]: [P, B, …]; several times faster than fancy indexing."""
    return x.index_select(0, rows.flatten()).view(*rows.shape, *x.shape[1:])


def _explained(batches: Sequence[tuple[int, Batch]], totals: Tensor) -> tuple[Tensor, Tensor]:
    """Explained variance, a mean over decisions where a player learnt on several sides, and decisions; [P] each."""
    for _, batch in batches:
        weight = _weights(batch)
        count = weight.flatten(1).sum(1)
        share = losses.explained_variance(batch.value[batch.index], batch.target[batch.index], weight)
        totals = totals + torch.stack([share * count, count])
    return totals[0] / totals[1].clamp_min(1.0), totals[1]


def _weights(batch: Batch) -> Tensor:
    return batch.learnt[batch.index] * batch.real.unsqueeze(2).to(torch.float32)


def _take_in(stack: Stack, batches: Sequence[tuple[int, Batch]]) -> None:
    """Let the observation and state statistics take in the collection."""
    blueprint = stack.blueprint
    if not blueprint.architecture.normalise:
        return
    statistics = blueprint.statistics.split(stack.statistics)
    for side, batch in batches:
        real = batch.real.to(torch.float32)
        absorb(statistics, f"state.{blueprint.game.sides[side].name}", batch.state[batch.index], real)
        for role, observation, present in zip(blueprint.game.sides[side].roles, batch.observation, batch.present, strict=True):
            rows, here = observation[batch.index], present[batch.index] * real.unsqueeze(2)
            absorb(statistics, f"observation.{blueprint.game.roles[role].name}", rows.flatten(1, 2), here.flatten(1, 2))
