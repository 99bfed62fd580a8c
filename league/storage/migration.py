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

Format 4 adds the tables `returns` and `progress`, and format 5 the table `results` and an index. The tables are computed from
the match log, which needs the sides of the game. Where the league has no description of its game, generations before the
upgrade have no rows, and readers compute them from the log.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

from envs.game import Game
from league.config.foreign import plain, references
from league.errors import LeagueError, disk_has_room
from league.population.player import ANCHOR
from league.storage.blobs import FILE
from league.storage.database import Warn, reading, silent, writing
from league.storage.links import plain_files
from league.storage.rows import match_of, progress_rows
from league.storage.schema import FORMAT, PLAYERS, RESULTS, SUMS, TRAINING_INDEX
from league.storage.sums import add_results, add_sums
from league.storage.trusted import refuse_untrusted
from tournaments.rating.chain import publish
from tournaments.rating.sums import sums_of

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

NEW_SUMS = {**dict.fromkeys("123", (SUMS, RESULTS)), "4": (RESULTS,)}
"""Earlier format → the tables of sums that it does not have yet."""

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
    found = _format(database)
    if found == str(FORMAT):
        return
    database.execute("PRAGMA temp_store = MEMORY")  # reading must work where no file can be written
    if found in PLAYERS_AS_TODAY:
        database.execute(f"CREATE TEMP VIEW players AS {PLAYERS_AS_TODAY[found]}")
    for script in NEW_SUMS.get(found, ()):
        for statement in _statements(script):
            database.execute(statement.replace("CREATE TABLE", "CREATE TEMP TABLE"))


def upgrade(path: Path, warn: Warn = silent) -> None:
    """Upgrade a league's database to the present format in one transaction.

    Args:
        path: The database. Only its writer may call this.
        warn: Is told if another program has locked the database; the upgrade waits for it.

    Raises:
        LeagueError: The disk is full, or the stored configuration is no longer valid. The database is unchanged.
    """
    with reading(path) as reader:
        found = _format(reader.database)
    if found == str(FORMAT):
        return
    with disk_has_room(f"{path} could not be upgraded to format {FORMAT}; it is unchanged"), writing(path, warn) as database:
        STEPS[found](database)
        _add_sums(database, found)
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


def _add_sums(database: sqlite3.Connection, found: str) -> None:
    """Add the tables of sums that a format has not yet, filled from the match log if the game is described, and an index."""
    for statement in (statement for script in (*NEW_SUMS[found], TRAINING_INDEX) for statement in _statements(script)):
        database.execute(statement)
    texts = database.execute("SELECT value FROM league WHERE key = 'description'").fetchall()
    if not texts:
        return
    game, published = Game.from_json(texts[0][0]), dict[str, float]()
    for (number,) in database.execute("SELECT generation FROM generations ORDER BY generation").fetchall():
        rows = database.execute("SELECT * FROM matches WHERE generation = ? ORDER BY match", (number,))
        sums = sums_of(game, [match_of(row) for row in rows])
        if SUMS not in NEW_SUMS[found]:
            add_results(database, number, sums)
            continue
        add_sums(database, number, sums)
        newest = [name for (name,) in database.execute("SELECT name FROM main.players WHERE frozen = ?", (number,))]
        values = publish(sums.results, newest, published, ANCHOR)
        database.executemany("INSERT INTO progress VALUES (?, ?)", progress_rows(values))
        published |= values


def _only_sums(database: sqlite3.Connection) -> None:
    """Nothing but sums is new."""


STEPS: dict[str, Callable[[sqlite3.Connection], None]] = {"1": _from_1, "2": _from_2, "3": _only_sums, "4": _only_sums}
"""Earlier format → function that upgrades a database to the present format, without its sums, inside a transaction."""


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
