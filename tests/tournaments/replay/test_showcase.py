from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournaments.rating.elo import fit
from tournaments.rating.outcomes import outcomes
from tournaments.rating.payoff import payoff
from tournaments.replay.showcase import choose


@pytest.fixture
def season(games, result):
    """Three players, c > b > a, and one match in which a beats c."""
    results = [
        *(result("ba", 1.0, 0.0, match=f"m0{i}") for i in range(4)),
        *(result("cb", 1.0, 0.0, match=f"m1{i}") for i in range(4)),
        *(result("ca", 5.0, 0.0, match=f"m2{i}") for i in range(4)),
        result("ca", 0.0, 5.0, match="m30"),
        result("cb", 0.5, 0.5, match="m31"),
        result("ba", 0.9, 0.4, match="m32", steps=99),
    ]
    found = outcomes(games["duel"], results)
    return results, found, fit(payoff(found), "a", np.random.default_rng(0), replicates=0)


def tagged(season, tag, **options):
    return [match for match, tags in choose(*season, **options).items() if tag in tags]


def test_the_final_is_the_last_decided_match_of_the_best_two(season):
    assert tagged(season, "final") == ["m13"]


def test_a_match_of_bots_only_is_no_final(games, result):
    def alone(player, value, match, weights):
        made = result(player, value, match=match, series="s")
        return replace(made, ticket=replace(made.ticket, weights=(weights,)))

    results = [alone("b", 9.0, "m0", ""), alone("l", 5.0, "m1", "1f"), alone("k", 1.0, "m2", "2f")]
    found = outcomes(games["chores"], results)
    chosen = choose(results, found, fit(payoff(found), "b", np.random.default_rng(0), replicates=0))
    assert [match for match, tags in chosen.items() if "final" in tags] == ["m1"]


def test_the_upset_is_the_win_that_was_expected_least(season):
    assert tagged(season, "upset") == ["m30"]


def test_the_longest_match_has_the_most_steps(season):
    assert tagged(season, "longest") == ["m32"]


def test_the_closest_match_is_decided_by_the_least(season):
    assert tagged(season, "closest") == ["m32"]


def test_every_pairing_of_the_entrants_is_shown_once(season):
    assert tagged(season, "pairing", entrants=("a", "b", "c")) == ["m00", "m10", "m20"]


def test_without_entrants_no_pairing_is_shown(season):
    assert tagged(season, "pairing") == []


def test_a_match_can_be_kept_for_two_reasons(season):
    assert choose(*season)["m32"] == ("longest", "closest")


@given(data=st.data())
def test_the_order_of_results_changes_nothing(games, result, data):
    results = [result("ab"[:: 1 - 2 * (i % 2)], float(i % 3), 1.0, match=f"m{i}", steps=i % 4) for i in range(8)]
    found = outcomes(games["duel"], results)
    ratings = fit(payoff(found), "a", np.random.default_rng(0), replicates=0)
    shuffled = data.draw(st.permutations(results)), data.draw(st.permutations(found))
    assert choose(*shuffled, ratings) == choose(results, found, ratings)


def test_of_no_matches_none_is_shown(season):
    assert choose([], [], season[2]) == {}
