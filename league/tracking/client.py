"""MLflow as a mirror of leagues. The store is the authority: what is here can be deleted and is made again by the next `sync`.

Which runs there are and what they hold is told in `run_tree`, what is registered in `registry`; this file knows how MLflow is
opened, written to, and fails. mlflow is imported here and by the code of the registered models, which runs outside the project;
here only when it is needed: it takes seconds, and a broken installation must not stop a league.
"""

from __future__ import annotations

import fcntl
import os
import re
import sqlite3
import time
import warnings
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TextIO
from uuid import uuid4

from league.analysis.history import History, read
from league.artifacts.replay_cache import ReplayCache
from league.errors import LeagueError
from league.plotting.png import Picture, on_slider
from league.storage.store import Store
from league.tracking.registry import path_of
from league.tracking.runs import PARENT, Points, Tree, catch_up

DATABASE = "mlflow.db"
NOTE = "mlflow.note.content"
POINTS, WORDS = 800, 100
"""Metrics, and params or tags, that go into one call; MLflow takes 1,000 things in all."""

PATIENCE = 5.0
"""Seconds to wait for another process that writes."""

SETTINGS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    # What goes wrong is told in one sentence by `sync`, not in tracebacks on the way.
    "MLFLOW_LOGGING_LEVEL": "CRITICAL",
}
"""How MLflow is to behave, where the environment does not say otherwise; read when it is imported."""

KIND = "mlflow.experimentKind"
"""Tells MLflow's pages that this is about training, and not about language models."""

GUIDE = """\
Leagues that play **{game}**. Open *Views* (top right): three for every league, *league*, *players* and *generations*.

1. **league**: is it getting better? `league/elo_best` and `league/elo_mean`; 0 Elo is the random player. Below: who beats whom
   and who descends from whom, with a slider for the generation.
2. **players**: who is how strong? `player/elo` of everybody; a curve ends where its player was replaced. Group by `league_role`
   for bands.
3. **generations**: what did each bring (`gen/score_vs_previous`: above ½ is progress), and does training work (`train/*`)?

Then:

* **Two generations side by side**: tick them, press *Compare*, go down to *Artifacts*: `standings.csv`, `payoff.png`. The
  button with the table, above the runs, shows `standings.json` of all of them.
* **Watch a match**: a generation's run, *Artifacts*, `replay.html`: its final.
* **Read**: the league's run, *Artifacts*: `report.html` (how the champion got there, what to do next), `tournament.html`
  (every match), `solution.yaml` (what was trained and how to use it).
* **Use a champion**: *Model registry*, the league's name; one version per generation, the newest is `@champion`.

Without a view each league is a run; the sign at its left opens `generations` and `players`.
"""


class BehindError(LeagueError):
    """MLflow could not be brought up to date with a league; `reason` says why."""

    def __init__(self, league: str, reason: str) -> None:
        super().__init__(f"MLflow cannot be brought up to date with {league}: {reason}")
        self.reason = reason


def sync(store: Store, home: Path, warn: Callable[[str], None]) -> None:
    """Add to MLflow what it lacks of a league; see `Tracker.sync`."""
    with closing(Tracker(store, home)) as tracker:
        tracker.sync(warn)


class Tracker:
    """Brings MLflow up to date with one league, time and again; until it is closed no other process can for this league."""

    def __init__(self, store: Store, home: Path) -> None:
        """Mirror a league; nothing is imported or opened yet.

        Args:
            store: The league.
            home: Where leagues live; the database and the artifacts go there too.
        """
        self._store, self._home = store, home.resolve()
        self._lock: TextIO | None = None
        self._history: History | None = None
        self._cache: ReplayCache = {}
        self._tree: Tree | None = None

    def prepare(self) -> None:
        """Import MLflow and open its database, so that this does not have to wait for the first generation."""
        try:
            _connect(self._home)
        except _failures():  # `sync` will meet it again, and say so
            return

    def sync(self, warn: Callable[[str], None], history: History | None = None) -> None:
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

    def fill_in(self, warn: Callable[[str], None], history: History | None = None, *, thorough: bool = False) -> list[int]:
        """The same, for somebody who wants to know.

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
        tree, self._tree = self._tree, None
        try:
            self.hold()
            runs = _experiment(_connect(self._home), self._home, self._store.fact("game"))
            self._history = read(self._store, history or self._history)
            made = catch_up(runs, self._store, self._history, warn, self._cache, tree, thorough=thorough)
        except _failures() as error:
            raise BehindError(self._store.name, _reason(error)) from error
        self._tree = made.tree
        return made.generations

    def close(self) -> None:
        """Let other processes mirror this league."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def hold(self) -> None:
        """Keep other processes from mirroring this league.

        Raises:
            BehindError: One is at it, and does not end soon.
        """
        if self._lock is not None:
            return
        lock, end = (self._store.folder / "mirror.lock").open("w"), time.monotonic() + PATIENCE
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > end:
                    lock.close()
                    raise BehindError(self._store.name, "another process is still at it") from None
                time.sleep(PATIENCE / 100)
            else:
                self._lock = lock
                return


