"""Shared code of on-policy learners: collect experience, estimate advantages, improve, and repeat.

A learner provides the function `improve`, which changes the parameters. Everything else is in this module.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import torch
from torch import Tensor

from agents.acting.rollout import SEED_LIMIT, Experience, Table, collect
from agents.acting.routing import EMPTY
from agents.acting.seated import SeatedStack
from agents.acting.tally import Counts, Tally
from agents.learners import losses
from agents.learners.advantages import Estimates, action_value_targets, counterfactual, gae
from agents.learners.contract import TrainingInput
from agents.learners.gradient import autograd
from agents.learners.gradient.analytic import Derived, covers
from agents.learners.hyper import HyperParameters
from agents.learners.minibatches import Batch, Minibatch, batch_of, rows_of, seat_rows
from agents.models.normalisation import update_statistics
from agents.models.stack import Stack
from envs.game import Game
from envs.states import States
from envs.success import Criterion

Batches = Sequence[tuple[int, Batch]]
"""(index of a side, batch of the decisions on that side), for every side on which a player learns."""

Report = Mapping[str, Tensor]
"""Metrics of one update, [P] each; 0 for a player without decisions to learn from."""

Improve = Callable[[Batches], Report]
"""Changes the stack's parameters with the collected batches, and returns a report."""


def alternate(given: TrainingInput, gamma: Tensor, gae_lambda: Tensor, improve: Improve) -> tuple[list[Report], Tally]:
    """Collect, estimate and improve, once per update of the schedule. The stack is changed in place.

    Args:
        given: The input of the learner.
        gamma: [P], discount per decision.
        gae_lambda: [P], the λ of generalised advantage estimation.
        improve: The learner's own function.

    Returns:
        A report per update, which also has the metrics of every learner; and the results of the finished games.
    """
    arena, stack, watch = given.arena, given.stack, given.watch
    spec = stack.spec
    tables, reports = tables_of(given), list[Report]()
    experience = Experience.empty(
        arena.game,
        given.schedule.steps,
        arena.copies,
        arena.device,
        like=tables[0].now,
        seen=seen_by_critics(tables[0], wanted=spec.sees_state),
        memory_size=spec.carried_size,
        uncertain=spec.uncertain,
        position_size=arena.game.position_size if spec.dynamic else 0,
        facts=len(given.incentives.facts) if given.incentives else 0,
    )
    watch_ends(given, experience)
    tally = Tally.empty(arena.game, arena.copies, arena.device, given.criterion)
    watch.start()
    for _ in range(given.schedule.updates):
        with torch.no_grad():
            before = tally.counts()
            collect(tables, experience, tally, given.generator, watch)
            paid = given.incentives.pay(experience) if given.incentives else {}
            batches = estimate(stack, given.owner, experience, gamma, gae_lambda)
            of_games = metrics_of_games(given, tally, before)
            watch.lap("estimate")
            error = value_error(stack, batches)
            reports.append({**learn(stack, batches, improve), **of_games, **paid, "value_error": error})
            for table in tables:
                table.learners = seated(given, table.block)
            watch.lap("improve")
    return reports, tally


def seen_by_critics(table: Table, *, wanted: bool) -> States:
    """The joint states that critics see at a table now; states of size 0 if no critic wants them."""
    if wanted:
        return table.learners.informed(table.now.states, table.now.acting)
    return States.of(torch.zeros(1, len(table.arena.game.teams), 0, device=table.arena.device))


def watch_ends(given: TrainingInput, experience: Experience) -> None:
    """Keep the views at the ends of games if incentives ask for them; in games of turns nobody sees them."""
    if given.incentives is not None and not given.arena.game.turn_based:
        experience.ends = [torch.zeros_like(seen[1:]) for seen in experience.observation]


def metrics_of_games(given: TrainingInput, tally: Tally, before: Counts) -> Report:
    """The metrics of the games that ended since `before`, which every learner reports."""
    games, returns, told, successes = (now - then for now, then in zip(tally.counts(), before, strict=True))
    players = given.stack.size
    return {
        "game_return": mean_returns(given.owner, players, games, returns),
        **shares_of_successes(given.owner, players, told, successes, given.criterion),
        "games": (games * _plays(given.owner, players).any(2)).sum(1).to(torch.float32),
    }


def tables_of(given: TrainingInput) -> list[Table]:
    """Restart every part of the arena, with players and opponents in their seats."""
    arena, device = given.arena, given.arena.device
    seeds = torch.randint(0, SEED_LIMIT, (arena.copies,), generator=given.generator, device=device)
    tables, first = [], 0
    for part in arena.parts():
        block = slice(first, first := first + part.copies)
        tables.append(Table(part, block, seated(given, block), given.opponents(block), part.restart(seeds[block])))
    return tables


