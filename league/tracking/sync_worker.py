"""What is derived from committed generations, replays and MLflow's view of the league, is made while the league goes on.

All of it comes from the store: what a killed league leaves unmade is made when it is resumed. So the league only says which
generation is committed, and at the end waits until everything is there. With worker processes a process of its own does the
work, of low priority; it ends with its league, however that ends. Should it end before, the league itself makes the rest.
Replays are made generation by generation; MLflow, which takes as long for several at once as for one, is given a share of the
time: where generations take seconds it hears of some together, where they take minutes of each.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from queue import Empty, Queue
from typing import Literal, Protocol, TypeAlias

from envs.faults import GameError
from league.config.schema import LeagueConfig
from league.errors import LeagueError
from league.importing import in_one_go
from league.storage.store import Store
from league.tracking.sync import Reporter, Warn

NICENESS = 19
"""How much more willingly than the workers the mirror gives way: as much as there is. It has what they leave."""

ASIDE = 0.2
"""Of the time that passes, how much MLflow may take in a process of its own. Much of what it costs is the same for several
generations as for one; held back for longer, what is left to do at the end costs more than is saved."""

GRACE = 5.0
"""Seconds that the mirror has to end."""

HANDOVER = 15.0
"""Seconds after which a league that has ended makes the rest itself: a busy machine may leave its mirror nothing."""

Told: TypeAlias = tuple[int, bool]
"""What a mirror process is told: a generation is committed; whether the league waits for all to be made."""

Message: TypeAlias = tuple[Literal["warning", "failed"], str] | tuple[Literal["done"], int]
"""What a mirror process says: a warning for whoever watches; why it gives up; the generation up to which all is made."""


class Mirror(Protocol):
    """Keeps what is derived from a league up to date."""

    def committed(self, generation: int) -> None:
        """A generation is in the store; what is missing of it and of those before it is to be made."""

    def finish(self) -> None:
        """Wait until everything is made."""

    def close(self) -> None:
        """Let go of it; what is unmade stays so."""


class Inline:
    """Makes it in this process."""

    def __init__(self, reporter: Reporter, warn: Warn) -> None:
        """Let a reporter work whenever a generation is committed, and warn as it does."""
        self._reporter, self._warn, self._newest = reporter, warn, -1
        self._put_off = False

    def committed(self, generation: int) -> None:
        """See `Mirror`."""
        self._newest = generation
        try:
            if not self._put_off:
                self._make(generation)
        except (LeagueError, GameError) as error:
            self._put_off = True
            self._warn(f"replays and MLflow's runs have to wait for the end of the league ({error})")

    def _make(self, generation: int) -> None:
        self._reporter.keep(generation, self._warn)
        if not self._reporter.wait(generation):
            self._reporter.show(generation, self._warn)

    def finish(self) -> None:
        """See `Mirror`."""
        if self._reporter.shown < self._newest:
            self._reporter.bring_up_to(self._newest, self._warn)

    def close(self) -> None:
        """See `Mirror`."""
        self._reporter.close()


def work(folder: Path, league: Connection) -> None:
    """Be the process of a `Background`: bring everything up to the newest generation that one was told of, again and again.

    Args:
        folder: The league's.
        league: Gives generations, takes a `Message`. Where it is closed, the league has ended, and so does this process.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the league
    os.nice(NICENESS)
    told: Queue[Told] = Queue()
    threading.Thread(target=_listen, args=(league, told), daemon=True).start()
    reporter = Reporter(Store(folder), ASIDE)
    try:
        with in_one_go():
            reporter.prepare()
        gc.freeze()
        _follow(reporter, told, league)
    except (LeagueError, GameError, OSError) as error:
        _say(league, ("failed", str(error)))


def _follow(reporter: Reporter, told: Queue[Told], league: Connection) -> None:
    """Make what a league needs as it goes on."""

    def warn(sentence: str) -> None:
        _say(league, ("warning", sentence))

    newest, awaited = told.get()
    while True:
        while not told.empty():
            newest, awaited = told.get()
        reporter.keep(newest, warn)
        pause = 0.0 if awaited else reporter.wait(newest)
        try:
            if reporter.shown < newest and not pause:
                reporter.show(newest, warn)
                _say(league, ("done", newest))
            newest, awaited = told.get(timeout=pause or None)
        except Empty:  # nothing came meanwhile, and it is time
            continue


