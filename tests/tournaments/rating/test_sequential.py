"""Wald's sequential test: worked examples, laws, and its error rates."""

from itertools import accumulate
from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournaments.rating.elo import expected_score
from tournaments.rating.sequential import Hypotheses, sequential_test

WIDE = Hypotheses(0.0, 100.0, 0.05, 0.05)
SCORES = st.lists(st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]), max_size=200)


def test_walds_bounds():
    assert WIDE.bounds == pytest.approx((log(0.05 / 0.95), log(0.95 / 0.05)))


def test_a_run_of_wins_by_hand():
    """Each win adds log(p₁ / p₀) = log(0.6401 / 0.5) = 0.247; 2.944 is reached with the twelfth."""
    found = sequential_test([1.0] * 50, WIDE)
    assert (found.answer, found.series) == ("stronger", 12)
    assert found.ratio == pytest.approx(12 * log(expected_score(100.0) / 0.5))


def test_a_run_of_losses_ends_sooner():
    assert sequential_test([0.0] * 50, WIDE).series == 9


@given(SCORES, SCORES)
def test_more_scores_never_change_an_answer(before, after):
    found = sequential_test(before, WIDE)
    if found.answer != "open":
        assert sequential_test([*before, *after], WIDE) == found


@given(SCORES)
def test_the_test_ends_where_the_sum_leaves_the_bounds(scores):
    weak, strong = 0.5, expected_score(100.0)
    sums = list(accumulate(x * log(strong / weak) + (1 - x) * log((1 - strong) / (1 - weak)) for x in scores))
    low, high = WIDE.bounds
    ends = [number for number, total in enumerate(sums, 1) if not low < total < high]
    assert sequential_test(scores, WIDE).series == (ends[0] if ends else len(scores))


@pytest.mark.parametrize("draws", [0.0, 0.5])
def test_error_rates_are_as_configured(draws):
    """1,500 tests under each hypothesis; of wins and losses, and with half of the series drawn."""
    rng, hypotheses = np.random.default_rng(0), Hypotheses(0.0, 100.0, 0.1, 0.1)

    def answers(elo):
        won = (expected_score(elo) - draws / 2) / (1 - draws)
        rows = np.where(rng.random((1500, 600)) < draws, 0.5, rng.random((1500, 600)) < won)
        return [sequential_test(row, hypotheses).answer for row in rows.tolist()]

    false, missed = answers(0.0).count("stronger") / 1500, answers(100.0).count("not stronger") / 1500
    assert max(false, missed) <= 0.1 + 3 * (0.1 * 0.9 / 1500) ** 0.5
    assert min(false, missed) > (0.04 if not draws else 0.0)  # a test that never errs asks for too many games


def test_between_the_hypotheses_either_answer_comes():
    rng = np.random.default_rng(1)
    rows = (rng.random((300, 2000)) < expected_score(50.0)).astype(float).tolist()
    stronger = [sequential_test(row, WIDE).answer for row in rows].count("stronger")
    assert 90 < stronger < 210


@pytest.mark.parametrize("wrong", [(10.0, 10.0, 0.05, 0.05), (0.0, 10.0, 0.0, 0.05), (0.0, 10.0, 0.05, 0.7)])
def test_impossible_hypotheses_are_refused(wrong):
    with pytest.raises(ValueError, match=r"have to be"):
        Hypotheses(*wrong)
