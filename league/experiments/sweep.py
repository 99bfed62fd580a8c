"""A sweep: leagues with different settings, each with several seeds, and one tournament of all their champions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from league.config.schema import LeagueConfig
from league.config.sections import known
from league.errors import LeagueError
from league.evaluation.comparison import LEVEL, Difference, can_be_found, level_of_look
from league.evaluation.sweeps import SweepResult, Trained, compared, label, summarise
from league.evaluation.tournament import Played, hold
from league.execution.executors import EXECUTORS
from league.experiments.folder import held, write
from league.experiments.plan import Plan, Planned, maker, plan
from league.experiments.running import Say, run_leagues, track
from league.population.player import ANCHOR
from league.report.sweep_page import sweep_html
from league.storage.database import Warn, silent
from league.storage.store import default_home

GAMES = 20
"""Games per pair of champions in the pool, by default."""


@dataclass
class _Progress:
    """What a sweep knows so far: finished leagues, dropped settings, and the level that looks have spent."""

    runs: list[Trained] = field(default_factory=list)
    dropped: set[str] = field(default_factory=set)
    found: dict[frozenset[str], Difference] = field(default_factory=dict)
    looked: int = 0
    spent: float = 0.0


class Sweep:
    """Leagues with different settings, each with several seeds.

    A sweep can be interrupted at any moment. Another one with the same arguments goes on, and ends with the same result.

    Example:
        >>> Sweep("tictactoe", {"train.epochs": [2, 4]}, seeds=5).run().verdict
    """

    def __init__(
        self,
        config: str | Mapping[str, Any] | LeagueConfig,
        grid: Mapping[str, Sequence[Any]] | None = None,
        seeds: int | Sequence[int] = 5,
        *,
        name: str = "",
        settings: Mapping[str, Any] | None = None,
        games: int = GAMES,
        stop_early: bool = False,
        executor: str = "processes",
        workers: int | None = None,
        home: Path | str | None = None,
    ) -> None:
        """Plan a sweep; nothing is written before `run`.

        Args:
            config: A preset's name, the path of a YAML file, a configuration, or plain settings.
            grid: Dotted names of settings and the values that each takes. There is a league for every combination and seed.
            seeds: The seeds, or their number; they are then counted from the seed of the configuration.
            name: The sweep's name, with which the names of its leagues begin; by default that of the configuration.
            settings: Dotted names and values of settings that all leagues have.
            games: Games per pair of champions in the tournament at the end.
            stop_early: Compare the settings after every seed, and drop those that are worse than another one.
            executor: The executor. With `processes`, several leagues run at a time.
            workers: Number of processes; None for one per core.
            home: The folder of the leagues. The default is `LEAGUE_HOME`, or else `./mlruns`.

        Raises:
            LeagueError: A setting is wrong, or the leagues cannot be compared.
        """
        try:
            self._executor = known("executor", executor, EXECUTORS)
        except ValueError as error:
            raise LeagueError(str(error)) from error
        self.plan: Plan = plan(maker(config), settings or {}, grid or {}, seeds, name)
        self.home = default_home() if home is None else Path(home)
        self._games, self._stop_early, self._workers = games, stop_early, workers

    def run(self, say: Say = lambda sentence: None, warn: Warn = silent) -> SweepResult:
        """Run all leagues to their ends, let the champions play, and compare the settings.

        Args:
            say: Told of the progress, in sentences.
            warn: Told of problems that do not stop the sweep.

        Raises:
            LeagueError: A league cannot run, or another process runs this sweep.
        """
        with held(self.home, self.plan.name) as folder:
            now = _Progress()
            for number, wave in enumerate(self._waves(), 1):
                now.runs += self._run([each for each in wave if each.setting not in now.dropped], say, warn)
                if self._stop_early and number < len(self.plan.seeds):
                    self._look(now, number, say, warn)
                if len(now.dropped) == len(self.plan.settings) - 1 and len(self.plan.settings) > 1:
                    break
            say(f"the champions of {len(now.runs)} leagues play")
            played = self._pool(now.runs, warn)
            found = self._compared(played, now.runs, LEVEL - now.spent)
            found = [now.found.get(frozenset((each.one, each.other)), each) for each in found]
            result = summarise(self.plan.name, played, now.runs, self.plan.settings, found)
            if now.looked:
                told = f"Settings were also compared before the last seed; {100 * LEVEL:.0f} % is the level of all looks."
                result = replace(result, notes=[*result.notes, told])
            page = sweep_html(result)
            write(folder, result.plain(), page)
            self._show(result, page, warn)
        return result

    def _waves(self) -> list[list[Planned]]:
        """The leagues that are run before the settings are compared: all, or those of one seed after those of another."""
        if not self._stop_early:
            return [self.plan.leagues]
        return [[each for each in self.plan.leagues if each.config.seed == seed] for seed in self.plan.seeds]

    def _run(self, planned: Sequence[Planned], say: Say, warn: Warn) -> list[Trained]:
        return run_leagues(planned, self.home, self._executor, self._workers, say, warn)

    def _pool(self, runs: Sequence[Trained], warn: Warn) -> Played:
        """The tournament of all champions and of the random player."""
        names = [*(run.player for run in runs), ANCHOR]
        seed = self.plan.base.seed
        return hold(names, self.home, games=self._games, seed=seed, executor=self._executor, warn=warn)

    def _compared(
        self, played: Played, runs: Sequence[Trained], level: float, without: Collection[str] = ()
    ) -> list[Difference]:
        settings = [name for values in self.plan.settings if (name := label(values)) not in without]
        if len(settings) < 2:
            return []
        return compared(played, runs, settings, np.random.default_rng(self.plan.base.seed), level)

    def _look(self, now: _Progress, seeds: int, say: Say, warn: Warn) -> None:
        """Compare the settings that are left, and drop those that are worse than another one."""
        level = level_of_look(seeds, now.looked, len(self.plan.seeds))
        if not can_be_found(seeds, len(self.plan.settings) - len(now.dropped), level):
            return
        now.looked, now.spent = seeds, now.spent + level
        left = frozenset(now.dropped)
        for each in self._compared(self._pool(now.runs, warn), now.runs, level, left):
            if each.found:
                now.found[frozenset((each.one, each.other))] = each
                now.dropped.add(each.other)
                say(f"{each.other} is dropped after {seeds} seeds: {each.one} is better (p = {each.adjusted:.2g})")

    def _show(self, result: SweepResult, page: str, warn: Warn) -> None:
        """Show the leagues and the sweep in MLflow, if the leagues are tracked."""
        tracked = [each for each in self.plan.leagues if each.config.tracking]
        done = {league.trained.league for league in result.leagues}
        if not tracked:
            return
        from league.tracking.sweeps import show_sweep  # MLflow takes seconds to import

        for each in tracked:
            if each.config.name in done:
                track(each, self.home, warn)
        show_sweep(self.home, result, page, warn)
