"""MLflow's client on the database of a home: how it is opened, and how it fails.

mlflow is imported when it is needed and not before: that takes seconds, and a broken installation must not stop a league.
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

DATABASE = "mlflow.db"

Warn: TypeAlias = Callable[[str], None]
"""Told in a sentence what the user should know."""

PATIENCE = 5.0
"""Seconds to wait for another process that writes."""

SETTINGS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    # A failure is told to the user in one sentence by the tracker. MLflow's own tracebacks would only repeat it.
    "MLFLOW_LOGGING_LEVEL": "CRITICAL",
}
"""Environment variables that MLflow reads when it is imported. What the user has set stays."""


def connect(home: Path) -> Any:
    """Open the database of a home; it is made if there is none.

    MLflow tries for minutes to open a database that is broken or locked, so this is tried here first.

    Args:
        home: Where leagues live.

    Returns:
        An `mlflow.MlflowClient`.

    Raises:
        Exception: One of `failures()`.
    """
    home.mkdir(parents=True, exist_ok=True)
    database = home / DATABASE
    with (home / "mlflow.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not database.exists():
            _create(database)
    with closing(sqlite3.connect(database, timeout=PATIENCE)) as probe:
        probe.execute("BEGIN IMMEDIATE")
        probe.rollback()
    return open_client(database)


def _create(database: Path) -> None:
    """Make a database under another name and rename it when it is complete: MLflow cannot use an incomplete one.

    Each attempt has a name of its own, because MLflow remembers by name which databases this process has made.
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


def uri_of(database: Path) -> str:
    """How MLflow names a database."""
    return f"sqlite:///{database}"


def path_of(uri: str) -> Path:
    """Where the files of an artifact are."""
    return Path(url2pathname(urlsplit(uri).path))


@cache
def _check_identity_of_files() -> None:
    """Make SQLAlchemy drop a pooled connection whose database was deleted.

    Such a connection still works: it writes into the deleted file, also where a new database has taken its name.
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
    """Device and inode of a file; None where there is none."""
    try:
        found = Path(file).stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _configure() -> None:
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)


def failures() -> tuple[type[Exception], ...]:
    """What MLflow fails with: its own errors, those of its database, of the disk and of its installation."""
    known = (OSError, sqlite3.Error, ImportError)
    _configure()
    try:
        from mlflow.exceptions import MlflowException
        from sqlalchemy.exc import DBAPIError
    except ImportError:
        return known
    return (*known, MlflowException, DBAPIError)


def reason(error: BaseException) -> str:
    """The first line of the original cause: SQLAlchemy and MLflow wrap it in pages of text."""
    while error.__cause__ is not None:
        error = error.__cause__
    return (str(error).splitlines() or [type(error).__name__])[0]
