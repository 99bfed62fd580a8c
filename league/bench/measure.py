"""Times the tasks of a league: training, tournaments, and stepping of an arena.

Training is naive self-play: a player takes every seat of its copies. Every decision is learnt from and counted once. Work that
is done only once (describing the game, making the arena, compiling a kernel) is not timed: a short task runs before the timed
one in the same process, and the clock starts when the arena exists.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import count
from math import ceil, isnan, nan
from statistics import fmean
from time import perf_counter, process_time

import numpy as np
import torch
from torch import Tensor

from agents.learners.table import SUCCESS, learner_spec
from agents.models.spec import PlayerSpec
from envs.arena import Arena, Timestep
from envs.conformance.compare import random_actions
from envs.description import describe
from envs.factory import make
from envs.stopwatch import Stopwatch
from envs.threads import one_thread
from league.bench import roofline
from league.config.incentives import facts_of, terms_of
from league.config.schema import LeagueConfig
from league.config.validation import check_device
from league.errors import LeagueError
from league.execution.executors import Executor, Processes, Serial
from league.execution.initialisation import initialise_weights
from league.execution.tasks import ArenaSpec, Contestant, PlayTask, Trained, Trainee, TrainTask, at_once, play, train
from league.population.matchmaking import Situation, opponents_of, self_play, training_tickets
from league.population.player import active_name
from tournaments.rating.payoff import payoff
from tournaments.schedule.formats import Plan, round_robin

ROOFLINE_SECONDS = 2.0
"""Duration in seconds of the roofline measurement after training. It is shorter if the training was shorter."""

WARM_STEPS = 16
"""Number of steps of an arena before the clock starts."""


CLOCKS = {"wall": perf_counter, "processor": process_time}
"""Name → clock in seconds. The processor time of a process does not pass while other programs have the core."""


@dataclass(frozen=True)
class Figures:
    """The result of a measurement.

    Attributes:
        arena: The class of the arena: a twin's class, or the class for stock environments; empty for the roofline.
        units: Number of decisions (training: learnt from; arena: made) or of games.
        seconds: Duration. With several processes, from the first start to the last end.
        per_second: Units per second.
        phases: Share of the time of each phase, 0 to 1; the mean over the processes.
        peak_memory_mib: Peak memory of the process over its whole life, in MiB; the sum over the processes. Processes that step
            stock environments are not counted.
        peak_device_memory_mib: Peak memory of tensors on a GPU, in MiB; 0 without a GPU.
        limit: Decisions per second if only matrix products took time, measured in the same processes; 0 if not measured.
        moves: Mean number of steps of a game; 0 for training and the arena.
        success: Share of the games finished in training that were a success, the mean over players and updates; None if no game
            was finished or it does not say.
        optimiser_steps: Steps of the optimisers of all players per second of drawing minibatches and improving, for learners
            with a replay memory; else 0.
    """

    arena: str
    units: int
    seconds: float
    per_second: float
    phases: Mapping[str, float]
    peak_memory_mib: float
    peak_device_memory_mib: float
    limit: float = 0.0
    moves: float = 0.0
    success: float | None = None
    optimiser_steps: float = 0.0


@dataclass(frozen=True)
class Stint:
    """A training task that one process times.

    Attributes:
        task: The task. Its number of updates is chosen from `seconds`.
        seconds: Approximate duration of the training.
        clock: A name of `CLOCKS`.
    """

    task: TrainTask
    seconds: float
    clock: str = "wall"


@dataclass(frozen=True)
class Timed:
    """The result of one process. Times are from a clock that all processes of the machine share, or its processor time.

    Attributes:
        units: Number of decisions that were learnt from.
        begun: Start of the timed training, in seconds.
        ended: End of the timed training, in seconds.
        phases: Seconds of each phase.
        memory: Peak memory of the process and of its GPU, in MiB.
        limit: Decisions per second of the matrix products alone.
        success: Shares of the finished games that were a success, by player and update; updates that do not say are left out.
        steps: Steps of the optimisers, of all players together, for learners with a replay memory; else 0.
    """

    units: int
    begun: float
    ended: float
    phases: Mapping[str, float]
    memory: tuple[float, float]
    limit: float
    success: Sequence[float]
    steps: int


def measure_training(
    config: LeagueConfig, seconds: float, processes: int = 1, group: int = 0, *, clock: str = "wall"
) -> Figures:
    """Measure the training of one stack of players of a group, in one or several processes.

    Args:
        config: Game, networks, schedule and players. Each player has `train.copies` copies of the arena.
        seconds: Approximate duration. At least one update is made.
        processes: Number of processes that train at the same time. Each has its own stack of players and one thread. With 1,
            this process trains.
        group: Index of the group. A population that is a number is one group.
        clock: A name of `CLOCKS`; training and roofline are measured by the same.

    Raises:
        LeagueError: The device does not exist, a player's weights diverged, or other processes or a GPU share the work, whose
            time the clock does not know.
        GameError: The game cannot be made.
    """
    arena = _prepare(config)
    _check_clock(config, clock, processes)
    executor: Executor = Processes(processes) if processes > 1 else Serial()
    stints = [Stint(train_task(config, number, group), seconds, clock) for number in range(processes)]
    try:
        if processes > 1:  # start all processes before the measurement begins
            executor.map(time_training, [replace(stint, seconds=0.0) for stint in stints], lambda done: None)
        timed = executor.map(time_training, stints, lambda done: None)
    finally:
        executor.close()
    elapsed = max(part.ended for part in timed) - min(part.begun for part in timed)
    units = sum(part.units for part in timed)
    limit = sum(part.limit for part in timed)
    shares = [_shares(part.phases) for part in timed]
    phases = {name: sum(share.get(name, 0.0) for share in shares) / len(shares) for name in shares[0]}
    memory = [sum(part.memory[kind] for part in timed) for kind in (0, 1)]
    success = [share for part in timed for share in part.success]
    mean = fmean(success) if success else None
    rate = sum(part.steps / part.phases["improve"] for part in timed if part.steps)
    return Figures(arena, units, elapsed, units / elapsed, phases, memory[0], memory[1], limit, 0.0, mean, rate)


def time_training(stint: Stint) -> Timed:
    """Warm up with one update, estimate the time per update with a second, then train and measure the roofline."""
    task, clock = stint.task, CLOCKS[stint.clock]

    def spend(updates: int) -> tuple[list[Trained], Stopwatch, float]:
        watch = Stopwatch(clock)
        results = train(replace(task, schedule=replace(task.schedule, updates=updates)), watch)
        return results, watch, clock()

    spend(1)
    once = _total(spend(1)[1])
    updates = max(1, ceil(stint.seconds / once))
    results, watch, ended = spend(updates)
    units = sum(result.decisions for result in results)
    shares = [row.get(SUCCESS.name, nan) for result in results for row in result.updates]
    success = [share for share in shares if not isnan(share)]
    remembers = any(option.name == "replay" for option in learner_spec(task.learner).options)
    limited = roofline.applies(task.architecture) and not remembers
    limit = _limit(task, min(ROOFLINE_SECONDS, stint.seconds), clock) if limited else 0.0
    steps = updates * task.schedule.epochs * task.schedule.minibatches * len(task.trainees) if remembers else 0
    return Timed(units, ended - _total(watch), ended, watch.seconds, _memory(task.arena.device), limit, success, steps)


def _limit(task: TrainTask, seconds: float, clock: Callable[[], float]) -> float:
    """The roofline of a training task, in decisions per second of a clock."""
    with one_thread():
        return roofline.rate(
            describe(task.arena.setup, task.arena.state),
            task.architecture,
            task.schedule,
            sum(len(trainee.tickets) for trainee in task.trainees),
            len(task.trainees),
            seconds=seconds,
            device=torch.device(task.arena.device),
            clock=clock,
        )


def measure_tournament(config: LeagueConfig, seconds: float, *, clock: str = "wall") -> Figures:
    """Measure round robins between `config.players` new players, of all groups, for about `seconds` seconds.

    Only whole round robins count. Every pair plays on every side. A round robin has at least `tournament.matches_per_task`
    games. It is cut into tasks of that size, and each task is played in as many copies as in a league. Actions are sampled
    as in training. `clock` is a name of `CLOCKS`.

    Raises:
        LeagueError: The device does not exist, or other processes or a GPU share the work, whose time the clock does not know.
        GameError: The game cannot be made.
    """
    _check_clock(config, clock)
    arena, watch, games, moves = _prepare(config), Stopwatch(CLOCKS[clock]), 0, 0
    warming = play_tasks(config, 0)[0]
    play(replace(warming, tickets=warming.tickets[: config.tournament.copies]))
    for schedule in count(1):
        for task in play_tasks(config, schedule):
            results = play(task, watch)
            games, moves = games + len(results), moves + sum(result.steps for result in results)
        if _total(watch) >= seconds:
            break
    spent, memory = _total(watch), _memory(config.compute.device)
    return Figures(arena, games, spent, games / spent, _shares(watch.seconds), *memory, moves=moves / games)


def measure_arena(config: LeagueConfig, seconds: float) -> Figures:
    """Measure the steps of `train.copies` copies for `seconds` seconds. Actions are uniform random legal actions.

    The parts of the arena are stepped in turn, as in training and in tournaments. PyTorch uses its present number of threads.

    Raises:
        LeagueError: The device does not exist.
        GameError: The game cannot be made.
    """
    check_device(config.compute.device)
    device, copies = torch.device(config.compute.device), config.train.copies
    generator = torch.Generator(device).manual_seed(config.seed)
    spec = _arena(config)
    workers = min(spec.workers, copies)
    with closing(make(spec.setup, copies, twin=spec.twin, workers=workers, device=device)) as arena:
        parts, made, watch = arena.parts(), torch.zeros((), dtype=torch.int64, device=device), Stopwatch()

        def begin(part: Arena, now: Timestep) -> None:
            actions, seeds = random_actions(part.game, now, generator), _seeds(part.copies, generator)
            watch.lap("choose")
            part.begin(actions, seeds)
            watch.lap("step")

        nows = [part.restart(_seeds(part.copies, generator)) for part in parts]
        for part, now in zip(parts, nows, strict=True):
            begin(part, now)
        for step in count(-WARM_STEPS):
            if step == 0:
                made, watch = torch.zeros_like(made), Stopwatch()
            if step > 0 and _total(watch) >= seconds:
                break
            for index, part in enumerate(parts):  # the other parts are stepped meanwhile
                made += nows[index].acting.sum()
                nows[index] = part.finish()
                watch.lap("step")
                begin(part, nows[index])
        units, kind = int(made), type(arena).__name__
        watch.lap("step")
        for part in parts:
            part.finish()
    spent = _total(watch)
    return Figures(kind, units, spent, units / spent, _shares(watch.seconds), *_memory(config.compute.device))


def measure_roofline(config: LeagueConfig, seconds: float) -> Figures:
    """Measure only the matrix products of training `config.players` players of one group; see `league.bench.roofline`.

    Raises:
        LeagueError: The device does not exist.
        GameError: The game cannot be described.
    """
    check_device(config.compute.device)
    game, players = describe(config.game.setup(), config.arena.state), config.players
    copies, schedule = config.train.copies * players, config.train.schedule()
    start = perf_counter()
    limit = roofline.rate(
        game,
        config.architecture(game),
        schedule,
        copies,
        players,
        seconds=seconds,
        device=torch.device(config.compute.device),
    )
    units = roofline.decisions_per_step(game, copies) * schedule.steps
    return Figures("", units, perf_counter() - start, limit, {}, *_memory(config.compute.device), limit=limit)


def train_task(config: LeagueConfig, number: int, group: int = 0) -> TrainTask:
    """A training task of new players in one stack; each takes every seat of its copies.

    Args:
        config: The settings. The stack has as many players as the group, but at most `stack`.
        number: Changes the random seed.
        group: Index of the group.
    """
    game, settings = describe(config.game.setup(), config.arena.state), config.groups[group]
    spec, generator = PlayerSpec(game, config.architecture(game, group)), np.random.default_rng([config.seed, number])
    trainees = []
    for index in range(min(settings.count, config.stack)):
        name, copies = active_name(index + 1), config.train.copies
        alone = Situation(name, "main agent", 0, (), payoff([], [name]), prior_games=1.0, self_play=1.0)
        tickets = training_tickets(game, alone, opponents_of(self_play, alone), copies, generator, first=index * copies)
        weights = initialise_weights(spec, int(generator.integers(2**31)), config.links(game, group))
        trainees.append(Trainee(name, weights, {}, settings.hyper.start(), tickets))
    seed = int(generator.integers(2**31))
    schedule, options, terms = config.train.schedule(), settings.learner_options, terms_of(settings.reward)
    arena, chosen = replace(_arena(config), facts=facts_of(terms)), [each.chosen() for each in settings.exploration]
    return TrainTask(arena, spec.architecture, trainees, {}, schedule, seed, settings.learner, options, None, terms, chosen)


def play_tasks(config: LeagueConfig, number: int) -> list[PlayTask]:
    """A round robin between new players of all groups, cut into tasks.

    Args:
        config: The settings.
        number: Changes the seeds of the games but not the players.
    """
    game, settings = describe(config.game.setup(), config.arena.state), config.tournament
    generator, contestants = np.random.default_rng(config.seed), dict[str, Contestant]()
    for index, group in enumerate(config.groups):
        spec = PlayerSpec(game, config.architecture(game, index))
        for _ in range(group.count):
            weights = initialise_weights(spec, int(generator.integers(2**31)), config.links(game, index))
            contestants[active_name(len(contestants) + 1)] = Contestant(spec.architecture, weights)
    names = list(contestants)
    pairs, size = max(1, len(names) * (len(names) - 1) // 2), settings.matches_per_task
    tickets = round_robin(game, names, Plan(ceil(size / pairs), number))
    starts = range(0, len(tickets), size)
    return [PlayTask(_arena(config), contestants, tickets[start : start + size], settings.copies) for start in starts]


def matches_at_once(config: LeagueConfig) -> int:
    """Number of matches that a league's tournament plays at the same time in one task."""
    return min(at_once(_arena(config), config.tournament.copies), config.tournament.matches_per_task)


