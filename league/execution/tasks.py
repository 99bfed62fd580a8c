"""The two kinds of tasks of a league, as pure functions of plain data: `train` and `play`.

A task contains everything that it needs and depends on nothing of the machine. It computes on one thread. Therefore every run
of a task, in any process, gives the same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from agents.acting.forgetting import Forgetful
from agents.acting.routing import EMPTY
from agents.acting.seated import SeatedStack
from agents.exploration.contract import Chosen
from agents.kernels.mlp import Networks
from agents.learners.contract import OptionValue, Schedule, TrainingInput, TrainingOutput
from agents.learners.hyper import stacked
from agents.learners.table import DECISIONS, DEFAULT, learner_spec, options_of
from agents.models.architecture import Architecture
from agents.models.facts import UNKNOWN, identity
from agents.models.layout import UnfitWeights
from agents.models.spec import PlayerSpec
from agents.models.stack import Stack
from agents.rewards.contract import Term
from agents.rewards.incentives import incentives_of
from envs.arena import Actor, Arena
from envs.bots.registry import BotActor
from envs.description import StateKind, describe
from envs.factory import make, takes_twin
from envs.game import Game, GameSetup
from envs.programs.limits import LIMITS, Limits
from envs.stopwatch import Stopwatch
from envs.success import TOLD, Criterion
from envs.threads import one_thread
from league.config.plugins import bot_of
from league.config.validation import learner_of
from league.errors import LeagueError
from league.execution.contestants import Arrays as Arrays
from league.execution.contestants import Contestant as Contestant
from league.execution.contestants import Guests
from league.execution.soundness import check_finite, check_reports, either, fitting, with_incentives
from league.execution.starts import Starts, begun
from tournaments.match.forfeits import Forfeits
from tournaments.match.play import ActorFactory
from tournaments.match.play import play as play_matches
from tournaments.match.sharing import sharing
from tournaments.tickets import MatchResult, Ticket

Twin = Literal["auto", "never", "always"]

TWINS_AT_ONCE, STOCK_AT_ONCE = 1024, 256
"""Number of matches that a task plays at the same time by default, on a twin and in stock environments."""


@dataclass(frozen=True)
class ArenaSpec:
    """The arena of a task.

    Attributes:
        setup: The game.
        twin: Use of the game's batched twin: auto, never or always.
        workers: Number of processes that step stock environments.
        device: The device of the tensors.
        state: What a team's critic sees.
        criterion: What counts as a success.
        facts: Names of the facts that are told with every step.
    """

    setup: GameSetup
    twin: Twin
    workers: int
    device: str
    state: StateKind = "joint"
    criterion: Criterion = TOLD
    facts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Trainee:
    """A player that trains, with the tickets of its copies.

    Attributes:
        name: Its name on the tickets.
        weights: Parameters and statistics by name.
        state: The state of its learner; empty for a player that has not learnt yet.
        hyper: Hyper-parameters by name.
        tickets: One ticket per copy.
    """

    name: str
    weights: Arrays
    state: Arrays
    hyper: Mapping[str, float]
    tickets: Sequence[Ticket]


@dataclass(frozen=True)
class TrainTask:
    """A task that trains some players as one stack for one generation.

    Attributes:
        arena: The arena.
        architecture: The networks of the players.
        trainees: The players, with equally many tickets each.
        opponents: All other players that are named on the tickets.
        schedule: The amounts of experience and of optimisation.
        seed: The seed of all random numbers.
        learner: The learner, a name of `agents.learners.table` or `module:callable`.
        options: The learner's options that differ from their defaults.
        starts: Where the games begin; None stands for their beginning.
        terms: The terms of the reward; none for the game's own reward.
        exploration: The ways to explore; none for the learner's own.
    """

    arena: ArenaSpec
    architecture: Architecture
    trainees: Sequence[Trainee]
    opponents: Mapping[str, Contestant]
    schedule: Schedule
    seed: int
    learner: str = DEFAULT
    options: Mapping[str, OptionValue] = field(default_factory=dict)
    starts: Starts | None = None
    terms: Sequence[Term] = ()
    exploration: Sequence[Chosen] = ()


@dataclass(frozen=True)
class Trained:
    """The result of training one player.

    Attributes:
        weights: Parameters and statistics by name.
        state: The state of its learner.
        updates: Metrics of each update.
        decisions: Number of decisions that were learnt from.
        games: int64 [copies], number of finished games of each ticket.
        returns: float64 [copies, K], summed returns of each team.
        wins: int64 [copies, K, K], number of games in which the first team had a higher return than the second.
    """

    weights: Arrays
    state: Arrays
    updates: Sequence[Mapping[str, float]]
    decisions: int
    games: np.ndarray
    returns: np.ndarray
    wins: np.ndarray


@dataclass(frozen=True)
class PlayTask:
    """A task that plays some matches.

    Attributes:
        arena: The arena.
        contestants: All players that are named on the tickets.
        tickets: The tickets to play.
        copies: Number of matches that are played at the same time; None is the number for the game, see `at_once`.
        limits: What programs, services and users' own bots may take. They forfeit matches in which they fail. None plays no
            match with a fault: an error ends the task.
    """

    arena: ArenaSpec
    contestants: Mapping[str, Contestant]
    tickets: Sequence[Ticket]
    copies: int | None
    limits: Limits | None = None


def train(task: TrainTask, watch: Stopwatch | None = None) -> list[Trained]:
    """Train the task's players. A stopwatch is started when the arena exists.

    Returns:
        One result per player, in order.

    Raises:
        LeagueError: The weights of a player are not finite any more, or the learner does not report what it declares.
    """
    watch = watch or Stopwatch()
    with one_thread():
        device, game = torch.device(task.arena.device), describe(task.arena.setup, task.arena.state)
        learner, trainees = learner_of(task.learner), task.trainees
        named = {trainee.name: trainee.weights for trainee in trainees}
        stack = _stack(PlayerSpec(game, task.architecture), named, device)
        tickets = [ticket for trainee in trainees for ticket in trainee.tickets]
        owner = _owners(tickets, {trainee.name: index for index, trainee in enumerate(trainees)}, device, learning=True)
        arena = begun(_make(task.arena, len(tickets), fresh=False, joint=stack.spec.sees_state), task.starts)
        with closing(arena), fitting(named):
            given = _input(task, arena, stack, owner, watch)
            watch.start()
            output = learner(given)
            if not isinstance(output, TrainingOutput) or len(output.states) != len(trainees):
                raise LeagueError(
                    f"the learner {task.learner!r} gave {output!r:.80}, not a TrainingOutput with a state for each player"
                )
            output = with_incentives(task.learner, given, output)
            check_reports(task.learner, output.reports)
            check_finite(task.learner, list(named), stack, output.reports)
            watch.lap("rest")
        return _results(task, stack, output)


def _input(task: TrainTask, arena: Arena, stack: Stack, owner: Tensor, watch: Stopwatch) -> TrainingInput:
    """What the learner gets. Hyper-parameters that are not its own belong to the ways to explore and to the reward."""
    device, spec, game = stack.parameters.device, learner_spec(task.learner), stack.spec.game
    hyper = stacked([trainee.hyper for trainee in task.trainees], device)
    states = [trainee.state for trainee in task.trainees]
    tickets = [ticket for trainee in task.trainees for ticket in trainee.tickets]
    generator = torch.Generator(device).manual_seed(task.seed)
    return TrainingInput(
        arena=arena,
        stack=stack,
        states=states,
        owner=owner,
        opponents=_opponents(game, task, tickets, device),
        hyper={each.name: hyper[each.name] for each in spec.hyper},
        schedule=task.schedule,
        generator=generator,
        watch=watch,
        identities=torch.tensor([[identity(name) for name in ticket.players] for ticket in tickets], device=device),
        options=options_of(spec, task.options),
        incentives=incentives_of(stack, owner, states, hyper, task.terms, task.exploration, task.arena.facts, generator),
        criterion=task.arena.criterion,
    )


def _results(task: TrainTask, stack: Stack, output: TrainingOutput) -> list[Trained]:
    """The result of each trainee."""
    results, start, tally = [], 0, output.tally
    for index, trainee in enumerate(task.trainees):
        copies = slice(start, start := start + len(trainee.tickets))
        updates = [{name: float(values[index]) for name, values in report.items()} for report in output.reports]
        results.append(
            Trained(
                stack.player(index),
                output.states[index],
                updates,
                int(sum(metrics[DECISIONS.name] for metrics in updates)),
                tally.games[copies].cpu().numpy(),
                tally.returns[copies].double().cpu().numpy(),
                tally.wins[copies].cpu().numpy(),
            )
        )
    return results


def play(task: PlayTask, watch: Stopwatch | None = None) -> list[MatchResult]:
    """Play the task's tickets. Every game uses a new environment. A stopwatch is started when the arena and the players exist.

    Returns:
        One result per ticket, in order.
    """
    with one_thread():
        game, device = describe(task.arena.setup, task.arena.state), torch.device(task.arena.device)
        copies = min(at_once(task.arena, task.copies), len(task.tickets))
        critics = {each.architecture.critic for each in task.contestants.values() if each.architecture is not None}
        joint = critics != {"local"}  # a match needs no joint state, but its replay may, and both have to be the same game
        with closing(_make(task.arena, copies, fresh=True, joint=joint)) as arena, torch.no_grad(), ExitStack() as closed:
            book = Forfeits() if task.limits is not None else None
            guests = closed.enter_context(closing(Guests(game, task.contestants, task.limits or LIMITS, book)))
            factory = actor_factory(game, task.contestants, device, guests)
            if watch is not None:
                watch.start()
            results = play_matches(arena, task.tickets, factory, watch=watch, forfeits=book)
            if watch is not None:
                watch.lap("rest")
            return results


def at_once(arena: ArenaSpec, copies: int | None) -> int:
    """Number of matches that are played at the same time. A twin's copies take little memory, and many of them are faster."""
    if copies is None:
        return TWINS_AT_ONCE if takes_twin(arena.setup, arena.twin, arena.state) else STOCK_AT_ONCE
    return copies


