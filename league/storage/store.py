"""A league on disk: one folder, one SQLite file, one transaction a generation.

`<home>/leagues/<name>/` holds `league.db`, `weights/`, `optimisers/` and `replays/`. Files are written before the transaction
that names them, so a process killed at any moment leaves at most files that nothing names. One process may write at a time.
"""

from __future__ import annotations

import fcntl
import json
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Any, TextIO

from league.errors import LeagueError, disk_has_room
from league.population.player import LEAGUE_NAME, NAME_RULE, Player
from league.storage.blobs import Blobs
from league.storage.generation import Generation, GenerationRow, RatingRow, TrainingRecord
from league.storage.migration import check_format, show_as_today, upgrade
from league.storage.rows import (
    PLAYER,
    match_of,
    match_row,
    player_of,
    player_row,
    rating_row,
    to_json,
    training_of,
    training_row,
)
from league.storage.schema import CHANGES, FORMAT, SCHEMA
from tournaments.replay.format import SUFFIX
from tournaments.tickets import MatchResult

HOME = Path("mlruns")
"""The folder of leagues and of MLflow, where no other one is named."""


class Store:
    """One league's folder. Reading never needs the lock; writing does."""

    def __init__(self, folder: Path) -> None:
        """Use the league in `folder`; see `create` and `open`."""
        self.folder = folder
        self.weights = Blobs(folder / "weights")
        self.optimisers = Blobs(folder / "optimisers")
        self.replays = folder / "replays"
        self._lock: TextIO | None = None

    @classmethod
    def create(cls, home: Path, name: str, facts: Mapping[str, str]) -> Store:
        """Make a league's folder and database, and lock it.

        Args:
            home: Where leagues live, `./mlruns` by default.
            name: The league's name.
            facts: What is known at birth: config, identity, game, version.

        Raises:
            LeagueError: There is such a league, or another process is at work on it.
        """
        store = cls(home / "leagues" / name)
        with disk_has_room(f"the league {name!r} could not be begun in {home}"):
            store.folder.mkdir(parents=True, exist_ok=True)
            store.lock()
            if store.path.exists():
                store.unlock()
                raise LeagueError(
                    f"there is a league {name!r} in {home}: go on with `league resume {name}`, or choose another --name"
                )
            store._found(facts)
        return store

    def _found(self, facts: Mapping[str, str]) -> None:
        """Write the empty database under another name, then give it its own; on failure nothing is left behind."""
        unfinished = self.path.with_suffix(".part")
        unfinished.unlink(missing_ok=True)
        try:
            with closing(sqlite3.connect(unfinished)) as database, database:
                database.executescript(f"BEGIN; {SCHEMA}")
                database.executemany("INSERT INTO league VALUES (?, ?)", [("format", str(FORMAT)), *facts.items()])
            unfinished.rename(self.path)
        except (OSError, sqlite3.Error):
            for path in (unfinished, self.folder / "lock"):
                path.unlink(missing_ok=True)
            self.unlock()
            with suppress(OSError):  # it held something before
                self.folder.rmdir()
            raise

    @classmethod
    def open(cls, home: Path, name: str) -> Store:
        """Open a league that exists, for reading; `lock` it to write. A league of an earlier format is only upgraded by `lock`.

        Raises:
            LeagueError: There is none, or a newer version of the project wrote it.
        """
        if not LEAGUE_NAME.fullmatch(name):
            raise LeagueError(f"{name!r} is no league's name: {NAME_RULE}")
        store = cls(home / "leagues" / name)
        if not store.path.is_file():
            there = ", ".join(leagues(home)) or "none yet"
            raise LeagueError(f"there is no league {name!r} in {home} (leagues: {there})")
        check_format(name, store.fact("format"))
        return store

    @property
    def name(self) -> str:
        """The league's name."""
        return self.folder.name

    @property
    def path(self) -> Path:
        """The database."""
        return self.folder / "league.db"

    def lock(self) -> None:
        """Take the right to write; it ends with the process, however that ends. Upgrades a league of an earlier format.

        Raises:
            LeagueError: Another process has it, or the league could not be upgraded.
        """
        if self._lock is not None:
            return
        lock = (self.folder / "lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.close()
            raise LeagueError(
                f"another process is at work on the league {self.name!r}; wait for it or stop it first"
            ) from error
        self._lock = lock
        self._sweep()
        if self.path.exists():
            with ExitStack() as on_failure:
                on_failure.callback(self.unlock)
                upgrade(self.path)
                on_failure.pop_all()

    def unlock(self) -> None:
        """Give the right to write back."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _sweep(self) -> None:
        """Delete what a killed process left half-written; such files are hidden."""
        for folder in (self.weights.folder, self.optimisers.folder, self.replays):
            for path in folder.glob(".*"):
                path.unlink(missing_ok=True)

    def commit(self, turn: Generation) -> None:
        """Add a generation, all of it or nothing.

        Raises:
            LeagueError: The disk is full; the store is as it was.
        """
        room = disk_has_room(f"generation {turn.number} of {self.name!r} could not be committed; the one before it is safe")
        with room, closing(self._connect()) as database, database:
            database.execute(
                "INSERT INTO generations VALUES (?, ?, ?, ?, ?, ?, CURRENT_TIMESTAMP)",
                (turn.number, turn.champion, turn.seconds, turn.agent_steps, to_json(turn.phases), to_json(turn.figures)),
            )
            database.executemany(
                f"INSERT INTO players ({PLAYER}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                f"ON CONFLICT (name) DO UPDATE SET {CHANGES}",
                map(player_row, turn.players),
            )
            database.executemany("INSERT INTO matches VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", map(match_row, turn.matches))
            database.executemany(
                "INSERT INTO training VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", map(training_row, turn.training)
            )
            database.executemany(
                "INSERT INTO updates VALUES (?, ?, ?, ?)",
                (
                    (turn.number, player, number, to_json(figures))
                    for player, updates in turn.updates.items()
                    for number, figures in enumerate(updates)
                ),
            )
            database.executemany(
                "INSERT INTO ratings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (rating_row(turn.number, rating, turn.online.get(rating.player, 0.0)) for rating in turn.ratings),
            )
        self.optimisers.keep_only({player.optimiser for player in self.players("active")})

    def generation(self) -> int:
        """The last committed generation, −1 if none is."""
        return int(self._read("SELECT COALESCE(MAX(generation), -1) FROM generations")[0][0])

    def champion(self) -> str:
        """Name of the best frozen player so far.

        Raises:
            LeagueError: No generation is committed yet.
        """
        rows = self._read("SELECT champion FROM generations ORDER BY generation DESC LIMIT 1")
        if not rows:
            raise LeagueError(f"the league {self.name!r} has no committed generation yet")
        return str(rows[0][0])

    def generations(self) -> list[GenerationRow]:
        """All committed generations in order."""
        rows = self._read(
            "SELECT generation, champion, seconds, agent_steps, phases, figures, committed_at FROM generations "
            "ORDER BY generation"
        )
        return [
            GenerationRow(n, champion, s, steps, json.loads(p), json.loads(f), at) for n, champion, s, steps, p, f, at in rows
        ]

    def players(self, *statuses: str) -> list[Player]:
        """Players by status (all if none is named), in order of birth."""
        rows = self._read(f"SELECT {PLAYER} FROM players ORDER BY COALESCE(born, -1), name")
        return [player for player in map(player_of, rows) if not statuses or player.status in statuses]

    def matches(self, generation: int | None = None) -> list[MatchResult]:
        """The match log, or one generation of it, in order."""
        where, values = ("", ()) if generation is None else (" WHERE generation = ?", (generation,))
        return [match_of(row) for row in self._read(f"SELECT * FROM matches{where} ORDER BY generation, match", values)]

    def ratings(self, generation: int | None = None) -> list[RatingRow]:
        """Ratings as of every generation, or of one, best first within each."""
        where, values = ("", ()) if generation is None else (" WHERE generation = ?", (generation,))
        return [
            RatingRow(*row) for row in self._read(f"SELECT * FROM ratings{where} ORDER BY generation, elo DESC, player", values)
        ]

    def updates(self, generation: int) -> dict[str, list[dict[str, float]]]:
        """Training figures of a generation: player → update by update."""
        rows = self._read('SELECT player, figures FROM updates WHERE generation = ? ORDER BY player, "update"', (generation,))
        found: dict[str, list[dict[str, float]]] = {}
        for player, figures in rows:
            found.setdefault(player, []).append(json.loads(figures))
        return found

    def training(self, generation: int) -> list[TrainingRecord]:
        """Results of a generation's training tickets."""
        rows = self._read("SELECT * FROM training WHERE generation = ? ORDER BY generation, ticket", (generation,))
        return [training_of(row) for row in rows]

    def recorded(self, generation: int | None = None) -> list[Path]:
        """Files of the recorded matches, or of those of one generation, by name."""
        of = "" if generation is None else f"g{generation:03d}-"
        return sorted(self.replays.glob(f"{of}*{SUFFIX}"))

    def fact(self, key: str, missing: str | None = None) -> str:
        """A fact given at birth: `config`, `identity`, `game`, `description`, `version`; without it `missing`, or an error."""
        rows = self._read("SELECT value FROM league WHERE key = ?", (key,))
        if not rows and missing is not None:
            return missing
        if not rows:
            raise LeagueError(f"{self.path} is no league: it does not say its {key}")
        return str(rows[0][0])

    def set_fact(self, key: str, value: str) -> None:
        """Change a fact; used when a league is extended."""
        with disk_has_room(f"the {key} of {self.name!r} could not be changed"), closing(self._connect()) as database, database:
            database.execute("INSERT OR REPLACE INTO league VALUES (?, ?)", (key, value))

    def _read(self, query: str, values: Iterable[Any] = ()) -> list[Any]:
        try:
            with closing(self._connect()) as database:
                database.execute("BEGIN")  # a writer may upgrade the league meanwhile
                show_as_today(database)
                return database.execute(query, tuple(values)).fetchall()
        except sqlite3.DatabaseError as error:
            raise LeagueError(f"{self.path} cannot be read: {error}") from error

    def _connect(self) -> sqlite3.Connection:
        """Open the database, which must exist: looking at a league that is not there must not make one."""
        database = sqlite3.connect(f"{self.path.resolve().as_uri()}?mode=rw", uri=True, timeout=30.0)
        database.execute("PRAGMA synchronous = FULL")
        return database


def leagues(home: Path) -> list[str]:
    """Names of the leagues in a home."""
    return sorted(path.parent.name for path in (home / "leagues").glob("*/league.db"))
