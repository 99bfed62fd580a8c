"""A client of the policy server, for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import requests

from league.errors import LeagueError
from league.serving.values import plain


class Client:
    """Calls a policy server; one connection is kept open.

    Example:
        >>> with Client("http://127.0.0.1:8800") as client:
        ...     action = client.act("connect-four/champion", {"player_0": observation})["player_0"]
    """

    def __init__(self, server: str, token: str = "", seconds: float = 10.0) -> None:
        """Prepare.

        Args:
            server: The address of the server.
            token: The server's token, if it has one.
            seconds: How long an answer may take.
        """
        self._server, self._seconds = server.rstrip("/"), seconds
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy and no password file stands between the client and the server
        if token:
            self._session.headers["Authorization"] = f"Bearer {token}"

    def players(self) -> list[dict[str, Any]]:
        """The players of the server."""
        return list(self._answer("GET", "/v1/players")["players"])

    def act(self, player: str, observations: Mapping[str, Any], **options: Any) -> dict[str, Any]:
        """Let a player decide.

        Args:
            player: The name under which the server serves it.
            observations: Agent → observation, in the environment's format.
            options: `action_masks`, `session`, `reset`, `deterministic`, `seed`.

        Returns:
            Agent → action.

        Raises:
            LeagueError: The server refuses, or cannot be reached.
        """
        return dict(self.decide(player, {"observations": observations, **options})["actions"])

    def decide(self, player: str, decision: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Ask for one decision or for several; the answer is that of the server.

        Raises:
            LeagueError: The server refuses, or cannot be reached.
        """
        body = plain(decision if isinstance(decision, Mapping) else {"batch": list(decision)})
        return self._answer("POST", f"/v1/players/{quote(player, safe='/@')}/act", body)

    def _answer(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        try:
            response = self._session.request(method, self._server + path, json=body, timeout=self._seconds)
            told = response.json()
        except requests.RequestException as error:
            raise LeagueError(f"{self._server} does not answer as a policy server does: {error}") from error
        if not response.ok:
            raise LeagueError(f"{self._server} refuses: {told.get('error', response.reason)}")
        return dict(told)

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
