"""The SQLite file of a league: readers do not block the writer, and the writer waits for whoever blocks it.

The database has a write-ahead log. Readers see the last committed generation, however long they look, and a commit does not
wait for them. The log stands in `league.db-wal` while somebody has the league open; SQLite moves it into `league.db` when the
last one closes. After a kill it stays, and the next who opens the league gets what is in it. Where a file system has no
write-ahead log, the older way of SQLite is kept, and commits wait for readers.
"""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias, TypeVar

from league.errors import LeagueError
from league.storage.limits import CHECKING, Reader
from league.storage.links import require_one_name, require_plain
from league.storage.schema import stranger

Warn: TypeAlias = Callable[[str], None]
"""Told in a sentence what the user should know."""

Found = TypeVar("Found")

PATIENCE = 2.0
"""Seconds after which somebody who waits for another program says so."""

READING = 30.0
"""Seconds that a reader waits for a database that is locked."""

LARGEST_COPY = 2**31
"""Bytes of the largest database that is copied, because nothing can be written beside it."""

BLOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
CANNOT_WRITE = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PERM}
"""What opening a database fails with where no file can be written beside it."""

LEFT_BY_A_WRITER = ("-wal", "-journal")
"""Ends of the names of files that hold a part of the database's content after a kill."""

BESIDE = ("-wal", "-shm", "-journal")
"""Ends of the names of all files that SQLite makes beside a database."""


def silent(sentence: str) -> None:
    """Warn nobody."""


def kind_of(error: sqlite3.Error) -> int:
    """The primary result code of SQLite behind an error; −1 if it has none."""
    code = getattr(error, "sqlite_errorcode", None)
    return -1 if code is None else code & 0xFF


def connect(path: Path, timeout: float) -> sqlite3.Connection:
    """Open a database that exists: looking at a league that is not there must not make one. Transactions are begun by hand.

    Args:
        path: The database.
        timeout: Seconds to wait, at each statement, for another program that has locked it.

    Raises:
        LeagueError: It is a link, or a file beside it is none that SQLite has made: what is written may end up anywhere.
    """
    require_plain(path, *(path.with_name(path.name + end) for end in BESIDE))
    uri = f"{path.resolve().as_uri()}?mode=rw"
    database = sqlite3.connect(uri, uri=True, timeout=timeout, isolation_level=None)
    database.execute("PRAGMA synchronous = FULL")
    return database


@contextmanager
def writing(path: Path, warn: Warn = silent) -> Iterator[sqlite3.Connection]:
    """Change a database in one transaction: all that is done in the block, or nothing.

    Args:
        path: The database.
        warn: Told that another program has locked the database. It is waited for without end.

    Raises:
        LeagueError: The database is damaged or cannot be written.
    """
    require_one_name(path)
    with _in_a_sentence(path), closing(connect(path, PATIENCE)) as database:  # closed without a commit, it rolls back
        database.execute("PRAGMA cache_spill = OFF")  # without a log, a page that is written early may meet a reader
        patiently(lambda: database.execute("BEGIN IMMEDIATE"), path, warn)
        _require_known_tables(database, path)
        yield database
        patiently(lambda: database.execute("COMMIT"), path, warn)


@contextmanager
def reading(path: Path, seconds: float | None = None) -> Iterator[Reader]:
    """Look at a database as it is at one moment, also where nothing can be written.

    Args:
        path: The database.
        seconds: After so many seconds of processor time, looking ends with an error. By default, each question has a limit.

    Raises:
        LeagueError: The database is not there, is damaged, or holds more than is read.
    """
    reader: Reader | None = None
    with ExitStack() as open_ones:
        try:
            try:
                database = open_ones.enter_context(closing(connect(path, READING)))
                _take_snapshot(database)
            except sqlite3.OperationalError as error:
                if kind_of(error) not in CANNOT_WRITE or not path.is_file():
                    raise
                database = open_ones.enter_context(_without_writing(path))
            reader = Reader(database, path, seconds)
            _require_known_tables(database, path)
            yield reader
        except sqlite3.DatabaseError as error:
            too_much = None if reader is None else reader.explain(error)
            raise too_much or LeagueError(f"{path} cannot be read: {error}") from error
        except UnicodeDecodeError as error:  # of damaged tables SQLite may complain in damaged text
            raise LeagueError(f"{path} cannot be read: {error}") from error


