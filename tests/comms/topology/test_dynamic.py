"""Links that follow from positions."""

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from comms.topology.dynamic import DYNAMIC, nearest_in_world, radius

LINE = torch.tensor([[0.0], [1.0], [1.5], [5.0]])
ALL = torch.ones(4, dtype=torch.bool)


def test_within_a_radius_both_hear_each_other():
    links = radius(LINE, ALL, distance=1.0)
    assert links.nonzero().tolist() == [[0, 1], [1, 0], [1, 2], [2, 1]]


def test_the_nearest_are_heard_even_from_afar():
    assert nearest_in_world(LINE, ALL, k=1).nonzero().tolist() == [[0, 1], [1, 2], [2, 1], [3, 2]]


def test_there_may_be_fewer_others_than_are_asked_for():
    assert nearest_in_world(LINE, ALL, k=9).sum(1).tolist() == [3, 3, 3, 3]


@settings(max_examples=10)
@given(st.sampled_from(sorted(DYNAMIC)), st.integers(0, 1000))
def test_absent_seats_are_neither_heard_nor_listeners(name, seed):
    generator = torch.Generator().manual_seed(seed)
    places, present = torch.rand(3, 5, 2, generator=generator), torch.rand(3, 5, generator=generator) < 0.6
    links = DYNAMIC[name](places, present)
    assert not links[~present].any()
    assert not links.transpose(-1, -2)[~present].any()
    assert not links.diagonal(dim1=-2, dim2=-1).any()


@settings(max_examples=10)
@given(st.sampled_from(sorted(DYNAMIC)), st.integers(0, 1000))
def test_renaming_the_seats_renames_the_links(name, seed):
    generator = torch.Generator().manual_seed(seed)
    places, order = torch.rand(5, 2, generator=generator), torch.randperm(5, generator=generator)
    everybody = torch.ones(5, dtype=torch.bool)
    links = DYNAMIC[name](places, everybody)
    assert torch.equal(DYNAMIC[name](places[order], everybody), links[order][:, order])
