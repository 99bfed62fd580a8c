"""Who makes what is derived from the committed generations of a league: replays, and MLflow's view of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from league.analysis.history import History, read
from league.artifacts.replays import keep_replays
from league.config.schema import LeagueConfig
from league.errors import LeagueError
from league.evaluation.configuration import stored_config
from league.storage.store import Store

if TYPE_CHECKING:
    from league.tracking.client import Tracker

SHARE = 0.02
"""Of the time that passes, how much MLflow may take of a league that has to wait for it."""

Warn: TypeAlias = Callable[[str], None]


class Reporter:
    """Makes what is derived from committed generations."""

    def __init__(self, store: Store, share: float = SHARE) -> None:
        """Report on the league in a store.

        Args:
            store: The league.
            share: Of the time that passes, how much MLflow may take of one core while the league goes on.
        """
        self.store, self.share = store, share
        self.history: History | None = None
        self.shown = -1
        self._kept = -1
        self._free_at = 0.0
        self._tracker: Tracker | None = None

    @cached_property
    def config(self) -> LeagueConfig:
        """The configuration."""
        return stored_config(self.store)

    @property
    def tracker(self) -> Tracker:
        """Who brings MLflow up to date."""
        if self._tracker is None:
            from league.tracking.client import Tracker  # mlflow takes seconds to import; leagues without it do not pay

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

    def keep(self, generation: int, warn: Warn, *, thorough: bool = False) -> None:
        """Make missing replays of a generation and of all before it; what was looked at once is not looked at again.

        Args:
            generation: It is committed.
            warn: Told of what cannot be made.
            thorough: Make again what is there but cannot be read.

        Raises:
            LeagueError: The disk is full, or the store cannot be read.
            GameError: The game cannot be made.
        """
        while self._kept < generation:
            self.history = read(self.store, self.history, until=self._kept + 1)
            keep_replays(self.store, self.history, warn, thorough=thorough)
            self._kept += 1

    def show(self, generation: int, warn: Warn) -> None:
        """Bring MLflow up to date; see `keep`."""
        if self.config.tracking:
            begun = time.process_time()
            self.tracker.sync(warn, self.history)
            self._free_at = time.monotonic() + (time.process_time() - begun) / self.share
        self.shown = generation

    def bring_up_to(self, generation: int, warn: Warn) -> None:
        """Do both."""
        self.keep(generation, warn)
        self.show(generation, warn)

    def close(self) -> None:
        """Let other processes report on this league."""
        if self._tracker is not None:
            self._tracker.close()


def fill_in(store: Store, warn: Warn) -> list[int]:
    """Make whatever replays are missing of a league, and whatever MLflow lacks of it, whether or not the league is tracked.

    Args:
        store: The league.
        warn: Told of what cannot be made.

    Returns:
        The generations that were added to MLflow.

    Raises:
        LeagueError: The league has no generation yet, or MLflow cannot be brought up to date; says why.
    """
    store.champion()
    with closing(Reporter(store)) as reporter:
        reporter.tracker.hold()
        try:
            reporter.keep(store.generation(), warn, thorough=True)
        except LeagueError as error:
            warn(f"some replays cannot be recorded: {error}")
        return reporter.tracker.fill_in(warn, reporter.history, thorough=True)
