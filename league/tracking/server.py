"""The MLflow UI on the right store and the right charts, started small: one worker, no job runner, this machine only."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import webbrowser
from collections.abc import Iterator
from contextlib import closing, contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from league.errors import LeagueError
from league.tracking.views import VIEWS, key_of

CHARTS = "http://{host}:{port}/#/experiments/{experiment}/runs?workflowType=machine_learning&compareRunsMode=CHART"
"""Where the charts of an experiment are; MLflow's own front page shows none of them."""

RUN = "http://{host}:{port}/#/experiments/{experiment}/runs/{run}/artifacts/report.html?workflowType=machine_learning"
"""Where the report of a league is."""

MODEL = "http://{host}:{port}/#/models/{league}"
"""Where its champions are."""

GRACE = 10.0
"""Seconds the server has for ending."""

PATIENCE = 60.0
"""Seconds it has for beginning."""


def open_ui(
    home: Path, league: str | None = None, port: int = 5000, host: str = "127.0.0.1", *, browser: bool | None = None
) -> int:
    """Serve the MLflow UI until it ends or Ctrl-C is pressed.

    The server asks nobody who they are: whoever reaches `host` can read, change and delete.

    Args:
        home: Where leagues live.
        league: Whose charts to open; without it those of every game, or of the one league that there is.
        port: Where to listen.
        host: On which address.
        browser: Whether to open the first link; None does where there is a screen.

    Returns:
        The server's exit status, 0 after Ctrl-C.

    Raises:
        LeagueError: Nothing is tracked here yet, the league is not, or the port is taken.
    """
    database = home.resolve() / "mlflow.db"
    if not database.is_file():
        raise LeagueError(f"nothing is tracked in {home} yet; run a league first, or name its folder with --home")
    links = _links(database, league, port, host)
    if not links:
        raise LeagueError(f"nothing is tracked in {home} yet; `league sync NAME` adds a league that has been run")
    _free(port, host)
    for place in elsewhere(database):
        print(f"The files of these runs are looked for in {place}: to have them here, move mlflow.db away and `league sync`.")
    # The server has a session of its own, so that it and its worker end together; whatever ends us must end it.
    ends = [number for number in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(number) is not signal.SIG_IGN]
    previous = {number: signal.signal(number, signal.default_int_handler) for number in ends}
    print("MLflow is starting, which takes some seconds …", flush=True)
    server = subprocess.Popen(command(home.resolve(), port, host), env=_environment(), cwd=home, start_new_session=True)
    try:
        if _answers(server, port, host):
            width = max(map(len, links))
            print("\n".join(f"{name:{width}s}  {link}" for name, link in links.items()))
            print("Ctrl-C ends it.", flush=True)
            if _has_screen() if browser is None else browser:
                webbrowser.open(next(iter(links.values())))
        return server.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        _end(server)
        for number, handler in previous.items():
            signal.signal(number, handler)


def _links(database: Path, league: str | None, port: int, host: str) -> dict[str, str]:
    """What to offer: the charts of a league, of the only league that there is, or of every game."""
    known = leagues(database)
    if league is None and len(known) != 1:
        return chart_links(database, port, host)
    return league_links(database, league or next(iter(known)), port, host)


def chart_links(database: Path, port: int, host: str) -> dict[str, str]:
    """Game → the address of its charts.

    Raises:
        LeagueError: The database cannot be read.
    """
    query = "SELECT name, experiment_id FROM experiments WHERE lifecycle_stage = 'active' AND experiment_id <> 0 ORDER BY name"
    with _reading(database) as connection:
        found = connection.execute(query).fetchall()
    return {name: CHARTS.format(host=host, port=port, experiment=number) for name, number in found}


def elsewhere(database: Path) -> list[str]:
    """Where MLflow looks for files if not beside its database: it keeps their full names, so a folder that is moved loses them.

    Raises:
        LeagueError: The database cannot be read.
    """
    query = "SELECT artifact_location FROM experiments WHERE lifecycle_stage = 'active' AND experiment_id <> 0"
    with _reading(database) as connection:
        found = [location for (location,) in connection.execute(query)]
    return [location for location in found if not location.startswith(f"{database.parent.as_uri()}/")]


