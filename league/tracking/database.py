"""The file of MLflow's database: how MLflow names it, whether this MLflow can use it, and whether its folder was moved.

Schema and addresses are read with SQL, which MLflow does not document; see `private_formats`.
"""

from __future__ import annotations

import re
import shlex
import sqlite3
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from league.tracking import private_formats
from league.tracking.names import identifier

GAME = "league.game"
"""Tag of an experiment: its game. A user may rename the experiment."""

LONGEST_FOLDER = 150
"""Characters of the name of an experiment's folder; file systems take 255 bytes."""

ADDRESSES = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("model_versions", "source"),
    ("model_versions", "storage_location"),
    ("logged_models", "artifact_location"),
)
"""Tables and columns in which MLflow stores where files are."""


class SchemaError(OSError):
    """A database that the installed MLflow cannot use. The sentence says what to do."""


def uri_of(database: Path) -> str:
    """How MLflow names a database.

    Raises:
        OSError: There is no such name.
    """
    from sqlalchemy.engine import make_url

    path = str(database)
    written = re.sub(r"[%?#\"'\\\x00-\x1f]", lambda found: quote(found[0]), path)
    # MLflow makes the folder of an address that begins with `sqlite:///`, and takes the address for the path.
    begin = "sqlite" if written == path else "sqlite+pysqlite"
    for uri in (f"{begin}:///{written}", f"{begin}:///{path}"):  # SQLAlchemy 2.0 reads % as it is
        if make_url(uri).database == path:
            return uri
    raise OSError(f"MLflow cannot use a database in the folder {database.parent}: rename the folder")


def folder_of(game: str) -> str:
    """Where the artifacts of a game's experiment are within a home."""
    return f"artifacts/{identifier(re.sub(r'[^A-Za-z0-9._-]+', '-', game), LONGEST_FOLDER)}"


def check_schema(connection: sqlite3.Connection, database: Path) -> None:
    """Make sure that the installed MLflow can use a database.

    Args:
        connection: Open on it.
        database: Its file.

    Raises:
        SchemaError: It was written by an older or a newer MLflow, or by something else.
    """
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not tables:  # MLflow completes an empty file
        return
    if "alembic_version" not in tables:
        raise SchemaError(f"{database} is no database of MLflow; move it away and `league sync NAME` makes one")
    found = {revision for (revision,) in connection.execute("SELECT version_num FROM alembic_version")}
    known, newest = _revisions()
    if not known or found == newest:
        return
    again = "move it away and `league sync NAME` makes it again"
    if found <= known:
        upgrade = f"mlflow db upgrade {shlex.quote(uri_of(database))}"
        raise SchemaError(f"{database} was written by an older MLflow; copy it and upgrade it with `{upgrade}`, or {again}")
    raise SchemaError(
        f"{database} was written by another MLflow, perhaps a newer one; "
        f"{private_formats.installed()}, which is installed, cannot use it: install the other one, or {again}"
    )


@cache
def _revisions() -> tuple[frozenset[str], frozenset[str]]:
    """The revisions of the schema that the installed MLflow knows, and the newest; empty where they cannot be found."""
    spec = find_spec("mlflow")
    made, replaced = set(), set()
    for folder in (spec.submodule_search_locations if spec is not None else None) or ():
        for file in Path(folder).glob("store/db_migrations/versions/*.py"):
            text = file.read_text(encoding="utf-8")
            made |= set(re.findall(r"^revision\b.*?[\"'](\w+)[\"']", text, re.MULTILINE))
            for line in re.findall(r"^down_revision\b.*", text, re.MULTILINE):
                replaced |= set(re.findall(r"[\"'](\w+)[\"']", line))
    return frozenset(made), frozenset(made - replaced)


def follow_move(connection: sqlite3.Connection, home: Path) -> None:
    """Where a home was moved or copied, with its files, make its database name the files where they are now.

    Args:
        connection: Open on the home's database, in a transaction.
        home: The whole name of the home.
    """
    if not private_formats.supported():
        return
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "experiments" not in tables:
        return
    here = home.as_uri()
    rows = connection.execute(
        "SELECT e.name, e.artifact_location, t.value FROM experiments e "
        "LEFT JOIN experiment_tags t ON t.experiment_id = e.experiment_id AND t.key = ?",
        (GAME,),
    ).fetchall()
    for name, location, game in rows:
        end = f"/{folder_of(game or name)}"
        before = (location or "").removesuffix(end)
        if before not in (location, here) and (home / end[1:]).is_dir():
            for table, column in ADDRESSES:
                if table in tables:
                    connection.execute(
                        f"UPDATE {table} SET {column} = ? || substr({column}, ?) WHERE substr({column}, 1, ?) = ?",
                        (here, len(before) + 1, len(before) + 1, f"{before}/"),
                    )
