"""Makes the data that is derived from committed generations: replays, and the runs in MLflow."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from league.analysis.history import History, read
from league.artifacts.replays import keep_replays
from league.config.schema import LeagueConfig
from league.errors import LeagueError
from league.evaluation.configuration import require_trust, stored_config
from league.storage.store import Store
from league.tracking.client import DATABASE, Warn

if TYPE_CHECKING:
    from league.tracking.runs import Update
    from league.tracking.tracker import Tracker

Progress: TypeAlias = Callable[[int, int], None]
"""Told how many of how many replays of a generation are recorded."""


class LeagueSync:
    """Makes the missing replays and MLflow runs of one league."""

    def __init__(self, store: Store, progress: Progress = lambda done, total: None) -> None:
        """Sync the league in a store.

        Args:
            store: The league.
            progress: Told how many of how many replays of a generation are recorded.
        """
        self.store = store
        self.progress = progress
        self.history: History | None = None
        self.synced = -1
        self._recorded = -1
        self._tracker: Tracker | None = None

    @cached_property
    def config(self) -> LeagueConfig:
        """The configuration."""
        return stored_config(self.store)

    @property
    def tracker(self) -> Tracker:
        """The tracker that updates MLflow."""
        if self._tracker is None:
            from league.tracking.tracker import Tracker  # imports all that draws and reports; untracked leagues do not need it

            self._tracker = Tracker(self.store, self.store.folder.parent.parent)
        return self._tracker

    def record(self, generation: int, warn: Warn, *, thorough: bool = False) -> None:
        """Make missing replays up to a generation. Each generation is checked only once.

        Args:
            generation: A committed generation.
            warn: Called with a message for every replay that cannot be made.
            thorough: Whether to make existing replays again if they cannot be read.

        Raises:
            LeagueError: The disk is full, the store cannot be read, or the league names code that is not trusted.
            GameError: The game cannot be made.
        """
        if self._recorded < generation:
            require_trust(self.store, playing=True)
        while self._recorded < generation:
            self.history = read(self.store, self.history, until=self._recorded + 1)
            keep_replays(self.store, self.history, warn, self.progress, thorough=thorough)
            self._recorded += 1

    def track(self, generation: int, warn: Warn) -> None:
        """Update MLflow if the league is tracked; see `record`."""
        if self.config.tracking:
            self.tracker.sync(warn, self.history)
        self.synced = generation

    def bring_up_to(self, generation: int, warn: Warn) -> None:
        """Make missing replays, then update MLflow; see `record`."""
        self.record(generation, warn)
        self.track(generation, warn)

    def close(self) -> None:
        """Let other processes sync this league."""
        if self._tracker is not None:
            self._tracker.close()


def fill_in(store: Store, warn: Warn, *, trust: bool = False) -> Update:
    """Make all missing replays of a league, and add everything that is missing in MLflow, even if the league is not tracked.

    Args:
        store: The league.
        warn: Called with a message for everything that cannot be made.
        trust: Trust the code that the league names, and remember that.

    Returns:
        What was added to MLflow and what was put right in it.

    Raises:
        LeagueError: The league has no generation yet, it names code that is not trusted, or MLflow cannot be updated. The
            message says why.
    """
    store.champion()
    require_trust(store, playing=True, trust=trust)
    with closing(LeagueSync(store)) as sync:
        sync.tracker.hold()
        try:
            sync.record(store.generation(), warn, thorough=True)
        except LeagueError as error:
            warn(f"some replays cannot be recorded: {error}")
        update = sync.tracker.fill_in(warn, sync.history, thorough=True)
        sync.tracker.show_evaluations()
        return update


def show_evaluations(store: Store, warn: Warn) -> None:
    """Write what was measured of a league's players into its run in MLflow, if the league is there.

    Args:
        store: The league.
        warn: Called with a sentence if MLflow cannot be updated.
    """
    home = store.folder.parent.parent
    if not (home / DATABASE).is_file():
        return
    with closing(LeagueSync(store)) as sync:
        try:
            sync.tracker.show_evaluations()
        except LeagueError as error:
            warn(f"{error}; `league sync {store.name}` shows it later")
