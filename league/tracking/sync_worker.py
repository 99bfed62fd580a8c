"""Syncs a league after its commits, in the league's own process or in a separate process.

All synced data can be made from the store at any time, so the league never depends on it. The league reports each committed
generation and continues. At its end it waits until everything is synced. If a worker dies or hangs, there is a warning, and the
league does the remaining work at its end. If the league is killed, the remaining work is done when it is resumed.

The worker process runs at the lowest priority, so it takes the processor time that training leaves. After each sync it pauses
for `PAUSE` seconds. Generations that are committed meanwhile are synced together, which takes about half as much time a
generation. When the league is at its end, the worker no longer pauses. The worker ends with its league, however that ends.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from envs.faults import GameError
from envs.processes import worker_context
from league.config.schema import LeagueConfig
from league.errors import LeagueError
from league.storage.store import Store
from league.tracking.client import Warn
from league.tracking.sync import LeagueSync, Progress

SHARE = 0.02
"""Maximum share of a league's time that MLflow may take while the league waits for it."""

LOWEST_PRIORITY = 19
"""The increment for `os.nice`."""

PATIENCE: float | None = 10.0
"""Maximum number of seconds without a message for which a league that has ended waits for its worker; None has no limit. After
that the league does the remaining work itself: the worker hangs, or other programs leave it no processor time."""

PAUSE = 20.0
"""Seconds from the end of a sync until the worker begins the next one."""

Message: TypeAlias = (
    tuple[Literal["warning", "failed"], str] | tuple[Literal["done"], int] | tuple[Literal["recorded"], int, int]
)
"""A message of a worker process: a warning for the user, the reason of a failure, the last synced generation, or how many of
how many replays of a generation are recorded."""


class SyncWorker(Protocol):
    """Keeps the data that is derived from a league up to date."""

    def committed(self, generation: int) -> None:
        """Report that a generation is committed. It is to be synced, with everything that is missing before it."""

    def finish(self) -> None:
        """Wait until everything is synced."""

    def close(self) -> None:
        """Stop. Data that is not synced yet stays unsynced."""


class InProcess:
    """Syncs in the league's own process. MLflow is updated while this takes at most `SHARE` of the time, and at the end."""

    def __init__(self, sync: LeagueSync, warn: Warn, clock: Callable[[], float] = time.monotonic) -> None:
        """Sync whenever a generation is committed.

        Args:
            sync: Syncs the league.
            warn: Called with warnings for the user.
            clock: Returns the time in seconds.
        """
        self._sync, self._warn, self._clock = sync, warn, clock
        self._newest, self._failed, self._next = -1, False, clock()

    def committed(self, generation: int) -> None:
        """See `SyncWorker`."""
        self._newest = generation
        if self._failed:
            return
        try:
            self._sync.record(generation, self._warn)
            if (begun := self._clock()) >= self._next:
                self._sync.track(generation, self._warn)
                self._next = self._clock() + (self._clock() - begun) / SHARE
        except (LeagueError, GameError) as error:
            self._failed = True
            self._warn(f"replays and MLflow's runs have to wait for the end of the league ({error})")

    def finish(self) -> None:
        """See `SyncWorker`."""
        if self._sync.synced < self._newest:
            self._sync.bring_up_to(self._newest, self._warn)

    def close(self) -> None:
        """See `SyncWorker`."""
        self._sync.close()


def work(folder: Path, league: Connection) -> None:
    """Run as a worker process: repeatedly sync up to the newest committed generation.

    Args:
        folder: The league's.
        league: Gives the numbers of generations, and None when the league is at its end; takes a `Message`.
    """
    os.nice(LOWEST_PRIORITY)
    sync = LeagueSync(Store(folder))
    sync.progress = lambda done, total: league.send(("recorded", done, total))
    newest, resting_until, over = -1, 0.0, False
    try:
        while True:
            rest = 0.0 if over else max(resting_until - time.monotonic(), 0.0)
            if league.poll(rest if newest > sync.synced else None):
                told = league.recv()
                newest, over = (newest, True) if told is None else (told, over)
                continue
            sync.bring_up_to(newest, lambda sentence: league.send(("warning", sentence)))
            league.send(("done", newest))
            resting_until = time.monotonic() + PAUSE
    except EOFError:  # the league has let go of this process
        return
    except (LeagueError, GameError, OSError) as error:
        with suppress(OSError):
            league.send(("failed", str(error)))