@dataclass(frozen=True)
class Runs:
    """The runs of one experiment, and what can be done to them.

    Attributes:
        client: MLflow's.
        experiment: Its id.
        uri: Of the database.
        tags: The experiment's.
    """

    client: Any
    experiment: str
    uri: str
    tags: Mapping[str, str]

    def pages(self, search: Callable[..., Any], *query: Any) -> list[Any]:
        """All that a search finds, page after page."""
        page = search(*query, max_results=1000)
        found = list(page)
        while page.token:
            page = search(*query, max_results=1000, page_token=page.token)
            found += page
        return found

    def find(self, query: str) -> list[Any]:
        """Runs by a filter."""
        return self.pages(self.client.search_runs, [self.experiment], query)

    def children(self, parent: Any, since: int = 0) -> dict[str, Any]:
        """Runs right below another that began at a time or later, by name."""
        query = f"tags.`{PARENT}` = '{parent.info.run_id}' AND attributes.start_time >= {since}"
        return {run.info.run_name: run for run in self.find(query)}

    def make(self, name: str, begun: int, tags: Mapping[str, str]) -> Any:
        """A new run, RUNNING since `begun`."""
        return self.client.create_run(self.experiment, start_time=begun, tags=dict(tags), run_name=name)

    def write(
        self, run: Any, points: Points, params: Mapping[str, str] | None = None, tags: Mapping[str, str] | None = None
    ) -> None:
        """Add figures, params that are not there, which cannot be changed, and tags, the tags last."""
        from mlflow.entities import Metric, Param, RunTag

        metrics = [Metric(key, value, at, step) for at, step, figures in points for key, value in figures.items()]
        words = [Param(key, value) for key, value in (params or {}).items() if key not in run.data.params]
        calls = max(-(-len(metrics) // POINTS), -(-len(words) // WORDS), 1)
        for call in range(calls):
            self.client.log_batch(
                run.info.run_id,
                metrics=metrics[call * POINTS : (call + 1) * POINTS],
                params=words[call * WORDS : (call + 1) * WORDS],
                tags=[RunTag(*tag) for tag in (tags or {}).items()] if call == calls - 1 else [],
                synchronous=True,
            )

    def offer(self, views: Mapping[str, str]) -> None:
        """Add saved views to the experiment; what somebody has made of one that is there stays."""
        for key, view in views.items():
            if key not in self.tags:
                self.client.set_experiment_tag(self.experiment, key, view)

    def folder(self, run: Any) -> Path:
        """Where the artifacts of a run are."""
        return path_of(run.info.artifact_uri)

    def put(self, run: Any, files: Mapping[str, bytes]) -> None:
        """Write artifacts, each of them whole or not at all. What was there under their names is replaced.

        MLflow's client would ask the database for the run again, and copy, for every file.
        """
        for name, content in files.items():
            path = self.folder(run) / name
            unfinished = path.with_name(f".{path.name}.part")
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                unfinished.write_bytes(content)
                unfinished.replace(path)
            except OSError:
                unfinished.unlink(missing_ok=True)
                raise

    def slide(self, run: Any, key: str, step: int, at: int, picture: Picture) -> None:
        """Add a picture to a series with a slider; one of another name that was left at this step makes room."""
        files = on_slider(run.info.run_id, key, step, at, picture)
        for left in (self.folder(run) / "images").glob(f"{key}+step+{step}+*"):
            if f"images/{left.name}" not in files:
                left.unlink()
        self.put(run, files)

    def settle(self, run: Any, ended: int | None) -> None:
        """Let a run be FINISHED since `ended`, or RUNNING where that is None; processes that were killed left it otherwise."""
        status = "RUNNING" if ended is None else "FINISHED"
        if run.info.status != status:
            if ended is None:
                self.client.update_run(run.info.run_id, status=status)
            else:
                self.client.set_terminated(run.info.run_id, status, end_time=ended)


def _connect(home: Path) -> Any:
    """A client on the home's database, which is made if there is none.

    MLflow tries for minutes to open a database that is broken or locked, so that is found out first.
    """
    home.mkdir(parents=True, exist_ok=True)
    database = home / DATABASE
    with (home / "mlflow.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not database.exists():
            # Half a database could never be used: it gets its name when it is whole. MLflow remembers by its name, as long as
            # the process lives, that a database is made.
            for left in home.glob(f"{DATABASE}.*.part*"):
                left.unlink()
            unfinished = home / f"{DATABASE}.{uuid4().hex}.part"
            unfinished.touch()
            _client(unfinished)
            unfinished.rename(database)
    with closing(sqlite3.connect(database, timeout=PATIENCE)) as probe:
        probe.execute("BEGIN IMMEDIATE")
        probe.rollback()
    return _client(database)


def _client(database: Path) -> Any:
    _configure()
    _watch_files()
    uri = _uri(database)
    with warnings.catch_warnings():
        # MLflow declares its tables in a way that SQLAlchemy 2.1 deprecates.
        warnings.simplefilter("ignore", DeprecationWarning)
        from mlflow import MlflowClient

        return MlflowClient(tracking_uri=uri, registry_uri=uri)


@cache
def _watch_files() -> None:
    """Let connections that SQLAlchemy keeps not go on writing into a database that was deleted, and perhaps made again."""
    from sqlalchemy import event
    from sqlalchemy.exc import DisconnectionError
    from sqlalchemy.pool import Pool

    @event.listens_for(Pool, "connect")
    def remember(connection: Any, record: Any) -> None:
        if isinstance(connection, sqlite3.Connection):
            file = connection.execute("PRAGMA database_list").fetchone()[2]
            record.info["file"] = file, _identity(file)

    @event.listens_for(Pool, "checkout")
    def compare(connection: Any, record: Any, proxy: Any) -> None:
        file, identity = record.info.get("file", ("", None))
        if file and _identity(file) != identity:
            raise DisconnectionError(f"{file} is another one by now")


def _identity(file: str) -> tuple[int, int] | None:
    """What tells a file from another that bears its name; None where there is none."""
    try:
        found = Path(file).stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _uri(database: Path) -> str:
    return f"sqlite:///{database}"


def _configure() -> None:
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)


def _experiment(client: Any, home: Path, game: str) -> Runs:
    """The experiment of a game, made if there is none, brought back if somebody deleted it.

    Raises:
        OSError: The database belongs to another folder: MLflow keeps the full names of its files.
    """
    artifacts = (home / "artifacts" / re.sub(r"[^A-Za-z0-9._-]+", "-", game)).as_uri()
    uri = _uri(home / DATABASE)
    found = client.get_experiment_by_name(game)
    if found is None:
        tags = {KIND: "custom_model_development", NOTE: GUIDE.format(game=game)}
        found = client.get_experiment(client.create_experiment(game, artifact_location=artifacts, tags=tags))
    if found.artifact_location != artifacts:
        raise OSError(f"{home / DATABASE} was made for {found.artifact_location}; move it away, and a new one is made")
    if found.lifecycle_stage == "deleted":
        client.restore_experiment(found.experiment_id)
    return Runs(client, found.experiment_id, uri, found.tags)


def _reason(error: BaseException) -> str:
    """The first line of what began it: SQLAlchemy and MLflow wrap it in pages."""
    while error.__cause__ is not None:
        error = error.__cause__
    return (str(error).splitlines() or [type(error).__name__])[0]


def _failures() -> tuple[type[Exception], ...]:
    """What MLflow fails with: it, its database, the disk, its installation."""
    known = (OSError, sqlite3.Error, ImportError)
    _configure()
    try:
        from mlflow.exceptions import MlflowException
        from sqlalchemy.exc import DBAPIError
    except ImportError:
        return known
    return (*known, MlflowException, DBAPIError)
