"""Runs the leagues of an experiment, several at a time. A league that is finished is not run again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import yaml

from league.config.schema import LeagueConfig, check, to_yaml
from league.evaluation.sweeps import Trained
from league.execution.executors import EXECUTORS, Serial
from league.execution.watcher import Silent
from league.experiments.plan import Planned
from league.manager import League
from league.storage.database import Warn
from league.storage.results import training_games
from league.storage.store import Store
from league.tracking.sync import LeagueSync

TOGETHER = "processes"
"""The executor with which several leagues run at a time."""

Say = Callable[[str], None]
"""Receives a sentence about the progress."""


@dataclass(frozen=True)
class Job:
    """A league that is to be run to its end, in a process of its own or not.

    Attributes:
        config: Its configuration as YAML.
        home: The folder of the leagues.
    """

    config: str
    home: Path


def run_league(job: Job) -> list[str]:
    """Run a league to its end; what exists of it is continued.

    Returns:
        What it warned of, in sentences.
    """
    watcher = _Listener()
    League(check(yaml.safe_load(job.config)), job.home, watcher, _record_only).run(resume=True)
    return watcher.warnings


def run_leagues(
    planned: Sequence[Planned], home: Path, executor: str, workers: int | None, say: Say, warn: Warn
) -> list[Trained]:
    """Run leagues to their ends.

    Args:
        planned: The leagues.
        home: The folder of the leagues.
        executor: The executor. With `processes`, a league is a task and several run at a time, each in one process. Otherwise
            they run one after another, because a league is written on this machine, and the tasks of each use the executor.
        workers: Number of processes; None for one per core.
        say: Told how many leagues are finished.
        warn: Told of problems.

    Raises:
        LeagueError: A league cannot run. What was committed is not lost.
    """
    together = executor == TOGETHER and len(planned) > 1
    alone: dict[str, object] = {"executor": "serial"} if together else {"executor": executor, "workers": workers}
    jobs = [Job(to_yaml(_computed(each.config, alone)), home) for each in planned]
    with closing(EXECUTORS[executor](workers, warn) if together else Serial()) as chosen:
        said = chosen.map(run_league, jobs, lambda done: say(f"{done} of {len(jobs)} leagues are finished"))
    for sentence in dict.fromkeys(sentence for sentences in said for sentence in sentences):
        warn(sentence)
    return [trained(each, home) for each in planned]


def trained(planned: Planned, home: Path) -> Trained:
    """A league that has come to its end."""
    store, config = Store.open(home, planned.config.name), planned.config
    champion = store.champion(config.generations - 1)
    weights = next(player.weights for player in store.players() if player.name == champion)
    rows = [row for row in store.generations() if row.number < config.generations]
    steps = sum(row.agent_steps for row in rows)
    return Trained(
        config.name, planned.setting, config.seed, champion, weights, steps, training_games(store, config.generations)
    )


def track(planned: Planned, home: Path, warn: Warn) -> None:
    """Show a league in MLflow, if it is tracked."""
    if planned.config.tracking:
        store = Store.open(home, planned.config.name)
        with closing(LeagueSync(store)) as sync:
            sync.bring_up_to(store.generation(), warn)


def _computed(config: LeagueConfig, changes: dict[str, object]) -> LeagueConfig:
    return config.model_copy(update={"compute": config.compute.model_copy(update=changes)})


class _Listener(Silent):
    """Collects warnings."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def warn(self, sentence: str) -> None:
        """See `Watcher`."""
        self.warnings.append(sentence)


class _Recorder:
    """Records replays. MLflow is written by one process, when the league is finished."""

    def __init__(self, store: Store, config: LeagueConfig, warn: Warn) -> None:
        self._sync = LeagueSync(store) if config.tournament.replays else None
        self._warn = warn

    def committed(self, generation: int) -> None:
        """See `SyncWorker`."""
        if self._sync is not None:
            self._sync.record(generation, self._warn)

    def finish(self) -> None:
        """See `SyncWorker`."""

    def close(self) -> None:
        """See `SyncWorker`."""
        if self._sync is not None:
            self._sync.close()


def _record_only(store: Store, config: LeagueConfig, warn: Warn, progress: Callable[[int, int], None]) -> _Recorder:
    return _Recorder(store, config, warn)
