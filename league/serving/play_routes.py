"""The routes of people who play in the browser."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from envs.faults import GameError
from league.errors import LeagueError
from league.execution.terminal import brief
from league.play.pairing import LONGEST, pair
from league.play.session import match_name
from league.serving.figures import Figures
from league.serving.games import BrowserGame, Games
from league.serving.guests import GuestResult, enter, entered, table
from league.serving.limits import Limits, TooLarge, body_of
from league.serving.offers import Offers
from league.serving.policies import refused
from league.serving.positions import state_of
from league.serving.requests import parse
from league.serving.values import Malformed
from tournaments.tickets import SEEDS
from tournaments.viewer.replay_page import replay_page

MOST_OPPONENTS = 16


class Wanted(BaseModel):
    """The game that a person wants to play."""

    model_config = ConfigDict(extra="forbid", strict=True)
    game: str = Field(max_length=200)
    against: list[str] = Field(min_length=1, max_length=MOST_OPPONENTS)
    seat: str | None = Field(None, max_length=200)
    name: str = Field("guest", max_length=LONGEST)
    guest: bool = False
    seed: int | None = Field(None, ge=0, lt=SEEDS)


class Moves(BaseModel):
    """The moves of a person's seats: agent → action."""

    model_config = ConfigDict(extra="forbid", strict=True)
    turn: int
    moves: dict[str, int]
    thoughts: bool = False


Body = TypeVar("Body", bound=BaseModel)