def actor_factory(
    game: Game, contestants: Mapping[str, Contestant], device: torch.device, guests: Guests | None = None
) -> ActorFactory:
    """Seat contestants of any architectures and any bots in one arena; see `tournaments.match.play.ActorFactory`.

    Args:
        game: The game.
        contestants: The players.
        device: The device of the tensors.
        guests: The programs and services among them, and bots under guard; None makes those that are needed.
    """
    guests = guests or Guests(game, contestants, LIMITS, None)
    stacks: list[tuple[Stack, Networks, float, bool, list[str]]] = []
    kinds = {name: (c.architecture, c.temperature, c.forgets) for name, c in contestants.items()}
    for architecture, temperature, forgets in dict.fromkeys(kinds.values()):
        if architecture is None:
            continue
        names = [name for name, kind in kinds.items() if kind == (architecture, temperature, forgets)]
        arrays = {name: weights for name in names if (weights := contestants[name].weights) is not None}
        stack = _stack(PlayerSpec(game, architecture), arrays, device)
        stacks.append((stack, Networks(stack), temperature, forgets, names))
    bots = {name: bot_of(c.bot, game) for name, c in contestants.items() if c.bot and name not in guests.names}

    def factory(owner: Tensor, players: tuple[str, ...]) -> Sequence[Actor]:
        actors: list[Actor] = []
        known = torch.tensor([*map(identity, players), UNKNOWN], device=device)
        for stack, networks, temperature, forgets, names in stacks:
            place = {name: index for index, name in enumerate(names)}
            lookup = torch.tensor([*(place.get(name, EMPTY) for name in players), EMPTY], device=device)
            held = lookup[owner]
            if bool((held != EMPTY).any()):
                seated = SeatedStack(stack, held, temperature, networks, known[owner])
                actors.append(Forgetful(seated, stack.spec.memory_size) if forgets else seated)
        actors += [BotActor(game, bots[name], owner == index) for index, name in enumerate(players) if name in bots]
        actors += [guests.actor(name, owner == index) for index, name in enumerate(players) if name in guests.names]
        return actors

    return sharing(game, factory)


