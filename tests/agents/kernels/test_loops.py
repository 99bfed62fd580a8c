"""The compiled loops against what PyTorch says."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from agents.acting.routing import EMPTY, deciders, movers, route
from agents.kernels import loops
from agents.learners.optimiser import Adam
from agents.models.normalisation import moments
from envs import compiling

SEEDS = st.integers(0, 2**31)


def rows(*shape, seed=0, spread=3.0):
    return spread * torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("tanh", [True, False])
def test_activations_are_torchs(tanh):
    hidden, bias = rows(2, 50, 7, spread=6.0), rows(2, 7, seed=1)
    expected = hidden + bias.unsqueeze(1)
    expected = expected.tanh() if tanh else expected.relu()
    loops.activate(hidden.numpy(), bias.numpy(), tanh)
    torch.testing.assert_close(hidden, expected, atol=5e-7, rtol=1e-6)


@given(SEEDS)
def test_chances_are_torchs_and_zero_where_an_action_is_forbidden(seed):
    logits = rows(2, 9, 5, seed=seed, spread=20.0)
    legal = torch.rand(9, 5, generator=torch.Generator().manual_seed(seed)) < 0.5
    legal[:, 2] = True
    index = torch.arange(18).view(2, 9) % 9
    expected = (logits / 0.5).masked_fill(~legal[index], -torch.inf)
    lowered = logits.clone()
    chances, log_sum = loops.softmax(lowered.numpy(), index.numpy(), 0, legal.numpy(), 0.5)
    torch.testing.assert_close(torch.from_numpy(chances), expected.softmax(-1), atol=1e-6, rtol=1e-5)
    assert not chances[~legal[index].numpy()].any()
    logs = lowered - torch.from_numpy(log_sum).unsqueeze(2)
    torch.testing.assert_close(logs[legal[index]], expected.log_softmax(-1)[legal[index]], atol=1e-5, rtol=1e-5)


def test_what_is_no_number_is_not_made_one():
    logits = torch.full((1, 2, 3), torch.nan)
    chances, _ = loops.softmax(logits.numpy(), np.zeros((1, 2), np.int64), 0, np.ones((1, 3), bool), 1.0)
    assert np.isnan(chances).all()
    logits, action = torch.full((1, 1, 3), torch.nan).numpy(), np.zeros(1, np.int64)
    legal, row = np.array([[False, True, False]]), np.zeros((1, 1), np.int64)
    _, log_sum = loops.softmax(logits, row, 0, legal, 1.0)
    loops.draw(logits, log_sum, row, 0, np.ones(1, np.int64), np.full((1, 3), 0.5, np.float32), action, np.zeros(1, np.float32))
    assert action == 1  # a diverged player is found out by its losses, not by a move that is not allowed
    hidden = torch.full((1, 1, 40), torch.nan)
    loops.activate(hidden.numpy(), np.zeros((1, 40), np.float32), True)
    assert hidden.isnan().all()


@given(SEEDS)
def test_drawn_actions_are_as_frequent_as_their_chances(seed):
    logits = rows(1, 1, 4, seed=seed, spread=1.0)
    noise = torch.rand(4000, 4, generator=torch.Generator().manual_seed(seed)).clamp(1e-7, 1 - 1e-7)
    index, legal = np.arange(4000).reshape(1, -1), np.ones((4000, 4), bool)
    many = logits.expand(1, 4000, 4).contiguous().numpy()
    chances, log_sum = loops.softmax(many, index, 0, legal, 1.0)
    action, log_prob = np.zeros(4000, np.int64), np.zeros(4000, np.float32)
    loops.draw(many, log_sum, index, 0, np.array([4000]), noise.numpy(), action, log_prob)
    frequency = np.bincount(action, minlength=4) / 4000
    np.testing.assert_allclose(frequency, chances[0, 0], atol=0.05)
    np.testing.assert_allclose(log_prob, np.log(chances[0, 0])[action], atol=1e-5)


@pytest.mark.parametrize("tanh", [True, False])
def test_deciding_in_one_call_has_the_bits_of_its_parts(tanh):
    bias, weight, head = rows(2, 16, seed=1).numpy(), rows(2, 5, 16, seed=2).numpy(), rows(2, 5, seed=3).numpy()
    index, legal = np.arange(80).reshape(2, 40), rows(80, 5, seed=4).numpy() > 0
    legal[:, 2] = True
    counts, noise = np.array([40, 31]), torch.rand(80, 5, generator=torch.Generator().manual_seed(5)).numpy()
    (one, other), out = (rows(2, 40, 16).numpy() for _ in range(2)), np.empty((2, 40, 5), np.float32)
    together, apart = [(np.full(80, -1), np.zeros(80, np.float32)) for _ in range(2)]
    loops.decide(one, bias, tanh, weight, head, out.copy(), index, 0, legal, 0.7, counts, noise, *together)
    loops.activate(other, bias, tanh)
    loops.heads(other, weight, head, out)
    loops.draw(out, loops.softmax(out, index, 0, legal, 0.7)[1], index, 0, counts, noise, *apart)
    assert all(np.array_equal(x, y) for x, y in zip(together, apart, strict=True))


def generally(function, *arguments):
    """What a function gives where kernels do not serve."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiling, "serve", lambda device: False)
        return function(*arguments)


