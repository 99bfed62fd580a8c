"""The application: the routes of players and of people, the figures, the pages, and the gate before them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.exceptions import HTTPException

from league.errors import LeagueError
from league.serving.batching import Batcher
from league.serving.catalog import Catalog
from league.serving.description import completed
from league.serving.figures import CONTENT_TYPE, Figures
from league.serving.limits import Gate, Limits
from league.serving.live import Live
from league.serving.pages import live_page, play_page
from league.serving.play_routes import Playing
from league.serving.policies import Policies, refused
from league.version import __version__

PAGES = ("/", "/live")
"""The pages. They contain no data."""

HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}
"""Headers of every page."""


@dataclass(frozen=True)
class Served:
    """What a server serves.

    Attributes:
        home: The folder of the leagues.
        players: Names of players; see `league.serving.catalog.Catalog`.
        game: The game of bots among them.
        trust: Trust the code that leagues name.
        limits: The limits.
        every: Seconds between two looks whether names mean other players by now.
        say: Told in a sentence when one does.
    """

    home: Path
    players: Sequence[str] = ()
    game: str | None = None
    trust: bool = False
    limits: Limits = field(default_factory=Limits)
    every: float = 5.0
    say: Callable[[str], None] = lambda sentence: None


def application(served: Served) -> Gate:
    """Make the application.

    Raises:
        LeagueError: A player cannot be served.
    """
    figures, pool = Figures(), ThreadPoolExecutor(1, "players")
    catalog = Catalog(
        served.players,
        served.home,
        lambda player: Batcher(player, pool, figures.batches.observe),
        game=served.game,
        trust=served.trust,
    )
    figures.watch(catalog)
    playing = Playing(served.home, served.limits, figures)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        renewing = asyncio.create_task(_renew(catalog, served.every, served.say))
        yield
        renewing.cancel()
        with suppress(asyncio.CancelledError):
            await renewing
        playing.games.close()
        pool.shutdown(wait=False, cancel_futures=True)

    app = FastAPI(
        title="marl-league",
        version=__version__,
        description="Players of leagues: their decisions, and games against them.",
        lifespan=lifespan,
        docs_url=None,  # the pages of FastAPI load scripts from elsewhere
        redoc_url=None,
    )
    app.include_router(Policies(catalog, served.limits, figures).routes())
    app.include_router(playing.routes())
    app.include_router(Live(served.home).routes())
    _add_pages(app, figures)
    plain_schema = app.openapi

    def openapi() -> dict[str, Any]:
        return completed(plain_schema(), catalog.services) if app.openapi_schema is None else app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _bad_parameter)
    app.add_exception_handler(LeagueError, _league_error)
    return Gate(app, served.limits, time.monotonic, PAGES)


def _add_pages(app: FastAPI, figures: Figures) -> None:
    async def health() -> dict[str, str]:
        """The server runs."""
        return {"status": "ok"}

    async def ready() -> dict[str, str]:
        """All players are loaded. They are before the server listens."""
        return {"status": "ready"}

    async def metrics() -> Response:
        """The figures of the server for Prometheus."""
        return Response(figures.text(), media_type=CONTENT_TYPE)

    async def play() -> Response:
        return HTMLResponse(play_page(), headers=HEADERS)

    async def live() -> Response:
        return HTMLResponse(live_page(), headers=HEADERS)

    app.add_api_route("/health", health, tags=["server"])
    app.add_api_route("/ready", ready, tags=["server"])
    app.add_api_route("/metrics", metrics, tags=["server"], response_model=None)
    app.add_api_route(PAGES[0], play, include_in_schema=False, response_model=None)
    app.add_api_route(PAGES[1], live, include_in_schema=False, response_model=None)


async def _renew(catalog: Catalog, every: float, say: Callable[[str], None]) -> None:
    """Follow the champions, until the server ends."""
    while True:
        await asyncio.sleep(every)
        for sentence in await asyncio.to_thread(catalog.renew):
            say(sentence)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": str(error.detail).lower()}, error.status_code, error.headers)


async def _bad_parameter(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    fault = error.errors()[0]
    return refused(422, f"{'.'.join(map(str, fault['loc']))}: {str(fault['msg']).lower()}")


async def _league_error(request: Request, error: Exception) -> Response:
    return refused(422, str(error))
