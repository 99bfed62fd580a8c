"""A league on disk: one folder, one SQLite file, and one transaction per generation.

`<home>/leagues/<name>/` has `league.db`, `weights/`, `optimisers/` and `replays/`. Files are written before the transaction
that refers to them. If a process is killed, it therefore leaves at most files to which nothing refers. Only one process may
write at a time.
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
"""The default folder of leagues and of MLflow."""


class Store:
    """The folder of a league. Writing needs the lock, and reading does not."""

    def __init__(self, folder: Path) -> None:
        """Use the league in `folder`; see `create` and `open`."""
        self.folder = folder
        self.weights = Blobs(folder / "weights")
        self.optimisers = Blobs(folder / "optimisers")
        self.replays = folder / "replays"
        self._lock: TextIO | None = None

    @classmethod
    def create(cls, home: Path, name: str, facts: Mapping[str, str]) -> Store:
        """Create a league's folder and database, and lock it.

        Args:
            home: The folder of the leagues, `./mlruns` by default.
            name: The league's name.
            facts: Facts about the new league: config, identity, game, version.

        Raises:
            LeagueError: The league exists already, or another process is writing to it.
        """
        store = cls(home / "leagues" / name)
        with disk_has_room(f"the league {name!r} could not be created in {home}"):
            store.folder.mkdir(parents=True, exist_ok=True)
            store.lock()
            if store.path.exists():
                store.unlock()
                raise LeagueError(
                    f"there is a league {name!r} in {home}: continue it with `league resume {name}`, or choose another --name"
                )
            store._found(facts)
        return store

    def _found(self, facts: Mapping[str, str]) -> None:
        """Write the empty database under a temporary name, then rename it. After a failure no file remains."""
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
            with suppress(OSError):  # the folder was not empty before
                self.folder.rmdir()
            raise

    @classmethod
    def open(cls, home: Path, name: str) -> Store:
        """Open an existing league for reading. Call `lock` to write. Only `lock` upgrades a league of an earlier format.

        Raises:
            LeagueError: There is no such league, or a newer version of the project wrote it.
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
        """Take the lock for writing, and upgrade a league of an earlier format. The lock ends when the process ends.

        Raises:
            LeagueError: Another process has the lock, or the league could not be upgraded.
        """
        if self._lock is not None:
            return
        lock = (self.folder / "lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.close()
            raise LeagueError(f"another process is running the league {self.name!r}; wait for it or stop it first") from error
        self._lock = lock
        self._sweep()
        if self.path.exists():
            with ExitStack() as on_failure:
                on_failure.callback(self.unlock)
                upgrade(self.path)
                on_failure.pop_all()

    def unlock(self) -> None:
        """Release the lock."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _sweep(self) -> None:
        """Delete partially written files of a killed process. Their names begin with a dot."""
        for folder in (self.weights.folder, self.optimisers.folder, self.replays):
            for path in folder.glob(".*"):
                path.unlink(missing_ok=True)

    def commit(self, turn: Generation) -> None:
        """Add a generation in one transaction.

        Raises:
            LeagueError: The disk is full. The store is unchanged.
        """
        room = disk_has_room(
            f"generation {turn.number} of {self.name!r} could not be committed; the one before is not affected"
        )
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
        """The number of the last committed generation, or −1 if there is none."""
        return int(self._read("SELECT COALESCE(MAX(generation), -1) FROM generations")[0][0])

    def champion(self) -> str:
        """The name of the best frozen player so far.

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
        """The players with the given statuses, or all players, in order of birth."""
        rows = self._read(f"SELECT {PLAYER} FROM players ORDER BY COALESCE(born, -1), name")
        return [player for player in map(player_of, rows) if not statuses or player.status in statuses]

    def matches(self, generation: int | None = None) -> list[MatchResult]:
        """The match log, or one generation of it, in order."""
        where, values = ("", ()) if generation is None else (" WHERE generation = ?", (generation,))
        return [match_of(row) for row in self._read(f"SELECT * FROM matches{where} ORDER BY generation, match", values)]

    def ratings(self, generation: int | None = None) -> list[RatingRow]:
        """The ratings as of every generation or of one generation, best first within each."""
        where, values = ("", ()) if generation is None else (" WHERE generation = ?", (generation,))
        return [
            RatingRow(*row) for row in self._read(f"SELECT * FROM ratings{where} ORDER BY generation, elo DESC, player", values)
        ]

    def updates(self, generation: int) -> dict[str, list[dict[str, float]]]:
        """The training metrics of a generation: player → metrics of each update."""
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
        """The files of the recorded matches, of all generations or of one, sorted by name."""
        of = "" if generation is None else f"g{generation:03d}-"
        return sorted(self.replays.glob(f"{of}*{SUFFIX}"))

    def fact(self, key: str, missing: str | None = None) -> str:
        """A stored fact: `config`, `identity`, `game`, `description`, `version`. If it is absent: `missing`, or an error."""
        rows = self._read("SELECT value FROM league WHERE key = ?", (key,))
        if not rows and missing is not None:
            return missing
        if not rows:
            raise LeagueError(f"{self.path} is no league: it has no {key}")
        return str(rows[0][0])

    def set_fact(self, key: str, value: str) -> None:
        """Change a fact. This is used when a league is extended."""
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
        """Open the database, which must exist. Reading a league that does not exist must not create it."""
        database = sqlite3.connect(f"{self.path.resolve().as_uri()}?mode=rw", uri=True, timeout=30.0)
        database.execute("PRAGMA synchronous = FULL")
        return database


def leagues(home: Path) -> list[str]:
    """The names of the leagues in a home."""
    return sorted(path.parent.name for path in (home / "leagues").glob("*/league.db"))
