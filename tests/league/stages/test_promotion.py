"""The champion of a league that promotes by a sequential test."""

import pytest

from league import League
from league.errors import LeagueError
from league.storage.store import Store

SPRT = {"promotion.rule": "sprt", "promotion.games": 4, "generations": 3, "tournament.games": 2}


def test_a_champion_stays_until_a_test_says_that_another_is_stronger(tmp_path, smoke):
    """Nobody can be 900 points stronger than the champion at once: the first champion stays to the end."""
    League(smoke(SPRT | {"promotion.low": 900.0, "promotion.high": 1000.0}), tmp_path).run()
    store = Store.open(tmp_path, "smoke")
    first = store.champion(0)
    assert [store.champion(number) for number in range(3)] == [first] * 3


def test_whoever_is_not_much_weaker_is_promoted_where_that_is_enough(tmp_path, smoke):
    League(smoke(SPRT | {"promotion.low": -1000.0, "promotion.high": -900.0}), tmp_path).run()
    store = Store.open(tmp_path, "smoke")
    for number in range(3):
        assert store.champion(number) == next(row.player for row in store.ratings(number) if ":" not in row.player)


def test_the_games_of_a_test_are_in_the_match_log_and_count(tmp_path, smoke, facts):
    config = SPRT | {"promotion.low": 900.0, "promotion.high": 1000.0}
    League(smoke(config), tmp_path / "whole").run()
    League(smoke(config | {"generations": 2}), tmp_path / "parts").run()
    League(smoke(config), tmp_path / "parts").run(resume=True)
    assert facts(tmp_path / "whole") == facts(tmp_path / "parts")
    store = Store.open(tmp_path / "whole", "smoke")
    tested = [number for number in range(3) if "promotion_series" in store.generations()[number].figures]
    for number in tested:
        holder = store.champion(number)
        met = [result for result in store.matches(number) if holder in result.ticket.players]
        assert len(met) >= 2 * store.generations()[number].figures["promotion_series"]
    assert tested


def test_the_default_is_as_before(tmp_path, smoke):
    assert smoke({"promotion.rule": "rating"}).identity() == smoke({}).identity()
    assert smoke(SPRT).identity() != smoke({"generations": 3, "tournament.games": 2}).identity()


def test_hypotheses_that_are_not_apart_are_one_sentence(smoke):
    with pytest.raises((LeagueError, ValueError), match=r"promotion\.low 30 has to be below promotion\.high 30"):
        smoke({"promotion.low": 30.0})
