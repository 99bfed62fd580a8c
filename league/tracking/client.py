"""Opens MLflow's client on the database of a home, and describes its failures.

mlflow is imported only when it is needed, because the import takes seconds and a broken installation must not stop a league.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import warnings
from collections.abc import Callable
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit
from urllib.request import url2pathname
from uuid import uuid4

from league.storage.database import BESIDE
from league.storage.links import lock_file, require_plain
from league.tracking.database import check_schema, follow_move, uri_of

DATABASE = "mlflow.db"

Warn: TypeAlias = Callable[[str], None]
"""A function that shows a one-sentence warning to the user."""

PATIENCE = 5.0
"""Seconds to wait for another process that is writing."""

SETTINGS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    # The tracker reports a failure in one sentence. MLflow's own tracebacks would only repeat it.
    "MLFLOW_LOGGING_LEVEL": "CRITICAL",
}
"""Environment variables that MLflow reads when it is imported. Values set by the user are not changed."""


def connect(home: Path) -> Any:
    """Open the database of a home. It is created if it does not exist.

    MLflow would try for minutes to open a broken or locked database, so the database is checked here first.

    Args:
        home: The folder of the leagues.

    Returns:
        An `mlflow.MlflowClient`.

    Raises:
        Exception: One of `failures()`.
    """
    home.mkdir(parents=True, exist_ok=True)
    database = home / DATABASE
    require_plain(database, *(database.with_name(database.name + end) for end in BESIDE))
    with lock_file(home / "mlflow.lock") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not database.exists():
            _create(database)
    with closing(sqlite3.connect(database, timeout=PATIENCE)) as probe, probe:
        probe.execute("BEGIN IMMEDIATE")
        check_schema(probe, database)
        follow_move(probe, home.resolve())
    return open_client(database)


def _create(database: Path) -> None:
    """Create a database under a temporary name and rename it when it is complete. MLflow cannot use an incomplete one.

    Each attempt uses a new name, because MLflow remembers by name which databases this process has created.
    """
    for left in database.parent.glob(f"{database.name}.*.part*"):
        left.unlink()
    unfinished = database.with_name(f"{database.name}.{uuid4().hex}.part")
    unfinished.touch()
    open_client(unfinished)
    unfinished.rename(database)


def open_client(database: Path) -> Any:
    """A client on a database, without the checks of `connect`."""
    _configure()
    _check_identity_of_files()
    uri = uri_of(database)
    with warnings.catch_warnings():
        # MLflow declares its tables in a way that SQLAlchemy 2.1 deprecates.
        warnings.simplefilter("ignore", DeprecationWarning)
        from mlflow import MlflowClient

        return MlflowClient(tracking_uri=uri, registry_uri=uri)


def path_of(uri: str) -> Path:
    """The path of an artifact."""
    return Path(url2pathname(urlsplit(uri).path))


@cache
def _check_identity_of_files() -> None:
    """Make SQLAlchemy drop a pooled connection whose database was deleted.

    Such a connection still works: it writes into the deleted file, even if a new database has the same name.
    """
    from sqlalchemy import event
    from sqlalchemy.exc import DisconnectionError
    from sqlalchemy.pool import Pool

    @event.listens_for(Pool, "connect")
    def remember(connection: Any, record: Any) -> None:
        if isinstance(connection, sqlite3.Connection):
            file = connection.execute("PRAGMA database_list").fetchone()[2]
            record.info["file"] = file, _identity(file)

    @event.listens_for(Pool, "checkout")
    def compare(connection: Any, record: Any, proxy: Any) -> None:
        file, identity = record.info.get("file", ("", None))
        if file and _identity(file) != identity:
            raise DisconnectionError(f"{file} was deleted or replaced")


def _identity(file: str) -> tuple[int, int] | None:
    """Device and inode of a file; None if it does not exist."""
    try:
        found = Path(file).stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _configure() -> None:
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)


def failures() -> tuple[type[Exception], ...]:
    """The exceptions of a failing MLflow: its own, and those of its database, the disk and its installation."""
    known = (OSError, sqlite3.Error, ImportError)
    _configure()
    try:
        from mlflow.exceptions import MlflowException
        from sqlalchemy.exc import SQLAlchemyError
    except ImportError:
        return known
    return (*known, MlflowException, SQLAlchemyError)


def reason(error: BaseException) -> str:
    """The first line of the original cause. SQLAlchemy and MLflow wrap it in long texts."""
    while error.__cause__ is not None:
        error = error.__cause__
    return (str(error).splitlines() or [type(error).__name__])[0]
