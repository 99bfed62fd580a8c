"""The tables of a league's database. Results are only appended, and frozen players never change: SQLite enforces both.

A database holds what is defined here and nothing else. Somebody else's database could have further triggers, views, virtual
tables or generated columns, which are programs that run when it is read or changed.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import cache

FORMAT = 5
"""Number of the format that this version writes. `league.storage.migration` reads and upgrades the earlier ones."""

PLAYERS = """
CREATE TABLE players (
    name TEXT PRIMARY KEY, league_role TEXT NOT NULL, status TEXT NOT NULL, parent TEXT, operator TEXT NOT NULL, born INTEGER,
    weights TEXT NOT NULL, learner_state TEXT NOT NULL, hyper TEXT NOT NULL, retired INTEGER, snapshot_of TEXT,
    frozen INTEGER, learner TEXT NOT NULL, architecture TEXT NOT NULL, "group" INTEGER NOT NULL);
CREATE TRIGGER frozen_stay BEFORE UPDATE ON players WHEN OLD.status <> 'active'
    BEGIN SELECT RAISE(ABORT, 'a frozen player never changes'); END;
"""

PLAYERS_AS_IN_FORMAT_1 = """
CREATE TABLE players (
    name TEXT PRIMARY KEY, league_role TEXT NOT NULL, status TEXT NOT NULL, parent TEXT, operator TEXT NOT NULL, born INTEGER,
    weights TEXT NOT NULL, optimiser TEXT NOT NULL, hyper TEXT NOT NULL, retired INTEGER);
"""

PLAYERS_AS_IN_FORMAT_2 = """
CREATE TABLE players (
    name TEXT PRIMARY KEY, league_role TEXT NOT NULL, status TEXT NOT NULL, parent TEXT, operator TEXT NOT NULL, born INTEGER,
    weights TEXT NOT NULL, optimiser TEXT NOT NULL, hyper TEXT NOT NULL, retired INTEGER, snapshot_of TEXT, frozen INTEGER,
    learner TEXT NOT NULL, architecture TEXT NOT NULL, "group" INTEGER NOT NULL);
"""
SUMS = """
CREATE TABLE returns (
    generation INTEGER NOT NULL, player TEXT NOT NULL, side TEXT NOT NULL, series INTEGER NOT NULL, episodes INTEGER NOT NULL,
    mean REAL NOT NULL, squares REAL NOT NULL, PRIMARY KEY (generation, player, side));
CREATE TABLE progress (player TEXT PRIMARY KEY, points REAL NOT NULL);
"""
"""Sums of the match log, so that mean returns and progress can be read without reading all matches."""

RESULTS = """
CREATE TABLE results (generation INTEGER PRIMARY KEY, met TEXT NOT NULL, evidence TEXT NOT NULL);
"""
"""Sums of the match log of each generation, so that a league can be rated without reading all matches: the results of the pairs
that met, and what they are worth as evidence. Both are JSON, a list for each column of `Results` and of `Evidence`.
"""

TRAINING_INDEX = """
CREATE INDEX training_by_generation ON training (generation);
"""
"""What finds the training of a generation without a look at that of all others."""

SCHEMA = f"""
CREATE TABLE league (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE generations (
    generation INTEGER PRIMARY KEY, champion TEXT NOT NULL, seconds REAL NOT NULL, agent_steps INTEGER NOT NULL,
    phases TEXT NOT NULL, figures TEXT NOT NULL, committed_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP);
{PLAYERS}
CREATE TABLE matches (
    match TEXT PRIMARY KEY, generation INTEGER NOT NULL, purpose TEXT NOT NULL, seed INTEGER NOT NULL, series TEXT NOT NULL,
    players TEXT NOT NULL, weights TEXT NOT NULL, returns TEXT NOT NULL, steps INTEGER NOT NULL, truncated INTEGER NOT NULL,
    actions BLOB NOT NULL);
CREATE INDEX matches_by_generation ON matches (generation);
CREATE TABLE training (
    ticket TEXT PRIMARY KEY, generation INTEGER NOT NULL, learner TEXT NOT NULL, players TEXT NOT NULL, learns TEXT NOT NULL,
    seed INTEGER NOT NULL, games INTEGER NOT NULL, wins INTEGER NOT NULL, draws INTEGER NOT NULL, losses INTEGER NOT NULL,
    mean_return REAL);
{TRAINING_INDEX}
CREATE TABLE updates (
    generation INTEGER NOT NULL, player TEXT NOT NULL, "update" INTEGER NOT NULL, figures TEXT NOT NULL,
    PRIMARY KEY (generation, player, "update"));
CREATE TABLE ratings (
    generation INTEGER NOT NULL, player TEXT NOT NULL, elo REAL NOT NULL, low REAL NOT NULL, high REAL NOT NULL,
    online REAL NOT NULL, games INTEGER NOT NULL, wins INTEGER NOT NULL, draws INTEGER NOT NULL, losses INTEGER NOT NULL,
    PRIMARY KEY (generation, player));
{SUMS}
{RESULTS}
CREATE TRIGGER results_stay BEFORE UPDATE ON matches BEGIN SELECT RAISE(ABORT, 'the match log is append-only'); END;
CREATE TRIGGER results_last BEFORE DELETE ON matches BEGIN SELECT RAISE(ABORT, 'the match log is append-only'); END;
"""

CHANGES = ", ".join(f"{column} = excluded.{column}" for column in ("status", "weights", "learner_state", "hyper", "retired"))
"""The columns of a player that may change while it is active."""


MOST_OBJECTS = 1000
"""The most tables, indexes and triggers of a database that are compared; a league has about twenty."""


def stranger(database: sqlite3.Connection) -> str:
    """Find something in a database that no format of a league has.

    Returns:
        What it is, in words; "" if there is nothing. Something may be missing: a league without an index is the same league.
    """
    rows = database.execute(
        f"SELECT type, name, tbl_name, sql FROM main.sqlite_master ORDER BY type DESC LIMIT {MOST_OBJECTS}"
    ).fetchall()
    known = _known()
    for kind, name, table, sql in rows:
        own = (str(kind), str(name), str(table), _squeezed(sql)) in known
        if not own and not (sql is None and kind == "index" and str(name).startswith("sqlite_autoindex_")):
            return f"the {kind} {name!r:.60}"
    return "" if len(rows) < MOST_OBJECTS else f"{MOST_OBJECTS} tables, indexes and triggers"


@cache
def _known() -> frozenset[tuple[str, str, str, str]]:
    """Everything that the databases of all formats are made of. Formats differ in the table of the players only."""
    found: set[tuple[str, str, str, str]] = set()
    for script in (SCHEMA, PLAYERS_AS_IN_FORMAT_1, PLAYERS_AS_IN_FORMAT_2):
        with closing(sqlite3.connect(":memory:")) as database:
            database.executescript(f"{script} ANALYZE;")  # its result is a table, too
            rows = database.execute("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
        found |= {(kind, name, table, _squeezed(sql)) for kind, name, table, sql in rows}
    return frozenset(found)


def _squeezed(sql: object) -> str:
    """A definition without the spaces and line breaks in it, which differ between versions of this project."""
    return "".join(str(sql).split())