def _listen(league: Connection, told: Queue[Told]) -> None:
    while True:
        try:
            told.put(league.recv())
        except (EOFError, OSError):
            os._exit(1)


def _say(league: Connection, message: Message) -> None:
    try:
        league.send(message)
    except OSError:  # there is nobody left to hear it
        os._exit(1)


class Background:
    """Has it made by a process of its own; its warnings are passed on in order, whenever the league has something to say."""

    def __init__(self, reporter: Reporter, warn: Warn, work: Callable[[Path, Connection], None] = work) -> None:
        """Start the process; nobody waits for it.

        Args:
            reporter: Makes the rest where the process ends early.
            warn: Told what the process warns of.
            work: What the process does, with the league's folder and its end of the pipe.
        """
        self._reporter, self._warn = reporter, warn
        self._newest, self._made, self._alive = -1, -1, True
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["league.execution.tasks"])
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=work, args=(reporter.store.folder, theirs), name="mirror")
        self._starter = threading.Thread(target=self._start, args=(theirs,))
        self._starter.start()

    @property
    def pid(self) -> int | None:
        """The process, once it is started."""
        self._starter.join()
        return self._process.pid

    def committed(self, generation: int) -> None:
        """See `Mirror`."""
        self._newest = generation
        try:
            while self._alive and self._pipe.poll():
                self._hear(self._pipe.recv())
            self._tell(generation, awaited=False)
        except (EOFError, OSError):
            self._lose("it ended unexpectedly")

    def finish(self) -> None:
        """See `Mirror`."""
        end = time.monotonic() + HANDOVER
        try:
            if self._made < self._newest:
                self._tell(self._newest, awaited=True)
            while self._alive and self._made < self._newest and self._pipe.poll(max(0.0, end - time.monotonic())):
                self._hear(self._pipe.recv())
        except (EOFError, OSError):
            self._lose("it ended unexpectedly")
        if self._made < self._newest:
            self._end()
            self._reporter.bring_up_to(self._newest, self._warn)
            self._made = self._newest

    def close(self) -> None:
        """See `Mirror`."""
        self._end()
        self._reporter.close()

    def _start(self, theirs: Connection) -> None:
        """Start the process. It takes seconds to begin, so this has a thread; what it is told meanwhile waits in the pipe."""
        with closing(theirs), suppress(OSError, EOFError):  # where it cannot be started, the pipe is found closed
            self._process.start()

    def _tell(self, generation: int, *, awaited: bool) -> None:
        """Tell the process; one that is gone is noticed when it is listened to, and may have said why."""
        if self._alive:
            with suppress(OSError):
                self._pipe.send((generation, awaited))

    def _hear(self, message: Message) -> None:
        match message:
            case "warning", str(sentence):
                self._warn(sentence)
            case "failed", str(sentence):
                self._lose(sentence)
            case "done", int(generation):
                self._made = generation

    def _lose(self, reason: str) -> None:
        self._alive = False
        self._end()
        self._warn(f"the process that makes replays and MLflow's runs gave up; the league makes the rest at its end ({reason})")

    def _end(self) -> None:
        """End the process by closing its pipe; if it does not look, by force."""
        self._starter.join()
        self._pipe.close()
        if self._process.pid is not None:
            self._process.join(GRACE)
            if self._process.exitcode is None:
                self._process.kill()
                self._process.join()


def mirror_of(store: Store, config: LeagueConfig, warn: Warn) -> Mirror:
    """What suits a league: a process of its own, unless all is done in one, or there is nothing to make or to do meanwhile."""
    alone = config.compute.executor == "serial" or store.generation() + 1 >= config.generations
    wanted = config.tracking or config.tournament.replays
    return (Inline if alone or not wanted else Background)(Reporter(store), warn)
