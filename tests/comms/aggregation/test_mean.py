"""One round of messages: the laws of `deliver`."""

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from comms.aggregation.mean import deliver

SEEDS = st.integers(0, 2**31)


def round_of(seed: int) -> tuple[Tensor, Tensor]:
    """Messages [B, A, M] and listening weights [A, A]; the last seat hears nobody."""
    generator = torch.Generator().manual_seed(seed)
    seats = int(torch.randint(2, 6, (), generator=generator))
    links = (torch.rand(seats, seats, generator=generator) < 0.5).float().fill_diagonal_(0.0)
    links[-1] = 0.0
    links[0, 1] = 1.0
    return torch.randn(4, seats, 3, generator=generator), links / links.sum(1, keepdim=True).clamp_min(1.0)


@given(SEEDS)
def test_renaming_the_seats_renames_what_is_heard(seed):
    said, hears = round_of(seed)
    order = torch.randperm(len(hears), generator=torch.Generator().manual_seed(seed))
    torch.testing.assert_close(deliver(said[:, order], hears[order][:, order]), deliver(said, hears)[:, order])


@given(SEEDS)
def test_when_all_say_the_same_every_listener_hears_it(seed):
    said, hears = round_of(seed)
    heard = deliver(said[:, :1].expand_as(said), hears)
    neighbours = hears.sum(1) > 0
    torch.testing.assert_close(heard[:, neighbours], said[:, :1].expand_as(heard[:, neighbours]))


@given(SEEDS)
def test_who_hears_nobody_hears_silence(seed):
    said, hears = round_of(seed)
    assert not deliver(said, hears)[:, -1].any()


@given(SEEDS)
def test_a_speaker_gets_gradient_from_those_who_hear_it_and_nobody_else(seed):
    said, hears = round_of(seed)
    for listener in range(len(hears)):
        (gradient,) = torch.autograd.grad(deliver(said.requires_grad_(), hears)[:, listener].sum(), said)
        assert torch.equal(gradient.abs().sum((0, 2)) > 0, hears[listener] > 0)
