"""A league on disk: one folder, one SQLite file, one transaction a generation.

`<home>/leagues/<name>/` holds `league.db`, `weights/`, `optimisers/` and `replays/`. Files are written before the transaction
that names them, so a process killed at any moment leaves at most files that nothing names. One process may write at a time.
"""

from __future__ import annotations

import fcntl
import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, TextIO

from league.errors import LeagueError, disk_has_room
from league.population.player import LEAGUE_NAME, NAME_RULE, Player
from league.storage.blobs import Blobs
from league.storage.schema import FORMAT, MOVES, SCHEMA
from tournaments.rating.elo import Rating
from tournaments.replay.format import SUFFIX
from tournaments.tickets import MatchResult, Ticket

HOME = Path("mlruns")
"""The folder of leagues and of MLflow, where no other one is named."""


@dataclass(frozen=True)
class TrainingRecord:
    """What came of one training ticket; `wins` and the like are the learner's, over all games of the ticket.

    In games of one team and in self-play there is nobody to win against: wins, draws and losses are 0.
    """

    ticket: Ticket
    learner: str
    games: int
    wins: int
    draws: int
    losses: int
    mean_return: float | None


@dataclass(frozen=True)
class Generation:
    """All that one turn of the wheel adds to a league; committed in one transaction.

    Attributes:
        number: The generation.
        champion: Name of the best frozen player so far.
        seconds: Wall time.
        agent_steps: Decisions learnt from.
        phases: Seconds spent in each phase.
        figures: Figures of the whole league: cyclicity and the like.
        players: Players that are new or changed.
        matches: Tournament results, appended to the match log.
        training: Results of the training tickets.
        updates: Player → its training figures, update by update.
        ratings: Every rated player as of now.
        online: Online Elo of every rated player.
    """

    number: int
    champion: str
    seconds: float
    agent_steps: int
    phases: Mapping[str, float]
    figures: Mapping[str, float]
    players: Sequence[Player]
    matches: Sequence[MatchResult]
    training: Sequence[TrainingRecord]
    updates: Mapping[str, Sequence[Mapping[str, float]]]
    ratings: Sequence[Rating]
    online: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class GenerationRow:
    """What the store says of a committed generation."""

    number: int
    champion: str
    seconds: float
    agent_steps: int
    phases: Mapping[str, float]
    figures: Mapping[str, float]
    committed_at: str


@dataclass(frozen=True)
class RatingRow:
    """A player's rating as of a generation; `online` is its online Elo."""

    generation: int
    player: str
    elo: float
    low: float
    high: float
    online: float
    games: int
    wins: int
    draws: int
    losses: int


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
        """Open a league that exists, for reading; `lock` it to write.

        Raises:
            LeagueError: There is none, or it was written by another version of the project.
        """
        if not LEAGUE_NAME.fullmatch(name):
            raise LeagueError(f"{name!r} is no league's name: {NAME_RULE}")
        store = cls(home / "leagues" / name)
        if not store.path.is_file():
            there = ", ".join(leagues(home)) or "none yet"
            raise LeagueError(f"there is no league {name!r} in {home} (leagues: {there})")
        found = store.fact("format")
        if found != str(FORMAT):
            raise LeagueError(f"the league {name!r} has format {found}; this version reads format {FORMAT}")
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
        """Take the right to write; it ends with the process, however that ends.

        Raises:
            LeagueError: Another process has it.
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
                (turn.number, turn.champion, turn.seconds, turn.agent_steps, _json(turn.phases), _json(turn.figures)),
            )
            database.executemany(
                f"INSERT INTO players VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET {MOVES}",
                map(_player_row, turn.players),
            )
            database.executemany("INSERT INTO matches VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", map(_match_row, turn.matches))
            database.executemany(
                "INSERT INTO training VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", map(_training_row, turn.training)
            )
            database.executemany(
                "INSERT INTO updates VALUES (?, ?, ?, ?)",
                (
                    (turn.number, player, number, _json(figures))
                    for player, updates in turn.updates.items()
                    for number, figures in enumerate(updates)
                ),
            )
            database.executemany(
                "INSERT INTO ratings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (_rating_row(turn, rating) for rating in turn.ratings),
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
        rows = self._read("SELECT * FROM players ORDER BY COALESCE(born, -1), name")
        return [player for player in map(_player, rows) if not statuses or player.status in statuses]

    def matches(self, generation: int | None = None) -> list[MatchResult]:
        """The match log, or one generation of it, in order."""
        where, values = ("", ()) if generation is None else (" WHERE generation = ?", (generation,))
        return [_match(row) for row in self._read(f"SELECT * FROM matches{where} ORDER BY generation, match", values)]

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
        return [
            TrainingRecord(
                Ticket(t, g, "train", seed, _tuple(p), _tuple(k), t, ("",) * len(_tuple(p))),
                learner, games, wins, draws, losses, mean,
            )
            for t, g, learner, p, k, seed, games, wins, draws, losses, mean in rows
        ]  # fmt: skip

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


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _player_row(player: Player) -> tuple[Any, ...]:
    row = asdict(player)
    return (*(row[key] for key in list(row)[:8]), _json(row["hyper"]), row["retired"])


def _player(row: Any) -> Player:
    name, league_role, status, parent, operator, born, weights, optimiser, hyper, retired = row
    return Player(name, league_role, status, parent, operator, born, weights, optimiser, json.loads(hyper), retired)


def _rating_row(turn: Generation, rating: Rating) -> tuple[Any, ...]:
    online = turn.online.get(rating.player, 0.0)
    return (
        turn.number, rating.player, rating.elo, rating.low, rating.high, online,
        rating.games, rating.wins, rating.draws, rating.losses,
    )  # fmt: skip


def _match_row(result: MatchResult) -> tuple[Any, ...]:
    ticket = result.ticket
    return (
        ticket.match, ticket.generation, ticket.purpose, ticket.seed, ticket.series, _json(ticket.players),
        _json(ticket.weights), _json(result.returns), result.steps, int(result.truncated), result.actions,
    )  # fmt: skip


def _match(row: Any) -> MatchResult:
    match, generation, purpose, seed, series, players, weights, returns, steps, truncated, actions = row
    names = _tuple(players)
    ticket = Ticket(match, generation, purpose, seed, names, (False,) * len(names), series, _tuple(weights))
    return MatchResult(ticket, _tuple(returns), steps, actions, bool(truncated))


@lru_cache(maxsize=2**12)
def _tuple(text: str) -> tuple[Any, ...]:
    """A list as JSON has it; the same players meet in row after row."""
    return tuple(json.loads(text))


def _training_row(record: TrainingRecord) -> tuple[Any, ...]:
    ticket = record.ticket
    return (
        ticket.match, ticket.generation, record.learner, _json(ticket.players), _json(ticket.learns), ticket.seed,
        record.games, record.wins, record.draws, record.losses, record.mean_return,
    )  # fmt: skip