@given(SEEDS)
def test_moments_are_those_of_the_general_formula(seed):
    source, weight = rows(20, 3, seed=seed) + 30.0, (rows(2, 9, seed=seed) > 0).float()
    index = torch.randint(0, 20, (2, 9), generator=torch.Generator().manual_seed(seed))
    here = weight.sum(1) > 0
    for one, other in zip(moments(source, index, weight), generally(moments, source, index, weight), strict=True):
        torch.testing.assert_close(one[here], other[here], atol=1e-3, rtol=1e-4)


@given(SEEDS, st.integers(1, 4))
def test_routes_are_those_of_the_general_way(seed, players):
    owner = torch.randint(EMPTY, players, (12,), generator=torch.Generator().manual_seed(seed))
    one, other = route(owner, players), generally(route, owner, players)
    wide = generally(route, owner, players, 12)
    assert torch.equal(one.index, other.index)
    assert torch.equal(one.counts, other.counts)
    assert torch.equal(one.index[one.real], wide.index[wide.real])


@given(SEEDS)
def test_movers_are_those_of_the_general_way(seed):
    generator = torch.Generator().manual_seed(seed)
    owner, mine = torch.randint(EMPTY, 3, (9, 2), generator=generator), torch.tensor([True, False, True, True])
    seat = torch.randint(0, 5, (9,), generator=generator)  # one too many: nobody acts
    acting = torch.nn.functional.one_hot(seat, 5)[:, :4].bool()
    arguments = owner, acting, torch.tensor([0, 1, 0, 1]), mine
    assert torch.equal(movers(*arguments), generally(movers, *arguments))


@given(SEEDS, st.integers(1, 4))
def test_deciders_are_the_route_of_the_movers(seed, players):
    generator = torch.Generator().manual_seed(seed)
    owner, mine = torch.randint(EMPTY, players, (9, 2), generator=generator), torch.tensor([True, False, True, True])
    acting = torch.nn.functional.one_hot(torch.randint(0, 5, (9,), generator=generator), 5)[:, :4].bool()
    arguments = owner, acting, torch.tensor([0, 1, 0, 1]), mine
    expected = route(movers(*arguments), players)
    index, counts = deciders(*(x.numpy() for x in arguments), players)
    assert np.array_equal(index, expected.index.numpy())
    assert np.array_equal(counts, expected.counts.numpy())


@given(SEEDS)
def test_adam_steps_as_in_general(seed):
    parameters, gradient, rate = rows(3, 40, seed=seed), rows(3, 40, seed=seed + 1), torch.tensor([1e-3, 1e-1, 1e-2])
    gradient[1] = 0.0
    one, other = parameters.clone(), parameters.clone()
    adams = Adam.fresh(one), Adam.fresh(other)
    for _ in range(3):
        adams[0].step(one, gradient, rate, 0.5)
        generally(adams[1].step, other, gradient, rate, 0.5)
    torch.testing.assert_close(one, other, atol=1e-6, rtol=1e-5)
    assert torch.equal(one[1], parameters[1])
    assert adams[0].steps.tolist() == [[3.0], [0.0], [3.0]]
