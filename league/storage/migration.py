"""Support for leagues of earlier formats. Readers see them in the present format. A writer upgrades them in one transaction.

Format 2 added columns to the table `players`:

- `snapshot_of` and `frozen`: the player that a snapshot froze, and the generation in which it was frozen. Format 1 expressed
  this only by the operator's name.
- `learner`, `architecture` and `group`: in format 1 every player learnt by PPO in one group. The architecture stays empty,
  which means "that of the league's configuration". To write it out would need the game, which must not be necessary to read a
  league.

Format 3 calls a column and a folder `learner_state` and `learner_states`. They were called `optimiser` and `optimisers`, but
they hold what any learner keeps. The folder is renamed after the transaction: if the upgrade fails, the league is still
complete in its earlier format. If the process is killed between the two, the next writer renames the folder. Only writers read
the states.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

from league.config.foreign import plain, references
from league.errors import LeagueError, disk_has_room
from league.storage.blobs import FILE
from league.storage.database import Warn, reading, silent, writing
from league.storage.links import plain_files
from league.storage.schema import FORMAT, PLAYERS
from league.storage.trusted import refuse_untrusted

LEARNER_STATES = "learner_states"
"""The folder in which a league keeps the states of its learners."""

EARLIER_LEARNER_STATES = "optimisers"
"""The name of this folder before format 3."""

PLAYERS_OF_FORMAT_1 = """
SELECT name, league_role, status, parent, operator, born, weights, optimiser AS learner_state, hyper, retired,
    CASE operator WHEN 'snapshot' THEN parent END AS snapshot_of,
    CASE operator WHEN 'snapshot' THEN born END AS frozen,
    CASE status WHEN 'anchor' THEN '' ELSE 'ppo' END AS learner,
    '' AS architecture,
    0 AS "group"
FROM main.players
"""

PLAYERS_OF_FORMAT_2 = """
SELECT name, league_role, status, parent, operator, born, weights, optimiser AS learner_state, hyper, retired,
    snapshot_of, frozen, learner, architecture, "group"
FROM main.players
"""

PLAYERS_AS_TODAY = {"1": PLAYERS_OF_FORMAT_1, "2": PLAYERS_OF_FORMAT_2}
"""Earlier format → its players with the columns of the present format."""


def check_format(name: str, found: str) -> None:
    """Check that this version can read a league.

    Args:
        name: The league's name.
        found: The format of its database.

    Raises:
        LeagueError: A newer version of the project wrote the league.
    """
    if not found.isdigit() or not 1 <= int(found) <= FORMAT:
        raise LeagueError(
            f"the league {name!r} has format {found}: a newer version of the project wrote it; "
            f"this version reads formats 1 to {FORMAT}"
        )


def show_as_today(database: sqlite3.Connection) -> None:
    """Let a connection read a league of any format as if it had the present one. The file is not changed."""
    earlier = PLAYERS_AS_TODAY.get(_format(database))
    if earlier:
        database.execute("PRAGMA temp_store = MEMORY")  # reading must work where no file can be written
        database.execute(f"CREATE TEMP VIEW players AS {earlier}")


def upgrade(path: Path, warn: Warn = silent) -> None:
    """Upgrade a league's database to the present format in one transaction.

    Args:
        path: The database. Only its writer may call this.
        warn: Is told if another program has locked the database; the upgrade waits for it.

    Raises:
        LeagueError: The disk is full, or the stored configuration is no longer valid. The database is unchanged.
    """
    with reading(path) as database:
        found = _format(database)
    if found == str(FORMAT):
        return
    with disk_has_room(f"{path} could not be upgraded to format {FORMAT}; it is unchanged"), writing(path, warn) as database:
        STEPS[found](database)
        database.execute("UPDATE league SET value = ? WHERE key = 'format'", (str(FORMAT),))


def use_todays_folder(league: Path) -> None:
    """Rename the folder of the learners' states if it still has its earlier name. Only the league's writer may call this.

    A league may have both folders, for example after somebody copied a backup of an earlier format over it. The files of the
    earlier folder then move into the present one.

    Args:
        league: The league's folder.
    """
    before, after = league / EARLIER_LEARNER_STATES, league / LEARNER_STATES
    if before.exists() and not after.exists():
        before.rename(after)
    for path in plain_files(before, FILE):
        shutil.move(path, after / path.name)


def _from_1(database: sqlite3.Connection) -> None:
    """Make the table of players anew, and compute the identity as in this version."""
    _remake_players(database, PLAYERS_OF_FORMAT_1)
    (config,) = database.execute("SELECT value FROM league WHERE key = 'config'").fetchone()
    database.execute("UPDATE league SET value = ? WHERE key = 'identity'", (identity_of(config),))


def _from_2(database: sqlite3.Connection) -> None:
    """Make the table of players anew."""
    _remake_players(database, PLAYERS_OF_FORMAT_2)


def _remake_players(database: sqlite3.Connection, as_today: str) -> None:
    """Replace the table of players by one of the present format, with what a query finds in it."""
    database.execute(f"CREATE TEMP TABLE upgraded AS {as_today}")
    database.execute("DROP TABLE main.players")
    for statement in _statements(PLAYERS):
        database.execute(statement)
    database.execute("INSERT INTO main.players SELECT * FROM upgraded")
    database.execute("DROP TABLE upgraded")


STEPS: dict[str, Callable[[sqlite3.Connection], None]] = {"1": _from_1, "2": _from_2}
"""Earlier format → function that upgrades a database to the present format, inside a transaction."""


def identity_of(config: str) -> str:
    """The identity of a stored configuration, as this version computes it.

    Raises:
        LeagueError: The configuration is no longer valid.
    """
    from league.config.schema import check  # deferred, because it is needed once per league and not by every reader

    values = plain(config, "the stored configuration")
    refuse_untrusted(references(values), "the stored configuration")
    return check(values, "the stored configuration").identity()


def _format(database: sqlite3.Connection) -> str:
    """The format that is stored in a database, or "" if there is none."""
    rows = database.execute("SELECT value FROM league WHERE key = 'format'").fetchall()
    return str(rows[0][0]) if rows else ""


def _statements(script: str) -> list[str]:
    """The statements of a script, one by one. `executescript` would commit the running transaction."""
    statements, text = [], ""
    for line in script.strip().splitlines():
        text += line + "\n"
        if sqlite3.complete_statement(text):
            statements.append(text)
            text = ""
    return statements
