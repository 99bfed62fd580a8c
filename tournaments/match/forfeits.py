"""Forfeits: who has lost a match because it could not go on, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from envs.game import Game
from tournaments.tickets import Forfeit, Ticket, seat_players


class Fault(Protocol):
    """What an actor's player did wrong."""

    @property
    def kind(self) -> str:
        """The kind of fault, in a word."""
        ...

    @property
    def reason(self) -> str:
        """A sentence without its subject."""
        ...


class Forfeits:
    """The faults of the players of an arena. Actors note them; a part takes them over after every decision."""

    def __init__(self) -> None:
        self._noted: list[tuple[int, int, Fault]] = []
        self._found: dict[int, list[Forfeit]] = {}

    def note(self, copy: int, seat: int, fault: Fault) -> None:
        """Take note of a fault in a copy of the part that decides at the moment."""
        self._noted.append((copy, seat, fault))

    def take(self, game: Game, tickets: Mapping[int, tuple[int, Ticket, int]]) -> None:
        """Take over the faults that were noted. A match is over with its first fault; later ones do not count.

        Args:
            game: The game.
            tickets: Copy → number of its ticket, the ticket, and the step of its match.
        """
        for copy, seat, fault in self._noted:
            number, ticket, step = tickets[copy]
            known = self._found.setdefault(number, [])
            if not known or known[0].step == step:
                player = seat_players(game, ticket.players)[seat]
                known.append(Forfeit(player, game.seats[seat], step, fault.kind, fault.reason))
        self._noted.clear()

    @property
    def pending(self) -> bool:
        """Whether faults were noted that no part has taken over."""
        return bool(self._noted)

    def of(self, number: int) -> tuple[Forfeit, ...]:
        """The forfeits of a ticket's match."""
        return tuple(self._found.get(number, ()))
