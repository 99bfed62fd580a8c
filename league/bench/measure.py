"""How fast this machine trains, plays and steps: the league's own tasks, timed.

Training is naive self-play, one player in every seat of its copies, and every decision is learnt from and counted once. What is
done once (describing the game, making the arena, compiling a kernel) is not timed: a short task goes ahead of the timed one in
the same process, and the clock starts when the arena stands.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import count
from math import ceil
from time import perf_counter

import numpy as np
import torch
from torch import Tensor

import envs
from agents.models.spec import PlayerSpec
from envs.arena import Arena, Timestep
from envs.conformance.compare import random_actions
from envs.stopwatch import Stopwatch
from league.bench import roofline
from league.config.schema import LeagueConfig
from league.config.validation import check_device
from league.execution.executors import Executor, Processes, Serial
from league.execution.initialisation import initialise_weights
from league.execution.tasks import ArenaSpec, Contestant, PlayTask, Trainee, TrainTask, one_thread, play, train
from league.population.matchmaking import Situation, opponents_of, self_play, training_tickets
from league.population.player import active_name
from tournaments.rating.payoff import payoff
from tournaments.schedule.formats import Plan, round_robin

ROOFLINE_SECONDS = 2.0
"""How long the matrix products are measured after a training, unless the training itself is shorter."""

WARM_STEPS = 16
"""Steps of an arena before the clock starts."""


@dataclass(frozen=True)
class Figures:
    """What was measured.

    Attributes:
        arena: The class of arena that was stepped: a twin's, or that of stock environments; empty for the roofline.
        units: Decisions (training: learnt from; arena: made), or games.
        seconds: What they took; of several processes, from the first one's start to the last one's end.
        per_second: Units a second.
        phases: Share of the seconds that each phase took, of several processes in the mean.
        peak_memory_mib: Most memory the process held until then, over its whole life; of several processes the sum. Processes
            that step stock environments are not counted.
        peak_device_memory_mib: Most memory tensors took on a GPU; 0 without one.
        limit: Decisions a second if only matrix products took time, measured in the same processes; 0 where it was not asked.
        moves: Steps of a mean game; 0 for training and the arena.
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


@dataclass(frozen=True)
class Stint:
    """A training task for one process to time.

    Attributes:
        task: The task; how many updates it has is decided by the seconds.
        seconds: How long to train.
    """

    task: TrainTask
    seconds: float


@dataclass(frozen=True)
class Timed:
    """What one process did; the clock is the machine's, the same for all its processes.

    Attributes:
        units: Decisions learnt from.
        begun: When the timed training began.
        ended: When it ended.
        phases: Seconds of each phase.
        memory: Peak memory of the process and of its GPU, MiB.
        limit: Decisions a second of matrix products alone.
    """

    units: int
    begun: float
    ended: float
    phases: Mapping[str, float]
    memory: tuple[float, float]
    limit: float


def measure_training(config: LeagueConfig, seconds: float, processes: int = 1) -> Figures:
    """Train `config.players` players in one stack for about so long, in each of some processes.

    Args:
        config: Game, networks, schedule and players; `train.copies` of the arena for each player.
        seconds: How long, roughly; at least one update.
        processes: How many do the same at once, each with a player stack and a thread of its own; 1 is this process.

    Raises:
        LeagueError: The device is not there, or a player's weights diverged.
        GameError: The game cannot be made.
    """
    arena = _prepare(config)
    executor: Executor = Processes(processes) if processes > 1 else Serial()
    stints = [Stint(train_task(config, number), seconds) for number in range(processes)]
    try:
        if processes > 1:  # get all of them going before any is timed
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
    return Figures(arena, units, elapsed, units / elapsed, phases, memory[0], memory[1], limit)


def time_training(stint: Stint) -> Timed:
    """Warm up with an update, learn from another one how long they take, then train and measure the roofline."""
    task = stint.task

    def spend(updates: int) -> tuple[int, Stopwatch, float]:
        watch = Stopwatch()
        results = train(replace(task, schedule=replace(task.schedule, updates=updates)), watch)
        return sum(result.decisions for result in results), watch, perf_counter()

    spend(1)
    once = _total(spend(1)[1])
    units, watch, ended = spend(max(1, ceil(stint.seconds / once)))
    with one_thread():
        limit = roofline.rate(
            envs.describe(task.arena.setup),
            task.architecture,
            task.schedule,
            sum(len(trainee.tickets) for trainee in task.trainees),
            len(task.trainees),
            seconds=min(ROOFLINE_SECONDS, stint.seconds),
            device=torch.device(task.arena.device),
        )
    return Timed(units, ended - _total(watch), ended, watch.seconds, _memory(task.arena.device), limit)


