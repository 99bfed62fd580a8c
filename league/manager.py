"""The main loop of a league: open the store, run the stages of every generation, wait until the observers have finished.

A generation depends only on the committed data and on the seed. No random stream is kept from one generation to the next. The
stages of a generation are in `league.stages`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

import envs
from envs.faults import GameError
from league.config.schema import LeagueConfig, check, to_yaml
from league.config.validation import check_parts
from league.errors import LeagueError
from league.evaluation.results import Result
from league.execution.executors import EXECUTORS
from league.execution.seeds import Seeds
from league.execution.tasks import one_thread
from league.execution.watcher import Silent, Watcher
from league.stages.draft import Context, begin
from league.stages.table import stages_of
from league.storage.store import HOME, Store
from league.tracking.sync_worker import SyncWorker, sync_worker_for
from league.version import __version__
from tournaments.rating.outcomes import outcomes
from tournaments.rating.payoff import Payoff, payoff

MakeSyncWorker: TypeAlias = Callable[[Store, LeagueConfig, Callable[[str], None]], SyncWorker]
"""(store, configuration, function that receives warnings) → observer that makes replays and MLflow runs."""


class League:
    """A league: a configuration, a game, and a folder in which the generations are committed.

    Example:
        >>> League(LeagueConfig(name="mine", game={"name": "classic/tictactoe_v3"})).run()
    """

    def __init__(
        self,
        config: LeagueConfig | Mapping[str, object],
        home: Path | str = HOME,
        watcher: Watcher | None = None,
        make_sync_worker: MakeSyncWorker | None = None,
    ) -> None:
        """Prepare a league; nothing is written before `run`.

        Args:
            config: The configuration, checked or plain.
            home: The folder of the leagues.
            watcher: An observer of the progress; the default shows nothing.
            make_sync_worker: Makes the observer that makes replays and MLflow runs from committed data. The default depends on
                the configuration.

        Raises:
            LeagueError: The configuration does not fit the game, or names something that does not exist.
        """
        self.config = config if isinstance(config, LeagueConfig) else check(config)
        self.home = Path(home)
        self.watcher = watcher or Silent()
        self.make_sync_worker = make_sync_worker or sync_worker_for
        self.game = envs.describe(self.config.game.setup())
        check_parts(self.config, self.game)
        self.stages = stages_of(self.config.style)

    def run(self, *, resume: bool = False) -> Result:
        """Run generations until the configured number of them is committed.

        Args:
            resume: Continue a league of this name that exists. Without it, an existing league is an error.

        Raises:
            LeagueError: The league cannot run. Committed generations are not lost.
        """
        store = self._store(resume)
        compute = self.config.compute
        executor = EXECUTORS[compute.executor](compute.workers)
        worker = self.make_sync_worker(store, self.config, self.watcher.warn)
        seeds = Seeds(self.config.seed)
        context = Context(self.config, self.game, seeds, store, executor, self.watcher, worker)
        try:
            with one_thread():  # as in the tasks, so that every machine gives the same bits
                self._generations(context)
        except Exception:  # committed generations are shown even after an error; only Ctrl-C skips this
            with suppress(LeagueError, GameError):
                worker.finish()
            raise
        else:
            worker.finish()
            return Result(store)
        finally:
            worker.close()
            executor.close()
            store.unlock()

    def _generations(self, context: Context) -> None:
        last = context.store.generation()
        if last >= 0:
            context.sync_worker.committed(last)
        table = payoff(outcomes(self.game, context.store.matches()))
        while context.store.generation() + 1 < self.config.generations:
            table = self._generation(context, table)
        self.watcher.phase("report")

    def _generation(self, context: Context, past: Payoff) -> Payoff:
        """Run all stages once. Takes the payoff table of all earlier matches and returns it with this generation's matches."""
        draft = begin(context, past)
        for stage in self.stages:
            draft = stage(draft)
        if context.store.generation() != draft.number:
            raise LeagueError(f"the style {self.config.style!r} did not commit generation {draft.number}: no stage is 'commit'")
        return draft.ratings().payoff

    def _store(self, resume: bool) -> Store:
        """Create the league, or open it if it exists with the same settings."""
        config = self.config
        if not resume or not (self.home / "leagues" / config.name / "league.db").is_file():
            facts = {
                "config": to_yaml(config),
                "identity": config.identity(),
                "game": config.game.name,
                "description": self.game.to_json(),
                "version": __version__,
            }
            return Store.create(self.home, config.name, facts)
        store = Store.open(self.home, config.name)
        store.lock()  # before anything is read, because it upgrades a league of an earlier format and its identity
        try:
            self._check_same(store)
        except LeagueError:
            store.unlock()
            raise
        self.config = config.model_copy(update={"generations": max(config.generations, store.generation() + 1)})
        store.set_fact("config", to_yaml(self.config))
        return store

    def _check_same(self, store: Store) -> None:
        """Check that the league on disk has the configured settings.

        Raises:
            LeagueError: The league has another game, other settings or another seed.
        """
        config = self.config
        if store.fact("game") != config.game.name:
            raise LeagueError(
                f"the league {config.name!r} plays {store.fact('game')}, but this configuration has {config.game.name}; "
                "choose another --name"
            )
        if store.fact("identity") != config.identity():
            raise LeagueError(
                f"the league {config.name!r} has other settings or another seed; "
                f"continue it with `league resume {config.name}`, or choose another --name"
            )
