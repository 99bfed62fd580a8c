"""The two ways to a gradient and the two ways to act agree: what is derived by hand is what autograd finds."""

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.acting.rollout import Experience, Table, collect
from agents.acting.routing import EMPTY
from agents.acting.seated import SeatedStack
from agents.acting.tally import Tally
from agents.kernels import mlp
from agents.kernels.normal import quantile
from agents.learners.gradient import autograd
from agents.learners.gradient.analytic import Derived, covers
from agents.learners.hyper import HyperParameters
from agents.learners.minibatches import minibatch_of, minibatches_of, shuffled
from agents.learners.on_policy import estimate
from agents.learners.optimiser import Adam
from agents.models.architecture import Speech
from agents.models.stack import Stack
from comms.channel.settings import Channel
from envs import compiling
from envs.compiling import vectorised

CPU = torch.device("cpu")
PLAYERS, COPIES, STEPS = 3, 6, 10
PLAIN = ["duel", "relay", "siege", "melee", "crew", "hunt"]
HYPER = HyperParameters.stack(
    [
        {"learning_rate": 1e-3, "clip": clip, "entropy": entropy, "gamma": 0.9, "gae_lambda": 0.8}
        for clip, entropy in ((0.2, 0.01), (0.05, 0.5), (0.4, 0.0))
    ],
    CPU,
)


@vectorised
def normal_quantiles(chances):
    """`quantile` of every entry; it is inlined into the functions that call it."""
    out = np.empty_like(chances)
    for x in range(len(chances)):
        out[x] = quantile(chances[x])
    return out


def empty(game):
    """What seats carry that have no memory, float32 [N, A, 0]."""
    return torch.zeros(COPIES, len(game.seats), 0)


@pytest.fixture(params=PLAIN)
def plain(request, games):
    return games[request.param]


def collected(game, stack, flicker, seed):
    """The batches of a random collection, with players that have few rows and players that have many."""
    owner = torch.randint(EMPTY, PLAYERS, (COPIES, len(game.teams)), generator=torch.Generator().manual_seed(seed))
    experience, generator = Experience.empty(game, STEPS, COPIES, CPU), torch.Generator().manual_seed(seed)
    arena = flicker(game, COPIES)
    with torch.no_grad():
        now = arena.restart(torch.zeros(COPIES, dtype=torch.int64))
        table = Table(arena, slice(0, COPIES), SeatedStack(stack, owner), [], now)
        collect([table], experience, Tally.empty(game, COPIES, CPU), generator)
        return estimate(stack, owner, experience, HYPER.gamma, HYPER.gae_lambda)


def sampled(game, stack, flicker, seed):
    """One minibatch of a random collection, seen by a policy that has moved since."""
    batches, generator = collected(game, stack, flicker, seed), torch.Generator().manual_seed(seed)
    stack.parameters += 0.1 * torch.randn(stack.parameters.shape, generator=generator)
    return [minibatch_of(stack, side, batch, shuffled(batch.routing.real, 2, generator)[0]) for side, batch in batches]


def test_minibatches_taken_together_have_the_bits_of_those_taken_one_by_one(plain, founders, flicker):
    stack, generator = founders(plain, PLAYERS, 0), torch.Generator().manual_seed(0)
    for side, batch in collected(plain, stack, flicker, 0):
        dealt = shuffled(batch.units.real, 3, generator)
        for one, indices in zip(minibatches_of(stack, side, batch, dealt), dealt, strict=True):
            alone = minibatch_of(stack, side, batch, indices)
            for name in ("rows", "weight", "advantage", "target"):
                assert torch.equal(getattr(one, name), getattr(alone, name))


