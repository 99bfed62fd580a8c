"""How surprising results were to the ratings."""

from itertools import chain
from math import isclose, log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournaments.rating.elo import expected_score
from tournaments.rating.outcomes import Outcome
from tournaments.rating.payoff import Payoff, payoff
from tournaments.rating.surprisal import DRAWISHNESS, chances, drawishness, judge

SHARES = st.floats(1e-6, 1 - 1e-6)
NU = st.floats(*DRAWISHNESS)
RATINGS = st.fixed_dictionaries({name: st.integers(-900, 900).map(float) for name in "abc"})


def compared(player: str, opponent: str, score: float, match: str = "m") -> list[Outcome]:
    """Both sides of a comparison."""
    return [Outcome(player, opponent, score, match, "s", 0.0), Outcome(opponent, player, 1.0 - score, match, "s", 0.0)]


def table(wins: int, draws: int, losses: int) -> Payoff:
    square = [[0, wins], [losses, 0]], [[0, draws], [draws, 0]]
    counts, even = (np.array(each, np.int64) for each in square)
    return Payoff(("a", "b"), counts, even, counts.T)


@given(expected=SHARES, nu=NU)
def test_the_chances_add_up_to_one(expected, nu):
    split = chances(expected, nu)
    assert isclose(split.win + split.draw + split.loss, 1.0, rel_tol=1e-12)


@given(expected=SHARES, nu=NU)
def test_the_chances_give_the_score_that_the_ratings_expect(expected, nu):
    split = chances(expected, nu)
    assert isclose(split.win + split.draw / 2, expected, rel_tol=1e-9, abs_tol=1e-12)


@given(expected=SHARES, nu=NU)
def test_seen_from_the_other_side_win_and_loss_change_places(expected, nu):
    mine, theirs = chances(expected, nu), chances(1 - expected, nu)
    assert isclose(mine.win, theirs.loss, rel_tol=1e-6)
    assert isclose(mine.draw, theirs.draw, rel_tol=1e-6)


@given(expected=SHARES, nu=NU)
def test_nothing_that_can_happen_is_impossible(expected, nu):
    split = chances(expected, nu)
    assert min(split.win, split.draw, split.loss) > 0


@given(nu=NU)
def test_between_equals_the_drawishness_is_the_chance_of_a_draw(nu):
    assert isclose(chances(0.5, nu).draw, nu / (2 + nu), rel_tol=1e-12)


def test_a_drawishness_of_two_is_a_game_of_two_halves():
    split = chances(0.7, 2.0)
    assert (split.win, split.draw, split.loss) == pytest.approx((0.49, 0.42, 0.09))


@given(elo=RATINGS, counts=st.lists(st.integers(0, 9), min_size=9, max_size=9))
def test_the_model_expects_as_many_draws_as_there_were_and_half_of_one_more_game(elo, counts):
    won, even = np.array(counts, np.int64).reshape(3, 3), np.diag([0] * 3)
    even[0, 1] = even[1, 0] = counts[0]
    np.fill_diagonal(won, 0)
    results = Payoff(("a", "b", "c"), won, even, won.T)
    nu = drawishness(results, elo)
    expected = chances(0.5, nu).draw + sum(
        results.games[i, j] * chances(expected_score(elo[one] - elo[other]), nu).draw
        for i, one in enumerate("abc")
        for j, other in enumerate("abc")
        if i < j
    )
    assert nu == pytest.approx(DRAWISHNESS[1]) or expected == pytest.approx(0.5 + even[0, 1], rel=1e-6)


@given(elo=RATINGS, order=st.permutations("abc"))
def test_the_order_of_the_players_does_not_change_the_drawishness(elo, order):
    found = [*compared("a", "b", 0.5), *compared("b", "c", 1.0), *compared("a", "c", 0.5), *compared("a", "c", 0.0)]
    assert isclose(drawishness(payoff(found, order), elo), drawishness(payoff(found), elo), rel_tol=1e-9)


@given(wins=st.integers(1, 30), draws=st.integers(0, 30), elo=RATINGS)
def test_one_more_of_the_games_drawn_does_not_lower_the_drawishness(wins, draws, elo):
    assert drawishness(table(wins - 1, draws + 1, 3), elo) >= drawishness(table(wins, draws, 3), elo)


def test_where_more_was_drawn_than_the_ratings_allow_the_drawishness_is_as_large_as_it_gets():
    assert drawishness(table(0, 500, 0), {"a": 800.0, "b": 0.0}) == pytest.approx(DRAWISHNESS[1])


def test_a_win_between_equals_is_a_coin_flip():
    found = judge(compared("a", "b", 1.0), {"a": 5.0, "b": 5.0}, DRAWISHNESS[0])
    assert found["m"].bits == pytest.approx(1.0, abs=1e-5)


def test_the_surprise_is_the_logarithm_of_the_chance():
    found = judge(compared("a", "b", 0.0), {"a": 200.0, "b": 0.0}, 0.5)
    assert found["m"].bits == pytest.approx(-log2(chances(expected_score(200.0), 0.5).loss))


def test_a_match_of_several_comparisons_has_their_mean():
    elo = {"a": 300.0, "b": 100.0, "c": 0.0}
    rounds = compared("a", "b", 1.0), compared("b", "c", 0.0), compared("a", "c", 0.5)
    single = [judge(each, elo, 0.3)["m"].bits for each in rounds]
    assert judge(chain(*rounds), elo, 0.3)["m"].bits == pytest.approx(sum(single) / 3)


def test_scores_are_means_over_the_comparisons_of_a_match():
    found = [*compared("a", "b", 1.0), *compared("a", "c", 0.5), *compared("b", "c", 0.0)]
    assert judge(found, dict.fromkeys("abc", 0.0), 1.0)["m"].scores == {"a": 0.75, "b": 0.0, "c": 0.75}


@pytest.mark.parametrize(("score", "upset"), [(1.0, False), (0.5, False), (0.0, True)])
def test_an_upset_is_a_win_of_whom_the_ratings_put_lower(score, upset):
    assert judge(compared("a", "b", score), {"a": 50.0, "b": 0.0}, 1.0)["m"].upset is upset


def test_between_equals_there_is_no_upset():
    assert not judge(compared("a", "b", 1.0), {"a": 0.0, "b": 0.0}, 1.0)["m"].upset


@given(elo=RATINGS, scores=st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=3, max_size=6), data=st.data())
def test_the_order_of_outcomes_changes_nothing(elo, scores, data):
    pairs = ["ab", "bc", "ca", "ab", "bc", "ca"]
    found = [
        each
        for number, score in enumerate(scores)
        for each in compared(pairs[number][0], pairs[number][1], score, f"m{number % 2}")
    ]
    shuffled = data.draw(st.permutations(found))
    assert judge(shuffled, elo, 0.5) == judge(found, elo, 0.5)


@given(elo=RATINGS, shift=st.integers(-500, 500))
def test_adding_the_same_to_all_ratings_changes_nothing(elo, shift):
    found = [*compared("a", "b", 1.0), *compared("b", "c", 0.5, "n")]
    moved = {player: points + shift for player, points in elo.items()}
    assert judge(found, moved, 0.5) == judge(found, elo, 0.5)


def test_what_ratings_are_sure_of_can_still_go_wrong():
    assert judge(compared("a", "b", 0.0), {"a": 1e6, "b": 0.0}, DRAWISHNESS[0])["m"].bits == pytest.approx(30, abs=1)


def test_a_match_in_which_nobody_was_compared_is_not_judged():
    assert judge([], {}, 1.0) == {}
