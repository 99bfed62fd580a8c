"""Calls an ASGI application as a server would, without a network."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

Caller = Callable[..., Awaitable["Told"]]


class Told:
    """An answer."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self) -> Any:
        return json.loads(self.body)


async def call(app: Any, method: str, path: str, body: bytes | object = b"", headers: Mapping[str, str] = {}) -> Told:
    """Send one request."""
    sent: list[dict[str, Any]] = []
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    pieces = [data[at : at + 4096] for at in range(0, len(data), 4096)] or [b""]
    messages = [{"type": "http.request", "body": piece, "more_body": at + 1 < len(pieces)} for at, piece in enumerate(pieces)]

    async def receive() -> dict[str, Any]:
        if messages:
            return messages.pop(0)
        await asyncio.Event().wait()  # the client stays
        raise AssertionError

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    bare, _, query = path.partition("?")
    given = {"host": "localhost:8800", "content-length": str(len(data)), **headers}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": bare,
        "raw_path": bare.encode(),
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in given.items() if value != ""],
        "client": ("127.0.0.1", 5),
        "server": ("127.0.0.1", 8800),
        "state": {},
    }
    await app(scope, receive, send)
    start = sent[0]
    told = {name.decode(): value.decode() for name, value in start["headers"]}
    return Told(start["status"], told, b"".join(message.get("body", b"") for message in sent[1:]))


def running(app: Any, work: Callable[[Caller], Coroutine[Any, Any, Any]]) -> Any:
    """Run `work(ask)` while the application runs; `ask(method, path, body, headers)` sends a request."""

    async def whole() -> Any:
        begun, ended = asyncio.Event(), asyncio.Event()
        inbox: asyncio.Queue[dict[str, str]] = asyncio.Queue()
        inbox.put_nowait({"type": "lifespan.startup"})

        async def send(message: dict[str, Any]) -> None:
            {"lifespan.startup.complete": begun, "lifespan.shutdown.complete": ended}[message["type"]].set()

        life = asyncio.create_task(app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, inbox.get, send))
        await begun.wait()
        try:
            return await work(lambda *args, **more: call(app, *args, **more))
        finally:
            inbox.put_nowait({"type": "lifespan.shutdown"})
            await ended.wait()
            await life

    return asyncio.run(whole())
