"""Recorded matches that a report measures messages on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from league.analysis.history import read
from league.artifacts.replays import with_recorded
from league.storage.store import Store
from tests.league.paper_league import found_league


@pytest.fixture
def cup(tmp_path: Path) -> Iterator[Store]:
    store = found_league(tmp_path)
    yield store
    store.unlock()


def test_the_newest_recorded_matches_are_read(finished: Path) -> None:
    store = Store.open(finished, "smoke")
    found = with_recorded(read(store), store).recorded
    assert found
    assert {replay.generation for replay in found} == {3}


def test_a_recorded_match_that_cannot_be_read_is_left_out(cup: Store) -> None:
    cup.replays.mkdir()
    (cup.replays / "g002-t-000000.replay.json.gz").write_bytes(b"rubbish")
    assert with_recorded(read(cup), cup).recorded == []


def test_a_league_without_recorded_matches_has_none(cup: Store) -> None:
    assert with_recorded(read(cup), cup).recorded == []