def _stack(spec: PlayerSpec, players: Mapping[str, Arrays], device: torch.device) -> Stack:
    """Stack players by name.

    Raises:
        LeagueError: The weights of one of them do not belong to its networks, or are no finite numbers.
    """
    try:
        stack = Stack.of(spec, list(players.values()), device)
    except UnfitWeights as error:
        raise LeagueError(f"the weights of {either(players)} cannot be used: {error}") from error
    for index, name in enumerate(players):
        if not bool(stack.parameters[index].isfinite().all() and stack.statistics[index].isfinite().all()):
            raise LeagueError(f"the weights of {name} cannot be used: some are infinite or no numbers")
    return stack


def _make(spec: ArenaSpec, copies: int, *, fresh: bool, joint: bool) -> Arena:
    """Make the arena of a task; `joint` says whether anybody asks for joint states."""
    return make(
        spec.setup,
        copies,
        twin=spec.twin,
        workers=min(spec.workers, copies),
        device=spec.device,
        fresh=fresh,
        state=spec.state,
        joint=joint,
        facts=spec.facts,
        success=spec.criterion.key,
    )


def _owners(tickets: Sequence[Ticket], place: Mapping[str, int], device: torch.device, *, learning: bool) -> Tensor:
    """int64 [C, K], index in `place` of each team's player; only for teams that learn, or only for those that do not."""
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
