"""The two kinds of work a league is cut into, as pure functions of plain data: `train` and `play`.

A task carries all it needs and nothing of the machine it runs on, with one thread of arithmetic: whoever runs it, and however
often, the same bits come back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, fields
from math import isfinite
from typing import Literal

import numpy as np
import torch
from torch import Tensor

import envs
from agents import EMPTY, Adam, Architecture, HyperParameters, Networks, PlayerSpec, Schedule, SeatedStack, Stack
from agents import train as train_stack
from agents.learners.ppo import Report
from envs.arena import Actor
from envs.bots.registry import BotActor
from envs.game import Game, GameSetup
from envs.stopwatch import Stopwatch
from league.config.plugins import bot_of
from league.errors import LeagueError
from tournaments.match.play import ActorFactory
from tournaments.match.play import play as play_matches
from tournaments.tickets import MatchResult, Ticket

Arrays = Mapping[str, np.ndarray]
Twin = Literal["auto", "never", "always"]


@dataclass(frozen=True)
class Contestant:
    """A player as a task needs it: networks and weights, or the name of a bot.

    Attributes:
        architecture: Its networks; None for a bot.
        weights: Parameters and statistics by name; empty for a bot.
        temperature: How sharply a policy acts: 1 as it was trained, towards 0 more and more its favourite action.
        bot: The bot's name without `bot:`, or `module:callable`; empty for a policy.
    """

    architecture: Architecture | None = None
    weights: Arrays | None = None
    temperature: float = 1.0
    bot: str = ""


@dataclass(frozen=True)
class Ground:
    """Where a task takes place.

    Attributes:
        setup: The game.
        twin: Whether its batched twin is used: auto, never or always.
        workers: Processes that step stock environments.
        device: Where tensors live.
    """

    setup: GameSetup
    twin: Twin
    workers: int
    device: str


@dataclass(frozen=True)
class Learner:
    """A player that trains, with the tickets of its copies.

    Attributes:
        name: Its name on the tickets.
        weights: Parameters and statistics by name.
        optimiser: Adam's moments by name; empty for one that has not learnt yet.
        hyper: Hyper-parameters by name.
        tickets: One per copy.
    """

    name: str
    weights: Arrays
    optimiser: Arrays
    hyper: Mapping[str, float]
    tickets: Sequence[Ticket]


@dataclass(frozen=True)
class TrainTask:
    """Train some players as one stack for one generation.

    Attributes:
        ground: Where.
        architecture: Their networks.
        learners: Players with equally many tickets.
        opponents: Everybody else named on the tickets.
        schedule: How much, how often.
        seed: All the randomness there is.
    """

    ground: Ground
    architecture: Architecture
    learners: Sequence[Learner]
    opponents: Mapping[str, Contestant]
    schedule: Schedule
    seed: int


@dataclass(frozen=True)
class Trained:
    """What became of one learner.

    Attributes:
        weights: Parameters and statistics by name.
        optimiser: Adam's moments by name.
        updates: Figures of each update.
        decisions: Decisions learnt from.
        games: int64 [copies], games finished on each ticket.
        returns: float64 [copies, K], summed returns of each team.
        wins: int64 [copies, K, K], games in which the first team got more than the second.
    """

    weights: Arrays
    optimiser: Arrays
    updates: Sequence[Mapping[str, float]]
    decisions: int
    games: np.ndarray
    returns: np.ndarray
    wins: np.ndarray


@dataclass(frozen=True)
class PlayTask:
    """Play some matches.

    Attributes:
        ground: Where.
        contestants: Everybody named on the tickets.
        tickets: What to play.
        copies: Matches played at once.
    """

    ground: Ground
    contestants: Mapping[str, Contestant]
    tickets: Sequence[Ticket]
    copies: int


def train(task: TrainTask, watch: Stopwatch | None = None) -> list[Trained]:
    """Train the task's learners; one result each, in order. A watch is started once the arena stands."""
    with one_thread():
        device, game = torch.device(task.ground.device), envs.describe(task.ground.setup)
        stack = Stack.of(PlayerSpec(game, task.architecture), [learner.weights for learner in task.learners], device)
        adam = _adam(stack, [learner.optimiser for learner in task.learners])
        tickets = [ticket for learner in task.learners for ticket in learner.tickets]
        owner = _owners(tickets, {learner.name: index for index, learner in enumerate(task.learners)}, device, learning=True)
        with closing(_arena(task.ground, len(tickets))) as arena:
            opponents = _opponents(game, task, tickets, device)
            hyper = HyperParameters.stack([learner.hyper for learner in task.learners], device)
            generator = torch.Generator(device).manual_seed(task.seed)
            if watch is not None:
                watch.start()
            reports, tally = train_stack(arena, stack, adam, owner, opponents, hyper, task.schedule, generator, watch=watch)
            _check_finite(task, stack, reports)
            if watch is not None:
                watch.lap("rest")
        results, start = [], 0
        for index, learner in enumerate(task.learners):
            copies = slice(start, start := start + len(learner.tickets))
            results.append(
                Trained(
                    stack.player(index),
                    _moments(stack, adam, index),
                    [_figures(report, index) for report in reports],
                    int(sum(float(report.decisions[index]) for report in reports)),
                    tally.games[copies].cpu().numpy(),
                    tally.returns[copies].double().cpu().numpy(),
                    tally.wins[copies].cpu().numpy(),
                )
            )
        return results