def seated(given: TrainingInput, block: slice) -> SeatedStack:
    """The learning players in their seats of a block of copies."""
    identities = None if given.identities is None else given.identities[block]
    return SeatedStack(given.stack, given.owner[block], identities=identities)


def mean_returns(owner: Tensor, players: int, games: Tensor, returns: Tensor) -> Tensor:
    """Each player's mean return per game and team it learns with, [P]; NaN where no game ended.

    Args:
        owner: int64 [C, K].
        players: Number of players, P.
        games: int64 [C], number of games that ended.
        returns: [C, K], sums of their returns.
    """
    held = torch.stack([owner == player for player in range(players)])
    return (returns * held).sum((1, 2)) / (games.unsqueeze(1) * held).sum((1, 2))


def shares_of_successes(owner: Tensor, players: int, told: Tensor, successes: Tensor, criterion: Criterion) -> Report:
    """The share of the finished games of each player that were a success, NaN where no game says; and how many say it.

    Games that all teams win or lose together count once. A player wins nothing against itself.

    Args:
        owner: int64 [C, K].
        players: Number of players, P.
        told: int64 [C, K], number of games of which is known whether they were a success for a team.
        successes: float64 [C, K], their successes.
        criterion: What counts as a success.
    """
    plays = _plays(owner, players)
    if criterion.kind == "told":
        told, successes, plays = told[:, :1], successes[:, :1], plays.any(2, keepdim=True)
    elif criterion.kind == "win":
        plays = plays & ~plays.all(2, keepdim=True)
    judged = (told * plays).sum((1, 2))
    return {"success": (successes * plays).sum((1, 2)) / judged, "judged": judged.to(torch.float32)}


def _plays(owner: Tensor, players: int) -> Tensor:
    """Which teams each player holds, bool [P, C, K]."""
    return torch.stack([owner == player for player in range(players)])


def estimate(stack: Stack, owner: Tensor, experience: Experience, gamma: Tensor, gae_lambda: Tensor) -> Batches:
    """Compute values and advantages, and make the batch of each side on which a player learns.

    Args:
        stack: The learning players.
        owner: int64 [C, K], the player that holds each team, or `EMPTY`.
        experience: T steps of C copies.
        gamma: [P].
        gae_lambda: [P].
    """
    game = stack.spec.game
    learner = owner[:, list(game.team_of_seat)]
    discount, lam = gamma[learner.clamp_min(0)], gae_lambda[learner.clamp_min(0)]
    judge = _judged_actions if stack.spec.architecture.critic == "counterfactual" else _judged_seats
    found = judge(stack, owner, experience, discount, lam)
    found = replace(found, known=found.known & (learner != EMPTY))
    sides = ((side, batch_of(stack.spec, side, experience, owner, stack.size, found)) for side in range(len(game.sides)))
    return [(side, batch) for side, batch in sides if batch is not None]


def _judged_seats(stack: Stack, owner: Tensor, experience: Experience, gamma: Tensor, lam: Tensor) -> Estimates:
    """Generalised advantages of critics that judge seats. γ and λ are [C, A]. The value of an absent or dead seat is 0."""
    steps, copies, _ = experience.reward.shape
    everywhere = SeatedStack(stack, _deciding(stack.spec.game, owner, experience.acting))
    observation = [x.flatten(0, 1) for x in experience.observation]
    value = everywhere.values(experience.states.flat(), observation, experience.memory.flatten(0, 1))
    value = value.view(steps + 1, copies, -1).masked_fill(~experience.acting, 0.0)
    flags = experience.acting, experience.terminated, experience.truncated
    advantage, known = gae(experience.reward, value, *flags, experience.bootstrap, gamma, lam)
    whole, _ = gae(experience.reward, value, *flags, experience.bootstrap, gamma, torch.ones_like(lam))
    value = value[:steps]
    return Estimates(value, advantage, advantage + value, whole + value, known)


def _judged_actions(stack: Stack, owner: Tensor, experience: Experience, gamma: Tensor, lam: Tensor) -> Estimates:
    """Counterfactual advantages. γ and λ are [C, A]. The value and the advantage of an absent or dead seat are 0."""
    game, (steps, copies, _) = stack.spec.game, experience.reward.shape
    everywhere, now = SeatedStack(stack, owner.repeat(steps, 1)), experience.views()
    noise = [first.flatten(0, 1).unsqueeze(2) for first in experience.chance]
    chances = everywhere.chances(now, experience.memory[:steps].flatten(0, 1), noise)
    actions = [action.flatten(0, 1) for action in experience.action]
    judged = everywhere.action_values(experience.states[:steps].flat(), actions, now.acting)
    value, advantage = torch.zeros_like(now.reward), torch.zeros_like(now.reward)
    for role, *of_role in zip(game.roles, judged, chances, actions, strict=True):
        value[:, list(role.seats)], advantage[:, list(role.seats)] = counterfactual(*of_role)
    value, advantage = (x.masked_fill(~now.acting, 0.0).view(steps, copies, -1) for x in (value, advantage))
    acted = experience.acting[:steps], experience.terminated, experience.truncated
    target, known = action_value_targets(experience.reward, value, *acted, gamma, lam)
    gain, _ = action_value_targets(experience.reward, value, *acted, gamma, torch.ones_like(lam))
    return Estimates(value, advantage.masked_fill(~known, 0.0), target, gain, known)


