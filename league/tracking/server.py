"""Starts the MLflow UI on the right store and opens the right charts. The server has one worker, for this machine only."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import time
import webbrowser
from collections.abc import Callable
from contextlib import closing
from ipaddress import ip_address
from pathlib import Path

from envs.processes import safe_imports
from league.errors import LeagueError
from league.tracking.client import DATABASE
from league.tracking.database import uri_of
from league.tracking.links import Tracked

EVERY_ADDRESS = ("0.0.0.0", "::", "")
"""Hosts that stand for every address of this machine."""

GRACE = 10.0
"""Maximum number of seconds for the server to stop."""

PATIENCE = 60.0
"""Maximum number of seconds for the server to start."""


def open_ui(
    home: Path,
    league: str | None = None,
    port: int = 5000,
    host: str = "127.0.0.1",
    *,
    browser: bool | None = None,
    say: Callable[[str], None] = print,
) -> int:
    """Serve the MLflow UI until it ends or Ctrl-C is pressed.

    The server has no authentication. Anyone who can reach `host` can read, change and delete data.

    Args:
        home: The folder of the leagues.
        league: The league whose charts are opened; by default the only league, or else the charts of every game.
        port: The port of the server.
        host: The address of the server.
        browser: Whether to open the first link in a browser. None opens it if there is a screen.
        say: Prints a line.

    Returns:
        The server's exit status, 0 after Ctrl-C.

    Raises:
        LeagueError: Nothing is tracked here yet, the league is not tracked, or the port is in use.
    """
    if not (home / DATABASE).is_file():
        raise LeagueError(f"nothing is tracked in {home} yet; run a league first, or name its folder with --home")
    _check_free(port, host)
    tracked = Tracked.read(home.resolve())
    links = tracked.links(f"http://{_names(host)[0]}:{port}", league)
    if not links:
        raise LeagueError(f"nothing is tracked in {home} yet; `league sync NAME` adds a league that has been run")
    for place in tracked.elsewhere:
        say(f"The files of these runs are looked for in {place}: to have them here, move mlflow.db away and `league sync`.")
    # The server has its own session, so that it and its worker end together. Whatever ends this process must end it, too.
    ends = [number for number in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(number) is not signal.SIG_IGN]
    previous = {number: signal.signal(number, signal.default_int_handler) for number in ends}
    if not loopback(host):
        say(f"Everybody who can reach {host} can read, change and delete what MLflow holds: it asks nobody who they are.")
    say("MLflow is starting, which takes some seconds …")
    server = subprocess.Popen(
        command(home.resolve(), port, host), env=_environment(port, host), cwd=home, start_new_session=True
    )
    try:
        if _answers(server, port, host):
            width = max(map(len, links))
            say("\n".join(f"{name:{width}s}  {link}" for name, link in links.items()))
            say(f"In Python: mlflow.set_tracking_uri({uri_of(home.resolve() / DATABASE)!r})")
            say("Ctrl-C ends it.")
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
    return [sys.executable, "-P", "-m", "mlflow", "server", *options, "--workers", "1", "--uvicorn-opts", "--log-level warning"]


def _environment(port: int, host: str) -> dict[str, str]:
    """Environment variables of the server; what the user has set stays."""
    told = {"MLFLOW_DISABLE_TELEMETRY": "true", "PYTHONWARNINGS": "ignore"}
    if not loopback(host):  # MLflow answers only those who call it by a name that it knows
        names = [f"{name}:{port}" for name in (*_names(host), "localhost", "127.0.0.1")]
        told["MLFLOW_SERVER_ALLOWED_HOSTS"] = ",".join(names)
        told["MLFLOW_SERVER_CORS_ALLOWED_ORIGINS"] = ",".join(f"http://{name}" for name in names)
    # No file of the home, in which the server works, is imported.
    return {**told, **os.environ, **safe_imports(), "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}


def _check_free(port: int, host: str) -> None:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    except (OSError, UnicodeError) as error:
        raise LeagueError(f"--host {host}: this machine has no such address; 127.0.0.1 is the usual one") from error
    with closing(socket.socket(family)) as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((host, port))
        except OSError as error:
            taken = error.errno != errno.EADDRNOTAVAIL
            other = "choose another with --port" if taken else "this machine has no such address; choose another with --host"
            raise LeagueError(f"port {port} of {host} cannot be used ({error.strerror}); {other}") from error


def loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    found = {str(entry[4][0]) for entry in socket.getaddrinfo(host, None)}
    return all(ip_address(address.partition("%")[0]).is_loopback for address in found)


def _names(host: str) -> list[str]:
    """The names in links to a server that listens on an address; on every address of this machine it has several."""
    if host not in EVERY_ADDRESS:
        return [f"[{host}]" if ":" in host else host]
    own = socket.gethostname()
    try:
        addresses = sorted({str(entry[4][0]) for entry in socket.getaddrinfo(own, None, socket.AF_INET)})
    except OSError:
        addresses = []
    return list(dict.fromkeys([own, socket.getfqdn(), *addresses]))


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
