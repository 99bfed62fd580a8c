"""The intervals on which sentences about scores and differences of ratings rest."""

import numpy as np
import pytest

from league.analysis.head_to_head import meetings
from league.analysis.lineage import half_width
from league.storage.generation import RatingRow
from tournaments.rating.elo import Chance
from tournaments.rating.payoff import PairRow

TOGETHER = Chance(("a", "b"), np.array([[100.0, 101.0], [-100.0, -101.0]]), 2.0)
"""Two players whose ratings move together."""


def rating(player, elo, half):
    return RatingRow(0, player, elo, elo - half, elo + half, 0.0, 10, 5, 0, 5)


TERMS = [(rating("a", 0.0, 30.0), 1.0), (rating("b", 50.0, 40.0), -1.0)]


def test_independent_ratings_add_the_squares_of_their_half_widths():
    assert half_width(TERMS, None) == pytest.approx(50)


def test_what_moves_together_has_a_sure_difference():
    assert half_width(TERMS, TOGETHER) == pytest.approx(2)


def test_a_player_whose_chance_is_not_known_is_taken_as_independent():
    assert half_width([(rating("c", 0.0, 30.0), 1.0), (rating("b", 0.0, 40.0), -1.0)], TOGETHER) == pytest.approx(50)


def test_a_record_of_few_independent_games_has_a_wide_interval():
    record = PairRow("a", "b", 20, 15, 0, 5, 0.75)
    (sure,), (unsure,) = meetings([record], {}), meetings([record], {}, {"b": 10.0})
    assert sure.sure
    assert not unsure.sure
    assert (unsure.games, unsure.worth, unsure.score) == (20, 10.0, 0.75)


def test_a_record_worth_fewer_than_ten_games_does_not_count():
    record = PairRow("a", "b", 1000, 500, 0, 500, 0.5)
    assert not meetings([record], {}, {"b": 2.0})[0].counts
