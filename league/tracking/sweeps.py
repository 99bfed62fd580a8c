"""A sweep in MLflow: a run below which the runs of its leagues are.

The settings of leagues are params of their runs already, so they are columns of MLflow's table and axes of its charts. What the
leagues came to in the tournament of all champions is added to them as metrics.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from league.analysis.metrics import flatten, millis
from league.evaluation.comparison import Interval
from league.evaluation.sweeps import LeagueResult, SweepResult
from league.storage.store import Store
from league.tracking import client
from league.tracking.adoption import LEAGUE_RUN, run_of_row
from league.tracking.experiment import NOTE, PARENT, Experiment

KIND, SWEEP = "sweep", "sweep"
"""The tag `kind` of a sweep's run, and the tag with the sweep's name of all its runs."""


def show_sweep(home: Path, result: SweepResult, page: str, warn: client.Warn) -> None:
    """Write a sweep's run, put the runs of its leagues below it, and give them their scores.

    Args:
        home: The folder of the leagues.
        result: The sweep.
        page: Its page.
        warn: Called with a sentence if MLflow cannot be updated.

    Laws:
        idempotence: Whatever the number of calls, each metric has one point per number of leagues.
    """
    home = home.resolve()
    try:
        stores = {each.trained.league: Store.open(home, each.trained.league) for each in result.leagues}
        experiment = Experiment.open(client.connect(home), home, next(iter(stores.values())).fact("game"))
        at = max(millis(store.newest().committed_at) for store in stores.values())
        run = _run(experiment, result, at)
        experiment.log(run, [(at, len(stores), _figures(result))], _params(result), {NOTE: _note(result)})
        experiment.write_files(
            run, {"sweep.html": page.encode(), "sweep.json": json.dumps(result.plain(), indent=1, allow_nan=False).encode()}
        )
        experiment.set_end(run, at)
        for each in result.leagues:
            _league(experiment, stores[each.trained.league], each, run, len(stores))
    except client.failures() as error:
        warn(f"MLflow does not show the sweep {result.sweep} ({client.reason(error)}); the same command shows it later")


def _run(experiment: Experiment, result: SweepResult, begun: int) -> Any:
    found = experiment.find(f"tags.kind = '{KIND}' AND tags.{SWEEP} = '{result.sweep}'")
    return found[0] if found else experiment.create(result.sweep, begun, {"kind": KIND, SWEEP: result.sweep})


def _league(experiment: Experiment, store: Store, league: LeagueResult, parent: Any, leagues: int) -> None:
    rows = store.generations()
    mine = f"tags.kind = 'league' AND tags.league = '{store.name}' AND tags.{LEAGUE_RUN} = '{run_of_row(rows[0])}'"
    at = millis(rows[-1].committed_at)
    values = {"sweep/elo": league.elo, "sweep/score": league.score, "sweep/return": league.mean_return}
    known = {name: value for name, value in values.items() if value is not None}
    setting = {SWEEP: parent.data.tags[SWEEP], "setting": league.trained.setting}
    for run in experiment.find(mine):
        experiment.log(run, [(at, leagues, known)], tags={PARENT: parent.info.run_id, **setting})


def _params(result: SweepResult) -> Mapping[str, str]:
    """What is varied, with its values."""
    values: dict[str, list[Any]] = {}
    for each in result.settings:
        for key, value in each.values.items():
            values.setdefault(key, [])
            if value not in values[key]:
                values[key].append(value)
    return flatten({"grid": {key: json.dumps(found, default=str) for key, found in values.items()}, "measure": result.measure})


def _figures(result: SweepResult) -> dict[str, float]:
    found = {"sweep/leagues": float(len(result.leagues)), "sweep/differences": float(sum(e.found for e in result.differences))}
    for number, each in enumerate(result.settings, 1):
        parts: dict[str, Interval | None] = {"score": each.score, "elo": each.elo, "return": each.mean_return}
        found |= {f"sweep/{number}/{name}": value.mean for name, value in parts.items() if value is not None}
    return found


def _note(result: SweepResult) -> str:
    best = "\n".join(f"{number}. {each.setting}" for number, each in enumerate(result.settings, 1))
    return (
        f"**{result.verdict}**\n\nSettings, best first:\n\n{best}\n\nThe runs below are the leagues. Their columns "
        "`sweep/score`, `sweep/elo` and `sweep/return` are of one tournament of all champions. The file `sweep.html` has "
        "intervals and tests."
    )