def _deciding(game: Game, owner: Tensor, acting: Tensor) -> Tensor:
    """The owner table of every step, [(T + 1) · C, K]; in turn-based games, waiting teams are `EMPTY`."""
    everywhere = owner.repeat(acting.shape[0], 1)
    if not game.turn_based:
        return everywhere
    moves = torch.stack([acting[:, :, list(seats)].any(2).flatten() for seats in game.teams], dim=1)
    return torch.where(moves, everywhere, EMPTY)


def learn(stack: Stack, batches: Batches, improve: Improve) -> Report:
    """Improve with one collection. Statistics of returns are updated before, and statistics of observations afterwards.

    In training, a policy must see exactly the inputs on which it acted. Therefore the scaling of observations changes only
    afterwards.
    """
    _update_return_statistics(stack, batches)
    report = improve(batches)
    _update_view_statistics(stack, batches)
    decisions = stack.parameters.new_zeros(stack.size)
    for _, batch in batches:
        decisions = decisions + batch.weight.flatten(1).sum(1)
    return {**report, "decisions": decisions}


Gradient = Callable[[Sequence[Minibatch], HyperParameters, float], tuple[Tensor, Tensor]]
"""See `agents.learners.gradient.autograd.gradient`."""


def gradient_of(stack: Stack) -> Gradient:
    """The fastest function that supports the gradient of a stack's minibatches."""
    return Derived(stack).gradient if covers(stack) else partial(autograd.gradient, stack)


def all_rows(batch: Batch) -> tuple[Tensor, Tensor]:
    """A minibatch with all units: positions [P, U], and a mask that is False for padding."""
    real = batch.units.real
    return torch.arange(real.shape[1], device=real.device).expand(real.shape), real


def explained_variance(stack: Stack, batches: Batches) -> Tensor:
    """Explained variance of the returns by the critics before the update, [P], over the decisions of all sides."""
    totals = stack.parameters.new_zeros(2, stack.size)
    for _, batch in batches:
        weight, rows = batch.weight, batch.routing.index
        count = weight.flatten(1).sum(1)
        share = losses.explained_variance(batch.value[rows], batch.target[rows], weight)
        totals = totals + torch.stack([share * count, count])
    return totals[0] / totals[1].clamp_min(1.0)


def value_error(stack: Stack, batches: Batches) -> Tensor:
    """How far the critics are from the discounted returns before the update, [P]: root mean square, in units of reward.

    The returns are those of λ = 1, so they do not depend on the critic except at the end of the collection. Therefore different
    kinds of critics can be compared. It is 0 for a player without decisions to learn from.
    """
    totals = stack.parameters.new_zeros(2, stack.size)
    for _, batch in batches:
        weight, rows = batch.weight, batch.routing.index
        square = (batch.gain - batch.value)[rows].square() * weight
        totals = totals + torch.stack([square.flatten(1).sum(1), weight.flatten(1).sum(1)])
    return (totals[0] / totals[1].clamp_min(1.0)).sqrt()


def _update_return_statistics(stack: Stack, batches: Batches) -> None:
    """Add the collection's returns to the statistics that scale the critics."""
    statistics = stack.spec.statistics.split(stack.statistics)
    for side, batch in batches:
        name = f"return.{stack.spec.game.sides[side].name}"
        targets = seat_rows(batch.routing.index, batch.target.shape[1])
        update_statistics(statistics, name, batch.target.view(-1, 1), targets, batch.weight.flatten(1))


def _update_view_statistics(stack: Stack, batches: Batches) -> None:
    """Add the collection's observations and states to the statistics that scale them."""
    spec = stack.spec
    if not spec.architecture.normalise:
        return
    statistics = spec.statistics.split(stack.statistics)
    for side, batch in batches:
        real, groups = batch.routing.real.to(torch.float32), batch.routing.index
        if spec.sees_state:
            name = f"state.{spec.game.sides[side].name}"
            update_statistics(statistics, name, batch.states, batch.state[groups], real)
        for role, observation, present in zip(spec.game.sides[side].roles, batch.observation, batch.present, strict=True):
            name, rows = f"observation.{spec.game.roles[role].name}", seat_rows(groups, observation.shape[1])
            here = rows_of(present, groups) * real.unsqueeze(2)
            update_statistics(statistics, name, observation.flatten(0, 1), rows, here.flatten(1))
