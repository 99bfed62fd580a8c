"""Which decisions go into which minibatch."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from agents.learners.minibatches import shuffled
from envs import compiling


def dealt(counts: list[int], minibatches: int, seed: int) -> list[list[list[int]]]:
    """Rows of each minibatch of each player, for players with so many rows."""
    real = torch.arange(max(counts)) < torch.tensor(counts).unsqueeze(1)
    deals = shuffled(real, minibatches, torch.Generator().manual_seed(seed))
    return [[positions[player][here[player]].tolist() for positions, here in deals] for player in range(len(counts))]


COUNTS = st.lists(st.integers(0, 20), min_size=1, max_size=4).filter(any)


@given(COUNTS, st.integers(1, 6), st.integers(0, 2**31))
def test_every_real_row_is_dealt_exactly_once(counts, minibatches, seed):
    for count, parts in zip(counts, dealt(counts, minibatches, seed), strict=True):
        assert sorted(row for part in parts for row in part) == list(range(count))


@given(COUNTS, st.integers(1, 6), st.integers(0, 2**31))
def test_a_players_minibatches_are_equally_long_whatever_the_others_have(counts, minibatches, seed):
    for parts in dealt(counts, minibatches, seed):
        sizes = [len(part) for part in parts]
        assert max(sizes) - min(sizes) <= 1


@given(COUNTS, st.integers(1, 6), st.integers(0, 2**31))
def test_the_compiled_loop_deals_as_tensors_do(counts, minibatches, seed):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiling, "serve", lambda device: False)
        expected = dealt(counts, minibatches, seed)
    assert dealt(counts, minibatches, seed) == expected


def test_there_are_no_more_minibatches_than_rows():
    assert [len(part) for part in dealt([3], 8, 0)[0]] == [1, 1, 1]


def test_another_seed_deals_another_hand():
    assert dealt([20], 2, 0) == dealt([20], 2, 0) != dealt([20], 2, 1)
