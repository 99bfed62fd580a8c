"""Limits of a server: who may ask, how much, how often, and by which name of this machine."""

from __future__ import annotations

import json
import secrets
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from urllib.parse import unquote, urlsplit

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from league.errors import LeagueError

OPEN = ("/health", "/ready")
"""Paths that are answered without a token, because who watches a server has none."""

COOKIE = "league-token"
"""The cookie in which our pages keep the token, for pages that the browser itself opens."""

MOST_CLIENTS = 4096
"""Number of clients whose rate is remembered."""


@dataclass(frozen=True)
class Limits:
    """The limits of a server.

    Attributes:
        body: Maximal size of a body in bytes.
        seconds: Maximal duration of a request.
        rate: Maximal number of requests of one address a second; 0 for no limit.
        token: The token that requests have to bring along; empty for none.
        hosts: Names of this machine by which requests may call it; empty for any. A page of somebody else that the browser of
            a person shows cannot call a server on the person's machine by another name then.
    """

    body: int = 2**20
    seconds: float = 10.0
    rate: float = 0.0
    token: str = ""
    hosts: frozenset[str] = frozenset()


class TooLarge(LeagueError):
    """A body is larger than the limit."""


class Rates:
    """How often each address asks: a bucket that a second fills with `rate` requests, and that holds two seconds' requests."""

    def __init__(self, rate: float, clock: Callable[[], float]) -> None:
        """Begin with full buckets.

        Args:
            rate: Requests a second.
            clock: Returns the time in seconds.
        """
        self._rate, self._clock = rate, clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allows(self, address: str) -> bool:
        """Take one request out of the bucket of an address. Returns False if it is empty."""
        now, full = self._clock(), max(1.0, 2 * self._rate)
        left, then = self._buckets.get(address, (full, now))
        left = min(full, left + (now - then) * self._rate)
        self._buckets[address] = (left - 1 if left >= 1 else left, now)
        self._buckets.move_to_end(address)
        if len(self._buckets) > MOST_CLIENTS:
            self._buckets.popitem(last=False)
        return left >= 1


class Gate:
    """Refuses requests before the application sees them."""

    def __init__(self, app: ASGIApp, limits: Limits, clock: Callable[[], float], pages: Collection[str]) -> None:
        """Stand before an application.

        Args:
            app: The application.
            limits: The limits.
            clock: Returns the time in seconds.
            pages: Paths of pages without data, which need no token: they ask the person for it.
        """
        self._app, self._limits, self._pages = app, limits, frozenset((*OPEN, *pages))
        self._rates = Rates(limits.rate, clock) if limits.rate else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with an error, or pass the request on; see the ASGI specification."""
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        if refusal is None:
            await self._app(scope, receive, send)
        else:
            await _refuse(send, *refusal)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers = dict(scope["headers"])
        if self._limits.hosts and _name(headers.get(b"host", b"")) not in self._limits.hosts:
            return 421, "this server is not called by that name"
        if scope["method"] not in ("GET", "HEAD") and _foreign(headers):
            return 403, "a page of another site asks"
        if scope["path"] not in self._pages and not self._knows(headers, looking=scope["method"] in ("GET", "HEAD")):
            return 401, "the header Authorization has to be Bearer and the server's token"
        if self._rates is not None and not self._rates.allows((scope.get("client") or ("",))[0]):
            return 429, f"more than {self._limits.rate:g} requests a second"
        if not _short(headers.get(b"content-length", b"0"), self._limits.body):
            return 413, f"a body has to be at most {self._limits.body} bytes long"
        return None

    def _knows(self, headers: dict[bytes, bytes], *, looking: bool) -> bool:
        """Whether a request has the token: in the header Authorization or, to look only, in the cookie of our pages."""
        if not self._limits.token:
            return True
        given = headers.get(b"authorization", b"").removeprefix(b"Bearer ")
        if not given and looking:
            given = _cookie(headers.get(b"cookie", b""))
        return secrets.compare_digest(given, self._limits.token.encode())


async def body_of(request: Request, most: int) -> bytes:
    """Read the body of a request; it may come in pieces of which nobody said how many they are.

    Raises:
        TooLarge: It is longer than `most` bytes.
    """
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > most:
            raise TooLarge(f"a body has to be at most {most} bytes long")
        pieces.append(piece)
    return b"".join(pieces)


def names_of(host: str, others: Iterable[str] = ()) -> frozenset[str]:
    """The names by which a server that listens on an address of this machine may be called."""
    loopback = ("localhost", "127.0.0.1", "::1")
    return frozenset((host, *(loopback if host in loopback else ()), *others))


def _name(host: bytes) -> str:
    """The name in the header Host, without the port."""
    try:
        return urlsplit(f"//{host.decode('ascii')}").hostname or ""
    except ValueError:
        return ""


def _cookie(given: bytes) -> bytes:
    """The token in a header Cookie; empty without one."""
    try:
        cookies = SimpleCookie(given.decode("latin-1"))
    except CookieError:
        return b""
    return unquote(cookies[COOKIE].value).encode() if COOKIE in cookies else b""


def _foreign(headers: dict[bytes, bytes]) -> bool:
    """Whether a browser says that a page of another site asks."""
    origin = headers.get(b"origin")
    return origin is not None and origin.partition(b"://")[2] != headers.get(b"host", b"")


def _short(length: bytes, most: int) -> bool:
    return length.isdigit() and len(length) < 16 and int(length) <= most


async def _refuse(send: Send, status: int, sentence: str) -> None:
    body = json.dumps({"error": sentence}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if status == 429:
        headers.append((b"retry-after", b"1"))
    if status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
