"""Sums of matches: what is stored comes back, what is damaged is refused, and the match log is the truth."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import envs
from envs.game import Game
from league.errors import LeagueError
from league.storage.results import differing, sums_in
from league.storage.store import Store
from league.storage.sums import add_results, results_of, same
from tests.league.paper_league import CONFIG, found_league, turns
from tournaments.rating.sums import Sums, sums_of
from tournaments.schedule.formats import Plan, round_robin
from tournaments.tickets import MatchResult

GAMES = {
    "two players": "classic/tictactoe_v3",
    "hunters and prey": "mpe2/simple_tag_v3",
    "cooperative": "mpe2/simple_spread_v3",
}


def sums(name: str) -> Sums:
    """Sums of made-up results of four players."""
    game, rng = envs.describe(name), np.random.default_rng(0)
    tickets = round_robin(game, "abcd", Plan(4, 0))
    matches = [MatchResult(each, tuple(rng.normal(size=len(each.players))), 9, b"", False) for each in tickets]
    return sums_of(game, matches)


def row_of(found: Sums) -> tuple[int, str, str]:
    """The row that is written for sums."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE TABLE results (generation, met, evidence)")
        add_results(database, 7, found)
        return database.execute("SELECT * FROM results").fetchone()


@pytest.fixture
def game() -> Game:
    return envs.describe(CONFIG.game.name)


@pytest.fixture
def store(tmp_path: Path, game: Game):
    """A league of one generation whose sums are stored."""
    store = found_league(tmp_path, count=1)
    yield store
    store.unlock()


@pytest.mark.parametrize("name", GAMES)
def test_what_is_written_comes_back_to_the_bit(name: str) -> None:
    found = sums(GAMES[name])
    number, results, evidence = results_of(row_of(found))
    assert number == 7
    assert same(results, found.results)
    assert same(evidence, found.evidence)
    assert {array.dtype for array in vars(evidence).values() if isinstance(array, np.ndarray)} == {
        np.dtype(np.int64),
        np.dtype(np.float64),
    }
    assert evidence.seats.shape == found.evidence.seats.shape


@pytest.mark.parametrize(
    "change",
    [
        {"players": "abcd"}, {"players": [1, 2, 3, 4]}, {"one": [0.5] * 6}, {"one": [99] * 6}, {"other": [-1] * 6},
        {"wins": [0]}, {"draws": "many"}, {"losses": [[0]] * 6}, {"losses": None}, {"more": []}, {"one": [2**80] * 6},
    ],
    ids=str,
)  # fmt: skip
def test_damaged_columns_are_refused(change: dict[str, object]) -> None:
    generation, met, seen = row_of(sums(GAMES["two players"]))
    with pytest.raises(ValueError, match=r".+"):
        results_of((generation, json.dumps(json.loads(met) | change), seen))


@pytest.mark.parametrize("change", [{"seats": [[0, 99]] * 6}, {"seats": [0] * 6}, {"partners": []}], ids=str)
def test_damaged_evidence_is_refused(change: dict[str, object]) -> None:
    generation, met, seen = row_of(sums(GAMES["cooperative"]))
    with pytest.raises(ValueError, match=r".+"):
        results_of((generation, met, json.dumps(json.loads(seen) | change)))


def test_stored_sums_are_those_of_the_match_log(store: Store, game: Game) -> None:
    found, true = sums_in(store, game)[0], sums_of(game, store.matches(0))
    assert all(same(one, other) for one, other in zip(found, true, strict=True))
    assert differing(store, game) == {}


def test_stored_sums_are_read_without_the_match_log(store: Store, game: Game, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(Store, "matches")
    assert list(sums_in(store, game)) == [0]


def test_sums_that_are_not_stored_are_those_of_the_match_log(tmp_path: Path, game: Game) -> None:
    store = found_league(tmp_path / "bare", count=0)
    for turn in turns()[:2]:
        store.commit(replace(turn, sums=None))
    store.unlock()
    found = sums_in(store, game)
    assert list(found) == [0, 1]
    assert all(same(one, other) for one, other in zip(found[1], sums_of(game, store.matches(1)), strict=True))


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ("UPDATE results SET met = replace(met, '\"wins\":[', '\"wins\":[1')", ["results"]),
        ("UPDATE returns SET mean = mean + 1", ["returns"]),
    ],
)
def test_an_audit_finds_sums_that_are_not_those_of_the_match_log(
    store: Store, game: Game, change: str, wrong: list[str]
) -> None:
    with closing(sqlite3.connect(store.path)) as database, database:
        database.execute(change)
    assert differing(store, game) == {0: wrong}


def test_a_damaged_row_is_said_in_a_sentence(store: Store, game: Game) -> None:
    with closing(sqlite3.connect(store.path)) as database, database:
        database.execute("UPDATE results SET met = '[]'")
    with pytest.raises(LeagueError, match="a row in it is damaged"):
        sums_in(store, game)
