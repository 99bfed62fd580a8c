"""Quantiles of Student's distribution."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournaments.rating.student import MANY, students_quantile

levels = st.floats(0.01, 0.999)


@pytest.mark.parametrize("level", [0.5, 0.95, 0.99])
@pytest.mark.parametrize("freedom", [1, 2, 3, 8, 30, MANY - 1, MANY, 60, 1000])
def test_the_quantiles_are_those_of_student(freedom: int, level: float) -> None:
    stats = pytest.importorskip("scipy.stats")
    assert students_quantile(freedom, level) == pytest.approx(stats.t.ppf((1 + level) / 2, freedom), abs=1e-6)


@given(levels)
def test_with_infinite_freedom_the_distribution_is_normal(level: float) -> None:
    assert math.erf(students_quantile(math.inf, level) / math.sqrt(2)) == pytest.approx(level, abs=1e-12)


@given(st.integers(1, 200), levels)
def test_more_freedom_makes_the_quantile_smaller_and_more_coverage_larger(freedom: int, level: float) -> None:
    found = students_quantile(freedom, level)
    assert students_quantile(freedom + 1, level) <= found + 1e-6
    assert students_quantile(freedom, level * 0.9) < found
