"""Starts the MLflow UI on the right store and opens the right charts. The server has one worker, for this machine only."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import webbrowser
from contextlib import closing
from pathlib import Path

from league.errors import LeagueError
from league.tracking.client import DATABASE, uri_of
from league.tracking.links import Tracked

GRACE = 10.0
"""Maximum number of seconds for the server to stop."""

PATIENCE = 60.0
"""Maximum number of seconds for the server to start."""


def open_ui(
    home: Path, league: str | None = None, port: int = 5000, host: str = "127.0.0.1", *, browser: bool | None = None
) -> int:
    """Serve the MLflow UI until it ends or Ctrl-C is pressed.

    The server has no authentication. Anyone who can reach `host` can read, change and delete data.

    Args:
        home: The folder of the leagues.
        league: The league whose charts are opened; by default the only league, or else the charts of every game.
        port: The port of the server.
        host: The address of the server.
        browser: Whether to open the first link in a browser. None opens it if there is a screen.

    Returns:
        The server's exit status, 0 after Ctrl-C.

    Raises:
        LeagueError: Nothing is tracked here yet, the league is not tracked, or the port is in use.
    """
    if not (home / DATABASE).is_file():
        raise LeagueError(f"nothing is tracked in {home} yet; run a league first, or name its folder with --home")
    _check_free(port, host)
    tracked = Tracked.read(home.resolve())
    links = tracked.links(f"http://{host}:{port}", league)
    if not links:
        raise LeagueError(f"nothing is tracked in {home} yet; `league sync NAME` adds a league that has been run")
    for place in tracked.elsewhere:
        print(f"The files of these runs are looked for in {place}: to have them here, move mlflow.db away and `league sync`.")
    # The server has its own session, so that it and its worker end together. Whatever ends this process must end it, too.
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


def command(home: Path, port: int, host: str) -> list[str]:
    """The command line of the server."""
    store, artifacts = uri_of(home / DATABASE), (home / "artifacts").as_uri()
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


def _check_free(port: int, host: str) -> None:
    with closing(socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)) as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((host, port))
        except OSError as error:
            raise LeagueError(f"port {port} of {host} cannot be used ({error.strerror}); choose another with --port") from error


def _answers(server: subprocess.Popen[bytes], port: int, host: str) -> bool:
    """Wait until the server listens. Returns False if it ends before, or does not start in time."""
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
    """Whether this machine has a screen on which a browser could be seen."""
    return sys.stdout.isatty() and (sys.platform == "darwin" or bool({"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys()))


def _end(server: subprocess.Popen[bytes]) -> None:
    """Stop the server and its worker."""
    if server.poll() is None:
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(GRACE)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()
