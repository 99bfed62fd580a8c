"""Updates MLflow with the data of a league. The store is the authority: MLflow's data can be deleted and made again."""

from __future__ import annotations

import fcntl
import time
from pathlib import Path
from typing import TextIO

from league.analysis.history import History, read
from league.artifacts.replay_cache import ReplayCache
from league.errors import LeagueError
from league.storage.links import lock_file
from league.storage.store import Store
from league.tracking import client
from league.tracking.experiment import Experiment
from league.tracking.removal import rename_in_mlflow
from league.tracking.runs import Tree, Update, update_runs, write_evaluations


class BehindError(LeagueError):
    """MLflow could not be updated with a league; `reason` says why."""

    def __init__(self, league: str, reason: str) -> None:
        super().__init__(f"MLflow cannot be brought up to date with {league}: {reason}")
        self.reason = reason


class Tracker:
    """Updates MLflow with one league, repeatedly. Until it is closed, no other process can do so for this league."""

    def __init__(self, store: Store, home: Path) -> None:
        """Track a league. Nothing is imported or opened yet.

        Args:
            store: The league.
            home: The folder of the leagues, in which the database and the artifacts are, too.
        """
        self._store, self._home = store, home.resolve()
        self._lock: TextIO | None = None
        self._history: History | None = None
        self._cache: ReplayCache = {}
        self._tree: Tree | None = None

    def sync(self, warn: client.Warn, history: History | None = None) -> None:
        """Add everything about the league that is missing in MLflow, up to the last committed generation.

        It may be called at any time and any number of times. If MLflow fails, the league continues, and the next call catches
        up.

        Args:
            warn: Called with a sentence if MLflow could not be updated, or if something is left out.
            history: An earlier history of the league. Its generations are not read again.

        Laws:
            idempotence: Whatever the number of calls and of kills, in the end each metric has one point per step, and each
                generation has one version of the registered model.
        """
        try:
            self.fill_in(warn, history)
        except BehindError as error:
            warn(
                "MLflow is behind and will be brought up to date after the next generation, or by "
                f"`league sync {self._store.name}`; the league goes on ({error.reason})"
            )

    def fill_in(self, warn: client.Warn, history: History | None = None, *, thorough: bool = False) -> Update:
        """Do the same as `sync`, but raise an error after a failure.

        Args:
            warn: Called with a sentence for everything that is left out.
            history: An earlier history of the league. Its generations are not read again.
            thorough: Whether to search all generations for data that was deleted or was made by an older version.

        Returns:
            What was added and what was put right.

        Raises:
            BehindError: MLflow fails. Data that was already added stays.
        """
        if self._store.generation() < 0:
            return Update(None, [])
        tree, self._tree = self._tree, None  # after a failure the runs are searched again
        try:
            self.hold()
            rename_in_mlflow(self._home, self._store)  # a renaming may have been killed in the middle
            experiment = Experiment.open(client.connect(self._home), self._home, self._store.fact("game"))
            self._history = read(self._store, history or self._history)
            update = update_runs(experiment, self._store, self._history, warn, self._cache, tree, thorough=thorough)
        except client.failures() as error:
            raise BehindError(self._store.name, client.reason(error)) from error
        self._tree = update.tree
        return update

    def show_evaluations(self) -> bool:
        """Write into the league's run what was measured of its players on request, and the report with it.

        Returns:
            Whether there is a run of the league that has all its generations. Otherwise a sync writes all.

        Raises:
            BehindError: MLflow fails.
        """
        try:
            self.hold()
            experiment = Experiment.open(client.connect(self._home), self._home, self._store.fact("game"))
            self._history = read(self._store, self._history)
            return write_evaluations(experiment, self._store, self._history, self._cache)
        except client.failures() as error:
            raise BehindError(self._store.name, client.reason(error)) from error

    def hold(self) -> None:
        """Keep other processes from tracking this league.

        Raises:
            BehindError: Another process tracks the league and does not end soon.
        """
        if self._lock is not None:
            return
        lock, end = lock_file(self._store.folder / "sync.lock"), time.monotonic() + client.PATIENCE
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > end:
                    lock.close()
                    raise BehindError(self._store.name, "another process is still updating it") from None
                time.sleep(client.PATIENCE / 100)
            else:
                self._lock = lock
                return

    def close(self) -> None:
        """Let other processes track this league."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None