def leagues(database: Path) -> dict[str, tuple[int, str]]:
    """League → its experiment and the run that shows it; of several leagues of one name the newest.

    Raises:
        LeagueError: The database cannot be read.
    """
    query = """
        SELECT name.value, runs.experiment_id, runs.run_uuid FROM runs
        JOIN tags AS kind ON kind.run_uuid = runs.run_uuid AND kind.key = 'kind' AND kind.value = 'league'
        JOIN tags AS name ON name.run_uuid = runs.run_uuid AND name.key = 'league'
        WHERE runs.lifecycle_stage = 'active' ORDER BY runs.start_time
    """
    with _reading(database) as connection:
        return {name: (experiment, run) for name, experiment, run in connection.execute(query)}


def league_links(database: Path, league: str, port: int, host: str) -> dict[str, str]:
    """View → its address, of the views of a league, its report and its champions.

    Raises:
        LeagueError: MLflow does not know the league, or the database cannot be read.
    """
    known = leagues(database)
    if league not in known:
        near = get_close_matches(league, known, n=1, cutoff=0.6)
        hint = f"did you mean {near[0]!r}?" if near else f"`league sync {league}` adds one that has been run"
        raise LeagueError(f"MLflow shows no league {league!r} (leagues: {', '.join(known) or 'none yet'}); {hint}")
    experiment, run = known[league]
    charts = CHARTS.format(host=host, port=port, experiment=experiment)
    views = {f"{league}: {view}": f"{charts}&viewStateShareKey={key_of(league, view)}" for view in VIEWS}
    return {
        **views,
        f"{league}: report": RUN.format(host=host, port=port, experiment=experiment, run=run),
        f"{league}: champions": MODEL.format(host=host, port=port, league=league),
    }


@contextmanager
def _reading(database: Path) -> Iterator[Any]:
    try:
        with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
            yield connection
    except sqlite3.Error as error:
        raise LeagueError(f"{database} cannot be read ({error}); move it away and `league sync` makes it again") from error


def command(home: Path, port: int, host: str) -> list[str]:
    """What to start."""
    store, artifacts = f"sqlite:///{home / 'mlflow.db'}", (home / "artifacts").as_uri()
    options = [
        "--backend-store-uri",
        store,
        "--registry-store-uri",
        store,
        "--artifacts-destination",
        artifacts,
        "--host",
        host,
        "--port",
        str(port),
    ]
    return [sys.executable, "-m", "mlflow", "server", *options, "--workers", "1", "--uvicorn-opts", "--log-level warning"]


def _environment() -> dict[str, str]:
    quiet = {"MLFLOW_DISABLE_TELEMETRY": "true", "PYTHONWARNINGS": "ignore"}
    return {**quiet, **os.environ, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}


def _free(port: int, host: str) -> None:
    with closing(socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)) as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((host, port))
        except OSError as error:
            raise LeagueError(f"port {port} of {host} cannot be used ({error.strerror}); choose another with --port") from error


def _answers(server: subprocess.Popen[bytes], port: int, host: str) -> bool:
    """Wait until the server listens; False if it ends instead, or does not begin in time."""
    end = time.monotonic() + PATIENCE
    while server.poll() is None and time.monotonic() < end:
        try:
            socket.create_connection((host, port), timeout=1.0).close()
        except OSError:
            time.sleep(0.1)
        else:
            return True
    return False


def _has_screen() -> bool:
    """Whether somebody sits in front of this machine who would see a browser."""
    return sys.stdout.isatty() and (sys.platform == "darwin" or bool({"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys()))


def _end(server: subprocess.Popen[bytes]) -> None:
    """End the server and its worker."""
    if server.poll() is None:
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(GRACE)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()
