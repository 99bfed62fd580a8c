"""What the channel does to messages."""

import pytest
import torch

from comms.chance import Chance
from comms.channel.settings import Channel, message_bits
from comms.channel.transmission import arrives, sent, voiced, within_budget

ROWS = 4000


def chance(step=0):
    keys = torch.randint(0, 2**32, (1, ROWS, 3), generator=torch.Generator().manual_seed(step))
    return Chance(keys, keys)


@pytest.mark.parametrize("bits", [1, 2, 3])
def test_a_number_takes_as_many_values_as_its_bits_allow(bits):
    said = torch.linspace(-1.2, 1.2, 1000, requires_grad=True)
    quantised = sent(said, Channel(bits=bits), 0, None)
    values = quantised.detach().unique()
    torch.testing.assert_close(values, torch.linspace(-1.0, 1.0, 2**bits))
    quantised.sum().backward()
    assert torch.equal(said.grad, torch.ones(1000))


def test_noise_has_its_deviation():
    noisy = sent(torch.zeros(1, ROWS, 3, 2), Channel(noise=0.5), 0, chance())
    assert float(noisy.std()) == pytest.approx(0.5, abs=0.02)


def test_symbols_are_drawn_by_their_probabilities_and_have_a_gradient():
    output = torch.tensor([1.0, 0.0, -1.0]).repeat(2).expand(1, ROWS, 3, 6).requires_grad_()
    said = voiced(output, 3, chance())
    assert set(said.detach().unique().tolist()) == {0.0, 1.0}
    shares = said.detach().unflatten(-1, (2, 3)).mean((0, 1, 2, 3))
    torch.testing.assert_close(shares, torch.tensor([1.0, 0.0, -1.0]).softmax(0), atol=0.02, rtol=0)
    said[..., 0].sum().backward()
    assert output.grad.abs().sum() > 0


def test_messages_are_lost_as_often_as_is_said():
    kept, states = arrives(Channel(loss=0.3), chance(), None)
    assert states is None
    assert float(kept.mean()) == pytest.approx(0.7, abs=0.01)


def test_losses_in_series_are_as_frequent_and_as_long_as_is_said():
    channel, states, lost = Channel(loss=0.2, burst=5.0), torch.zeros(1, ROWS, 3, 3), []
    for step in range(40):
        kept, states = arrives(channel, chance(step), states)
        lost.append(kept == 0)
    series = torch.stack(lost)
    assert float(series.float().mean()) == pytest.approx(0.2, abs=0.01)
    begins = (series[1:] & ~series[:-1]).sum()
    assert float(series[1:].sum() / begins) == pytest.approx(5.0, rel=0.15)


def test_a_team_sends_what_its_budget_allows_and_nobody_is_preferred():
    speaks = torch.ones(1, ROWS, 3)
    speaks[:, : ROWS // 2, 0] = 0.0
    allowed = within_budget(speaks, Channel(budget=17, bits=2), 4, 0, 1, chance())
    assert set((allowed * speaks).sum(2).unique().tolist()) == {2.0}
    shares = allowed[:, ROWS // 2 :].mean((0, 1))
    torch.testing.assert_close(shares, torch.full((3,), 2 / 3), atol=0.03, rtol=0)


@pytest.mark.parametrize(
    ("size", "symbols", "bits", "cost"), [(1, 2, 0, 1.0), (3, 4, 0, 6.0), (2, 0, 5, 10.0), (2, 0, 0, 64.0)]
)
def test_the_bits_of_a_message(size, symbols, bits, cost):
    assert message_bits(size, symbols, bits) == cost
