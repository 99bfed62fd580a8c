"""The main loop of a league: open the store, run the stages of every generation, wait until the observers have finished.

A generation depends only on the committed data and on the seed. No random stream is kept from one generation to the next. The
stages of a generation are in `league.stages`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

from envs.description import describe
from envs.faults import GameError
from envs.references import loading, name
from envs.threads import one_thread
from league.config.foreign import references
from league.config.own_code import look_from_here
from league.config.schema import LeagueConfig, check
from league.config.validation import check_parts
from league.errors import LeagueError
from league.evaluation.founding import with_founders
from league.evaluation.opening import open_to_run
from league.evaluation.results import Result
from league.execution.broadcast import Broadcast
from league.execution.executors import EXECUTORS
from league.execution.progress import display_for
from league.execution.seeds import Seeds
from league.execution.watcher import Watcher
from league.stages.draft import Context, begin
from league.stages.table import stages_of
from league.storage.results import sums_in
from league.storage.store import Store, default_home
from league.storage.trusted import NamedCode
from league.tracking.sync_worker import SyncWorker, sync_worker_for
from tournaments.rating.evidence import Evidence, together
from tournaments.rating.results import Results, total

MakeSyncWorker: TypeAlias = Callable[[Store, LeagueConfig, Callable[[str], None], Callable[[int, int], None]], SyncWorker]
"""(store, configuration, function that receives warnings, function that receives how many of how many replays are recorded) →
observer that makes replays and MLflow runs."""


class League:
    """A league: a configuration, a game, and a folder in which the generations are committed.

    Example:
        >>> League(LeagueConfig(name="mine", game={"name": "classic/tictactoe_v3"})).run()
    """

    def __init__(
        self,
        config: LeagueConfig | Mapping[str, object],
        home: Path | str | None = None,
        watcher: Watcher | None = None,
        make_sync_worker: MakeSyncWorker | None = None,
        *,
        progress: bool | None = None,
    ) -> None:
        """Prepare a league; nothing is written before `run`.

        Args:
            config: The configuration, checked or plain.
            home: The folder of the leagues. The default is `LEAGUE_HOME`, or else `./mlruns`, as on the command line.
            watcher: An observer of the progress, in place of `progress`.
            make_sync_worker: Makes the observer that makes replays and MLflow runs from committed data. The default depends on
                the configuration.
            progress: Whether the progress is printed to the standard error. The default is to print it in a terminal and in a
                notebook.

        Raises:
            LeagueError: The configuration does not fit the game, names something that does not exist, or is that of a stored
                league whose code is not trusted.
        """
        if not isinstance(config, LeagueConfig):
            look_from_here(config)
            for reference in references(config):
                name(reference.code)
            config = check(config)
            look_from_here(config.model_dump(mode="json"))
        self.config = config
        self.code = NamedCode(references(config.model_dump(mode="json")))
        self.home = default_home() if home is None else Path(home)
        self._display = display_for(progress)
        self.watcher: Watcher = watcher or self._display
        self.make_sync_worker = make_sync_worker or sync_worker_for
        self.game = describe(self.config.game.setup(), self.config.arena.state)
        check_parts(self.config, self.game)
        self.config, self._founders = with_founders(self.config, self.game, self.home)
        self.stages = stages_of(self.config.style)

    def run(self, *, resume: bool = False) -> Result:
        """Run generations until the configured number of them is committed.

        Args:
            resume: Continue a league of this name that exists. Without it, an existing league is an error.

        Raises:
            LeagueError: The league cannot run. Committed generations are not lost.
        """
        if loading():
            raise LeagueError(
                f"{loading()} is loaded for the functions in it, and begins a league while it is loaded; "
                'write `if __name__ == "__main__":` before what it does when it is started'
            )
        store, self.config = open_to_run(self.config, self.game, self.home, self.watcher.warn, resume=resume)
        self.code.remember(self.watcher.warn)
        compute = self.config.compute
        executor = EXECUTORS[compute.executor](compute.workers, self.watcher.warn, compute.address)
        watcher = Broadcast(self.watcher, store.folder, executor.finished)
        worker = self.make_sync_worker(store, self.config, watcher.warn, watcher.progress)
        seeds = Seeds(self.config.seed)
        context = Context(self.config, self.game, seeds, store, executor, watcher, worker)
        try:
            for weights in self._founders.values():
                store.weights.put(weights)
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
            watcher.close()
            store.unlock()
            self._display.stop()

    def _generations(self, context: Context) -> None:
        last = context.store.generation()
        if last >= 0:
            context.sync_worker.committed(last)
        known = sums_in(context.store, self.game).values()
        table, seen = total([sums.results for sums in known]), together([sums.evidence for sums in known])
        while context.store.generation() + 1 < self.config.generations:
            table, seen = self._generation(context, table, seen)
        context.watcher.phase("report")

    def _generation(self, context: Context, past: Results, seen: Evidence) -> tuple[Results, Evidence]:
        """Run all stages once. Takes the results and the evidence of all earlier matches, and adds those of this generation."""
        draft = begin(context, past, seen)
        for stage in self.stages:
            draft = stage(draft)
        if context.store.generation() != draft.number:
            raise LeagueError(f"the style {self.config.style!r} did not commit generation {draft.number}: no stage is 'commit'")
        return draft.ratings().payoff, draft.ratings().evidence
