"""The command `league serve`: players over HTTP, and games in the browser."""

from __future__ import annotations

import importlib.util
import os
from typing import Annotated

import typer

from league.cli.console import HOME, Home, Trust, out, warn
from league.errors import LeagueError

app = typer.Typer()

TOKEN = "LEAGUE_SERVE_TOKEN"
"""The environment variable with the server's token. It is no option, because others can read the command line of a process."""

NEEDS = ("fastapi", "uvicorn", "prometheus_client")
RATE_ELSEWHERE = 200.0
"""Requests a second that an address may send, where other machines can reach the server and the user does not say."""


@app.command("serve")
def serve(
    players: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PLAYER]...", help="LEAGUE/champion, LEAGUE/PLAYER, LEAGUE@ALIAS of MLflow, or bot:NAME"),
    ] = None,
    game: Annotated[str | None, typer.Option(help="the game of bots")] = None,
    host: Annotated[str, typer.Option(help="address to listen on; by default only this machine can connect")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="port; 0 takes a free one")] = 8800,
    rate: Annotated[
        float | None, typer.Option(min=0, help="requests a second of one address; 0 for no limit; default: 200 if not local")
    ] = None,
    size: Annotated[int, typer.Option(min=1024, help="bytes of a request")] = 2**20,
    seconds: Annotated[float, typer.Option(min=0.1, help="duration of a request")] = 10.0,
    no_token: Annotated[
        bool, typer.Option("--no-token", help="let everybody who can reach the address use the server")
    ] = False,
    trust: Trust = False,
    home: Home = HOME,
) -> None:
    """Serve players over HTTP, and games against any player of any league in the browser.

    A new champion, of the league or in MLflow, takes the place of the old one while the server runs. The schema is at
    /openapi.json, the figures for Prometheus at /metrics, the page for people at /, the page of running leagues at /live. The
    token of the server, if it should have one, is in the environment variable LEAGUE_SERVE_TOKEN.
    """
    missing = [name for name in NEEDS if importlib.util.find_spec(name) is None]
    if missing:
        raise LeagueError(f"league serve needs {', '.join(missing)}; install them with: pip install 'marl-league[serve]'")
    from league.serving.application import Served
    from league.serving.limits import Limits
    from league.serving.server import Address, serve

    address, token = Address(host, port), os.environ.get(TOKEN, "")
    local = address.here_only
    if not local and not token and not no_token:
        raise LeagueError(
            f"other machines can reach {host}: set a token in {TOKEN}, or say --no-token to let everybody use the server"
        )
    limits = Limits(size, seconds, _rate(rate, local), token, address.names)
    served = Served(home, players or (), game, trust, limits, say=warn)

    def listening(url: str) -> None:
        for player in players or ():
            out.print(f"{player}  POST {url}/v1/players/{player}/act")
        out.print(f"play in the browser  {url}/")
        out.print(f"running leagues      {url}/live")
        out.print("Ctrl-C ends it.")

    serve(served, address, listening)


def _rate(given: float | None, local: bool) -> float:
    if given is not None:
        return given
    return 0.0 if local else RATE_ELSEWHERE
