"""A league on disk: one folder, one SQLite file, and one transaction per generation.

`<home>/leagues/<name>/` has `league.db`, `weights/`, `learner_states/` and `replays/`. Files are written before the transaction
that refers to them. If a process is killed, it therefore leaves at most files to which nothing refers. Only one process may
write at a time.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO, cast

from league.errors import LeagueError, disk_has_room
from league.population.player import LEAGUE_NAME, NAME_RULE, Player
from league.storage import database as db
from league.storage.blobs import Blobs
from league.storage.generation import Generation, GenerationRow, RatingRow
from league.storage.limits import SECONDS, Reader, require_past, require_size
from league.storage.links import lock_file, plain_files
from league.storage.migration import LEARNER_STATES, check_format, show_as_today, upgrade, use_todays_folder
from league.storage.rows import (
    DAMAGED,
    PLAYER,
    generation_of,
    match_of,
    match_row,
    player_of,
    player_row,
    progress_rows,
    rating_of,
    rating_row,
    to_json,
    training_row,
)
from league.storage.schema import CHANGES, FORMAT, SCHEMA
from league.storage.sums import add_sums
from tournaments.replay.format import SUFFIX, UNFINISHED
from tournaments.tickets import MatchResult

HOME = Path("mlruns")
"""The default folder of leagues and of MLflow."""

GENERATION = "generation, champion, seconds, agent_steps, phases, figures, committed_at"
BY_BIRTH = "ORDER BY COALESCE(born, -1), name"

HOME_VARIABLE = "LEAGUE_HOME"
"""The environment variable that names another one."""


def default_home() -> Path:
    """The home that the environment names, or else `HOME`."""
    return Path(os.environ.get(HOME_VARIABLE) or HOME).expanduser()


class Store:
    """The folder of a league. Writing needs the lock, and reading does not."""

    def __init__(self, folder: Path, warn: db.Warn = db.silent) -> None:
        """Use the league in `folder`; see `create` and `open`."""
        self.folder, self.warn = folder, warn
        self.weights = Blobs(folder / "weights")
        self.learner_states = Blobs(folder / LEARNER_STATES)
        self.replays = folder / "replays"
        self._lock: TextIO | None = None
        self._open: Reader | None = None

    @classmethod
    def create(cls, home: Path, name: str, facts: Mapping[str, str], warn: db.Warn = db.silent) -> Store:
        """Create a league's folder and database, and lock it. A league without a committed generation is replaced.

        Args:
            home: The folder of the leagues, `./mlruns` by default.
            name: The league's name.
            facts: Facts about the new league: config, identity, game, version.
            warn: Receives sentences for the user.

        Raises:
            LeagueError: The league exists already, or another process is writing to it.
        """
        store = cls(home / "leagues" / name, warn)
        with disk_has_room(f"the league {name!r} could not be created in {home}"):
            store.folder.mkdir(parents=True, exist_ok=True)
            store.hold()
            with ExitStack() as on_failure:
                on_failure.callback(store.unlock)
                if store.path.exists() and store.generation() >= 0:
                    raise LeagueError(
                        f"there is a league {name!r} in {home}: continue it with `league resume {name}`, "
                        "or choose another --name"
                    )
                on_failure.pop_all()
            store._sweep()
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
            db.keep_log(unfinished, self.warn)
            db.remove(self.path)
            unfinished.rename(self.path)
        except (OSError, sqlite3.Error):
            for path in (unfinished, self.folder / "lock"):
                path.unlink(missing_ok=True)
            self.unlock()
            with suppress(OSError):  # the folder was not empty before
                self.folder.rmdir()
            raise

    @classmethod
    def open(cls, home: Path, name: str, warn: db.Warn = db.silent) -> Store:
        """Open an existing league for reading. Call `lock` to write. Only `lock` upgrades a league of an earlier format.

        Raises:
            LeagueError: There is no such league, or a newer version of the project wrote it.
        """
        if not LEAGUE_NAME.fullmatch(name):
            raise LeagueError(f"{name!r} is no league's name: {NAME_RULE}")
        store = cls(home / "leagues" / name, warn)
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
        """Take the lock for writing, check the database, and upgrade a league of an earlier format. See `hold`.

        Raises:
            LeagueError: Another process has the lock, the database is damaged, or the league could not be upgraded.
        """
        if self._lock is not None:
            return
        self.hold()
        with ExitStack() as on_failure:
            on_failure.callback(self.unlock)
            if self.path.exists():
                db.check_pages(self.path)
                upgrade(self.path, self.warn)
                use_todays_folder(self.folder)
                db.keep_log(self.path, self.warn)
                self._drop_past_states()  # a kill after the last commit may have left some
            self._sweep()
            on_failure.pop_all()

    def hold(self) -> None:
        """Take the lock for writing and do nothing else. The lock ends when the process ends.

        Raises:
            LeagueError: Another process has the lock.
        """
        lock = lock_file(self.folder / "lock")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.close()
            raise LeagueError(f"another process is running the league {self.name!r}; wait for it or stop it first") from error
        self._lock = lock

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the league while the block runs; see `hold`."""
        self.hold()
        try:
            yield
        finally:
            self.unlock()

    def unlock(self) -> None:
        """Release the lock."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _sweep(self) -> None:
        """Delete partially written files of a killed process, and nothing else."""
        self.weights.sweep()
        self.learner_states.sweep()
        for path in plain_files(self.replays, UNFINISHED):
            path.unlink(missing_ok=True)

    def commit(self, turn: Generation) -> None:
        """Add a generation in one transaction.

        Raises:
            LeagueError: The disk is full. The store is unchanged.
        """
        room = disk_has_room(
            f"generation {turn.number} of {self.name!r} could not be committed; the one before is not affected"
        )
        with room, self._writing() as database:
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
            if turn.sums is not None:
                add_sums(database, turn.number, turn.sums)
            database.executemany("INSERT INTO progress VALUES (?, ?)", progress_rows(turn.progress))
        self._drop_past_states()

    def _drop_past_states(self) -> None:
        """Delete what learners kept before the last committed generation. Before the first one nothing is past."""
        if self.generation() >= 0:
            self.learner_states.keep_only({player.learner_state for player in self.players("active")})

    def generation(self) -> int:
        """The number of the last committed generation, or −1 if there is none."""
        return int(self.select("SELECT COALESCE(MAX(generation), -1) FROM generations")[0][0])

    def champion(self, until: int | None = None) -> str:
        """The name of the best frozen player so far, or as of a generation.

        Raises:
            LeagueError: No generation is committed yet.
        """
        where, values = ("", ()) if until is None else (" WHERE generation <= ?", (until,))
        rows = self.select(f"SELECT champion FROM generations{where} ORDER BY generation DESC LIMIT 1", values)
        if not rows:
            raise LeagueError(f"the league {self.name!r} has no committed generation yet")
        return str(rows[0][0])

    def overview(self) -> dict[str, str | int | None]:
        """What a list of leagues shows: `league`, `game`, `generation`, the number of `players`, and the `champion`.

        Raises:
            LeagueError: The database is damaged, or holds more than can be looked over.
        """
        with self.looking(SECONDS):
            check_format(self.name, self.fact("format"))
            generation = self.generation()
            champion = self.champion() if generation >= 0 else None
            ((count,),) = self.select("SELECT COUNT(*) FROM players")
            if champion is not None and not self.select(f"SELECT {PLAYER} FROM players WHERE name = ?", (champion,), player_of):
                raise LeagueError(f"{self.path} is damaged: its champion {champion!r:.80} is not among its players")
            facts: dict[str, str | int | None] = {"league": self.name, "game": self.fact("game"), "generation": generation}
        return {**facts, "players": count, "champion": champion}

    @contextmanager
    def looking(self, seconds: float | None = None) -> Iterator[None]:
        """Read with one connection while the block runs: all that is read there is of one moment, and was checked once.

        Args:
            seconds: After so many seconds of processor time, reading ends with an error. By default, each query has a limit.

        Raises:
            LeagueError: The database is not there, is damaged, or holds more than is read.
        """
        if self._open is not None:  # the block is inside another one
            yield
            return
        with db.reading(self.path, seconds) as reader:
            show_as_today(reader.database)
            require_size(reader)
            self._open = reader
            try:
                yield
            finally:
                self._open = None

    def generations(self) -> list[GenerationRow]:
        """All committed generations in order."""
        return self.select(f"SELECT {GENERATION} FROM generations ORDER BY generation", make=generation_of)

    def newest(self) -> GenerationRow:
        """The last committed generation.

        Raises:
            LeagueError: There is none.
        """
        rows = self.select(f"SELECT {GENERATION} FROM generations ORDER BY generation DESC LIMIT 1", make=generation_of)
        if not rows:
            raise LeagueError(f"the league {self.name!r} has no committed generation yet")
        return cast(GenerationRow, rows[0])

    def players(self, *statuses: str) -> list[Player]:
        """The players with the given statuses, or all players, in order of birth.

        Raises:
            LeagueError: The database is damaged: one of them is of a generation that the league has not come to.
        """
        where = f"WHERE status IN ({', '.join('?' * len(statuses))}) " if statuses else ""
        found: list[Player] = self.select(f"SELECT {PLAYER} FROM players {where}{BY_BIRTH}", statuses, player_of)
        require_past(found, self.generation() + 1, self.path)
        return found

    def mentions(self) -> list[str]:
        """What the players are that may name code: anchors, learners and architectures, each once."""
        rows = self.select(
            "SELECT name FROM players WHERE status = 'anchor' "
            "UNION SELECT learner FROM players UNION SELECT architecture FROM players"
        )
        return sorted(str(row[0]) for row in rows)

    def matches(self, generation: int | None = None) -> list[MatchResult]:
        """The match log, or one generation of it, in order."""
        where, values = ("", ()) if generation is None else (" WHERE generation = ?", (generation,))
        return self.select(f"SELECT * FROM matches{where} ORDER BY generation, match", values, match_of)

    def ratings(self, generation: int | None = None) -> list[RatingRow]:
        """The ratings as of every generation or of one generation, best first within each; equal ones in their order then."""
        where, values = ("", ()) if generation is None else (" WHERE generation = ?", (generation,))
        return self.select(f"SELECT * FROM ratings{where} ORDER BY generation, elo DESC, rowid", values, rating_of)

    def recorded(self, generation: int | None = None) -> list[Path]:
        """The files of the recorded matches, of all generations or of one, sorted by name."""
        of = "" if generation is None else f"g{generation:03d}-"
        return sorted(self.replays.glob(f"{of}*{SUFFIX}"))

    def fact(self, key: str, missing: str | None = None) -> str:
        """A stored fact: `config`, `identity`, `game`, `description`, `version`. If it is absent: `missing`, or an error."""
        rows = self.select("SELECT value FROM league WHERE key = ?", (key,))
        if not rows and missing is not None:
            return missing
        if not rows:
            raise LeagueError(f"{self.path} is no league: it has no {key}")
        return str(rows[0][0])

    def set_fact(self, key: str, value: str) -> None:
        """Change a fact. This is used when a league is extended."""
        self.set_facts({key: value})

    def set_facts(self, facts: Mapping[str, str]) -> None:
        """Change facts in one transaction. Unchanged facts are not written."""
        new = [(key, value) for key, value in facts.items() if self.fact(key, missing="") != value]
        if not new:
            return
        with disk_has_room(f"{', '.join(facts)} of {self.name!r} could not be changed"), self._writing() as database:
            database.executemany("INSERT OR REPLACE INTO league VALUES (?, ?)", new)

    def drop_fact(self, key: str) -> None:
        """Delete a fact if it exists."""
        with disk_has_room(f"the {key} of {self.name!r} could not be dropped"), self._writing() as database:
            database.execute("DELETE FROM league WHERE key = ?", (key,))

    def select(self, query: str, values: Iterable[Any] = (), make: Callable[[Any], Any] = tuple) -> list[Any]:
        """The result of a query; `make` converts each row to a value.

        Raises:
            LeagueError: The result is too large, or a row is damaged.
        """
        with self.looking():
            assert self._open is not None
            try:
                return self._open.rows(query, values, make)
            except DAMAGED as error:  # the page is sound, what stands on it is not
                raise LeagueError(f"{self.path} cannot be read: a row in it is damaged ({error})") from error

    def _writing(self) -> AbstractContextManager[sqlite3.Connection]:
        return db.writing(self.path, self.warn)


def leagues(home: Path) -> list[str]:
    """The names of the leagues in a home."""
    return sorted(path.parent.name for path in (home / "leagues").glob("*/league.db"))
