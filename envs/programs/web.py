"""Services that play: every message is a POST request with a JSON object, and the response's body is the answer."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import urlsplit

from envs.programs.limits import Limits
from envs.programs.protocol import Fault

AT_ONCE = 16
"""Number of requests that are made at the same time."""

CHUNK = 8192


class Connection:
    """A connection to a service, for one seat of one match."""

    def __init__(self, url: str) -> None:
        """Remember the address; the connection is made at the first request.

        Raises:
            ValueError: The address is none.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("the address has no host")
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._made: HTTPConnection = kind(parts.hostname, parts.port)
        self._path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"

    def post(self, body: bytes, seconds: float, limits: Limits) -> bytes | Fault:
        """Send a message and read the answer."""
        until = time.monotonic() + seconds
        try:
            self._hurry(until)
            self._made.request("POST", self._path, body, {"Content-Type": "application/json"})
            self._hurry(until)
            response = self._made.getresponse()
            if response.status != 200:
                return Fault("unreachable", f"it answered with the status {response.status}")
            return self._body(response, until, limits)
        except TimeoutError:
            return Fault("late", f"it did not answer within {seconds:g} seconds")
        except (OSError, HTTPException) as error:
            return Fault("unreachable", f"it cannot be reached: {type(error).__name__}: {error}")

    def close(self) -> None:
        """Close the connection."""
        self._made.close()

    def _body(self, response: HTTPResponse, until: float, limits: Limits) -> bytes | Fault:
        found = b""
        while True:
            self._hurry(until)
            part = response.read1(CHUNK)
            found += part
            if len(found) > limits.answer:
                return Fault("flood", f"it sent more than {limits.answer} bytes for one answer")
            if not part:
                return found

    def _hurry(self, until: float) -> None:
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._made.timeout = left
        if self._made.sock is not None:
            self._made.sock.settimeout(left)


def ask(asked: Sequence[tuple[Connection, bytes]], seconds: float, limits: Limits) -> list[bytes | Fault]:
    """Send a message to each of several seats of services, and wait for the answers.

    Args:
        asked: Connections and the messages for them.
        seconds: Time of each.
        limits: The limits, for the length of an answer.
    """
    if len(asked) == 1:
        return [asked[0][0].post(asked[0][1], seconds, limits)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda pair: pair[0].post(pair[1], seconds, limits), asked))
