"""The routes of players: their decisions, and what is known of them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.routing import Route

from league.execution.terminal import brief
from league.serving.batching import FAILURES, Busy
from league.serving.catalog import Catalog, described
from league.serving.figures import Figures
from league.serving.limits import Limits, TooLarge, body_of
from league.serving.served import Answer
from league.serving.values import Malformed

ACT = "/v1/players/{name:path}/act"


@dataclass(frozen=True)
class Policies:
    """What the routes of players need.

    Attributes:
        catalog: The players.
        limits: The limits of the server.
        figures: The server's counters.
    """

    catalog: Catalog
    limits: Limits
    figures: Figures

    def routes(self) -> APIRouter:
        """The routes. That of decisions is a plain one: what FastAPI does for each request takes as long as the decision."""
        router = APIRouter(tags=["players"])
        router.add_api_route("/v1/players", self.list, methods=["GET"], summary="The players that are served")
        router.routes.append(Route(ACT, self.act, methods=["POST"]))
        return router

    async def list(self) -> dict[str, Any]:
        """The players, with the version of their weights, their game and its agents."""
        return {"players": described(self.catalog.services)}

    async def act(self, request: Request) -> Response:
        """Decide for one observation or for many; see the schema of each player."""
        began = perf_counter()
        response = await self._answer(request.path_params["name"], request)
        self.figures.seconds.labels("act").observe(perf_counter() - began)
        self.figures.requests.labels("act", str(response.status_code)).inc()
        return response

    async def _answer(self, name: str, request: Request) -> Response:
        service = self.catalog.service(name)
        if service is None:
            known = ", ".join(self.catalog.services) or "none"
            return refused(404, f"there is no player {brief(name)!r} here; there are {brief(known)}")
        try:
            async with asyncio.timeout(self.limits.seconds):
                asked, together = service.reading.read(await body_of(request, self.limits.body))
                batcher = service.batcher(asked)
                answers = await batcher.ask(asked)
        except Malformed as error:
            return refused(422, brief(str(error)))
        except TooLarge as error:
            return refused(413, str(error))
        except Busy as error:
            return refused(503, str(error))
        except TimeoutError:
            return refused(503, f"the answer took longer than {self.limits.seconds:g} s")
        except FAILURES as error:
            return refused(500, brief(f"{name} failed: {error}"))
        self.figures.decisions.labels(name).inc(len(asked))
        return answered(batcher.player.player, batcher.player.version, answers, together=together)


def answered(player: str, version: str, answers: Sequence[Answer | None], *, together: bool) -> Response:
    """The response with a player's answers."""
    told = [_told(answer) for answer in answers if answer is not None]
    content = {"player": player, "version": version, **({"batch": told} if together else told[0])}
    return Response(json.dumps(content, separators=(",", ":")), media_type="application/json")


def refused(status: int, sentence: str) -> Response:
    """The response to a request that cannot be answered: one sentence."""
    headers = {"retry-after": "1"} if status == 503 else None
    return Response(json.dumps({"error": sentence}), status, headers, "application/json")


def _told(answer: Answer) -> dict[str, Any]:
    return {"actions": answer.actions} | ({} if answer.explanation is None else {"explanation": answer.explanation})
