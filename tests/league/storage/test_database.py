"""The database of a league: readers block nobody, kills and read-only folders lose nothing, damage is said in a sentence."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from league.errors import LeagueError
from league.storage import database as db
from league.storage import limits
from league.storage.results import training_records, training_updates
from league.storage.store import Store
from tests.league.storage.old_leagues import NAMES, unpack
from tests.league.storage.test_store import FACTS, match, rows, turn


@pytest.fixture
def store(tmp_path: Path):
    store = Store.create(tmp_path, "cup", FACTS)
    store.commit(turn(0))
    yield store
    store.unlock()


@pytest.fixture
def at_once(monkeypatch):
    """Whoever waits says so at once."""
    monkeypatch.setattr(db, "PATIENCE", 0.001)


def mode(store: Store) -> str:
    with closing(sqlite3.connect(store.path)) as database:
        return str(database.execute("PRAGMA journal_mode").fetchone()[0])


def without_log(store: Store) -> None:
    """Give a database the way of SQLite that leagues of earlier versions have."""
    with closing(sqlite3.connect(store.path)) as database:
        assert database.execute("PRAGMA journal_mode = DELETE").fetchone() == ("delete",)


class Reader:
    """Somebody who looks at the first row of the match log and keeps the cursor open."""

    def __init__(self, store: Store) -> None:
        self.database = sqlite3.connect(store.path)
        self.cursor = self.database.execute("SELECT * FROM matches")
        self.cursor.fetchone()

    def close(self) -> None:
        self.cursor.close()
        self.database.close()


def blocked_writes(store: Store) -> None:
    """Let no file be made beside the database, as on a medium that cannot be written."""
    path = store.path.with_name("league.db-shm")
    path.unlink(missing_ok=True)
    path.mkdir()


def test_a_new_league_has_a_write_ahead_log(store):
    assert mode(store) == "wal"


def test_a_finished_league_is_one_file(store):
    store.unlock()
    assert sorted(path.name for path in store.folder.iterdir() if path.name.startswith("league.db")) == ["league.db"]


def test_a_commit_does_not_wait_for_a_reader_with_an_open_cursor(store):
    store.warn = pytest.fail
    with closing(Reader(store)):
        store.commit(turn(1))
        store.set_fact("config", "other")
    assert store.generation() == 1


def test_a_league_is_locked_beside_a_reader_with_an_open_cursor(store):
    store.unlock()
    store.warn = pytest.fail
    with closing(Reader(store)):
        store.lock()


def test_a_reader_sees_one_moment_while_the_league_goes_on(store):
    with db.reading(store.path) as reader:
        store.commit(turn(1))
        assert reader.database.execute("SELECT COUNT(*) FROM generations").fetchone() == (1,)
    assert store.generation() == 1


def test_a_commit_waits_for_whoever_has_the_database_locked_and_says_so(store, at_once):
    with closing(sqlite3.connect(store.path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        said = []

        def warn(sentence: str) -> None:
            said.append(sentence)
            other.execute("ROLLBACK")

        store.warn = warn
        store.commit(turn(1))
    assert store.generation() == 1
    assert said == [f"another program has {store.path} open and locked; the league waits until it is closed there"]


def test_without_a_log_a_commit_waits_for_a_reader_and_says_so(store, at_once):
    without_log(store)
    looking = Reader(store)
    store.warn = lambda sentence: looking.close()
    store.commit(turn(1))
    assert store.generation() == 1


def test_an_old_league_is_given_a_log_when_its_reader_has_gone(store, at_once):
    without_log(store)
    store.unlock()
    looking = Reader(store)
    store.warn = lambda sentence: looking.close()
    store.lock()
    assert mode(store) == "wal"


@pytest.mark.parametrize("archive", sorted({*NAMES} - {"wrapped-format-2", "tictactoe-format-4"}))  # which have one
def test_a_league_of_an_earlier_version_is_given_a_log(tmp_path, archive):
    unpack(archive, tmp_path)
    store = Store.open(tmp_path, NAMES[archive])
    assert mode(store) == "delete"
    store.lock()
    store.unlock()
    assert mode(store) == "wal"


def killed(store: Store, to: Path) -> Store:
    """A copy of a league as a kill leaves it: the last generation is in the log alone."""
    with closing(Reader(store)):  # keeps the log from being moved into the database
        before = store.path.read_bytes()
        store.commit(turn(1))
        assert store.path.read_bytes() == before
        shutil.copytree(store.folder, to / "leagues" / "cup")
    return Store(to / "leagues" / "cup")


def test_what_is_in_the_log_after_a_kill_is_there_for_the_next(store, tmp_path):
    left = killed(store, tmp_path / "copy")
    left.lock()
    assert left.generation() == 1
    assert len(left.matches()) == 4
    left.unlock()


def test_a_league_is_read_where_nothing_can_be_written(store):
    store.unlock()
    blocked_writes(store)
    before = store.path.read_bytes()
    assert Store.open(store.folder.parent.parent, "cup").generation() == 0
    assert store.path.read_bytes() == before


def test_a_killed_league_is_read_where_nothing_can_be_written_with_its_last_generation(store, tmp_path):
    left = killed(store, tmp_path / "copy")
    blocked_writes(left)
    assert left.generation() == 1


def test_a_league_that_cannot_be_written_says_so(store):
    store.unlock()
    blocked_writes(store)
    with pytest.raises(LeagueError, match=r"league\.db cannot be written"):
        store.set_fact("config", "other")


def spoil(path: Path, table: str) -> None:
    """Overwrite the page in which a table begins."""
    with closing(sqlite3.connect(path)) as database:
        size = database.execute("PRAGMA page_size").fetchone()[0]
        page = database.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0]
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xa5" * 64)


@pytest.mark.parametrize("table", ["matches", "training", "updates"])
def test_damaged_pages_are_said_before_anything_is_trained(store, table):
    store.unlock()
    spoil(store.path, table)
    with pytest.raises(LeagueError, match=r"league\.db (is damaged, so nothing is added to it|cannot be read)"):
        store.lock()
    store.hold()  # the lock was given back


def test_damaged_pages_are_said_when_a_generation_is_committed(store):
    before = store.generation()
    spoil(store.path, "matches")
    with pytest.raises(LeagueError, match=r"league\.db is damaged, so nothing is added to it"):
        store.commit(turn(1))
    assert store.generation() == before


@pytest.mark.parametrize(
    ("change", "read"),
    [
        ("UPDATE generations SET phases = '{'", Store.generations),
        ("UPDATE generations SET champion = x'ff'", Store.generations),
        ("UPDATE players SET hyper = '['", Store.players),
        ("UPDATE players SET learner = x'ff'", Store.players),
        ("UPDATE ratings SET elo = 'high'", Store.ratings),
        ("UPDATE updates SET figures = 'x'", lambda store: training_updates(store, 0)),
        ("UPDATE training SET players = '7'", lambda store: training_records(store, 0)),
        ("UPDATE generations SET champion = CAST(x'ff' AS TEXT)", Store.generations),
    ],
)
def test_a_damaged_row_is_said_in_a_sentence(store, change, read):
    with closing(sqlite3.connect(store.path)) as database, database:
        database.execute("DROP TRIGGER frozen_stay")
        database.execute(change)
    with pytest.raises(LeagueError, match=r"league\.db cannot be read"):
        read(store)


def test_a_league_that_never_committed_anything_is_begun_again(tmp_path):
    Store.create(tmp_path, "cup", FACTS).unlock()
    again = Store.create(tmp_path, "cup", FACTS | {"config": "other"})
    assert again.fact("config") == "other"
    again.commit(turn(0, matches=[match(0)]))
    assert rows(again)["matches"] == 1
    again.unlock()


def test_a_log_of_the_league_before_is_not_taken_for_that_of_the_new_one(tmp_path):
    first = Store.create(tmp_path, "cup", FACTS)
    with closing(sqlite3.connect(first.path)) as looking:
        looking.execute("SELECT * FROM league").fetchone()
        first.set_fact("config", "changed")
        first.unlock()
        again = Store.create(tmp_path, "cup", FACTS)
    assert again.fact("config") == FACTS["config"]
    again.unlock()


def test_a_view_in_the_place_of_a_table_is_refused(store):
    with closing(sqlite3.connect(store.path)) as database:
        database.executescript("ALTER TABLE players RENAME TO real; CREATE VIEW players AS SELECT * FROM real;")
    with pytest.raises(LeagueError, match="holds the view 'players'"):
        store.players()


STRANGE = {
    "a trigger": "CREATE TRIGGER more AFTER INSERT ON ratings BEGIN DELETE FROM ratings; END",
    "a trigger of a known name": "DROP TRIGGER results_stay; "
    "CREATE TRIGGER results_stay BEFORE UPDATE ON matches BEGIN DELETE FROM ratings; END",
    "a view": "CREATE VIEW seen AS SELECT * FROM players",
    "a virtual table": "CREATE VIRTUAL TABLE words USING fts5(text)",
    "a generated column": "DROP TABLE updates; CREATE TABLE updates (generation INTEGER, player TEXT, "
    '"update" INTEGER, figures TEXT GENERATED ALWAYS AS (hex(zeroblob(1000000))))',
    "an index on an expression": "CREATE INDEX slow ON players (hex(name))",
    "a table": "CREATE TABLE more (x)",
}


@pytest.mark.parametrize("what", STRANGE)
def test_what_no_format_of_a_league_has_is_neither_read_nor_changed(store, what):
    with closing(sqlite3.connect(store.path)) as database:
        database.executescript(STRANGE[what])
    for attempt in (store.players, lambda: store.set_fact("game", "other"), store.lock):
        store.unlock()
        with pytest.raises(LeagueError, match="is not the database of a league: it holds the "):
            attempt()


def test_a_league_whose_triggers_and_indexes_are_missing_is_still_a_league(store):
    with closing(sqlite3.connect(store.path)) as database:
        database.executescript("DROP TRIGGER frozen_stay; DROP INDEX matches_by_generation; ANALYZE;")
    assert store.generation() == 0


@pytest.mark.parametrize("end", db.BESIDE)
@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_what_stands_beside_a_database_and_is_no_file_is_not_opened(store, tmp_path, end, kind):
    beside = store.path.with_name(store.path.name + end)
    beside.unlink(missing_ok=True)
    (tmp_path / "diary").write_text("precious")
    beside.symlink_to(tmp_path / "diary") if kind == "link" else os.mkfifo(beside)
    for attempt in (store.players, lambda: store.set_fact("game", "other")):
        with pytest.raises(LeagueError, match="is a link" if kind == "link" else "is no plain file"):
            attempt()
    assert (tmp_path / "diary").read_text() == "precious"


def test_a_database_that_is_a_link_is_neither_read_nor_written(store, tmp_path):
    store.path.rename(tmp_path / "elsewhere.db")
    store.path.symlink_to(tmp_path / "elsewhere.db")
    for attempt in (store.players, lambda: store.set_fact("game", "other")):
        with pytest.raises(LeagueError, match="is a link"):
            attempt()


def test_a_database_with_a_second_name_is_read_and_not_written(store, tmp_path):
    os.link(store.path, tmp_path / "copy.db")
    assert store.generation() == 0
    with pytest.raises(LeagueError, match="also has another name"):
        store.set_fact("game", "other")


def test_a_text_that_is_too_long_is_a_sentence(store, monkeypatch):
    store.set_fact("long", "x" * 100_000)
    monkeypatch.setattr(limits, "LONGEST", 50_000)
    with pytest.raises(LeagueError, match="holds too much to be read"):
        store.fact("long")
    assert store.generation() == 0


def test_looking_ends_when_its_time_is_over(store, monkeypatch):
    monkeypatch.setattr(limits, "STEPS", 1)
    with pytest.raises(LeagueError, match="holds too much to be read"), store.looking(0.0):
        store.players()


def test_a_league_with_more_players_than_are_listed_is_left_out(cli_run, store, monkeypatch):
    monkeypatch.setattr("league.storage.limits.MOST_PLAYERS", 0)
    said = cli_run("list", "--home", store.folder.parent.parent)
    assert said.code == 0
    assert "holds too much to be read: it has more than 0 players" in said.err


def test_what_is_read_together_is_of_one_moment(store):
    with store.looking():
        assert store.generation() == 0
        store.commit(turn(1))
        assert store.generation() == 0
    assert store.generation() == 1


def test_what_is_read_together_is_opened_once(store, monkeypatch):
    opened = []
    real = db.connect
    monkeypatch.setattr(db, "connect", lambda path, timeout: opened.append(path) or real(path, timeout))
    store.overview()
    assert len(opened) == 1


ANSWERS = {
    "rows": ("MOST_ROWS", 2, "more than 2 rows"),
    "bytes": ("MOST_BYTES", 50, "more than 0 megabytes"),
    "time": ("SECONDS", -1.0, "seconds of processor time"),
    "players": ("MOST_PLAYERS", 0, "more than 0 players"),
}


@pytest.mark.parametrize(("name", "value", "words"), ANSWERS.values(), ids=ANSWERS)
def test_an_answer_that_is_too_large_is_a_sentence(store, monkeypatch, name, value, words):
    for number in range(1, 4):
        store.commit(turn(number))
    assert len(store.generations()) == 4
    monkeypatch.setattr(limits, "STEPS", 1)
    monkeypatch.setattr(limits, name, value)
    with pytest.raises(LeagueError, match=f"holds too much to be read: .*{words}"):
        store.generations()


def test_a_league_whose_generations_are_not_all_there_is_damaged(store):
    """Whoever goes through all generations up to the last one would never come to an end."""
    with closing(sqlite3.connect(store.path)) as database, database:
        database.execute(f"UPDATE generations SET generation = {2**62}")
    for look in (store.generation, store.generations, store.players, store.champion, store.overview):
        with pytest.raises(LeagueError, match=f"is damaged: its last generation is {2**62}, and it holds 1"):
            look()


@pytest.mark.parametrize("column", ["born", "frozen", "retired"])
@pytest.mark.parametrize("value", [2**62, -1, 2])
def test_a_player_of_a_generation_that_has_not_been_is_damaged(store, column, value):
    with closing(sqlite3.connect(store.path)) as database, database:
        database.execute(f"UPDATE players SET {column} = {value} WHERE status = 'active'")
    with pytest.raises(LeagueError, match=f"is damaged: .* is of generation {value}, and 1 is the next one"):
        store.players()
