"""Comparisons of groups of trainings: laws, worked examples, and how often a difference is found that is none."""

from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from league.evaluation.comparison import (
    LEVEL,
    advantage,
    differences,
    holm,
    level_of_look,
    mean_over,
    permutation_p,
    seeds_needed,
)

GROUPS = st.tuples(st.integers(2, 5), st.integers(2, 5), st.integers(0, 2**31))


def ahead_of(values):
    """Trainings that are worth numbers: how much each is ahead of each."""
    return np.subtract.outer(np.array(values, float), np.array(values, float))


def drawn(one, other, seed):
    rng = np.random.default_rng(seed)
    return ahead_of(rng.normal(size=one + other)), [*range(one)], [*range(one, one + other)]


@given(GROUPS)
def test_the_other_group_has_the_opposite_advantage_and_the_same_probability(sizes):
    ahead, one, other = drawn(*sizes)
    here, there = advantage(ahead, one, other), advantage(ahead, other, one)
    assert (here.mean, here.low, here.high) == pytest.approx((-there.mean, -there.high, -there.low))
    rng = np.random.default_rng(0)
    assert permutation_p(ahead, one, other, rng) == pytest.approx(permutation_p(ahead, other, one, rng))


@given(GROUPS, st.floats(0.1, 10.0))
def test_the_probability_does_not_depend_on_the_unit(sizes, unit):
    ahead, one, other = drawn(*sizes)
    rng = np.random.default_rng(0)
    assert permutation_p(ahead * unit, one, other, rng) == permutation_p(ahead, one, other, rng)


def test_five_trainings_that_are_all_ahead_of_five_others_are_two_of_252_ways():
    ahead = ahead_of([6, 7, 8, 9, 10, 1, 2, 3, 4, 5])
    rng = np.random.default_rng(0)
    assert permutation_p(ahead, range(5), range(5, 10), rng) == pytest.approx(2 / comb(10, 5))
    assert permutation_p(ahead_of([1.0] * 10), range(5), range(5, 10), rng) == 1.0


def test_scores_that_are_all_the_same_have_a_probability_and_no_interval():
    ahead = np.zeros((10, 10))
    ahead[:5, 5:], ahead[5:, :5] = 0.5, -0.5
    (found,) = differences(ahead, [("one", range(5)), ("other", range(5, 10))], np.random.default_rng(0))
    assert (found.one, found.advantage, found.low, found.found) == ("one", 0.5, None, True)


def test_the_interval_of_a_difference_of_means_is_that_of_welch():
    one, other = [3.0, 5.0, 7.0, 4.0], [2.0, 2.5, 1.5]
    by = advantage(ahead_of([*one, *other]), range(4), range(4, 7))
    error = np.sqrt(np.var(one, ddof=1) / 4 + np.var(other, ddof=1) / 3)
    assert by.mean == pytest.approx(np.mean(one) - np.mean(other))
    assert by.high is not None
    assert (by.high - by.mean) / error == pytest.approx(3.1824, abs=1e-3)  # Student's quantile with 3 degrees of freedom


def test_an_interval_over_seeds_is_students():
    found = mean_over([1.0, 2.0, 3.0, 4.0, 5.0])
    assert found.high == pytest.approx(3 + 2.776445 * np.sqrt(2.5 / 5))
    assert mean_over([1.0]).low is None
    assert mean_over([2.0, 2.0]).low is None


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=8))
def test_adjusted_probabilities_are_no_smaller_and_keep_their_order(ps):
    adjusted = holm(ps)
    assert all(new >= old for new, old in zip(adjusted, ps, strict=True))
    order = sorted(range(len(ps)), key=lambda place: ps[place])
    assert [adjusted[place] for place in order] == sorted(adjusted)
    assert len(ps) > 1 or adjusted == ps


def test_holms_example():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])


def test_a_difference_is_found_in_at_most_one_of_twenty_pairs_of_equal_groups_and_in_almost_all_of_unequal_ones():
    rng = np.random.default_rng(0)
    repetitions, found = 300, {0.0: 0, 4.0: 0}
    for _ in range(repetitions):
        for apart in found:
            values = rng.normal(size=10) + apart * (np.arange(10) < 5)
            (each,) = differences(ahead_of(values), [("one", range(5)), ("other", range(5, 10))], rng)
            found[apart] += each.found
    assert found[0.0] <= 1.5 * LEVEL * repetitions
    assert found[4.0] > 0.95 * repetitions


def test_with_too_few_seeds_nothing_can_be_found_and_their_number_is_known():
    assert [seeds_needed(groups) for groups in (2, 3, 4)] == [4, 5, 5]
    assert 2 / comb(6, 3) > LEVEL > 2 / comb(8, 4)


def test_the_levels_of_all_looks_add_up():
    looks = [4, 5, 8, 10]
    spent = sum(level_of_look(now, before, 10) for before, now in zip([0, *looks], looks, strict=False))
    assert spent == pytest.approx(LEVEL)
