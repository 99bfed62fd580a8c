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
from functools import cached_property
from multiprocessing.connection import Connection
from pathlib import Path
from queue import Empty, Queue
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

import envs
from envs.faults import GameError
from envs.game import Game
from league.config import LeagueConfig
from league.errors import LeagueError
from league.players import stored_config
from league.replays import keep_replays
from league.store import Store

if TYPE_CHECKING:
    from league.tracking import Tracker

NICENESS = 19
"""How much more willingly than the workers the mirror gives way: it has what they leave."""

SHARE = 0.02
"""Of the time that passes, how much MLflow may take of one core while the league goes on."""

GRACE = 5.0
"""Seconds that the mirror has to end."""

HANDOVER = 3.0
"""Seconds after which a league that has ended makes the rest itself: a busy machine may leave its mirror nothing."""

Warn: TypeAlias = Callable[[str], None]

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


class Reporter:
    """Makes what is derived from committed generations."""

    def __init__(self, store: Store) -> None:
        """Report on the league in a store."""
        self.store = store
        self.shown = -1
        self._kept = -1
        self._free_at = 0.0
        self._tracker: Tracker | None = None

    @cached_property
    def config(self) -> LeagueConfig:
        """The configuration."""
        return stored_config(self.store)

    @cached_property
    def game(self) -> Game:
        """The game."""
        return envs.describe(self.config.game.setup())

    @property
    def tracker(self) -> Tracker:
        """Who brings MLflow up to date."""
        if self._tracker is None:
            from league.tracking import Tracker  # mlflow takes seconds to import; leagues without it do not pay

            self._tracker = Tracker(self.store, self.store.folder.parent.parent)
        return self._tracker

    def prepare(self) -> None:
        """Do beforehand what takes time and needs no generation."""
        if self.config.tracking:
            self.tracker.prepare()

    def wait(self, generation: int) -> float:
        """Seconds until MLflow is to hear of a generation, if none comes meanwhile.

        The last but one is no time to wait: at the end the league waits for what is left.
        """
        near = generation + 2 >= self.config.generations
        return 0.0 if near or not self.config.tracking else max(0.0, self._free_at - time.monotonic())

    def keep(self, generation: int, warn: Warn) -> None:
        """Make missing replays of a generation and of all before it; what was looked at once is not looked at again.

        Args:
            generation: It is committed.
            warn: Told of what cannot be made.

        Raises:
            LeagueError: The disk is full, or the store cannot be read.
            GameError: The game cannot be made.
        """
        while self._kept < generation:
            keep_replays(self.store, self.config, self.game, self._kept + 1, warn)
            self._kept += 1

    def show(self, generation: int, warn: Warn) -> None:
        """Bring MLflow up to date; see `keep`."""
        if self.config.tracking:
            begun = time.process_time()
            self.tracker.sync(warn)
            self._free_at = time.monotonic() + (time.process_time() - begun) / SHARE
        self.shown = generation

    def bring_up_to(self, generation: int, warn: Warn) -> None:
        """Do both."""
        self.keep(generation, warn)
        self.show(generation, warn)

    def close(self) -> None:
        """Let other processes report on this league."""
        if self._tracker is not None:
            self._tracker.close()


class Inline:
    """Makes it in this process."""

    def __init__(self, reporter: Reporter, warn: Warn) -> None:
        """Let a reporter work whenever a generation is committed, and warn as it does."""
        self._reporter, self._warn, self._newest = reporter, warn, -1

    def committed(self, generation: int) -> None:
        """See `Mirror`."""
        self._newest = generation
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
    reporter = Reporter(Store(folder))
    try:
        # Importing makes a million things that stay; looking through them for rubbish would take a fifth of all the time.
        gc.disable()
        reporter.prepare()
        gc.freeze()
        gc.enable()
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
        context.set_forkserver_preload(["league.tasks"])
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
            if self._alive:
                self._pipe.send((generation, False))
        except (EOFError, OSError):
            self._lose("it ended unexpectedly")

    def finish(self) -> None:
        """See `Mirror`."""
        end = time.monotonic() + HANDOVER
        try:
            if self._alive and self._made < self._newest:
                self._pipe.send((self._newest, True))
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
