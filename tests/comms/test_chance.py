"""Random numbers of messages: a function of where they are used, and as random as they should be."""

import pytest
import torch

from comms.chance import Chance, Purpose, numbers_of, opened

KEYS = numbers_of(torch.rand(1, 20_000, 3, generator=torch.Generator().manual_seed(0)))
CHANCE = Chance(KEYS, KEYS)


def test_numbers_are_uniform_and_the_same_every_time():
    drawn = CHANCE.of_seats(Purpose.NOISE, 2)
    assert torch.equal(drawn, CHANCE.of_seats(Purpose.NOISE, 2))
    assert float(drawn.min()) > 0.0
    assert float(drawn.max()) < 1.0
    shares = torch.histc(drawn, 10, 0.0, 1.0) / drawn.numel()
    torch.testing.assert_close(shares, torch.full((10,), 0.1), atol=0.005, rtol=0)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (CHANCE.of_seats(Purpose.NOISE, 2)[..., 0], CHANCE.of_seats(Purpose.NOISE, 2)[..., 1]),
        (CHANCE.of_seats(Purpose.NOISE, 1), CHANCE.of_seats(Purpose.GATE, 1)),
        (CHANCE.of_seats(Purpose.NOISE, 1), CHANCE.at(1).of_seats(Purpose.NOISE, 1)),
        (CHANCE.of_links(Purpose.LOSS)[..., 0, 1], CHANCE.of_links(Purpose.LOSS)[..., 1, 0]),
        (CHANCE.of_links(Purpose.LOSS)[..., 0, 1], CHANCE.of_links(Purpose.LOSS)[..., 0, 2]),
    ],
)
def test_numbers_of_different_uses_are_independent(one, other):
    assert abs(float(torch.corrcoef(torch.stack([one.flatten(), other.flatten()]))[0, 1])) < 0.03


def test_a_gate_opens_as_often_as_it_should_and_passes_its_gradient():
    logit = torch.full((100_000,), 0.5, requires_grad=True)
    gates = opened(logit, torch.rand(100_000, generator=torch.Generator().manual_seed(0)).clamp(1e-6, 1 - 1e-6), 1.0)
    assert set(gates.detach().unique().tolist()) == {0.0, 1.0}
    assert float(gates.detach().mean()) == pytest.approx(float(torch.sigmoid(torch.tensor(0.5))), abs=0.01)
    gates.sum().backward()
    assert (logit.grad > 0).all()
