"""The process that serves players and pages."""

from __future__ import annotations

import gc
import socket
from collections.abc import Callable
from dataclasses import dataclass

import uvicorn

from league.errors import LeagueError
from league.serving.application import Served, application
from league.serving.limits import names_of
from league.tracking.server import loopback

WAITING_CONNECTIONS = 2048
"""Connections that wait until they are accepted."""

PATIENCE = 3
"""Seconds in which requests may end when the server ends."""


@dataclass(frozen=True)
class Address:
    """Where a server listens.

    Attributes:
        host: The address of this machine.
        port: The port; 0 for any that is free.
    """

    host: str = "127.0.0.1"
    port: int = 8800

    @property
    def here_only(self) -> bool:
        """Whether only this machine can reach it."""
        try:
            return loopback(self.host)
        except OSError as error:
            raise LeagueError(f"--host {self.host}: this machine has no such address; 127.0.0.1 is the usual one") from error

    @property
    def names(self) -> frozenset[str]:
        """The names by which requests may call it; empty for any, where other machines can reach it."""
        return names_of(self.host) if self.here_only else frozenset()


def serve(served: Served, address: Address, listening: Callable[[str], None]) -> None:
    """Serve until the process is interrupted.

    Args:
        served: What is served.
        address: Where.
        listening: Told the server's address when it listens.

    Raises:
        LeagueError: A player cannot be served, or the address is in use.
    """
    app = application(served)
    gc.collect()
    gc.freeze()  # what is loaded stays: to look through it takes a fifth of a second, in which all clients would wait
    with _listen(address) as found:
        port = found.getsockname()[1]
        host = f"[{address.host}]" if ":" in address.host else address.host
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=PATIENCE,
            lifespan="on",
        )
        listening(f"http://{host}:{port}")
        uvicorn.Server(config).run(sockets=[found])


def _listen(address: Address) -> socket.socket:
    try:
        family = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)[0][0]
        found = socket.socket(family)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((address.host, address.port))
        found.listen(WAITING_CONNECTIONS)
    except OSError as error:
        place = f"port {address.port} of {address.host}"
        raise LeagueError(f"{place} cannot be used ({error.strerror}); choose another with --port or --host") from error
    return found
