"""The results of a whole league: of every two players that met. Most pairs of a league that has lasted never meet.

A `Payoff` has a cell for every two players. A league of 8,000 frozen players would need 64 million of them, of which one in
five hundred is not empty. So whoever looks at a whole league keeps its `Results`, and asks for the table `among` some players.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tournaments.rating.outcomes import Outcome

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class PairRow:
    """The record of one player against another; `score` is None if they never met."""

    player: str
    opponent: str
    games: int
    wins: int
    draws: int
    losses: int
    score: float | None


@dataclass(frozen=True, eq=False)
class Results:
    """The results of the E pairs of P players that met, each pair once.

    Attributes:
        players: The players, each once.
        one: int64 [E], place of the first player of each pair in `players`. The pairs are in order of `one`, then of `other`.
        other: int64 [E], place of the second player; above that of the first.
        wins: int64 [E], games that the first player won.
        draws: int64 [E], drawn games.
        losses: int64 [E], games that the second player won.
    """

    players: tuple[str, ...]
    one: Counts
    other: Counts
    wins: Counts
    draws: Counts
    losses: Counts

    @cached_property
    def place(self) -> dict[str, int]:
        """Player → its place in `players`."""
        return {player: place for place, player in enumerate(self.players)}

    @property
    def games(self) -> Counts:
        """int64 [E], games of each pair."""
        return self.wins + self.draws + self.losses

    @property
    def points(self) -> Floats:
        """float64 [E], wins of the first player plus half the draws."""
        return self.wins + self.draws / 2

    def met(self) -> Results:
        """These results. A `Payoff` has the same method, so that a function can take either."""
        return self

    def against(self, player: str) -> list[PairRow]:
        """The records of a player against everybody it met, in the order of `players`; none, if it is not here."""
        at = self.place.get(player, -1)
        first, second = self.one == at, self.other == at  # pairs with an earlier player stand before those with a later one
        columns = (
            np.concatenate([before[second], after[first]])
            for before, after in (
                (self.one, self.other), (self.losses, self.wins), (self.draws, self.draws), (self.wins, self.losses),
            )
        )  # fmt: skip
        found = []
        for place, wins, draws, losses in zip(*(column.tolist() for column in columns), strict=True):
            games = wins + draws + losses
            found.append(PairRow(player, self.players[place], games, wins, draws, losses, (wins + draws / 2) / games))
        return found

    def opponents(self, player: str) -> list[str]:
        """Whom a player met, in the order of `players`; nobody, if it is not here."""
        return [record.opponent for record in self.against(player)]

    def records(self) -> Counts:
        """int64 [P, 3], wins, draws and losses of every player."""
        counts = np.zeros((len(self.players), 3), np.int64)
        for column, (mine, theirs) in enumerate(((self.wins, self.losses), (self.draws, self.draws), (self.losses, self.wins))):
            np.add.at(counts[:, column], self.one, mine)
            np.add.at(counts[:, column], self.other, theirs)
        return counts

    def with_players(self, players: Iterable[str]) -> Results:
        """The same with the given players in the order given. Everybody who is here has to be among them."""
        return _counted(tuple(players), [self])

    def rows(self) -> Iterator[PairRow]:
        """One row for every two players that met, in order."""
        columns = (self.one, self.other, self.games, self.wins, self.draws, self.losses, self.points)
        for one, other, games, wins, draws, losses, points in zip(*(column.tolist() for column in columns), strict=True):
            yield PairRow(self.players[one], self.players[other], games, wins, draws, losses, points / games)

    def __add__(self, other: Results) -> Results:
        """The results of both logs, the players sorted by name."""
        return total([self, other])


def total(parts: Sequence[Results]) -> Results:
    """The results of several logs together, the players sorted by name."""
    return _counted(tuple(sorted({player for part in parts for player in part.players})), parts)


def results(outcomes: Iterable[Outcome]) -> Results:
    """Count outcomes.

    Args:
        outcomes: Outcomes in any order, both sides of each comparison among them, as `tournaments.rating.outcomes.outcomes`
            returns them.

    Returns:
        The results of all their players, sorted by name.

    Laws:
        The order of outcomes changes nothing. The results of two logs add up to those of both.
    """
    once = [outcome for outcome in outcomes if outcome.player < outcome.opponent]  # the other side of it says the same
    players = tuple(sorted({name for outcome in once for name in (outcome.player, outcome.opponent)}))
    place = {player: number for number, player in enumerate(players)}
    one, other = (np.array([place[name] for name in names], np.int64) for names in _names(once))
    scores = np.array([outcome.score for outcome in once])
    return _merged(players, one, other, *(np.asarray(scores == score, np.int64) for score in (1.0, 0.5, 0.0)))


def _names(outcomes: Sequence[Outcome]) -> tuple[list[str], list[str]]:
    return [outcome.player for outcome in outcomes], [outcome.opponent for outcome in outcomes]


def _counted(players: tuple[str, ...], parts: Sequence[Results]) -> Results:
    """The sum of results that have no other players than the given ones."""
    place = {player: number for number, player in enumerate(players)}
    columns: list[list[Counts]] = [[np.zeros(0, np.int64)] for _ in range(5)]
    for part in parts:
        at = np.array([place[player] for player in part.players], np.int64)
        for column, values in zip(columns, (at[part.one], at[part.other], part.wins, part.draws, part.losses), strict=True):
            column.append(values)
    return _merged(players, *map(np.concatenate, columns))


def _merged(players: tuple[str, ...], one: Counts, other: Counts, wins: Counts, draws: Counts, losses: Counts) -> Results:
    """Results from rows in any order, in which a pair may be more than once and either of its players first."""
    first, second, size = np.minimum(one, other), np.maximum(one, other), max(len(players), 1)
    wins, losses = np.where(one < other, wins, losses), np.where(one < other, losses, wins)
    keys, pair = np.unique(first * size + second, return_inverse=True)
    counts = [np.bincount(pair, values, len(keys)).astype(np.int64) for values in (wins, draws, losses)]
    return Results(players, keys // size, keys % size, *counts)
