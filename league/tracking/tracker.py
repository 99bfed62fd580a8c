"""Brings MLflow up to date with a league. The store is the authority: what MLflow holds can be deleted and is made again."""

from __future__ import annotations

import fcntl
import time
from pathlib import Path
from typing import TextIO

from league.analysis.history import History, read
from league.artifacts.replay_cache import ReplayCache
from league.errors import LeagueError
from league.storage.store import Store
from league.tracking import client
from league.tracking.experiment import Experiment
from league.tracking.runs import Tree, update_runs


class BehindError(LeagueError):
    """MLflow could not be brought up to date with a league; `reason` says why."""

    def __init__(self, league: str, reason: str) -> None:
        super().__init__(f"MLflow cannot be brought up to date with {league}: {reason}")
        self.reason = reason


class Tracker:
    """Brings MLflow up to date with one league, again and again. Until it is closed no other process can for this league."""

    def __init__(self, store: Store, home: Path) -> None:
        """Track a league; nothing is imported or opened yet.

        Args:
            store: The league.
            home: Where leagues live; the database and the artifacts go there too.
        """
        self._store, self._home = store, home.resolve()
        self._lock: TextIO | None = None
        self._history: History | None = None
        self._cache: ReplayCache = {}
        self._tree: Tree | None = None

    def sync(self, warn: client.Warn, history: History | None = None) -> None:
        """Add what MLflow lacks of the league, up to the last committed generation.

        May be called at any time and any number of times. Where MLflow fails the league goes on, and the next call catches up.

        Args:
            warn: Told in a sentence why MLflow could not be brought up to date, or what is left out.
            history: What was read of the league before, if anything: it is not read again.

        Laws:
            idempotence: However often it is called and wherever it is killed, each metric has one point a step in the end, and
                each generation one version of the registered model.
        """
        try:
            self.fill_in(warn, history)
        except BehindError as error:
            warn(
                "MLflow is behind and will be brought up to date after the next generation, or by "
                f"`league sync {self._store.name}`; the league goes on ({error.reason})"
            )

    def fill_in(self, warn: client.Warn, history: History | None = None, *, thorough: bool = False) -> list[int]:
        """The same, but a failure is an error.

        Args:
            warn: Told in a sentence what is left out.
            history: What was read of the league before, if anything: it is not read again.
            thorough: Do not trust the mark of what is there: look for what was deleted, or was made by an older version.

        Returns:
            The generations that were added.

        Raises:
            BehindError: MLflow fails; what was added stays.
        """
        if self._store.generation() < 0:
            return []
        tree, self._tree = self._tree, None  # after a failure the runs are searched again
        try:
            self.hold()
            experiment = Experiment.open(client.connect(self._home), self._home, self._store.fact("game"))
            self._history = read(self._store, history or self._history)
            update = update_runs(experiment, self._store, self._history, warn, self._cache, tree, thorough=thorough)
        except client.failures() as error:
            raise BehindError(self._store.name, client.reason(error)) from error
        self._tree = update.tree
        return update.generations

    def hold(self) -> None:
        """Keep other processes from tracking this league.

        Raises:
            BehindError: Another process does, and does not end soon.
        """
        if self._lock is not None:
            return
        lock, end = (self._store.folder / "sync.lock").open("w"), time.monotonic() + client.PATIENCE
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > end:
                    lock.close()
                    raise BehindError(self._store.name, "another process is still at it") from None
                time.sleep(client.PATIENCE / 100)
            else:
                self._lock = lock
                return

    def close(self) -> None:
        """Let other processes track this league."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None