@contextmanager
def _without_writing(path: Path) -> Iterator[sqlite3.Connection]:
    """Look at a database where no file can be made beside it. What a killed writer left there is read from a copy."""
    left = [beside for end in LEFT_BY_A_WRITER if (beside := path.with_name(path.name + end)).is_file()]
    left = [beside for beside in left if beside.stat().st_size]
    with ExitStack() as open_ones:
        if left:
            if sum(file.stat().st_size for file in (path, *left)) > LARGEST_COPY:
                raise LeagueError(
                    f"{path} is too large to be copied, and cannot be read where it is: nothing can be written there"
                )
            copy = Path(open_ones.enter_context(TemporaryDirectory())) / path.name
            for file in (path, *left):
                shutil.copyfile(file, copy.with_name(file.name))
            database = open_ones.enter_context(closing(connect(copy, READING)))
        else:
            uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
            database = open_ones.enter_context(closing(sqlite3.connect(uri, uri=True, isolation_level=None)))
        _take_snapshot(database)
        yield database


def _take_snapshot(database: sqlite3.Connection) -> None:
    """Begin to read: what is committed from now on is not seen."""
    database.execute("BEGIN")
    database.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()


def _require_known_tables(database: sqlite3.Connection, path: Path) -> None:
    """Make sure that a database holds only what some format of a league has.

    Raises:
        LeagueError: It holds something else, so no version of this project has made it.
    """
    found = stranger(database)
    if found:
        raise LeagueError(f"{path} is not the database of a league: it holds {found}")


def keep_log(path: Path, warn: Warn = silent) -> None:
    """Let a database have a write-ahead log from now on, if its file system can. A league of an earlier version has none.

    Args:
        path: The database.
        warn: Told that another program has the database open, which is waited for.

    Raises:
        LeagueError: The database is damaged or cannot be written.
    """
    require_one_name(path)
    with _in_a_sentence(path), closing(connect(path, PATIENCE)) as database:
        patiently(lambda: database.execute("PRAGMA journal_mode = WAL").fetchone(), path, warn)


def check_pages(path: Path) -> None:
    """Make sure that no page of a database is damaged.

    Raises:
        LeagueError: One is; says what SQLite found. Or there are too many.
    """
    with reading(path, CHECKING) as reader:
        (found,) = reader.database.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise LeagueError(_damaged(path, " ".join(found.split())))


def patiently(step: Callable[[], Found], path: Path, warn: Warn) -> Found:
    """Do a step until no other program blocks it; say once that it is waited for."""
    begun, said = time.monotonic(), False
    while True:
        try:
            return step()
        except sqlite3.OperationalError as error:
            if kind_of(error) not in BLOCKED:
                raise
        if not said and time.monotonic() - begun >= PATIENCE:
            warn(f"another program has {path} open and locked; the league waits until it is closed there")
            said = True


@contextmanager
def _in_a_sentence(path: Path) -> Iterator[None]:
    """Change a database; say in a sentence what only a person can put right. A full disk is said by whoever writes."""
    try:
        yield
    except UnicodeDecodeError as error:  # of damaged tables SQLite may complain in damaged text
        raise LeagueError(_damaged(path, str(error))) from error
    except sqlite3.DatabaseError as error:
        if kind_of(error) in DAMAGED:
            raise LeagueError(_damaged(path, str(error))) from error
        if kind_of(error) in CANNOT_WRITE - {sqlite3.SQLITE_IOERR}:
            raise LeagueError(f"{path} cannot be written: {error}") from error
        raise


def _damaged(path: Path, found: str) -> str:
    return f"{path} is damaged, so nothing is added to it: {found}; put a copy of the league's folder in its place"


def remove(path: Path) -> None:
    """Delete a database with all that SQLite made beside it."""
    for end in BESIDE:  # a log that is left beside another database would be taken for that one's
        path.with_name(path.name + end).unlink(missing_ok=True)
    path.unlink(missing_ok=True)
