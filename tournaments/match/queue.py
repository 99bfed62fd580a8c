"""The queue of tickets, which decides the next match of each copy.

A copy whose match is over plays the next ticket with the same seating, if there is one, because the actors can then be kept.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import numpy as np

from envs.arena import RESTS
from envs.game import Game
from tournaments.tickets import Ticket, is_shared, seat_players

NOTHING = -1
"""Stands for "none" among tickets, seatings and players. As an index, −1 selects the last row of a table, which is the empty
one.
"""


class Queue:
    """Tickets that are still to be played, identified by their position in the given order.

    A *seating* is a combination of players and seats. Tickets with the same players in the same seats share one seating.

    Attributes:
        players: All players named on the tickets.
        seating: int64 [M + 1], the seating of each ticket; the last entry is `NOTHING`.
        owners: int64 [seatings + 1, K], the index into `players` of the player of each team; the last row is `NOTHING`. If any
            ticket is that of a shared match, int64 [seatings + 1, A], of the player of each seat.
        seeds: int64 [M + 1], the seed of each ticket; the last entry is `RESTS`.
        openings: int64 [M + 1], the most random moves with which each match begins; the last entry is 0.
    """

    def __init__(self, game: Game, tickets: Sequence[Ticket]) -> None:
        """Put the tickets into the queue.

        Raises:
            ValueError: A ticket does not fit the game, or a name stands for two different weights.
        """
        numbers: dict[tuple[tuple[str, ...], tuple[str, ...]], int] = {}
        known: dict[str, str] = {}
        waiting: list[list[int]] = []
        seating = []
        for index, ticket in enumerate(tickets):
            key = ticket.players, ticket.weights
            number = numbers.get(key)
            if number is None:
                _check(game, ticket, known)
                number = numbers[key] = len(waiting)
                waiting.append([])
            seating.append(number)
            waiting[number].append(index)
        place = {player: index for index, player in enumerate(known)}
        shared = any(is_shared(game, players) for players, _ in numbers)
        rows = [[place[name] for name in (seat_players(game, players) if shared else players)] for players, _ in numbers]
        self.players = tuple(known)
        self.seating = np.array([*seating, NOTHING])
        self.owners = np.array([*rows, [NOTHING] * len(game.seats if shared else game.teams)])
        self.seeds = np.array([*(ticket.seed for ticket in tickets), RESTS])
        self.openings = np.array([*(ticket.opening for ticket in tickets), 0])
        self._waiting = [deque(indices) for indices in waiting]
        self._next = 0

    def take(self, seating: int) -> int:
        """Take the next ticket of a seating.

        If that seating has no tickets left, take one of the next seating that has any; return `NOTHING` if all tickets are
        taken.
        """
        waiting = self._waiting[seating]
        while not waiting:
            if self._next == len(self._waiting):
                return NOTHING
            waiting = self._waiting[self._next]
            self._next += not waiting
        return waiting.popleft()

    def open(self, copies: int) -> list[int]:
        """Take the first ticket of each copy. Every seating gets copies in proportion to its number of tickets."""
        tickets = len(self.seating) - 1
        used = min(copies, tickets)
        ordered = np.sort(self.seating[:-1])
        first = [self.take(int(ordered[copy * tickets // used])) for copy in range(used)]
        return first + [NOTHING] * (copies - used)


def _check(game: Game, ticket: Ticket, known: dict[str, str]) -> None:
    """Refuse a ticket that does not fit the game or gives a `known` player other weights.

    Players that are not yet `known` are added to it.
    """
    if len(ticket.players) not in (len(game.teams), len(game.seats)):
        seats = "" if len(game.seats) == len(game.teams) else f", and {len(game.seats)} seats"
        raise ValueError(f"{ticket.match} seats {len(ticket.players)} teams, but {game.name} has {len(game.teams)}{seats}")
    for player, weights in zip(ticket.players, ticket.weights, strict=True):
        if known.setdefault(player, weights) != weights:
            raise ValueError(f"{ticket.match}: {player} has other weights here than in an earlier ticket")
