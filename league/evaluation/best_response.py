"""Best responses that are trained on a budget, by the same protocol for every player.

Some new players with the project's default networks and PPO train against what is examined, which does not learn. After each
part of the budget they play fresh games. The best of them by half of the games is measured by the other half, so that the
choice does not flatter it.

Reference:
    Lanctot et al. (2017), section 2; Timbers et al. (2022), "Approximate exploitability: learning a best response".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np

from agents.learners.contract import Schedule
from agents.models.spec import PlayerSpec
from envs.game import Game
from league.config.schema import LeagueConfig
from league.execution import tasks
from league.execution.executors import Executor
from league.execution.initialisation import initialise_weights
from league.execution.seeds import Seeds
from league.execution.tasks import ArenaSpec, Contestant, PlayTask, Trainee, TrainTask
from league.population.matchmaking import apportion
from tournaments.rating.payoff import NORMAL
from tournaments.tickets import SEEDS, MatchResult, Ticket, match_id

COPIES, STEPS, EPOCHS, MINIBATCHES = 64, 32, 4, 4
"""Copies of the game per response, steps of a collection, and passes and optimiser steps over it."""


@dataclass(frozen=True)
class Budget:
    """What is spent on trained responses.

    Attributes:
        steps: Decisions that each response learns from, about.
        seeds: Number of responses, which begin with different weights.
        games: Games of each measurement.
        seed: The seed of all random numbers.
        points: Number of measurements.
        learner: The learner of the responses.
    """

    steps: int = 200_000
    seeds: int = 2
    games: int = 2000
    seed: int = 0
    points: int = 5
    learner: str = "ppo"


@dataclass(frozen=True)
class Point:
    """What the responses win after a part of the budget.

    Attributes:
        steps: Decisions that each response has learnt from.
        gain: The sum over the teams of what the best response wins more than what is examined wins there itself.
        low: Lower end of the 95 % interval.
        high: Upper end of the 95 % interval.
    """

    steps: int
    gain: float
    low: float
    high: float


@dataclass(frozen=True)
class Target:
    """What is examined: players and their weights, of which one is drawn for every game and team."""

    weights: Mapping[str, float]
    players: Mapping[str, Contestant]


def best_responses(game: Game, target: Target, arena: ArenaSpec, budget: Budget, executor: Executor) -> list[Point]:
    """Train responses and measure them.

    Args:
        game: The game.
        target: What is examined.
        arena: The arena.
        budget: What may be spent.
        executor: Runs the tasks.

    Returns:
        One point per measurement.
    """
    seeds = Seeds(budget.seed)
    config = LeagueConfig.model_validate({"name": "exploit", "game": {"name": game.name}, "learner": budget.learner})
    architecture, hyper = config.architecture(game), config.groups[0].hyper.start()
    names = [f"response {number + 1}" for number in range(budget.seeds)]
    spec = PlayerSpec(game, architecture)
    weights = {name: initialise_weights(spec, seeds.integer(0, "responses", place), {}) for place, name in enumerate(names)}
    states: dict[str, Mapping[str, np.ndarray]] = {name: {} for name in names}
    itself = _itself(game, target, arena, budget, seeds, executor)
    updates = max(1, round(budget.steps / (_decisions(game) * budget.points)))
    points, learnt = list[Point](), 0
    for part in range(budget.points):
        generator = seeds.numpy(part, "tickets")
        tickets = [_tickets(game, name, target, COPIES, generator, place, learns=True) for place, name in enumerate(names)]
        trainees = [Trainee(name, weights[name], states[name], hyper, held) for name, held in zip(names, tickets, strict=True)]
        schedule = Schedule(updates, STEPS, EPOCHS, MINIBATCHES)
        seed = seeds.integer(part, "training")
        task = TrainTask(arena, architecture, trainees, target.players, schedule, seed, budget.learner, {})
        trained = executor.map(tasks.train, [task], lambda done: None)[0]
        for name, result in zip(names, trained, strict=True):
            weights[name], states[name] = result.weights, result.state
        learnt += trained[0].decisions
        contestants = {name: Contestant(architecture, weights[name]) for name in names}
        points.append(replace(_measured(game, contestants, target, arena, budget, seeds, part, executor, itself), steps=learnt))
    return points


def _decisions(game: Game) -> int:
    """Decisions that a response learns from in one collection, about: of its own team, in its own turns."""
    share = 1.0 / len(game.teams) if game.turn_based else len(game.teams[0])
    return max(1, int(COPIES * STEPS * share))


def _tickets(
    game: Game, name: str, target: Target, copies: int, generator: np.random.Generator, first: int, *, learns: bool
) -> list[Ticket]:
    """Tickets in which the response holds each team in turn, and drawn players of the target hold the others."""
    teams, drawn = len(game.teams), list(target.weights)
    met = apportion(np.array(list(target.weights.values())), copies * (teams - 1), generator)
    generator.shuffle(met)
    tickets = []
    for copy in range(copies):
        others = iter(drawn[index] for index in met[copy * (teams - 1) : (copy + 1) * (teams - 1)])
        players = tuple(name if team == copy % teams else next(others) for team in range(teams))
        mine = tuple(learns and team == copy % teams for team in range(teams))
        match = match_id(0, "train" if learns else "evaluation", first * copies + copy)
        seed, purpose = int(generator.integers(SEEDS)), "train" if learns else "evaluation"
        tickets.append(Ticket(match, 0, purpose, seed, players, mine, match, ("",) * teams))  # type: ignore[arg-type]
    return tickets


def _measured(
    game: Game,
    responses: Mapping[str, Contestant],
    target: Target,
    arena: ArenaSpec,
    budget: Budget,
    seeds: Seeds,
    part: int,
    executor: Executor,
    itself: tuple[float, float],
) -> Point:
    """The gain of the response that is best by half of the games, measured by the other half."""
    generator, half = seeds.numpy(part, "measurement"), max(len(game.teams), budget.games // 2)
    players = {**target.players, **responses}
    work = [
        PlayTask(arena, players, _tickets(game, name, target, half, generator, place, learns=False), None)
        for place, name in enumerate([*responses, *responses])
    ]
    played = executor.map(tasks.play, work, lambda done: None)
    gains = [_won(game, results) for results in played]
    best = int(np.argmax([gain for gain, _ in gains[: len(responses)]]))
    gain, error = gains[len(responses) + best]
    gain, width = gain - itself[0], NORMAL * sqrt(error**2 + itself[1] ** 2)
    return Point(0, gain, gain - width, gain + width)


def _won(game: Game, results: Sequence[MatchResult]) -> tuple[float, float]:
    """The sum over the teams of the mean return of whoever responds there, and its standard error."""
    of_teams: list[list[float]] = [[] for _ in game.teams]
    for number, result in enumerate(results):
        team = number % len(game.teams)
        of_teams[team].append(result.returns[team])
    means = [float(np.mean(values)) for values in of_teams]
    errors = [float(np.std(values, ddof=1) / sqrt(len(values))) if len(values) > 1 else 0.0 for values in of_teams]
    return sum(means), sqrt(sum(error**2 for error in errors))


def _itself(
    game: Game, target: Target, arena: ArenaSpec, budget: Budget, seeds: Seeds, executor: Executor
) -> tuple[float, float]:
    """The sum over the teams of what the target wins in games against itself, and its standard error."""
    generator = seeds.numpy(0, "itself")
    teams, drawn = len(game.teams), list(target.weights)
    met = apportion(np.array(list(target.weights.values())), budget.games * teams, generator)
    generator.shuffle(met)
    tickets = []
    for copy in range(budget.games):
        players = tuple(drawn[index] for index in met[copy * teams : (copy + 1) * teams])
        match = match_id(0, "evaluation", copy)
        seed = int(generator.integers(SEEDS))
        tickets.append(Ticket(match, 0, "evaluation", seed, players, (False,) * teams, match, ("",) * teams))
    played = executor.map(tasks.play, [PlayTask(arena, target.players, tickets, None)], lambda done: None)[0]
    sums = [float(sum(result.returns)) for result in played]
    return float(np.mean(sums)), float(np.std(sums, ddof=1) / sqrt(len(sums))) if len(sums) > 1 else 0.0
