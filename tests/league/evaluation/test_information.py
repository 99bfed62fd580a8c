"""What one quantity tells beyond another: planted channels are found, and nothing is found where there is nothing."""

import numpy as np
import pytest

from league.evaluation.information import conditional_information

SAMPLES = 200


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def bits(rng, size=SAMPLES):
    return rng.integers(0, 2, (size, 1)).astype(float)


def test_a_planted_bit_is_found(rng):
    told, seen = bits(rng), rng.normal(size=(SAMPLES, 1))
    found = conditional_information(told, told.copy(), seen, rng, discrete=True, permutations=40)
    assert found.bits == pytest.approx(1.0, abs=0.25)
    assert found.told
    assert found.null_high < 0.2


def test_a_bit_that_is_only_useful_with_what_is_seen_is_found(rng):
    told, seen = bits(rng), bits(rng)
    done = (told != seen).astype(float)
    found = conditional_information(told, done, seen, rng, discrete=True, permutations=40)
    assert found.bits == pytest.approx(1.0, abs=0.1)
    assert found.told


def test_a_continuous_message_is_found_in_a_continuous_answer(rng):
    told, seen = rng.normal(size=(SAMPLES, 2)), rng.normal(size=(SAMPLES, 1))
    done = told[:, :1] + seen + 0.2 * rng.normal(size=(SAMPLES, 1))
    assert conditional_information(told, done, seen, rng, permutations=40).told


def test_what_is_seen_anyway_is_not_news(rng):
    seen = rng.normal(size=(SAMPLES, 1))
    told, done = np.tanh(seen), (seen > 0).astype(float)
    found = conditional_information(told, done, seen, rng, discrete=True, permutations=40)
    assert found.bits < 0.1
    assert not found.told


def test_independent_data_are_called_so_at_the_stated_level():
    told = 0
    for number in range(40):
        rng = np.random.default_rng(number)
        x, y, z = rng.normal(size=(60, 1)), bits(rng, 60), rng.normal(size=(60, 1))
        told += conditional_information(x, y, z, rng, discrete=True, permutations=19).told
    assert told <= 6  # 5 % of 40 are 2; more than 6 has a probability below 1 %


def test_without_a_condition_it_is_mutual_information(rng):
    told = bits(rng)
    found = conditional_information(told, told.copy(), np.zeros((SAMPLES, 0)), rng, discrete=True, permutations=20)
    assert found.bits == pytest.approx(1.0, abs=0.1)


def test_the_unit_of_a_message_does_not_matter(rng):
    told, seen = rng.normal(size=(SAMPLES, 1)), rng.normal(size=(SAMPLES, 1))
    done = (told > 0).astype(float)
    one, other = (
        conditional_information(scale * told + 3, done, seen, np.random.default_rng(0), discrete=True, permutations=5)
        for scale in (1.0, 50.0)
    )
    assert one.bits == pytest.approx(other.bits)
