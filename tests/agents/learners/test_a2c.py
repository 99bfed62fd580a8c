"""Advantage actor-critic: one step along the policy gradient of everything collected."""

from functools import partial

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import envs
from agents.acting.rollout import Experience, Table, collect
from agents.acting.routing import EMPTY
from agents.acting.seated import SeatedStack
from agents.acting.tally import Tally
from agents.learners import a2c, ppo
from agents.learners.contract import Schedule, TrainingInput
from agents.learners.hyper import HyperParameters, stacked
from agents.learners.on_policy import estimate, learn
from agents.learners.optimiser import Adam
from agents.models.architecture import Architecture
from agents.models.spec import PlayerSpec
from agents.models.stack import Stack
from envs import compiling
from envs.stopwatch import Stopwatch

CPU = torch.device("cpu")
COPIES, STEPS, PLAYERS = 6, 10, 2
ONE_PASS = Schedule(updates=1, steps=STEPS, epochs=1, minibatches=1)
VALUES = {"learning_rate": 3e-3, "entropy": 0.02, "gamma": 0.9, "gae_lambda": 0.8}
UNBOUNDED = {"clip": float("inf")}


def copied(stack):
    return Stack(stack.spec, stack.parameters.clone(), stack.statistics.clone())


def collected(arena, stack, owner, seed):
    experience = Experience.empty(arena.game, STEPS, COPIES, CPU)
    tally, generator = Tally.empty(arena.game, COPIES, CPU), torch.Generator().manual_seed(seed)
    table = Table(arena, slice(0, COPIES), SeatedStack(stack, owner), [], arena.restart(torch.arange(COPIES)))
    collect([table], experience, tally, generator)
    return experience


def two_updates(stack, owner, experience, improve):
    """The stack after learning twice from the same experience, and both reports; the stack given stays as it is."""
    stack, reports = copied(stack), []
    step = partial(improve, stack, Adam.fresh(stack.parameters))
    hyper = HyperParameters.stack([{**VALUES, **UNBOUNDED}] * PLAYERS, CPU)
    for _ in range(2):
        batches = estimate(stack, owner, experience, hyper.gamma, hyper.gae_lambda)
        reports.append(learn(stack, batches, partial(step, hyper=hyper, schedule=ONE_PASS)))
    return stack, reports


@pytest.mark.parametrize("serve", [True, False], ids=["compiled", "autograd"])
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 1000))
def test_it_is_ppo_with_one_epoch_one_minibatch_and_no_clipping(game, founders, flicker, monkeypatch, serve, seed):
    monkeypatch.setattr(compiling, "serve", lambda device: serve)
    stack = founders(game, PLAYERS, seed)
    owner = torch.randint(EMPTY, PLAYERS, (COPIES, len(game.teams)), generator=torch.Generator().manual_seed(seed))
    with torch.no_grad():
        experience = collected(flicker(game, COPIES), stack, owner, seed)
        one, reports = two_updates(stack, owner, experience, a2c.improve)
        unclipped = partial(ppo.improve, generator=torch.Generator().manual_seed(seed))
        other, expected = two_updates(stack, owner, experience, unclipped)
    torch.testing.assert_close(one.parameters, other.parameters, atol=1e-6, rtol=0.0)
    torch.testing.assert_close(one.statistics, other.statistics, atol=1e-6, rtol=0.0)
    for report, known in zip(reports, expected, strict=True):
        for name, metric in report.items():
            torch.testing.assert_close(metric, known[name], atol=1e-6, rtol=1e-6)


def test_ppo_with_two_epochs_is_something_else(games, founders, flicker):
    stack, owner = founders(games["melee"], PLAYERS), torch.tensor([[0, 1]]).repeat(COPIES, 1)
    with torch.no_grad():
        experience = collected(flicker(games["melee"], COPIES), stack, owner, 0)
        one, _ = two_updates(stack, owner, experience, a2c.improve)
        twice = Schedule(1, STEPS, epochs=2, minibatches=1)
        several = partial(ppo.improve, generator=torch.Generator())
        other, _ = two_updates(
            stack, owner, experience, lambda *given, **known: several(*given, **{**known, "schedule": twice})
        )
    assert float((one.parameters - other.parameters).abs().max()) > 1e-4


def trained(learner, hyper, schedule, states=None, seed=0):
    """Two players after a training at tic-tac-toe, and what came of it."""
    arena = envs.make("classic/tictactoe_v3", COPIES)
    spec = PlayerSpec(arena.game, Architecture((16,)))
    parts = [spec.founder(torch.Generator().manual_seed(player)) for player in range(PLAYERS)]
    stack = Stack(spec, *(torch.stack(part) for part in zip(*parts, strict=True)))
    owner = (torch.arange(COPIES) % PLAYERS).unsqueeze(1).repeat(1, 2)
    generator, values = torch.Generator().manual_seed(seed), stacked([hyper] * PLAYERS, CPU)
    states = states or [{}] * PLAYERS
    given = TrainingInput(arena, stack, states, owner, lambda block: [], values, schedule, generator, Stopwatch())
    return stack, learner(given)


def test_a_whole_update_from_collecting_to_the_step_is_that_of_ppo():
    one, output = trained(a2c.train, VALUES, ONE_PASS)
    other, expected = trained(ppo.train, VALUES | UNBOUNDED, ONE_PASS)
    torch.testing.assert_close(one.parameters, other.parameters, atol=1e-6, rtol=0.0)
    for states in zip(output.states, expected.states, strict=True):
        assert all(value == pytest.approx(states[1][name], abs=1e-6) for name, value in states[0].items())


def test_it_makes_one_step_per_update_whatever_the_schedule_says():
    _, output = trained(a2c.train, VALUES, Schedule(updates=3, steps=STEPS, epochs=4, minibatches=4))
    assert [state["steps"].tolist() for state in output.states] == [[3.0], [3.0]]


def test_what_it_kept_is_found_again():
    _, first = trained(a2c.train, VALUES, ONE_PASS)
    _, second = trained(a2c.train, VALUES, ONE_PASS, first.states)
    assert second.states[0]["steps"].tolist() == [2.0]


def test_the_same_seed_gives_the_same_bits_and_another_seed_others():
    (one, _), (again, _), (other, _) = (trained(a2c.train, VALUES, ONE_PASS, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(one.parameters, again.parameters)
    assert not torch.equal(one.parameters, other.parameters)


def test_where_no_decision_is_known_nothing_is_learnt():
    stack, output = trained(a2c.train, VALUES, Schedule(updates=1, steps=1))
    untouched, _ = trained(a2c.train, VALUES | {"learning_rate": 0.0}, ONE_PASS)
    assert torch.equal(stack.parameters, untouched.parameters)
    assert output.reports[0]["decisions"].tolist() == [0.0, 0.0]