def _prepare(config: LeagueConfig) -> str:
    """Check the device and the game. Returns the name of the arena's class."""
    check_device(config.compute.device)
    spec = _arena(config)
    with closing(make(spec.setup, 1, twin=spec.twin, device=spec.device)) as arena:
        return type(arena).__name__


def _check_clock(config: LeagueConfig, clock: str, processes: int = 1) -> None:
    """Raise `LeagueError` if a clock does not exist or does not see all of the work."""
    if clock not in CLOCKS:
        raise LeagueError(f"there is no clock {clock!r}; known are {' and '.join(CLOCKS)}")
    if clock == "processor" and (processes > 1 or config.arena.workers or config.compute.device != "cpu"):
        raise LeagueError(
            "--clock processor counts the time of one process on the CPU; "
            "leave out --processes, --workers and --device, or use --clock wall"
        )


def _arena(config: LeagueConfig) -> ArenaSpec:
    arena = config.arena
    device, criterion = config.compute.device, config.game.success.criterion()
    return ArenaSpec(config.game.setup(), arena.twin, arena.workers, device, arena.state, criterion)


def _seeds(copies: int, generator: torch.Generator) -> Tensor:
    return torch.randint(0, 2**31 - 1, (copies,), generator=generator, device=generator.device)


def _total(watch: Stopwatch) -> float:
    return sum(watch.seconds.values())


def _shares(seconds: Mapping[str, float]) -> dict[str, float]:
    total = sum(seconds.values())
    return {phase: spent / total for phase, spent in seconds.items()}


def _memory(device: str) -> tuple[float, float]:
    """Peak memory of this process and of tensors on its GPU, in MiB."""
    unit = 1 if sys.platform == "darwin" else 1024  # macOS counts bytes, Linux counts KiB
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20
    return held, torch.cuda.max_memory_allocated(device) / 2**20 if device.startswith("cuda") else 0.0
