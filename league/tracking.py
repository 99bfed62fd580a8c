"""MLflow as a mirror of leagues. The store is the authority: what is here can be deleted and is made again by the next `sync`.

A league is a tree of runs: league → generations → gen-007, and league → players → main-03. Generations are mirrored one after
the other; the tag `generation` of the league's run is written after everything else of a generation, so that a sync killed in
the middle begins that generation again. Beginning again changes nothing: values and times come from the store alone, and MLflow
keeps one of several equal points. mlflow is imported nowhere else in the project, and here only when it is needed: it takes
seconds, and a broken installation must not stop a league.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import sqlite3
import warnings
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from league import charts
from league.charts import Chronicle
from league.pictures import Pixels
from league.results import standings_rows
from league.roster import Player, snapshot_name
from league.store import GenerationRow, Store

DATABASE = "mlflow.db"
PARENT, NOTE = "mlflow.parentRunId", "mlflow.note.content"
FOLDERS = ("generations", "players")
POINTS, WORDS = 800, 100
"""Metrics, and params or tags, that go into one call; MLflow takes 1,000 things in all."""

PATIENCE = 5.0
"""Seconds to wait for another process that writes."""

SETTINGS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    # What goes wrong is told in one sentence by `sync`, not in tracebacks on the way.
    "MLFLOW_LOGGING_LEVEL": "CRITICAL",
    # Kept connections would go on writing into a database that was deleted and made again.
    "MLFLOW_SQLALCHEMYSTORE_POOLCLASS": "NullPool",
}
"""How MLflow is to behave, where the environment does not say otherwise; read when it is imported."""

GUIDE = """\
Leagues that play **{game}**. Each league is a run; the arrow at its left opens `generations` and `players`.

* **Is it getting better?** Chart `league/elo_best` and `league/elo_mean` of the league's run. 0 Elo is the random player.
* **Who is who?** Show the runs under `players` (the eye at the left; ten rows are drawn unless you ask for more) and chart
  `player/elo`. A curve ends where its player was replaced. Group by `league_role` for bands.
* **Does training work?** Show the runs under `generations`: `train/*` lays their learning curves over one another.
* **What did a generation bring?** Tick some of them and press *Compare*: parallel coordinates of `gen/*`, standings and payoff
  tables side by side.
* **Who beats whom, who descends from whom?** The image charts `payoff` and `lineage` of the league's run have a slider: the
  generation.
