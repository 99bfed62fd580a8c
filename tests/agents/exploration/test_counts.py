"""Counts of observations, and what follows from them: upper confidence bounds and rewards for what is rare."""

from collections import Counter

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from agents.exploration.hashing import buckets_of
from agents.exploration.table import EXPLORATIONS
from agents.exploration.ucb import turns, upper_bounds

OPTIONS = {option.name: option.default for option in EXPLORATIONS["ucb"].options}


@given(st.lists(st.sampled_from("abcd")))
def test_a_row_takes_its_turn_after_earlier_rows_of_the_same_key(keys):
    seen, expected = Counter(), []
    for key in keys:
        expected.append(seen[key])
        seen[key] += 1
    assert turns(torch.tensor([ord(key) for key in keys], dtype=torch.int64)).tolist() == expected


@pytest.mark.parametrize("kind", ["grid", "simhash"])
@given(st.lists(st.floats(-10, 10, width=32), min_size=3, max_size=3), st.integers(1, 5))
def test_equal_observations_have_equal_numbers_whatever_else_is_in_the_batch(kind, numbers, others):
    seen = torch.tensor([numbers])
    options = OPTIONS | {"hash": kind}
    batch = torch.cat([torch.randn(others, 3, generator=torch.Generator().manual_seed(others)), seen])
    assert buckets_of(batch, options)[-1] == buckets_of(seen, options)[0]
    assert 0 <= int(buckets_of(seen, options)[0]) < OPTIONS["buckets"]


def test_different_cells_of_a_grid_hardly_ever_share_a_number():
    found = buckets_of(torch.eye(100), OPTIONS)
    assert len(set(found.tolist())) >= 98
    near = torch.eye(100) + 0.02
    assert torch.equal(buckets_of(near, OPTIONS), found)
    assert not torch.equal(buckets_of(near + 0.05, OPTIONS), found)


def test_the_upper_bound_is_that_of_the_paper():
    value, tried = torch.tensor([[0.5, 0.2, 0.0, -torch.inf]]), torch.tensor([[8.0, 2.0, 0.0, 0.0]])
    found = upper_bounds(value, tried, torch.tensor([2.0]))[0]
    expected = [0.5 + 2 * np.sqrt(np.log(10) / 8), 0.2 + 2 * np.sqrt(np.log(10) / 2), np.inf, -np.inf]
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-6)


@given(st.integers(1, 50), st.integers(1, 50))
def test_an_action_that_was_tried_more_often_has_a_lower_bound(fewer, more):
    low, high = sorted((fewer, fewer + more))
    found = upper_bounds(torch.zeros(1, 2), torch.tensor([[float(low), float(high)]]), torch.ones(1))[0]
    assert found[0] >= found[1]
