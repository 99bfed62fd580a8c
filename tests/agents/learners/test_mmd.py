"""Magnetic mirror descent: its gradient, its reference policy, and that it stops where PPO runs in circles."""

from dataclasses import replace

import numpy as np
import pytest
import torch

import envs
from agents.acting.rollout import Experience, Table, Tally, collect
from agents.acting.seated import SeatedStack
from agents.learners import losses, mmd, ppo
from agents.learners.contract import Schedule, TrainingInput
from agents.learners.gradient import autograd
from agents.learners.gradient.analytic import Derived
from agents.learners.hyper import HyperParameters, stacked
from agents.learners.minibatches import minibatch_of, shuffled
from agents.learners.on_policy import estimate
from agents.models.architecture import Architecture
from agents.models.forward import actor
from agents.models.spec import PlayerSpec
from agents.models.stack import Stack
from envs.game import GameSetup
from envs.native.matrix import circle
from envs.stopwatch import Stopwatch

CPU = torch.device("cpu")
PLAYERS, COPIES, STEPS = 3, 6, 10
USUAL = {"learning_rate": 5e-3, "clip": 0.2, "entropy": 0.1, "gamma": 0.9, "gae_lambda": 0.8}
HYPER = HyperParameters.stack([USUAL | {"magnet": magnet} for magnet in (0.5, 0.05, 0.0)], CPU)


def collected(game, stack, flicker):
    """The batches of a random collection, with a reference policy, for a policy that has moved since."""
    owner = torch.randint(0, PLAYERS, (COPIES, len(game.teams)), generator=torch.Generator().manual_seed(0))
    experience, generator = Experience.empty(game, STEPS, COPIES, CPU), torch.Generator().manual_seed(0)
    arena = flicker(game, COPIES)
    with torch.no_grad():
        now = arena.restart(torch.zeros(COPIES, dtype=torch.int64))
        table = Table(arena, slice(0, COPIES), SeatedStack(stack, owner), [], now)
        collect([table], experience, Tally.empty(game, COPIES, CPU), generator)
        batches = estimate(stack, owner, experience, HYPER.gamma, HYPER.gae_lambda)
    magnet = stack.parameters + 0.3 * torch.randn(stack.parameters.shape, generator=generator)
    stack.parameters += 0.1 * torch.randn(stack.parameters.shape, generator=generator)
    return [(side, mmd.referring(stack, magnet, side, batch)) for side, batch in batches], magnet


@pytest.mark.parametrize("name", ["duel", "relay", "siege", "melee"])
def test_the_derived_gradient_of_the_pull_is_autograds(games, founders, flicker, name):
    stack, generator = founders(games[name], PLAYERS), torch.Generator().manual_seed(0)
    batches, _ = collected(games[name], stack, flicker)
    taught = [minibatch_of(stack, side, batch, shuffled(batch.routing.real, 2, generator)[0]) for side, batch in batches]
    gradient, _ = Derived(stack).gradient(taught, HYPER, 0.7)
    expected, _ = autograd.gradient(stack, taught, HYPER, 0.7)
    without, _ = autograd.gradient(stack, taught, replace(HYPER, magnet=0 * HYPER.magnet), 0.7)
    torch.testing.assert_close(gradient, expected, atol=1e-5, rtol=1e-5)
    assert float((expected - without).abs()[:2].max()) > 1e-3
    torch.testing.assert_close(expected[2], without[2])


def test_the_divergence_is_that_of_the_distributions():
    now, reference = torch.tensor([[0.5, 0.5, 0.0]]).log(), torch.tensor([[0.25, 0.5, 0.25]]).log()
    assert float(losses.divergence(now, reference)) == pytest.approx(0.5 * np.log(2))
    assert float(losses.divergence(reference, reference)) == 0.0


def learnt(learner, updates, hyper, options, states=None, stack=None):
    """A newborn, or the given player, after self-play in a cyclic matrix game; and the learner's output."""
    arena = envs.make(GameSetup("native/matrix", {"actions": 3, "payoff_seed": 2}), 64)
    spec = PlayerSpec(arena.game, Architecture(hidden=(16,)))
    if stack is None:
        stack = Stack(spec, *(part.unsqueeze(0) for part in spec.founder(torch.Generator().manual_seed(0))))
    owner = torch.zeros(arena.copies, 2, dtype=torch.int64)
    values, schedule = stacked([USUAL | {"learning_rate": 5e-3, "gamma": 1.0} | hyper], CPU), Schedule(updates, 4, 2, 1)
    generator = torch.Generator().manual_seed(1)
    given = TrainingInput(
        arena, stack, states or [{}], owner, lambda block: [], values, schedule, generator, Stopwatch(), options=options
    )
    return stack, learner(given)


def policy_of(stack):
    """The probabilities of the actions of the matrix game's first seat."""
    pieces, statistics = stack.spec.parameters.split(stack.parameters), stack.spec.statistics.split(stack.statistics)
    seen = [torch.ones(1, 1, 1, 1) for _ in stack.spec.game.sides[0].roles]
    found, _ = actor(stack.spec, pieces, statistics, 0, seen, [torch.ones(1, 1, 1, dtype=torch.bool)], None)
    return found[0].softmax(-1).flatten().detach().double().numpy()


def nash_conv(policy):
    gain = circle(3, 2) @ policy
    return 2.0 * float(gain.max())


def test_it_settles_near_the_equilibrium_where_ppo_without_a_pull_does_not():
    calm, _ = learnt(mmd.train, 60, {"entropy": 0.3, "magnet": 0.1}, {"follow": 0.02})
    wild, _ = learnt(ppo.train, 60, {"entropy": 0.0}, {})
    assert nash_conv(policy_of(calm)) < 0.3
    assert nash_conv(policy_of(wild)) > 0.6


def test_a_strong_pull_to_a_fixed_reference_keeps_the_player_where_it_began():
    stack, _ = learnt(mmd.train, 1, {"learning_rate": 0.0, "magnet": 1.0}, {"follow": 0.0})
    begun = policy_of(stack)
    held, _ = learnt(mmd.train, 30, {"entropy": 0.0, "magnet": 5.0}, {"follow": 0.0})
    free, _ = learnt(mmd.train, 30, {"entropy": 0.0, "magnet": 0.0}, {"follow": 0.0})
    assert abs(policy_of(held) - begun).max() < 0.1 < abs(policy_of(free) - begun).max()


def test_the_reference_policy_is_kept_from_one_training_to_the_next():
    stack, output = learnt(mmd.train, 3, {"magnet": 0.1}, {"follow": 0.5})
    layout = stack.spec.parameters
    kept = mmd.restored(layout, stack.parameters, output.states)
    assert not torch.equal(kept, stack.parameters)
    arrays = {name.removeprefix("magnet."): x for name, x in output.states[0].items() if name.startswith("magnet.")}
    assert torch.equal(layout.from_arrays(arrays), kept[0])
    assert {"magnet_kl"} <= set(output.reports[0])
    _, again = learnt(mmd.train, 1, {"magnet": 0.1, "learning_rate": 0.0}, {"follow": 0.0}, output.states, stack)
    assert torch.equal(mmd.restored(layout, stack.parameters, again.states), kept)