"""


def sync(store: Store, home: Path, warn: Callable[[str], None]) -> None:
    """Add to MLflow what it lacks of a league, up to the last committed generation.

    May be called at any time and any number of times. Where MLflow fails the league goes on, and the next call catches up.

    Args:
        store: The league.
        home: Where leagues live; the database and the artifacts go there too.
        warn: Told in a sentence why MLflow could not be brought up to date.

    Laws:
        idempotence: However often it is called, and wherever it is killed, there is one point per metric and step in the end.
    """
    if store.generation() < 0:
        return
    try:
        _catch_up(_experiment(_connect(home.resolve()), home.resolve(), store.fact("game")), Chronicle(store))
    except _failures() as error:
        warn(
            f"MLflow is behind and will be brought up to date after the next generation; the league goes on ({_reason(error)})"
        )


@dataclass(frozen=True)
class _Runs:
    """The runs of one experiment."""

    client: Any
    experiment: str
    artifacts: Path

    def find(self, query: str) -> list[Any]:
        """Runs by a filter."""
        found = self.client.search_runs([self.experiment], query, max_results=1000)
        runs = list(found)
        while found.token:
            found = self.client.search_runs([self.experiment], query, max_results=1000, page_token=found.token)
            runs += found
        return runs

    def children(self, parent: str) -> dict[str, Any]:
        """Runs right below another, by name."""
        return {run.info.run_name: run for run in self.find(f"tags.`{PARENT}` = '{parent}'")}

    def make(self, name: str, begun: int, tags: Mapping[str, str]) -> Any:
        """A new run, RUNNING since `begun`."""
        return self.client.create_run(self.experiment, start_time=begun, tags=dict(tags), run_name=name)

    def write(
        self,
        run: Any,
        at: int,
        steps: Mapping[int, Mapping[str, float]],
        params: Mapping[str, str] | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        """Add figures, params and tags, the tags last; all of it stamped `at`."""
        from mlflow.entities import Metric, Param, RunTag

        points = [Metric(key, value, at, step) for step, figures in steps.items() for key, value in figures.items()]
        words = [Param(key, value) for key, value in (params or {}).items()]
        calls = max(-(-len(points) // POINTS), -(-len(words) // WORDS), 1)
        for call in range(calls):
            self.client.log_batch(
                run.info.run_id,
                metrics=points[call * POINTS : (call + 1) * POINTS],
                params=words[call * WORDS : (call + 1) * WORDS],
                tags=[RunTag(*tag) for tag in (tags or {}).items()] if call == calls - 1 else [],
                synchronous=True,
            )

    def text(self, run: Any, name: str, content: str) -> None:
        """An artifact at the root of a run."""
        self.client.log_text(run.info.run_id, content, name)

    def slide(self, run: Any, key: str, step: int, image: Pixels) -> None:
        """An image of a series with a slider; one that a killed process left at this step makes room."""
        for left in (self.artifacts / run.info.run_id / "artifacts" / "images").glob(f"{key}+step+{step}+*"):
            left.unlink()
        self.client.log_image(run.info.run_id, image, key=key, step=step, synchronous=True)

    def settle(self, run: Any, ended: int | None) -> None:
        """Let a run be FINISHED since `ended`, or RUNNING where that is None; processes that were killed left it otherwise."""
        status = "RUNNING" if ended is None else "FINISHED"
        if run.info.status != status:
            if ended is None:
                self.client.update_run(run.info.run_id, status=status)
            else:
                self.client.set_terminated(run.info.run_id, status, end_time=ended)


def _catch_up(runs: _Runs, league: Chronicle) -> None:
    rows, store = league.rows, league.store
    root = _root(runs, league)
    mirrored = int(root.data.tags.get("generation", -1))
    over = rows[-1].number + 1 >= league.config.generations
    ended = charts.millis(rows[-1].committed_at) if over else None
    if mirrored == rows[-1].number and root.info.status == ("FINISHED" if over else "RUNNING"):
        return
    folders = runs.children(root.info.run_id)
    for name in FOLDERS:
        folders[name] = folders.get(name) or runs.make(
            name, charts.begun(rows[0]), {PARENT: root.info.run_id, "kind": "folder", "league": store.name}
        )
    players = runs.children(folders["players"].info.run_id)
    for row in rows[mirrored + 1 :]:
        table = league.payoff(row.number)
        _generation(runs, league, row, folders["generations"].info.run_id, table)
        _players(runs, league, row, folders["players"].info.run_id, players)
        _league(runs, league, row, root, table)
    for player in league.players:
        if player.name in players and player.retired is None:
            runs.settle(players[player.name], ended)
    for run in (*folders.values(), root):
        runs.settle(run, ended)


def _root(runs: _Runs, league: Chronicle) -> Any:
    """The run of the league: named like it and begun when it was; a league of the same name made anew gets a new one."""
    store, begun = league.store, charts.begun(league.rows[0])
    found = runs.find(f"tags.kind = 'league' AND tags.league = '{store.name}' AND attributes.start_time = {begun}")
    tags = {
        "kind": "league",
        "league": store.name,
        "game": store.fact("game"),
        "seed": str(league.config.seed),
        "config_sha": store.fact("identity"),
        "version": store.fact("version"),
    }
    return found[0] if found else runs.make(store.name, begun, tags)


def _generation(runs: _Runs, league: Chronicle, row: GenerationRow, folder: str, table: Pixels) -> None:
    """The run of a generation."""
    store, number, at = league.store, row.number, charts.millis(row.committed_at)
    tags = {PARENT: folder, "kind": "generation", "league": store.name, "generation": str(number)}
    found = runs.find(f"tags.`{PARENT}` = '{folder}' AND tags.generation = '{number}'")
    run = found[0] if found else runs.make(f"gen-{number:03d}", charts.begun(row), tags)
    steps = dict(enumerate(charts.training_curves(store.updates(number))))
    figures = charts.generation_figures(row, store.ratings(number), league.met(number))
    params = charts.generation_facts(row, league.players, store.training(number))
    runs.write(run, at, {**steps, 0: steps.get(0, {}) | figures}, params)
    runs.text(run, "standings.json", _standings(league, row))
    runs.client.log_image(run.info.run_id, table, artifact_file="payoff.png")
    runs.settle(run, at)


def _players(runs: _Runs, league: Chronicle, row: GenerationRow, folder: str, made: dict[str, Any]) -> None:
    """The runs of the players that learnt in a generation or were born at its end, and of the anchors."""
    store, at = league.store, charts.millis(row.committed_at)
    ratings = {rating.player: rating for rating in store.ratings(row.number)}
    there = {player.name: player for player in league.everybody(row.number)}
    for player in charts.shown(league.players, league.rows):
        now = there.get(player.name)
        if now is None or (now.retired is not None and now.retired < row.number):
            continue
        run = made[now.name] = made.get(now.name) or runs.make(now.name, _birth(league, now), _identity(league, now, folder))
        frozen = there.get(snapshot_name(now.name, row.number), now)
        steps = {row.number: charts.player_figures(ratings[frozen.name], frozen.hyper)} if frozen.name in ratings else {}
        runs.write(run, at, steps, tags={"status": now.status})
        if now.retired is not None:
            runs.settle(run, at)


def _identity(league: Chronicle, player: Player, folder: str) -> dict[str, str]:
    facts = {
        PARENT: folder,
        "kind": "player",
        "league": league.store.name,
        "league_role": player.league_role,
        "parent": player.parent,
        "born": player.born,
        "operator": player.operator,
        "status": player.status,
    }
    return {name: str(value) for name, value in facts.items() if value is not None}


def _birth(league: Chronicle, player: Player) -> int:
    """Founders and anchors are there from the beginning, children since the end of a generation."""
    founder = player.born is None or player.operator == "founder"
    return charts.begun(league.rows[0]) if founder else charts.millis(league.rows[player.born or 0].committed_at)


def _league(runs: _Runs, league: Chronicle, row: GenerationRow, root: Any, table: Pixels) -> None:
    """A generation on the run of the league; written last, with the mark that all of the generation is there."""
    runs.slide(root, "payoff", row.number, table)
    runs.slide(root, "lineage", row.number, league.lineage(row.number))
    graph = league.comm_graph() if row.number == 0 else None
    if graph is not None:  # the graph stays what it is: one image says it all
        runs.slide(root, "comm_graph", 0, graph)
    runs.text(root, "config.yaml", league.store.fact("config"))
    runs.text(root, "standings.json", _standings(league, row))
    # Params cannot be changed: they tell what the league was begun with, config.yaml what it goes on with.
    settings = charts.flatten(league.config.model_dump(mode="json")) if row.number == 0 else {}
    params = {key: value for key, value in settings.items() if key not in root.data.params}
    at = charts.millis(row.committed_at)
    runs.write(root, at, {row.number: charts.league_figures(row)}, params, {"generation": str(row.number)})


def _standings(league: Chronicle, row: GenerationRow) -> str:
    """The standings as of a generation, as `league standings --json` prints them."""
    name, game = league.store.name, league.store.fact("game")
    rows = standings_rows(league.store, row.number)
    facts = {"league": name, "game": game, "generation": row.number, "champion": row.champion, "standings": rows}
    return json.dumps(facts, indent=2)


def _connect(home: Path) -> Any:
    """A client on the home's database, which is made if there is none.

    MLflow tries for minutes to open a database that is broken or locked, so that is found out first.
    """
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    home.mkdir(parents=True, exist_ok=True)
    database = home / DATABASE
    with (home / "mlflow.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not database.exists():
            # Half a database could never be used: it gets its name when it is whole.
            unfinished = database.with_suffix(".part")
            unfinished.unlink(missing_ok=True)
            unfinished.touch()
            _client(unfinished)
            unfinished.rename(database)
    with closing(sqlite3.connect(database, timeout=PATIENCE)) as probe:
        probe.execute("BEGIN IMMEDIATE")
        probe.rollback()
    return _client(database)


def _client(database: Path) -> Any:
    uri = f"sqlite:///{database}"
    with warnings.catch_warnings():
        # MLflow declares its tables in a way that SQLAlchemy 2.1 deprecates.
        warnings.simplefilter("ignore", DeprecationWarning)
        from mlflow import MlflowClient

        return MlflowClient(tracking_uri=uri, registry_uri=uri)


def _experiment(client: Any, home: Path, game: str) -> _Runs:
    """The experiment of a game, made if there is none, brought back if somebody deleted it."""
    artifacts = home / "artifacts" / re.sub(r"[^A-Za-z0-9._-]+", "-", game)
    found = client.get_experiment_by_name(game)
    if found is None:
        tags = {NOTE: GUIDE.format(game=game)}
        return _Runs(client, client.create_experiment(game, artifact_location=artifacts.as_uri(), tags=tags), artifacts)
    if found.lifecycle_stage == "deleted":
        client.restore_experiment(found.experiment_id)
    return _Runs(client, found.experiment_id, artifacts)


def _reason(error: BaseException) -> str:
    """The first line of what began it: SQLAlchemy and MLflow wrap it in pages."""
    while error.__cause__ is not None:
        error = error.__cause__
    return (str(error).splitlines() or [type(error).__name__])[0]


def _failures() -> tuple[type[Exception], ...]:
    """What MLflow fails with: it, its database, the disk, its installation."""
    known = (OSError, sqlite3.Error, ImportError)
    try:
        from mlflow.exceptions import MlflowException
        from sqlalchemy.exc import DBAPIError
    except ImportError:
        return known
    return (*known, MlflowException, DBAPIError)