@pytest.mark.parametrize("rows", [mlp.ROWS, 4, 1])
@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("critic", ["centralised", "local"])
@pytest.mark.parametrize("hidden", [(8,), (8, 6, 4)])
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 1000))
def test_the_derived_gradient_is_autograds(plain, founders, flicker, monkeypatch, rows, activation, critic, hidden, seed):
    monkeypatch.setattr(mlp, "ROWS", rows)
    stack = founders(plain, PLAYERS, seed, activation=activation, critic=critic, hidden=hidden)
    taught = sampled(plain, stack, flicker, seed)
    assert covers(stack)
    gradient, figures = Derived(stack).gradient(taught, HYPER, 0.7)
    expected, told = autograd.gradient(stack, taught, HYPER, 0.7)
    torch.testing.assert_close(gradient, expected, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(figures, told, atol=1e-4, rtol=1e-4)


def test_a_loss_without_its_entropy_term_would_be_noticed(games, founders, flicker):
    stack = founders(games["melee"], PLAYERS)
    taught = sampled(games["melee"], stack, flicker, 0)
    other = HyperParameters(HYPER.learning_rate, HYPER.clip, 0 * HYPER.entropy, HYPER.gamma, HYPER.gae_lambda)
    gradient, _ = Derived(stack).gradient(taught, HYPER, 0.7)
    expected, _ = autograd.gradient(stack, taught, other, 0.7)
    assert float((gradient - expected).abs().max()) > 1e-3


def test_a_second_gradient_knows_nothing_of_the_first(games, founders, flicker):
    stack = founders(games["melee"], PLAYERS)
    taught, derived = sampled(games["melee"], stack, flicker, 0), Derived(stack)
    derived.gradient(taught, HYPER, 0.7)
    Adam.fresh(stack.parameters).step(stack.parameters, torch.randn_like(stack.parameters), HYPER.learning_rate, 1.0)
    again, fresh = derived.gradient(taught, HYPER, 0.7), Derived(stack).gradient(taught, HYPER, 0.7)
    assert all(torch.equal(one, other) for one, other in zip(again, fresh, strict=True))


def test_a_gradient_that_forgets_the_spread_would_be_noticed(games, founders, flicker):
    stack = founders(games["hunt"], PLAYERS)
    gradient, _ = Derived(stack).gradient(sampled(games["hunt"], stack, flicker, 0), HYPER, 0.7)
    spread = stack.spec.parameters.split(gradient)["log_std.role1"]
    assert float(spread.abs().min()) > 1e-3


def test_the_quantile_is_that_of_the_normal_distribution():
    chances = torch.cat([torch.logspace(-7, -0.302, 4000), 1 - torch.logspace(-7, -0.302, 4000)]).float()
    found = torch.from_numpy(normal_quantiles(chances.numpy()))
    torch.testing.assert_close(found, torch.special.ndtri(chances.double()).float(), atol=2e-6, rtol=2e-6)


def speaking(game, aggregation="mean", **channel):
    speech = Speech(tuple(True for _ in game.sides), aggregation=aggregation, channel=Channel(**channel))
    return {"message_size": 3, "speech": speech}


def linked(stack, seed=0):
    """The stack with random links, others for each player."""
    generator = torch.Generator().manual_seed(seed)
    for name, links in stack.spec.statistics.split(stack.statistics).items():
        if name.startswith("links."):
            links.copy_(torch.rand(links.shape, generator=generator) < 0.6)
            links.diagonal(dim1=1, dim2=2).zero_()
    return stack


@pytest.mark.parametrize("rows", [mlp.ROWS, 4])
@pytest.mark.parametrize("aggregation", ["mean", "mean_of_present"])
@pytest.mark.parametrize(("activation", "critic"), [("tanh", "centralised"), ("relu", "local")])
@pytest.mark.parametrize("name", ["melee", "hunt"])
def test_the_derived_gradient_passes_through_messages(
    games, name, founders, flicker, monkeypatch, rows, aggregation, activation, critic
):
    game = games[name]
    monkeypatch.setattr("agents.kernels.trunk.ROWS", rows)
    stack = linked(founders(game, PLAYERS, activation=activation, critic=critic, **speaking(game, aggregation)))
    taught = sampled(game, stack, flicker, 0)
    assert covers(stack)
    gradient, figures = Derived(stack).gradient(taught, HYPER, 0.7)
    expected, told = autograd.gradient(stack, taught, HYPER, 0.7)
    torch.testing.assert_close(gradient, expected, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(figures, told, atol=1e-4, rtol=1e-4)
    heads = stack.spec.parameters.split(gradient)
    assert float(heads["message_head.role0.0.weight"].abs().max()) > 1e-4


def test_messages_of_earlier_versions_are_left_to_autograd_as_they_were_then(games, founders):
    game = games["melee"]
    hears = tuple(
        tuple(tuple(float(i != j) / 2 for j in range(s.seats_per_team)) for i in range(s.seats_per_team)) for s in game.sides
    )
    assert not covers(founders(game, PLAYERS, message_size=2, hears=hears))


def test_a_channel_and_turns_are_left_to_autograd(games, founders):
    game = games["melee"]
    assert not covers(founders(game, 1, **speaking(game, delay=1)))
    assert not covers(founders(game, 1, **speaking(game, noise=0.1)))
    assert not covers(founders(game, 1, **speaking(game, "attention")))
    assert not covers(founders(games["relay"], 1, **speaking(games["relay"])))
    assert not covers(founders(game, 1, memory="gru", memory_size=4, **speaking(game)))


@pytest.mark.parametrize("name", ["melee", "hunt"])
@pytest.mark.parametrize("aggregation", ["mean", "mean_of_present"])
def test_speaking_by_kernels_is_speaking_by_the_general_path(
    games, name, glance, founders, chances, blank, monkeypatch, aggregation
):
    game, ways = games[name], []
    monkeypatch.setattr("agents.kernels.trunk.ROWS", 2)
    stack = linked(founders(game, PLAYERS, **speaking(game, aggregation)))
    owner = torch.randint(EMPTY, PLAYERS, (COPIES, len(game.teams)), generator=torch.Generator().manual_seed(1))
    now, noise = glance(game, COPIES, 1), chances(game, COPIES, 1)
    for compiled in (True, False):
        monkeypatch.setattr(compiling, "serve", lambda device, compiled=compiled: compiled)
        actions = blank(game, COPIES)
        ways.append([*actions, *SeatedStack(stack, owner, 0.7).decide(now, empty(game), noise, actions)])
    for one, other in zip(*ways, strict=True):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("temperature", [1.0, 0.35])
@pytest.mark.parametrize("activation", ["tanh", "relu"])
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 1000))
def test_acting_by_kernels_is_acting_by_the_general_path(
    game, glance, founders, chances, blank, monkeypatch, temperature, activation, seed
):
    monkeypatch.setattr(mlp, "ROWS", 2)
    stack = founders(game, PLAYERS, activation=activation)
    owner = torch.randint(EMPTY, PLAYERS, (COPIES, len(game.teams)), generator=torch.Generator().manual_seed(seed))
    now, noise, ways = glance(game, COPIES, seed), chances(game, COPIES, seed), []
    for compiled in (True, False):
        monkeypatch.setattr(compiling, "serve", lambda device, compiled=compiled: compiled)
        actions = blank(game, COPIES)
        log_probs = SeatedStack(stack, owner, temperature).decide(now, empty(game), noise, actions)
        ways.append([*actions, *log_probs])
    for one, other in zip(*ways, strict=True):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("critic", ["centralised", "local"])
