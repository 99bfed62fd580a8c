"""Queries that read a part of the players give what reading all of them would give."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from league.analysis.history import read
from league.population.player import is_snapshot, learns
from league.storage import roster
from league.storage.store import Store
from tests.league.paper_league import found_league


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = found_league(tmp_path)
    yield store
    store.unlock()


def test_players_are_found_by_their_names(store: Store) -> None:
    found = roster.players_named(store, ["main-03", "nobody", "main-01-g000"])
    assert found == [player for player in store.players() if player.name in ("main-03", "main-01-g000")]


def test_the_frozen_are_all_snapshots_in_order_of_birth(store: Store) -> None:
    assert roster.frozen(store) == [player.name for player in store.players() if is_snapshot(player)]


@pytest.mark.parametrize("count", [1, 3, 100])
def test_the_newest_frozen_are_the_end_of_them(store: Store, count: int) -> None:
    assert roster.newest_frozen(store, count) == store.players("historical")[-count:]


def test_the_newest_snapshot_of_a_player(store: Store) -> None:
    assert roster.newest_snapshot(store, "main-01") == "main-01-g002"
    assert roster.newest_snapshot(store, "main-02") == "main-02-g001"
    assert roster.newest_snapshot(store, "nobody") is None


def test_who_learns_or_did_is_counted(store: Store) -> None:
    assert roster.learners(store) == sum(map(learns, store.players()))


def test_the_ranking_is_that_of_the_last_generation(store: Store) -> None:
    assert roster.ranking(store) == [row.player for row in store.ratings(store.generation())]


def test_online_ratings_are_those_of_a_generation(store: Store) -> None:
    assert roster.online(store, 1) == {row.player: row.online for row in store.ratings(1)}


@pytest.mark.parametrize("generation", [-1, 0, 1, 2])
def test_who_has_not_changed_since_a_generation_was_settled_then(store: Store, generation: int) -> None:
    changed = {player.name for player in roster.changed_since(store, generation)}
    for player in store.players():
        if player.name not in changed:
            assert player.status != "active"
            assert (player.born or 0) <= generation
            assert (player.retired or 0) <= generation


def test_a_history_that_goes_on_has_the_same_players_as_one_read_anew(store: Store) -> None:
    assert read(store, read(store, until=0)).players == read(store).players


def test_the_newest_generation_is_the_last_of_all(store: Store) -> None:
    assert store.newest() == store.generations()[-1]
