"""Adam over a stack does to every player what torch's does to one."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from agents.learners.optimiser import Adam

RATES = torch.tensor([1e-3, 3e-2, 0.5])


def gradients(seed: int, steps: int) -> torch.Tensor:
    """Long ones and short ones, so that some are cut and some are not."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(steps, 3, 5, generator=generator) * torch.rand(steps, 3, 1, generator=generator)


@given(st.integers(0, 2**31), st.integers(1, 6))
def test_every_player_moves_as_under_torchs_adam_with_cut_gradients(seed, steps):
    start = torch.randn(3, 5, generator=torch.Generator().manual_seed(seed + 1))
    stacked, given_gradients = start.clone(), gradients(seed, steps)
    adam = Adam.fresh(stacked)
    for gradient in given_gradients:
        adam.step(stacked, gradient, RATES, 0.5)
    for player in range(3):
        alone = torch.nn.Parameter(start[player].clone())
        reference = torch.optim.Adam([alone], lr=float(RATES[player]), betas=(0.9, 0.999), eps=1e-5)
        for gradient in given_gradients:
            alone.grad = gradient[player].clone()
            torch.nn.utils.clip_grad_norm_(alone, 0.5)
            reference.step()
        # A step is as large as the rate at most, and where gradients are as small as ε it is rounded most.
        torch.testing.assert_close(stacked[player], alone.detach(), atol=1e-6 + 5e-5 * float(RATES[player]), rtol=1e-4)


def test_a_player_without_gradient_rests_although_it_has_momentum():
    parameters = torch.zeros(2, 2)
    adam = Adam.fresh(parameters)
    adam.step(parameters, torch.ones(2, 2), RATES[:2], 1.0)
    before = [x.clone() for x in (parameters, adam.mean, adam.square, adam.steps)]
    adam.step(parameters, torch.tensor([[0.0, 0.0], [1.0, 1.0]]), RATES[:2], 1.0)
    for old, new in zip(before, (parameters, adam.mean, adam.square, adam.steps), strict=True):
        assert torch.equal(old[0], new[0])
        assert not torch.equal(old[1], new[1])