class Playing:
    """The games in the browser, and their routes."""

    def __init__(self, home: Path, limits: Limits, figures: Figures) -> None:
        """Prepare.

        Args:
            home: The folder of the leagues.
            limits: The limits of the server.
            figures: The server's counters.
        """
        self._home, self._limits, self._figures = home, limits, figures
        self._offers = Offers(home)
        self._changes: dict[str, asyncio.Event] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self.games = Games(self._changed)

    def routes(self) -> APIRouter:
        """The routes."""
        router = APIRouter(tags=["play"])
        add = router.add_api_route
        add("/v1/play", self.overview, methods=["GET"], summary="The games and players that can be played", response_model=None)
        add("/v1/play/{game:path}", self.game, methods=["GET"], summary="The seats and bots of a game", response_model=None)
        add("/v1/games", self.begin, methods=["POST"], summary="Begin a game", response_model=None)
        add("/v1/games/{key}", self.state, methods=["GET"], summary="The state of a game", response_model=None)
        add("/v1/games/{key}/moves", self.move, methods=["POST"], summary="Make moves", response_model=None)
        add("/v1/games/{key}", self.leave, methods=["DELETE"], summary="Leave a game", response_model=None)
        add("/v1/games/{key}/replay", self.replay, methods=["GET"], summary="The replay of a game", response_model=None)
        add("/v1/guests", self.guests, methods=["GET"], summary="The table of guests", response_model=None)
        return router

    async def overview(self) -> Response:
        """The games and players."""
        return await self._answered(self._offers.overview)

    async def game(self, game: str) -> Response:
        """The seats and bots of a game."""
        return await self._answered(lambda: self._offers.game(game))

    async def guests(self) -> Response:
        """The table of guests."""
        return await self._answered(lambda: {"guests": table(entered(self._home))})

    async def begin(self, request: Request) -> Response:
        """Begin a game; the answer is its first position."""
        wanted = await self._body(request, Wanted)
        if isinstance(wanted, Response):
            return wanted
        self._loop = asyncio.get_running_loop()
        try:
            game = await asyncio.to_thread(self._begin, wanted)
        except (LeagueError, GameError) as error:
            return refused(422, brief(str(error)).replace("--name ", "the name "))
        self._changes = {key: event for key, event in self._changes.items() if self.games.find(key) is not None}
        self._figures.games.labels(wanted.game).inc()
        return await self._settled(game, thoughts=False)

    async def state(self, key: str, *, thoughts: bool = False) -> Response:
        """The state of a game."""
        game = self.games.find(key)
        return _unknown() if game is None else JSONResponse(state_of(game, thoughts=thoughts))

    async def move(self, key: str, request: Request) -> Response:
        """Make the moves of all seats of the person; the answer is the next position."""
        game = self.games.find(key)
        if game is None:
            return _unknown()
        told = await self._body(request, Moves)
        if isinstance(told, Response):
            return told
        seats = game.pairing.game.seats
        if not told.moves.keys() <= set(seats):
            return refused(422, f"the agents of this game are {brief(', '.join(seats))}")
        try:
            game.move(told.turn, {seats.index(agent): action for agent, action in told.moves.items()})
        except LeagueError as error:
            return refused(409, str(error))
        return await self._settled(game, thoughts=told.thoughts)

    async def leave(self, key: str) -> Response:
        """Leave a game, which is not saved then."""
        game = self.games.find(key)
        if game is None:
            return _unknown()
        game.leave()
        return JSONResponse({"status": "left"})

    async def replay(self, key: str) -> Response:
        """The page of the replay."""
        game = self.games.find(key)
        if game is None or game.state.replay is None:
            return refused(404, "there is no replay of this game")
        page = await asyncio.to_thread(replay_page, game.state.replay[0])
        return HTMLResponse(page)

    def _begin(self, wanted: Wanted) -> BrowserGame:
        self._offers.require(wanted.game, wanted.against)
        pairing = pair(wanted.game, wanted.against, self._home, wanted.seat, wanted.name)
        match = match_name(wanted.game, datetime.now())
        return self.games.begin(pairing, match, self._home, wanted.name, guest=wanted.guest, seed=wanted.seed)

    async def _settled(self, game: BrowserGame, *, thoughts: bool) -> Response:
        """Tell the state as soon as it is the person's turn or the game is over, at the latest when the request has to end."""
        event = self._changes.setdefault(game.key, asyncio.Event())
        try:
            async with asyncio.timeout(self._limits.seconds):
                while game.state.status == "thinking":
                    event.clear()
                    if game.state.status == "thinking":
                        await event.wait()
        except TimeoutError:
            pass  # the page asks again
        return JSONResponse(state_of(game, thoughts=thoughts))

    def _changed(self, game: BrowserGame) -> None:
        """Wake up who waits for a game; called in the game's thread."""
        if game.state.status == "over" and game.guest:  # a game is over once
            self._enter(game)
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._wake, game.key)

    def _wake(self, key: str) -> None:
        event = self._changes.get(key)
        if event is not None:
            event.set()

    def _enter(self, game: BrowserGame) -> None:
        state, pairing = game.state, game.pairing
        rewards = state.position.rewards if state.position is not None else ()
        team = pairing.game.teams[pairing.team]
        value = sum(rewards[seat] for seat in team) / len(team) if rewards else 0.0
        file = "" if state.replay is None else state.replay[1].name
        rivals = tuple(dict.fromkeys(rival.name for rival in pairing.rivals))
        seat = pairing.game.seats[pairing.seats[0]]
        enter(GuestResult(game.person, pairing.game.name, rivals, seat, state.won, value, file), self._home)

    async def _answered(self, compute: Callable[[], dict[str, Any]]) -> Response:
        try:
            return JSONResponse(await asyncio.to_thread(compute))
        except (LeagueError, GameError) as error:
            return refused(404, brief(str(error)))

    async def _body(self, request: Request, model: type[Body]) -> Body | Response:
        try:
            async with asyncio.timeout(self._limits.seconds):
                told = parse(await body_of(request, self._limits.body))
            return model.model_validate(told)
        except Malformed as error:
            return refused(422, str(error))
        except TooLarge as error:
            return refused(413, str(error))
        except TimeoutError:
            return refused(408, "the body did not arrive in time")
        except ValidationError as error:
            fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
            return refused(422, brief(f"{'.'.join(map(str, fault['loc'])) or 'the body'}: {fault['msg'].lower()}"))


def _unknown() -> Response:
    return refused(404, "there is no such game; it may have been over for long")
