"""Who is replaced by whose child."""

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from league.population.evolution import (
    SELECTIONS,
    births,
    mate_of,
    ranked_by_score,
    selection_tournament,
)

SEEDS = st.integers(0, 2**32 - 1)
OPERATORS = {"perturb": 1.0, "weight_noise": 1.0}


@st.composite
def settings(draw):
    ranked = [f"main-{number}" for number in range(draw(st.integers(1, 12)))]
    elite, replace, selection = draw(st.integers(0, 12)), draw(st.integers(0, 12)), draw(st.integers(1, 5))
    return ranked, elite, replace, selection, np.random.default_rng(draw(SEEDS))


@given(settings())
def test_the_elite_stays(given):
    ranked, elite, replace, selection, generator = given
    born = births(ranked, elite, replace, selection, OPERATORS, generator)
    assert not {birth.replaces for birth in born} & set(ranked[:elite])


@given(settings())
def test_no_parent_is_replaced(given):
    ranked, elite, replace, selection, generator = given
    born = births(ranked, elite, replace, selection, OPERATORS, generator)
    assert not {birth.parent for birth in born} & {birth.replaces for birth in born}


@given(settings())
def test_as_many_of_the_worst_are_replaced_as_the_elite_leaves_room_for(given):
    ranked, elite, replace, selection, generator = given
    born = births(ranked, elite, replace, selection, OPERATORS, generator)
    room = max(0, min(replace, len(ranked) - max(elite, 1)))
    assert [birth.replaces for birth in born] == ranked[len(ranked) - room :]


def test_the_best_is_never_replaced_even_without_an_elite():
    born = births(["a", "b"], 0, 2, 1, OPERATORS, np.random.default_rng(0))
    assert [birth.replaces for birth in born] == ["b"]


def test_operators_are_used_as_often_as_they_weigh():
    ranked = [f"p{number}" for number in range(4001)]
    born = births(ranked, 1, 4000, 2, {"perturb": 3.0, "weight_noise": 1.0, "never": 0.0}, np.random.default_rng(0))
    used = Counter(birth.operator for birth in born)
    assert set(used) == {"perturb", "weight_noise"}
    assert abs(used["perturb"] / 4000 - 0.75) < 0.03


def test_births_follow_from_the_seed_and_not_from_the_order_of_the_operators():
    def made(operators, seed):
        return births(list("abcdef"), 1, 3, 2, operators, np.random.default_rng(seed))

    assert made(OPERATORS, 1) == made(dict(reversed(OPERATORS.items())), 1)
    assert made(OPERATORS, 1) != made(OPERATORS, 2)


def test_every_child_has_a_seed_of_its_own():
    born = births(list("abcdef"), 1, 4, 2, OPERATORS, np.random.default_rng(0))
    assert len({birth.seed for birth in born}) == 4


@given(st.integers(1, 8), SEEDS)
def test_a_selection_tournament_of_everybody_many_times_over_picks_the_best(players, seed):
    ranked = [f"p{number}" for number in range(players)]
    assert selection_tournament(ranked, 400, np.random.default_rng(seed)) == "p0"


def test_a_selection_tournament_of_two_picks_the_best_of_four_as_often_as_it_should():
    generator = np.random.default_rng(0)
    picked = Counter(selection_tournament("abcd", 2, generator) for _ in range(8000))
    for place, player in enumerate("abcd"):
        due = ((4 - place) / 4) ** 2 - ((3 - place) / 4) ** 2
        assert abs(picked[player] / 8000 - due) < 0.02


def test_a_selection_tournament_of_one_is_blind_chance():
    generator = np.random.default_rng(0)
    picked = Counter(selection_tournament("abcd", 1, generator) for _ in range(8000))
    assert all(abs(count / 8000 - 0.25) < 0.02 for count in picked.values())


@given(settings(), st.sampled_from(sorted(SELECTIONS)))
def test_every_rule_keeps_the_elite_and_takes_parents_that_stay(given, rule):
    ranked, elite, replace, selection, generator = given
    born = births(ranked, elite, replace, selection, OPERATORS, generator, SELECTIONS[rule])
    gone = {birth.replaces for birth in born}
    assert not gone & set(ranked[:elite])
    assert not {birth.parent for birth in born} & gone


def test_truncation_takes_the_best_only_and_the_elite_is_taken_in_turn():
    ranked = list("abcdefgh")
    drawn = Counter(
        birth.parent
        for seed in range(200)
        for birth in births(ranked, 1, 3, 2, OPERATORS, np.random.default_rng(seed), SELECTIONS["truncation"])
    )
    assert set(drawn) == set("abc")
    assert max(drawn.values()) - min(drawn.values()) < 100
    elite = births(ranked, 2, 5, 2, OPERATORS, np.random.default_rng(0), SELECTIONS["elite"])
    assert [birth.parent for birth in elite] == ["a", "b", "a", "b", "a"]


def test_the_mate_is_the_best_other_player():
    assert [mate_of(list("abc"), parent) for parent in "abc"] == ["b", "a", "a"]
    assert mate_of(["a"], "a") is None


def test_players_are_ranked_by_their_score_against_a_mixture_and_not_by_their_rating():
    # c beats a, and a is the whole mixture; by rating a is the best.
    advantage = np.array([[0.0, 1.0, -1.0], [-1.0, 0.0, 1.0], [1.0, -1.0, 0.0]])
    rank = {"a": 0, "b": 1, "c": 2}
    assert ranked_by_score(list("abc"), advantage, np.array([1.0, 0.0, 0.0]), list("abc"), rank) == list("cab")
    assert ranked_by_score(list("abc"), 0 * advantage, np.ones(3) / 3, list("abc"), rank) == list("abc")