def _run(work: Callable[[Path, Connection], None], folder: Path, pipe: Connection) -> None:
    """Do the work in a process that ignores Ctrl-C, which the league handles, and that ends when the league's process ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    league = multiprocessing.parent_process()
    assert league is not None
    threading.Thread(target=_end_with, args=(league,), daemon=True).start()
    work(folder, pipe)


def _end_with(league: multiprocessing.process.BaseProcess) -> None:
    league.join()
    os._exit(1)


class WorkerProcess:
    """Syncs in a separate process. Its warnings are passed on in order whenever the league sends a message."""

    def __init__(self, sync: LeagueSync, warn: Warn, work: Callable[[Path, Connection], None] = work) -> None:
        """Prepare. The process starts with the first committed generation.

        Args:
            sync: Does the remaining work if the process ends early.
            warn: Called with the warnings of the process.
            work: The function of the process, called with the league's folder and its end of the pipe.
        """
        self._sync, self._warn = sync, warn
        self._newest, self._done, self._alive = -1, -1, True
        context = worker_context("league.execution.tasks")
        self._pipe, self._other_end = context.Pipe()
        arguments = (work, sync.store.folder, self._other_end)
        self.process = context.Process(target=_run, args=arguments, name="sync worker")

    def committed(self, generation: int) -> None:
        """See `SyncWorker`."""
        self._newest = generation
        if self._alive and self.process.pid is None:
            with suppress(OSError, EOFError):  # where it cannot be started, the pipe is found closed
                self.process.start()
            self._other_end.close()
        while self._take_message(0.0):
            continue
        if self._alive:
            with suppress(OSError):  # it has ended, and may have said why: that is received next time
                self._pipe.send(generation)

    def finish(self) -> None:
        """See `SyncWorker`."""
        if self._alive and self._done < self._newest:
            with suppress(OSError):  # it has ended; see `committed`
                self._pipe.send(None)
        while self._done < self._newest and self._take_message(PATIENCE):
            continue
        if self._done < self._newest:
            self._stop()
            self._sync.bring_up_to(self._newest, self._warn)
            self._done = self._newest

    def close(self) -> None:
        """See `SyncWorker`."""
        self._stop()
        self._sync.close()

    def _take_message(self, patience: float | None) -> bool:
        """Receive a message of the process. Returns False if none comes within `patience` seconds or the process has ended."""
        if not self._alive:
            return False
        try:
            if not self._pipe.poll(patience):
                return False
            message: Message = self._pipe.recv()
        except (EOFError, OSError):
            message = ("failed", "it ended unexpectedly")
        match message:
            case "warning", str(sentence):
                self._warn(sentence)
            case "failed", str(sentence):
                self._give_up(sentence)
            case "done", int(generation):
                self._done = generation
            case "recorded", int(done), int(total) if patience != 0.0:  # while the league goes on it shows its own progress
                self._sync.progress(done, total)
        return True

    def _give_up(self, reason: str) -> None:
        self._stop()
        self._warn(f"the process that makes replays and MLflow's runs gave up; the league makes the rest at its end ({reason})")

    def _stop(self) -> None:
        """Stop the process at once. The next sync completes an interrupted one."""
        self._alive = False
        self._pipe.close()
        if self.process.pid is not None:
            self.process.kill()
            self.process.join()


def unheard(done: int, total: int) -> None:
    """Ignore progress."""


def sync_worker_for(store: Store, config: LeagueConfig, warn: Warn, progress: Progress = unheard) -> SyncWorker:
    """The sync worker for a league: a separate process, or the league's own if it uses one process or nothing is left to do."""
    alone = config.compute.executor == "serial" or store.generation() + 1 >= config.generations
    wanted = config.tracking or config.tournament.replays
    return (InProcess if alone or not wanted else WorkerProcess)(LeagueSync(store, progress), warn)
