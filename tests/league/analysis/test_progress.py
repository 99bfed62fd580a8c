"""Figures of champions that can be compared over the generations."""

from pathlib import Path

import pytest

from league.analysis.history import History, read
from league.analysis.progress import progress_of
from league.storage.results import published_progress
from league.storage.store import Store
from tests.league.paper_league import history_of, turns


@pytest.fixture(scope="module")
def cup() -> History:
    return history_of(Path("/home/cup"))


def test_the_champions_of_all_generations_are_those_of_each_generation_as_it_was(cup: History) -> None:
    alone = [cup.until(row.number, ()).champions_progress for row in cup.rows]
    assert cup.champions == alone


def test_a_champion_is_compared_with_the_bots_and_with_the_champion_before(cup: History) -> None:
    first, second, _ = cup.champions
    assert (first.champion, first.bots, first.previous, first.against_previous) == ("main-01-g000", 1.0, "", None)
    assert (second.previous, second.against_previous) == ("main-01-g000", 1.0)


def test_published_values_do_not_change_when_a_generation_is_added(cup: History) -> None:
    longer = history_of(Path("/home/cup"), told=turns(4))
    assert cup.progress.items() <= longer.progress.items()


def test_a_league_without_stored_progress_gets_the_same_from_its_log(league: Store) -> None:
    assert published_progress(league) == {}
    assert progress_of(league) == read(league).progress
