"""Equal ratings are ordered by age and by the league's randomness, never by name."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from league.population.ranking import break_ties
from tournaments.rating.elo import Rating, Ratings

NAMES = tuple("abcdefgh")


def rated(elos: list[float]) -> Ratings:
    rows = [Rating(name, elo, elo, elo, 2, 0, 2, 0, 0.5) for name, elo in zip(NAMES, elos, strict=False)]
    return Ratings("bot:random", tuple(sorted(rows, key=lambda row: (-row.elo, row.player))))


def order(ratings: Ratings, frozen: dict[str, int | None], seed: int = 0) -> list[str]:
    return [row.player for row in break_ties(ratings, frozen, np.random.default_rng(seed)).rows]


def test_the_newest_of_equal_players_is_first_and_a_bot_is_last() -> None:
    frozen = {"a": 0, "b": 4, "c": 2}  # d is scripted
    assert order(rated([0.0, 0.0, 0.0, 0.0]), frozen) == ["b", "c", "a", "d"]


def test_equal_players_of_one_generation_are_first_equally_often() -> None:
    first = [order(rated([0.0] * 4), dict.fromkeys(NAMES, 3), seed)[0] for seed in range(400)]
    assert min(first.count(name) for name in "abcd") > 60


def test_another_order_of_rows_changes_nothing() -> None:
    ratings, frozen = rated([0.0] * 5), dict.fromkeys(NAMES, 1)
    assert order(Ratings("", ratings.rows[::-1]), frozen) == order(ratings, frozen)


@given(st.lists(st.sampled_from([0.0, 10.0, 20.0]), min_size=1, max_size=8), st.integers(0, 2**32))
def test_players_of_different_ratings_keep_their_order(elos: list[float], seed: int) -> None:
    rows = break_ties(rated(elos), dict.fromkeys(NAMES, 0), np.random.default_rng(seed)).rows
    assert sorted(row.player for row in rows) == list(NAMES[: len(elos)])
    assert [row.elo for row in rows] == sorted(elos, reverse=True)


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=8, unique=True), st.integers(0, 2**32))
def test_without_equal_ratings_nothing_changes(elos: list[int], seed: int) -> None:
    ratings = rated([float(elo) for elo in elos])
    assert break_ties(ratings, {}, np.random.default_rng(seed)) == ratings
