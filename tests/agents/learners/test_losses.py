"""The terms of the loss: worked examples, and the laws that keep players and padding apart."""

from collections.abc import Callable

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from agents.learners import losses

SEEDS = st.integers(0, 2**31)
CLIPS = torch.tensor([0.1, 0.2, 0.3])

TERMS: dict[str, Callable[[Tensor, Tensor, Tensor], Tensor]] = {
    "policy_loss": lambda x, y, weight: losses.policy_loss(x, y, CLIPS, weight),
    "value_loss": losses.value_loss,
    "approximate_kl": lambda x, y, weight: losses.approximate_kl(x, weight),
    "clip_fraction": lambda x, y, weight: losses.clip_fraction(x, CLIPS, weight),
    "explained_variance": losses.explained_variance,
    "average": lambda x, y, weight: losses.average(x, weight),
}
EACH = pytest.mark.parametrize("term", TERMS.values(), ids=TERMS)


def rows(seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """Two columns of figures and weights of 0 or 1, [3 players, 12 rows, 2 seats]."""
    generator = torch.Generator().manual_seed(seed)
    x, y = torch.randn(2, 3, 12, 2, generator=generator) * 0.5
    return x, y, (torch.rand(3, 12, 2, generator=generator) < 0.7).float()


@EACH
@given(seed=SEEDS)
def test_the_order_of_rows_does_not_matter(term, seed):
    order = torch.randperm(12, generator=torch.Generator().manual_seed(seed))
    figures = rows(seed)
    torch.testing.assert_close(term(*(x[:, order] for x in figures)), term(*figures))


@EACH
@given(seed=SEEDS)
def test_padding_changes_nothing(term, seed):
    x, y, weight = rows(seed)
    padded = (torch.cat([x, 9 * y], 1), torch.cat([y, -5 * x], 1), torch.cat([weight, torch.zeros_like(weight)], 1))
    torch.testing.assert_close(term(*padded), term(x, y, weight))


@EACH
@given(seed=SEEDS)
def test_a_players_rows_do_not_leak_into_another_players_figure(term, seed):
    x, y, weight = rows(seed)
    other = (torch.cat([x[:1], 3 * y[1:]]), torch.cat([y[:1], -x[1:]]), torch.cat([weight[:1], 1 - weight[1:]]))
    torch.testing.assert_close(term(*other)[0], term(x, y, weight)[0], rtol=0, atol=0)


@EACH
def test_a_player_without_rows_has_a_figure_of_zero_and_no_gradient(term):
    x, y, weight = rows(0)
    x.requires_grad_()
    weight[1] = 0.0
    figure = term(x, y, weight)
    assert float(figure[1].detach()) == 0.0
    if figure.requires_grad:
        figure.sum().backward()
        assert x.grad is not None
        assert not x.grad[1].any()
        assert x.grad.isfinite().all()


def test_the_surrogate_of_three_decisions_by_hand():
    # Ratios 1.5, 0.5 and 1.1 with a trust region of 0.2:
    #   a gain of 2 is cut at 1.2 · 2 = 2.4; a loss of 1 at 0.8 · −1 = −0.8, worse than −0.5; 1.1 · −3 = −3.3 is inside.
    # The mean of 2.4, −0.8 and −3.3 is −1.7 / 3, and the loss is its negative.
    ratio, advantage = torch.tensor([[1.5, 0.5, 1.1]]), torch.tensor([[2.0, -1.0, -3.0]])
    loss = losses.policy_loss(ratio.log(), advantage, torch.tensor([0.2]), torch.ones(1, 3))
    assert float(loss) == pytest.approx(1.7 / 3)


def test_beyond_the_trust_region_a_better_ratio_pays_nothing():
    log_ratio = torch.tensor([[0.5, -0.5, 0.5]], requires_grad=True)
    losses.policy_loss(log_ratio, torch.tensor([[1.0, -1.0, -1.0]]), torch.tensor([0.2]), torch.ones(1, 3)).sum().backward()
    assert log_ratio.grad is not None
    assert (log_ratio.grad != 0).tolist() == [[False, False, True]]


def test_each_player_has_its_own_trust_region():
    log_ratio = torch.tensor([[1.25], [1.25]]).log()
    assert losses.clip_fraction(log_ratio, torch.tensor([0.2, 0.3]), torch.ones(2, 1)).tolist() == [1.0, 0.0]


def test_the_value_loss_is_half_the_mean_square():
    assert float(losses.value_loss(torch.tensor([[1.0, 5.0]]), torch.tensor([[3.0, 5.0]]), torch.ones(1, 2))) == 1.0


@given(seed=SEEDS)
def test_the_divergence_is_never_negative(seed):
    x, _, weight = rows(seed)
    assert (losses.approximate_kl(x, weight) >= -1e-6).all()


@given(seed=SEEDS)
def test_standardised_rows_have_mean_zero_and_deviation_one(seed):
    x, _, weight = rows(seed)
    z = losses.standardised(7.0 * x + 3.0, weight)
    torch.testing.assert_close(losses.average(z, weight), torch.zeros(3), atol=1e-4, rtol=0)
    torch.testing.assert_close(losses.average(z.square(), weight), torch.ones(3), atol=1e-3, rtol=0)


def test_a_single_row_is_standardised_to_zero():
    assert losses.standardised(torch.tensor([[4.0, 9.0]]), torch.tensor([[1.0, 0.0]]))[0, 0] == 0.0


@pytest.mark.parametrize(("guess", "share"), [([1.0, 2.0, 3.0], 1.0), ([5.0, 5.0, 5.0], 0.0), ([3.0, 2.0, 1.0], -3.0)])
def test_explained_variance_is_one_when_right_and_zero_when_constant(guess, share):
    figure = losses.explained_variance(torch.tensor([guess]), torch.tensor([[1.0, 2.0, 3.0]]), torch.ones(1, 3))
    assert float(figure) == pytest.approx(share)
