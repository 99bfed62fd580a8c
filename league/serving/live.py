"""A running league, seen from its store: what it does, its ratings, its replays. Nothing is written."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse, JSONResponse

from envs.faults import GameError
from league.errors import LeagueError
from league.evaluation.standings import standings
from league.execution.terminal import brief
from league.serving.policies import refused
from league.storage import pulse
from league.storage.results import published_progress
from league.storage.store import Store, leagues
from tournaments.replay.format import ReplayError, load
from tournaments.viewer.replay_page import replay_page

MOST_ROWS, MOST_REPLAYS = 40, 20


class Live:
    """The routes about leagues."""

    def __init__(self, home: Path) -> None:
        """Prepare.

        Args:
            home: The folder of the leagues.
        """
        self._home = home

    def routes(self) -> APIRouter:
        """The routes."""
        router = APIRouter(tags=["leagues"])
        add = router.add_api_route
        add("/v1/leagues", self.list, methods=["GET"], summary="The leagues", response_model=None)
        add("/v1/leagues/{name}", self.league, methods=["GET"], summary="The state of a league", response_model=None)
        add("/v1/leagues/{name}/replays/{file}", self.replay, methods=["GET"], summary="A replay's page", response_model=None)
        return router

    async def list(self) -> Response:
        """The leagues."""
        return JSONResponse(await asyncio.to_thread(self._all))

    async def league(self, name: str) -> Response:
        """What a league does, its generations, standings and replays."""
        if name not in leagues(self._home):
            return refused(404, f"there is no league {brief(name)!r}")
        try:
            return JSONResponse(await asyncio.to_thread(self._one, name))
        except (LeagueError, GameError) as error:
            return refused(404, brief(str(error)))

    async def replay(self, name: str, file: str) -> Response:
        """The page of a replay that the league has recorded."""
        if name not in leagues(self._home):
            return refused(404, f"there is no league {brief(name)!r}")
        try:
            return HTMLResponse(await asyncio.to_thread(self._page, name, file))
        except (LeagueError, GameError, ReplayError) as error:
            return refused(404, brief(str(error)))

    def _all(self) -> dict[str, Any]:
        found = []
        for name in leagues(self._home):
            now = pulse.read(self._home / "leagues" / name)
            found.append({"league": name, "running": now is not None and now.alive})
        return {"leagues": found}

    def _one(self, name: str) -> dict[str, Any]:
        store = Store.open(self._home, name)
        now = pulse.read(store.folder)
        running = now is not None and now.alive
        rows, progress = standings(store)[:MOST_ROWS], published_progress(store)
        return {
            "league": name,
            "game": store.fact("game", missing=""),
            "running": running,
            "now": now.model_dump(exclude={"process"}) if now is not None and running else None,
            "generations": [
                {
                    "number": row.number,
                    "champion": row.champion,
                    "seconds": row.seconds,
                    "progress": progress.get(row.champion),
                }
                for row in store.generations()
            ],
            "standings": [
                {"player": row.player, "elo": row.elo, "low": row.elo_low, "high": row.elo_high, "games": row.games}
                for row in rows
            ],
            "replays": [path.name for path in store.recorded()[-MOST_REPLAYS:]][::-1],
        }

    def _page(self, name: str, file: str) -> str:
        path = next((path for path in Store.open(self._home, name).recorded() if path.name == file), None)
        if path is None:
            raise LeagueError(f"{name} has no replay {brief(file)!r}")
        return replay_page(load(path))