def test_values_by_kernels_are_those_of_the_general_path(game, glance, founders, monkeypatch, critic):
    stack, now = founders(game, PLAYERS, critic=critic), glance(game, COPIES, 3)
    owner = torch.randint(EMPTY, PLAYERS, (COPIES, len(game.teams)), generator=torch.Generator().manual_seed(3))
    one = SeatedStack(stack, owner).values(now.state, now.observation, empty(game))
    monkeypatch.setattr(compiling, "serve", lambda device: False)
    other = SeatedStack(stack, owner).values(now.state, now.observation, empty(game))
    torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-5)


def test_a_players_decisions_do_not_depend_on_who_shares_the_stack(games, glance, founders, chances, blank):
    game = games["duel"]
    stack, now, noise = founders(game, PLAYERS), glance(game, COPIES, 1), chances(game, COPIES, 1)
    owner = torch.tensor([[0, 1], [1, 2], [2, 0]] * (COPIES // 3))
    together = SeatedStack(stack, owner).decide(now, empty(game), noise, blank(game, COPIES))[0]
    for player in range(PLAYERS):
        one = Stack(stack.spec, stack.parameters[player : player + 1], stack.statistics[player : player + 1])
        mine = torch.where(owner == player, 0, EMPTY)
        alone = SeatedStack(one, mine).decide(now, empty(game), noise, blank(game, COPIES))[0]
        torch.testing.assert_close(together[alone != 0], alone[alone != 0], atol=1e-6, rtol=1e-6)


def test_memory_is_as_large_as_the_largest_use_whatever_came_before():
    workspace = mlp.Workspace()
    for rows in (*range(1, 50), 20):
        tensor, array = workspace.buffer("hidden", 2, rows, 8)
        assert tensor.shape == array.shape == (2, rows, 8)
        assert tensor.is_contiguous()
        assert np.shares_memory(array, workspace.buffer("hidden", 2, 1, 8)[1])
    assert workspace.buffer("other", 1, 1, 1)[1] is not array
    assert sum(kept.numel() for kept in workspace._memory.values()) == 2 * 49 * 8 + 1
