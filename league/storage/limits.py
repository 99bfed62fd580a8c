"""The most that is read of a database: somebody else's may be of any size, and may hold what no league has.

A question to a database ends with one sentence if it takes too long, or if its answer has too many rows or bytes. The limits
are far above what a league of thousands of generations needs, since everything is read by generation or by player.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from league.errors import LeagueError
from league.population.player import Player

Made = TypeVar("Made")

SECONDS = 10.0
"""Seconds of processor time that a question may take, and looking over a database as for a list of leagues."""

CHECKING = 60.0
"""Seconds of processor time that looking at every page may take; about 40 gigabytes."""

LONGEST = 2**26
"""Bytes of the longest text that is read."""

MOST_ROWS, MOST_BYTES = 1_000_000, 2**28
"""The most rows of an answer, and the most bytes of all texts in it."""

MOST_PLAYERS = 300_000
"""The most players of a league that is read."""

SIZE = f"""
SELECT COALESCE(MAX(generation), -1), COUNT(*), (SELECT COUNT(*) FROM (SELECT 1 FROM players LIMIT {MOST_PLAYERS + 1}))
FROM generations"""
"""The last generation, how many there are, and the number of players as far as they are counted."""

STEPS = 20_000
"""Steps of SQLite's machine between two looks at the clock, about a millisecond."""


class Reader:
    """A database that is read within limits."""

    def __init__(self, database: sqlite3.Connection, path: Path, seconds: float | None = None) -> None:
        """Set the limits.

        Args:
            database: The connection.
            path: The file, for whoever reads of too much.
            seconds: Seconds of processor time for all questions together; by default, each has `SECONDS`.
        """
        self.database, self.path, self._seconds = database, path, SECONDS if seconds is None else seconds
        self._each, self._end = seconds is None, time.thread_time() + self._seconds
        database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
        database.set_progress_handler(lambda: int(time.thread_time() > self._end), STEPS)

    def rows(self, query: str, values: Iterable[Any] = (), make: Callable[[Any], Made] = tuple) -> list[Made]:  # type: ignore[assignment]
        """Return the answer to a question; `make` converts each row to a value.

        Raises:
            LeagueError: The answer is too large.
            sqlite3.DatabaseError: It takes too long (`explain` makes a sentence of it), or the database is damaged.
        """
        if self._each:
            self._end = time.thread_time() + self._seconds
        found, size = list[Made](), 0
        for row in self.database.execute(query, tuple(values)):
            size += sum(len(value) for value in row if type(value) is str or type(value) is bytes)
            if len(found) == MOST_ROWS:
                raise too_much(self.path, f"an answer has more than {MOST_ROWS:,} rows")
            if size > MOST_BYTES:
                raise too_much(self.path, f"an answer has more than {MOST_BYTES >> 20} megabytes")
            found.append(make(row))
        return found

    def explain(self, error: sqlite3.Error) -> LeagueError | None:
        """Return the sentence for a limit that SQLite has kept; None if the error is another one."""
        code = getattr(error, "sqlite_errorcode", None)
        if code == sqlite3.SQLITE_INTERRUPT:
            return too_much(self.path, f"looking over it takes more than {self._seconds:g} seconds of processor time")
        if code == sqlite3.SQLITE_TOOBIG:
            return too_much(self.path, f"a text in it has more than {LONGEST >> 20} megabytes")
        return None


def require_size(reader: Reader) -> None:
    """Make sure that a league has a size that can be read.

    Raises:
        LeagueError: It has too many players, or generations are missing before its last one: whoever goes through them in order
            would not come to an end.
    """
    row: tuple[int, int, int] = reader.rows(SIZE)[0]
    last, count, players = row
    if count != last + 1:
        raise LeagueError(f"{reader.path} is damaged: its last generation is {last}, and it holds {count}")
    if players > MOST_PLAYERS:
        raise too_much(reader.path, f"it has more than {MOST_PLAYERS:,} players")


def require_past(players: Iterable[Player], next_one: int, path: Path) -> None:
    """Make sure that players were born, frozen and retired in generations that a league has come to.

    Args:
        players: The players.
        next_one: The generation after the last one; players may be born for it.
        path: The database.

    Raises:
        LeagueError: One was not.
    """
    for player in players:
        for when in (player.born, player.frozen, player.retired):
            if when is not None and not 0 <= when <= next_one:
                raise LeagueError(
                    f"{path} is damaged: {player.name!r:.80} is of generation {when}, and {next_one} is the next one"
                )


def too_much(path: Path, why: str) -> LeagueError:
    """Return the error for a database that holds too much."""
    return LeagueError(f"{path} holds too much to be read: {why}")