def measure_tournament(config: LeagueConfig, seconds: float) -> Figures:
    """Play round robins between `config.players` new players for about so long, whole ones only.

    Every pair meets on every side; a round robin has at least `tournament.matches_per_task` games and is cut into tasks of so
    many, each played in `tournament.copies` copies. Actions are sampled as in training.

    Raises:
        LeagueError: The device is not there.
        GameError: The game cannot be made.
    """
    arena, watch, games, moves = _prepare(config), Stopwatch(), 0, 0
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
    """Step `train.copies` copies for so long, every acting seat choosing uniformly among its legal actions.

    The arena's parts are stepped in turn, as in training and in tournaments; torch uses the threads it has.

    Raises:
        LeagueError: The device is not there.
        GameError: The game cannot be made.
    """
    check_device(config.compute.device)
    device, copies = torch.device(config.compute.device), config.train.copies
    generator = torch.Generator(device).manual_seed(config.seed)
    spec = _arena(config)
    workers = min(spec.workers, copies)
    with closing(envs.make(spec.setup, copies, twin=spec.twin, workers=workers, device=device)) as arena:
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
            for index, part in enumerate(parts):  # the others go on meanwhile
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
    """Matrix products of a training of `config.players` players alone, on torch's threads; see `league.bench.roofline`.

    Raises:
        LeagueError: The device is not there.
        GameError: The game cannot be described.
    """
    check_device(config.compute.device)
    game, players = envs.describe(config.game.setup()), config.players
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


def train_task(config: LeagueConfig, number: int) -> TrainTask:
    """New players, each in every seat of its copies, as one stack; `number` makes the randomness another one."""
    game = envs.describe(config.game.setup())
    spec, generator = PlayerSpec(game, config.architecture(game)), np.random.default_rng([config.seed, number])
    trainees = []
    for index in range(config.players):
        name, copies = active_name(index + 1), config.train.copies
        alone = Situation(name, "main agent", 0, (), payoff([], [name]), prior_games=1.0, self_play=1.0)
        tickets = training_tickets(game, alone, opponents_of(self_play, alone), copies, generator, first=index * copies)
        weights = initialise_weights(spec, int(generator.integers(2**31)))
        trainees.append(Trainee(name, weights, {}, config.hyper.start(), tickets))
    seed = int(generator.integers(2**31))
    return TrainTask(_arena(config), spec.architecture, trainees, {}, config.train.schedule(), seed, config.learner)


def play_tasks(config: LeagueConfig, number: int) -> list[PlayTask]:
    """One round robin between new players, cut into tasks; `number` decides the games' seeds, not the players."""
    game, settings = envs.describe(config.game.setup()), config.tournament
    spec, generator = PlayerSpec(game, config.architecture(game)), np.random.default_rng(config.seed)
    names = [active_name(index + 1) for index in range(config.players)]
    contestants = {
        name: Contestant(spec.architecture, initialise_weights(spec, int(generator.integers(2**31)))) for name in names
    }
    pairs, size = max(1, len(names) * (len(names) - 1) // 2), settings.matches_per_task
    tickets = round_robin(game, names, Plan(ceil(size / pairs), number))
    starts = range(0, len(tickets), size)
    return [PlayTask(_arena(config), contestants, tickets[start : start + size], settings.copies) for start in starts]


def _prepare(config: LeagueConfig) -> str:
    """Find the device and the game; the class of arena that its copies are."""
    check_device(config.compute.device)
    spec = _arena(config)
    with closing(envs.make(spec.setup, 1, twin=spec.twin, device=spec.device)) as arena:
        return type(arena).__name__


def _arena(config: LeagueConfig) -> ArenaSpec:
    return ArenaSpec(config.game.setup(), config.arena.twin, config.arena.workers, config.compute.device)


def _seeds(copies: int, generator: torch.Generator) -> Tensor:
    return torch.randint(0, 2**31 - 1, (copies,), generator=generator, device=generator.device)


def _total(watch: Stopwatch) -> float:
    return sum(watch.seconds.values())


def _shares(seconds: Mapping[str, float]) -> dict[str, float]:
    total = sum(seconds.values())
    return {phase: spent / total for phase, spent in seconds.items()}


def _memory(device: str) -> tuple[float, float]:
    """Peak memory of this process and of tensors on its GPU, MiB."""
    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, KiB here
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20
    return held, torch.cuda.max_memory_allocated(device) / 2**20 if device.startswith("cuda") else 0.0
