"""What a player remembers of its clients: one game a session, the sessions that were used last."""

from __future__ import annotations

from collections import OrderedDict

from league.serving.requests import Asked
from league.serving.served import Carried, ServedPlayer

MOST_SESSIONS = 10_000
"""Maximal number of sessions of one player. The one that was not used for the longest time is forgotten first."""

NUMBERS_KEPT = 2**25
"""Maximal number of values that the sessions of one player remember together."""


class Sessions:
    """The sessions of one version of a player."""

    def __init__(self, player: ServedPlayer) -> None:
        """Begin without sessions.

        Args:
            player: The player.
        """
        self._player = player
        self._carried: OrderedDict[str, Carried] = OrderedDict()
        self._most = min(MOST_SESSIONS, max(1, NUMBERS_KEPT // max(1, player.memory_size * len(player.game.seats))))

    def __len__(self) -> int:
        return len(self._carried)

    def __contains__(self, name: str) -> bool:
        return name in self._carried

    def of(self, asked: Asked) -> Carried:
        """What the player carries in the game of a request. A request without a session is a game of one decision."""
        if not asked.session:
            return self._player.fresh(asked.seed)
        if asked.reset or asked.session not in self._carried:
            self._carried[asked.session] = self._player.fresh(asked.seed)
        self._carried.move_to_end(asked.session)
        while len(self._carried) > self._most:
            self._carried.popitem(last=False)
        return self._carried[asked.session]

    def forget(self, name: str) -> None:
        """Forget a session; one that is not known is no error."""
        self._carried.pop(name, None)
