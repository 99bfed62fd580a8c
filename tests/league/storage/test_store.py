"""The store: all of a generation or nothing, appended and never edited, one writer."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from league.errors import LeagueError
from league.population.player import Player, anchor
from league.storage import database as database_of
from league.storage.generation import Generation, TrainingRecord
from league.storage.results import training_records, training_updates
from league.storage.store import Store, leagues
from tournaments.rating.elo import Rating
from tournaments.tickets import MatchResult, Ticket

FACTS = {"config": "{}", "identity": "x", "game": "classic/tictactoe_v3", "version": "0"}
MAIN = Player("main-01", "main agent", "active", None, "founder", 0, "w0", "", {"clip": 0.2})


def match(number: int, generation: int = 0) -> MatchResult:
    ticket = Ticket(
        f"g{generation:03d}-t-{number:06d}", generation, "tournament", 7 + number, ("a", "b"), (False, False), "s", ("wa", "")
    )
    return MatchResult(ticket, (1.0, -1.0), 9, b"\x00\xff", True)


def turn(number: int = 0, players: Sequence[Player] = (MAIN,), matches: Sequence[MatchResult] | None = None) -> Generation:
    ticket = Ticket(
        f"g{number:03d}-l-000000", number, "train", 3, ("main-01", "x"), (True, False), f"g{number:03d}-l-000000", ("", "")
    )
    return Generation(
        number=number,
        champion="main-01",
        seconds=1.5,
        agent_steps=100,
        phases={"training": 1.0},
        figures={"elo_best": 3.0},
        players=players,
        matches=[match(0, number), match(1, number)] if matches is None else matches,
        training=[TrainingRecord(ticket, "main-01", 5, 3, 1, 1, 0.25)],
        updates={"main-01": [{"entropy": 1.0}, {"entropy": 0.5}]},
        ratings=[Rating("main-01", 10.0, 5.0, 15.0, 4, 2, 1, 1, 0.625), Rating("bot:random", 0.0, 0.0, 0.0, 4, 1, 1, 2, 0.375)],
        online={"main-01": 8.0},
    )


@pytest.fixture
def store(tmp_path: Path):
    store = Store.create(tmp_path, "cup", FACTS)
    yield store
    store.unlock()


def rows(store: Store) -> dict[str, int]:
    """Rows of every table."""
    with closing(sqlite3.connect(store.path)) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {table: database.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] for table in tables}


def test_everything_that_is_committed_comes_back(store):
    given = turn(players=[anchor("bot:random"), MAIN])
    store.commit(given)
    assert store.players() == list(given.players)
    assert store.matches() == given.matches
    assert training_records(store, 0) == given.training
    assert training_updates(store, 0) == given.updates
    row = store.generations()[0]
    assert (row.number, row.champion, row.seconds, row.agent_steps) == (0, "main-01", 1.5, 100)
    assert (row.phases, row.figures) == (given.phases, given.figures)
    first = store.ratings(0)[0]
    assert (first.player, first.elo, first.low, first.high, first.online) == ("main-01", 10.0, 5.0, 15.0, 8.0)
    assert (first.games, first.wins, first.draws, first.losses) == (4, 2, 1, 1)


def test_a_league_remembers_what_it_was_told_at_birth(store):
    assert {key: store.fact(key) for key in FACTS} == FACTS


def test_a_new_league_has_no_generation(store):
    assert store.generation() == -1
    with pytest.raises(LeagueError, match="has no committed generation yet"):
        store.champion()


@pytest.mark.parametrize("broken", ["players", "matches", "training", "updates", "ratings"])
def test_a_commit_that_fails_in_the_middle_leaves_the_store_as_it_was(store, broken):
    def one_and_a_crash(items):
        yield from items
        raise RuntimeError("the power is gone")

    class Crash(dict):
        def items(self):
            return one_and_a_crash(super().items())

    store.commit(turn(0))
    before = rows(store)
    given = turn(1)
    part = getattr(given, broken)
    cut = Crash(part) if isinstance(part, dict) else one_and_a_crash(part)
    with pytest.raises(RuntimeError, match="the power is gone"):
        store.commit(replace(given, **{broken: cut}))
    assert rows(store) == before
    assert store.generation() == 0


def test_a_match_is_logged_once(store):
    store.commit(turn(0))
    before = rows(store)
    with pytest.raises(sqlite3.IntegrityError):
        store.commit(turn(1, matches=[match(0, 0)]))
    assert rows(store) == before


def test_a_generation_is_committed_once(store):
    store.commit(turn(0))
    with pytest.raises(sqlite3.IntegrityError):
        store.commit(turn(0, matches=[]))


@pytest.mark.parametrize("change", ["UPDATE matches SET returns = '[9, 9]'", "DELETE FROM matches"])
def test_the_match_log_cannot_be_edited(store, change):
    store.commit(turn(0))
    with closing(sqlite3.connect(store.path)) as database, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        database.execute(change)


@pytest.mark.parametrize("status", ["historical", "retired", "anchor"])
def test_a_frozen_player_never_changes(store, status):
    frozen = replace(MAIN, name="main-01-g000", status=status)
    store.commit(turn(0, players=[MAIN, frozen]))
    with pytest.raises(sqlite3.IntegrityError, match="a frozen player never changes"):
        store.commit(turn(1, players=[replace(frozen, weights="other")]))
    assert store.generation() == 0


def test_an_active_player_moves_on_and_keeps_its_birth(store):
    store.commit(turn(0))
    moved = replace(MAIN, weights="w1", learner_state="o1", hyper={"clip": 0.25})
    store.commit(turn(1, players=[moved]))
    assert store.players("active") == [moved]


def test_matches_stay_in_order_beyond_the_thousandth_generation(store):
    with closing(sqlite3.connect(store.path)) as database, database:
        row = "INSERT INTO generations VALUES (?, 'main-00-g000', 1.0, 1, '{}', '{}', '')"
        database.executemany(row, [(number,) for number in range(999)])
    for number in (999, 1000):
        store.commit(turn(number, players=[]))
    assert [result.ticket.generation for result in store.matches()] == [999, 999, 1000, 1000]


def test_learner_states_nobody_needs_are_deleted_and_weights_never(store):
    weights, states = [], []
    for number in range(2):
        arrays = {"a": np.full(3, float(number))}
        weights.append(store.weights.put(arrays))
        states.append(store.learner_states.put(arrays))
        store.commit(turn(number, players=[replace(MAIN, weights=weights[number], learner_state=states[number])]))
    assert [store.learner_states.path(digest).exists() for digest in states] == [False, True]
    assert [store.weights.path(digest).exists() for digest in weights] == [True, True]


def test_another_format_is_refused(store, tmp_path):
    store.set_fact("format", "99")
    with pytest.raises(LeagueError, match="has format 99: a newer version of the project wrote it"):
        Store.open(tmp_path, "cup")


@pytest.mark.parametrize("content", [b"", b"no database at all, but long enough to look at"])
def test_a_file_that_is_no_database_is_named(tmp_path, content):
    path = tmp_path / "leagues" / "cup" / "league.db"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    with pytest.raises(LeagueError, match=r"league\.db cannot be read"):
        Store.open(tmp_path, "cup")


def test_a_league_that_is_not_there_is_named_with_those_that_are(store, tmp_path):
    with pytest.raises(LeagueError, match=r"there is no league 'cupp' in .* \(leagues: cup\)"):
        Store.open(tmp_path, "cupp")


@pytest.mark.parametrize("name", ["../cup", "..", "a/b", "", "/etc"])
def test_a_name_with_path_characters_is_no_league(tmp_path, name):
    with pytest.raises(LeagueError, match="is no league's name"):
        Store.open(tmp_path, name)


def test_looking_for_a_league_makes_none(tmp_path):
    with pytest.raises(LeagueError):
        Store(tmp_path).generation()
    assert list(tmp_path.iterdir()) == []


def test_a_second_league_of_the_same_name_is_refused(store, tmp_path):
    store.commit(turn(0))
    store.unlock()
    with pytest.raises(LeagueError, match=r"there is a league 'cup' in .*: continue it with `league resume cup`"):
        Store.create(tmp_path, "cup", FACTS)


def test_a_second_writer_is_refused_until_the_first_lets_go(store, tmp_path):
    second = Store.open(tmp_path, "cup")
    with pytest.raises(LeagueError, match="another process is running the league 'cup'"):
        second.lock()
    store.unlock()
    second.lock()
    second.unlock()


WRITTEN = {
    "weights": f"{'ab' * 32}.safetensors",
    "learner_states": f"{'cd' * 32}.safetensors",
    "replays": "g000.replay.json.gz",
}


@pytest.mark.parametrize("folder", WRITTEN)
def test_what_a_killed_process_left_half_written_is_swept_away(store, tmp_path, folder):
    store.unlock()
    half, whole = store.folder / folder / f".{WRITTEN[folder]}.17", store.folder / folder / WRITTEN[folder]
    half.parent.mkdir(exist_ok=True)
    for path in (half, whole):
        path.write_bytes(b"half")
    store.lock()
    assert (half.exists(), whole.exists()) == (False, True)


def test_reading_needs_no_lock(store, tmp_path):
    assert Store.open(tmp_path, "cup").generation() == -1


def test_a_database_that_finds_the_disk_full_says_so_and_keeps_what_it_had(store, monkeypatch):
    store.commit(turn(0))
    before, connect = rows(store), database_of.connect

    def small(*arguments: object) -> sqlite3.Connection:
        database = connect(*arguments)
        pages = database.execute("PRAGMA page_count").fetchone()[0]
        database.execute(f"PRAGMA max_page_count = {pages}")
        return database

    monkeypatch.setattr(database_of, "connect", small)
    big = [replace(match(number, 1), actions=bytes(4000)) for number in range(50)]
    with pytest.raises(
        LeagueError, match="the disk is full: generation 1 of 'cup' could not be committed; the one before is not affected"
    ):
        store.commit(turn(1, matches=big))
    assert rows(store) == before


def test_a_league_that_could_not_be_begun_leaves_nothing(tmp_path, monkeypatch):
    def full(path, *_, **__):
        Path(path).touch()
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(sqlite3, "connect", full)
    with pytest.raises(LeagueError, match="the disk is full: the league 'cup' could not be created"):
        Store.create(tmp_path, "cup", FACTS)
    assert list((tmp_path / "leagues").iterdir()) == []


def test_only_folders_with_a_database_are_leagues(store, tmp_path):
    (tmp_path / "leagues" / "empty").mkdir()
    assert leagues(tmp_path) == ["cup"]


def test_a_shared_match_is_read_back_with_the_player_of_each_seat(store):
    ticket = Ticket("g000-t-000009", 0, "tournament", 7, ("a", "b"), (False, False), "s", ("wa", ""))
    shared = MatchResult(ticket, (1.0,), 9, b"\x00\xff", True)
    store.commit(turn(matches=[match(0), shared]))
    assert shared in store.matches(0)
