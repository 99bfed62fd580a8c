"""The tables of a league's database. Results are only appended, and frozen players never change: SQLite enforces both."""

FORMAT = 4
"""Number of the format that this version writes. `league.storage.migration` reads and upgrades the earlier ones."""

PLAYERS = """
CREATE TABLE players (
    name TEXT PRIMARY KEY, league_role TEXT NOT NULL, status TEXT NOT NULL, parent TEXT, operator TEXT NOT NULL, born INTEGER,
    weights TEXT NOT NULL, learner_state TEXT NOT NULL, hyper TEXT NOT NULL, retired INTEGER, snapshot_of TEXT,
    frozen INTEGER, learner TEXT NOT NULL, architecture TEXT NOT NULL, "group" INTEGER NOT NULL);
CREATE TRIGGER frozen_stay BEFORE UPDATE ON players WHEN OLD.status <> 'active'
    BEGIN SELECT RAISE(ABORT, 'a frozen player never changes'); END;
"""

SUMS = """
CREATE TABLE returns (
    generation INTEGER NOT NULL, player TEXT NOT NULL, side TEXT NOT NULL, series INTEGER NOT NULL, episodes INTEGER NOT NULL,
    mean REAL NOT NULL, squares REAL NOT NULL, PRIMARY KEY (generation, player, side));
CREATE TABLE progress (player TEXT PRIMARY KEY, points REAL NOT NULL);
"""
"""Sums of the match log, so that mean returns and progress can be read without reading all matches."""

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
CREATE TABLE updates (
    generation INTEGER NOT NULL, player TEXT NOT NULL, "update" INTEGER NOT NULL, figures TEXT NOT NULL,
    PRIMARY KEY (generation, player, "update"));
CREATE TABLE ratings (
    generation INTEGER NOT NULL, player TEXT NOT NULL, elo REAL NOT NULL, low REAL NOT NULL, high REAL NOT NULL,
    online REAL NOT NULL, games INTEGER NOT NULL, wins INTEGER NOT NULL, draws INTEGER NOT NULL, losses INTEGER NOT NULL,
    PRIMARY KEY (generation, player));
{SUMS}
CREATE TRIGGER results_stay BEFORE UPDATE ON matches BEGIN SELECT RAISE(ABORT, 'the match log is append-only'); END;
CREATE TRIGGER results_last BEFORE DELETE ON matches BEGIN SELECT RAISE(ABORT, 'the match log is append-only'); END;
"""

CHANGES = ", ".join(f"{column} = excluded.{column}" for column in ("status", "weights", "learner_state", "hyper", "retired"))
"""The columns of a player that may change while it is active."""
