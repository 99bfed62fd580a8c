"""The MLflow UI on the right store, started small: one worker, no job runner, this machine only."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from league.errors import LeagueError

CHARTS = "http://{host}:{port}/#/experiments/{experiment}/runs?workflowType=machine_learning&compareRunsMode=CHART"
"""Where the charts of an experiment are; MLflow's own front page shows none of them."""

GRACE = 10.0
"""Seconds the server has for ending."""


def open_ui(home: Path, port: int = 5000, host: str = "127.0.0.1") -> int:
    """Serve the MLflow UI until it ends or Ctrl-C is pressed.

    The server asks nobody who they are: whoever reaches `host` can read, change and delete.

    Args:
        home: Where leagues live.
        port: Where to listen.
        host: On which address.

    Returns:
        The server's exit status, 0 after Ctrl-C.

    Raises:
        LeagueError: Nothing is tracked here yet, or the port is taken.
    """
    database = home.resolve() / "mlflow.db"
    if not database.is_file():
        raise LeagueError(f"nothing is tracked in {home} yet; run a league first, or name its folder with --home")
    links = chart_links(database, port, host)
    _free(port, host)
    for game, link in links.items():
        print(f"{game}\n  {link}")
    print("The server takes some seconds; Ctrl-C ends it.", flush=True)
    # The server has a session of its own, so that it and its worker end together; whatever ends us must end it.
    previous = signal.signal(signal.SIGTERM, signal.default_int_handler)
    server = subprocess.Popen(command(home.resolve(), port, host), env=_environment(), cwd=home, start_new_session=True)
    try:
        return server.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        _end(server)
        signal.signal(signal.SIGTERM, previous)


def chart_links(database: Path, port: int, host: str) -> dict[str, str]:
    """Game → the address of its charts.

    Raises:
        LeagueError: The database cannot be read.
    """
    query = "SELECT name, experiment_id FROM experiments WHERE lifecycle_stage = 'active' AND experiment_id <> 0 ORDER BY name"
    try:
        with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
            found = connection.execute(query).fetchall()
    except sqlite3.Error as error:
        raise LeagueError(f"{database} cannot be read ({error}); move it away and `league resume` makes it again") from error
    return {name: CHARTS.format(host=host, port=port, experiment=number) for name, number in found}


def command(home: Path, port: int, host: str) -> list[str]:
    """What to start."""
    store, artifacts = f"sqlite:///{home / 'mlflow.db'}", (home / "artifacts").as_uri()
    options = ["--backend-store-uri", store, "--artifacts-destination", artifacts, "--host", host, "--port", str(port)]
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


def _end(server: subprocess.Popen[bytes]) -> None:
    """End the server and its worker."""
    if server.poll() is None:
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(GRACE)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()
