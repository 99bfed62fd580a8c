"""The loop of a league: open the store, run the stages of every generation, wait until the observers have finished.

Each generation depends on what is committed and on the seed, on nothing else. No random stream is kept from one generation to
the next. What a generation does is written in `league.stages`.
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
"""From a store, the league's configuration and a function that takes warnings to whoever makes replays and MLflow runs."""


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
            home: Where leagues live.
            watcher: Observer that is told what goes on; silent if left out.
            make_sync_worker: Makes the observer that makes replays and MLflow runs from what is committed; if left out, the one
                that suits the configuration.

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
            resume: Go on with a league of this name that has begun; without it such a league is an error.

        Raises:
            LeagueError: In one sentence; what is committed is safe.
        """
        store = self._store(resume)
        compute = self.config.compute
        executor = EXECUTORS[compute.executor](compute.workers)
        worker = self.make_sync_worker(store, self.config, self.watcher.warn)
        seeds = Seeds(self.config.seed)
        context = Context(self.config, self.game, seeds, store, executor, self.watcher, worker)
        try:
            with one_thread():  # as in the tasks: the same bits on every machine
                self._generations(context)
        except Exception:  # what is committed is shown all the same; only Ctrl-C does not wait for it
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
        """Run all stages once; from the payoff table of all earlier matches to that with this generation's as well."""
        draft = begin(context, past)
        for stage in self.stages:
            draft = stage(draft)
        if context.store.generation() != draft.number:
            raise LeagueError(f"the style {self.config.style!r} did not commit generation {draft.number}: no stage is 'commit'")
        return draft.ratings().payoff

    def _store(self, resume: bool) -> Store:
        """Create the league, or open it where it has begun and is the same one."""
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
        store.lock()  # first: it upgrades a league of an earlier format, its identity included
        try:
            self._check_same(store)
        except LeagueError:
            store.unlock()
            raise
        self.config = config.model_copy(update={"generations": max(config.generations, store.generation() + 1)})
        store.set_fact("config", to_yaml(self.config))
        return store

    def _check_same(self, store: Store) -> None:
        """Make sure that a league on disk is the one that is configured.

        Raises:
            LeagueError: It plays another game, or has other settings or another seed.
        """
        config = self.config
        if store.fact("game") != config.game.name:
            raise LeagueError(
                f"the league {config.name!r} plays {store.fact('game')}, this configuration {config.game.name}; "
                "choose another --name"
            )
        if store.fact("identity") != config.identity():
            raise LeagueError(
                f"the league {config.name!r} was begun with other settings or another seed; "
                f"go on with `league resume {config.name}`, or choose another --name"
            )