def play(task: PlayTask, watch: Stopwatch | None = None) -> list[MatchResult]:
    """Play the task's tickets; one result each, in order. Every game begins in a fresh environment.

    A watch is started once the arena stands and the players are there.
    """
    with one_thread():
        game, device = envs.describe(task.ground.setup), torch.device(task.ground.device)
        with closing(_arena(task.ground, min(task.copies, len(task.tickets)), fresh=True)) as arena, torch.no_grad():
            factory = actor_factory(game, task.contestants, device)
            if watch is not None:
                watch.start()
            results = play_matches(arena, task.tickets, factory, watch=watch)
            if watch is not None:
                watch.lap("rest")
            return results


def actor_factory(game: Game, contestants: Mapping[str, Contestant], device: torch.device) -> ActorFactory:
    """Seat contestants of any architectures and any bots in one arena."""
    stacks: list[tuple[Stack, Networks, float, list[str]]] = []
    kinds = ((c.architecture, c.temperature) for c in contestants.values() if c.architecture is not None)
    for architecture, temperature in dict.fromkeys(kinds):
        names = [name for name, c in contestants.items() if (c.architecture, c.temperature) == (architecture, temperature)]
        arrays = [weights for name in names if (weights := contestants[name].weights) is not None]
        stack = Stack.of(PlayerSpec(game, architecture), arrays, device)
        stacks.append((stack, Networks(stack), temperature, names))
    bots = {name: bot_of(c.bot, game) for name, c in contestants.items() if c.bot}

    def factory(owner: Tensor, players: tuple[str, ...]) -> Sequence[Actor]:
        actors: list[Actor] = []
        for stack, networks, temperature, names in stacks:
            place = {name: index for index, name in enumerate(names)}
            lookup = torch.tensor([*(place.get(name, EMPTY) for name in players), EMPTY], device=device)
            held = lookup[owner]
            if bool((held != EMPTY).any()):
                actors.append(SeatedStack(stack, held, temperature, networks))
        actors += [BotActor(game, bots[name], owner == index) for index, name in enumerate(players) if name in bots]
        return actors

    return factory


@contextmanager
def one_thread() -> Iterator[None]:
    """Do arithmetic on one thread, so that sums are added up in the same order everywhere."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _check_finite(task: TrainTask, stack: Stack, reports: Sequence[Report]) -> None:
    """Nothing that has diverged goes back to the league.

    Raises:
        LeagueError: Names the player and the update in which its losses stopped being numbers.
    """
    for index, learner in enumerate(task.learners):
        if not bool(stack.parameters[index].isfinite().all()):
            losses = [float(report.policy_loss[index] + report.value_loss[index]) for report in reports]
            first = next((number for number, loss in enumerate(losses) if not isfinite(loss)), len(losses) - 1)
            raise LeagueError(
                f"the training of {learner.name} diverged in update {first}: its weights are no longer numbers; "
                "try a lower hyper.learning_rate (and hyper.learning_rate.high), or a lower train.max_gradient"
            )


def _arena(ground: Ground, copies: int, *, fresh: bool = False) -> envs.Arena:
    return envs.make(
        ground.setup, copies, twin=ground.twin, workers=min(ground.workers, copies), device=ground.device, fresh=fresh
    )


def _owners(tickets: Sequence[Ticket], place: Mapping[str, int], device: torch.device, *, learning: bool) -> Tensor:
    """int64 [C, K], who in `place` holds each team, counting only teams that learn, or only those that do not."""
    rows = [
        [place.get(p, EMPTY) if k == learning else EMPTY for p, k in zip(t.players, t.learns, strict=True)] for t in tickets
    ]
    return torch.tensor(rows, device=device)


def _opponents(
    game: Game, task: TrainTask, tickets: Sequence[Ticket], device: torch.device
) -> Callable[[slice], Sequence[Actor]]:
    names = tuple(task.opponents)
    owner = _owners(tickets, {name: index for index, name in enumerate(names)}, device, learning=False)
    factory = actor_factory(game, task.opponents, device)
    return lambda block: factory(owner[block], names)


def _adam(stack: Stack, optimisers: Sequence[Arrays]) -> Adam:
    adam, layout = Adam.fresh(stack.parameters), stack.spec.parameters
    for index, arrays in enumerate(optimisers):
        if arrays:
            for moment, kept in (("mean", adam.mean), ("square", adam.square)):
                kept[index] = layout.from_arrays({name: arrays[f"{moment}.{name}"] for name, _ in layout.shapes})
            adam.steps[index] = float(arrays["steps"][0])
    return adam


def _moments(stack: Stack, adam: Adam, index: int) -> dict[str, np.ndarray]:
    layout = stack.spec.parameters
    arrays = {
        f"{moment}.{name}": value
        for moment, kept in (("mean", adam.mean), ("square", adam.square))
        for name, value in layout.to_arrays(kept[index]).items()
    }
    return {**arrays, "steps": adam.steps[index].cpu().numpy()}


def _figures(report: Report, index: int) -> dict[str, float]:
    return {field.name: float(getattr(report, field.name)[index]) for field in fields(report)}
