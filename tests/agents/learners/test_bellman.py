"""Terms of off-policy learners, by worked examples and laws."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from agents.learners import bellman
from agents.models.distributions import squashed, typical

LEGAL = torch.tensor([[True, True, False]])


def test_duelling_removes_the_mean_advantage_of_legal_actions():
    found = bellman.duelling(torch.tensor([[1.0, 3.0, 100.0]]), torch.tensor([10.0]), LEGAL)
    assert found[0, :2].tolist() == [9.0, 11.0]


def test_a_double_target_values_the_choice_of_the_learning_network():
    online, target = torch.tensor([[1.0, 2.0, 9.0]]), torch.tensor([[5.0, 3.0, 9.0]])
    assert bellman.greedy_target(online, target, LEGAL, double=True).tolist() == [3.0]
    assert bellman.greedy_target(online, target, LEGAL, double=False).tolist() == [5.0]


def test_a_soft_value_is_the_expectation_plus_the_entropy():
    logits = torch.tensor([[0.0, 0.0, torch.finfo(torch.float32).min]])
    value = bellman.soft_value(torch.tensor([[1.0, 3.0, 50.0]]), logits, torch.tensor([0.5]))
    torch.testing.assert_close(value, torch.tensor([2.0 + 0.5 * torch.log(torch.tensor(2.0)).item()]))


def test_huber_is_square_near_zero_and_linear_beyond_one():
    assert bellman.huber(torch.tensor([0.5, -1.0, 3.0])).tolist() == [0.125, 0.5, 2.5]


def test_importance_undoes_the_preference_of_the_memory():
    chance, size = torch.tensor([[0.5, 0.25, 0.25]]), torch.tensor([4])
    assert bellman.importance(chance, size, torch.tensor([1.0]))[0].tolist() == [0.5, 1.0, 1.0]
    assert bellman.importance(chance, size, torch.tensor([0.0]))[0].tolist() == [1.0, 1.0, 1.0]


def test_the_sum_of_a_team_leaves_out_absent_members():
    values, here = torch.tensor([[[1.0, 2.0, 4.0]]]), torch.tensor([[[True, False, True]]])
    assert bellman.value_decomposition(values, here).tolist() == [[5.0]]


@given(st.integers(0, 10_000))
def test_a_mixing_network_is_monotone_and_ignores_absent_members(seed):
    generator = torch.Generator().manual_seed(seed)
    state, seats, width = 3, 2, 5
    shapes = {"first": (state, seats * width), "offset": (state, width), "second": (state, width), "hidden": (state, width)}
    pieces = {}
    for name, shape in {**shapes, "last": (width, 1)}.items():
        pieces[f"mix.{name}.weight"] = torch.randn(1, *shape, generator=generator)
        pieces[f"mix.{name}.bias"] = torch.randn(1, shape[1], generator=generator)
    values = torch.randn(1, 4, seats, generator=generator).requires_grad_()
    here = torch.tensor([[[True, True], [True, False], [False, True], [True, True]]])
    team = bellman.mixed(values, here, torch.randn(1, 4, state, generator=generator), pieces, "mix")
    (slope,) = torch.autograd.grad(team.sum(), values)
    assert bool((slope >= 0).all())
    assert not slope[~here].any()
    assert team.shape == (1, 4)


@given(st.integers(0, 10_000), st.floats(-1.5, 1.5), st.floats(-1.0, 0.5))
def test_the_density_of_squashed_actions_is_that_of_the_transformed_normal(seed, mean, log_std):
    noise = torch.randn(1, 1, 1, 1, generator=torch.Generator().manual_seed(seed)).clamp(-2.5, 2.5)
    action, log_prob = squashed(torch.tensor([[[[mean, log_std]]]]), noise)
    normal = torch.distributions.Normal(torch.tensor(mean), torch.tensor(log_std).exp())
    expected = torch.distributions.TransformedDistribution(normal, torch.distributions.TanhTransform())
    torch.testing.assert_close(log_prob[0, 0], expected.log_prob(action)[0, 0, 0], atol=2e-2, rtol=1e-3)
    assert -1.0 <= float(action) <= 1.0


def test_the_typical_action_is_the_mean_or_its_tanh():
    preference = torch.tensor([[0.5, -0.2]])
    assert torch.equal(typical(preference, "sample"), preference)
    assert torch.equal(typical(preference, "deterministic"), torch.tanh(preference))
    assert torch.equal(typical(preference, "squashed"), torch.tanh(preference[:, :1]))
