"""Asynchronous advantage actor-critic: gradients of several workers, some updates old, in a fixed order."""

from functools import partial

import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.acting.rollout import Experience, Table, collect
from agents.acting.routing import EMPTY
from agents.acting.seated import SeatedStack
from agents.acting.tally import Tally
from agents.learners import a3c
from agents.learners.contract import Schedule
from agents.learners.gradient import autograd
from agents.learners.hyper import HyperParameters
from agents.learners.minibatches import minibatch_of
from agents.learners.on_policy import all_rows, estimate, learn
from agents.learners.rmsprop import DECAY, EPSILON, RMSprop
from agents.models.stack import Stack

CPU = torch.device("cpu")
COPIES, STEPS, PLAYERS, WORKERS = 6, 10, 2, 3
VALUES = {"learning_rate": 3e-3, "entropy": 0.02, "gamma": 0.9, "gae_lambda": 0.8, "clip": float("inf")}
LOOSE = 1e9
"""A norm that no gradient has, so that none is clipped."""


def learnt(game, stack, owner, flicker, workers, seed):
    """A stack after one update; and the batches that it learnt from, with the stack as it was when it acted."""
    before = Stack(stack.spec, stack.parameters.clone(), stack.statistics.clone())
    experience = Experience.empty(game, STEPS, COPIES, CPU)
    table = Table(flicker(game, COPIES), slice(0, COPIES), SeatedStack(stack, owner), [], None)
    table.now = table.arena.restart(torch.arange(COPIES))
    collect([table], experience, Tally.empty(game, COPIES, CPU), torch.Generator().manual_seed(seed))
    hyper = HyperParameters.stack([VALUES] * PLAYERS, CPU)
    batches = estimate(stack, owner, experience, hyper.gamma, hyper.gae_lambda)
    schedule = Schedule(1, STEPS, minibatches=workers, max_gradient=LOOSE)
    optimiser = RMSprop(torch.zeros_like(stack.parameters))
    improve = partial(a3c.improve, stack, optimiser, hyper=hyper, schedule=schedule, copies=COPIES)
    kept = []

    def told(batches):
        kept.append(Stack(stack.spec, before.parameters, stack.statistics.clone()))
        return improve(batches)

    learn(stack, batches, told)
    return stack, kept[0], batches, hyper


def owners(game, seed):
    return torch.randint(EMPTY, PLAYERS, (COPIES, len(game.teams)), generator=torch.Generator().manual_seed(seed))


def step_by_hand(parameters, square, slope):
    moves = slope.abs().sum(1, keepdim=True) > 0
    square = torch.where(moves, DECAY * square + (1 - DECAY) * slope.square(), square)
    return torch.where(moves, parameters - VALUES["learning_rate"] * slope / (square + EPSILON).sqrt(), parameters), square


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 1000))
def test_every_worker_has_the_gradient_of_the_parameters_that_acted(game, founders, flicker, seed):
    with torch.no_grad():
        stack, acted, batches, hyper = learnt(game, founders(game, PLAYERS, seed), owners(game, seed), flicker, WORKERS, seed)
        parameters, square = acted.parameters.clone(), torch.zeros_like(acted.parameters)
        for worker in range(WORKERS):
            parts = [(side, batch, a3c.share(batch, STEPS, COPIES, worker, WORKERS)) for side, batch in batches]
            mine = [minibatch_of(acted, *part) for part in parts if part[2][0].shape[1] > 0]
            if mine:
                slope, _ = autograd.gradient(acted, mine, hyper, 0.5)
                parameters, square = step_by_hand(parameters, square, slope)
    torch.testing.assert_close(stack.parameters, parameters, atol=2e-4, rtol=1e-3)


def test_a_single_worker_has_no_old_gradients(games, founders, flicker):
    game = games["melee"]
    with torch.no_grad():
        stack, acted, batches, hyper = learnt(game, founders(game, PLAYERS), owners(game, 1), flicker, 1, 1)
        whole = [minibatch_of(acted, side, batch, all_rows(batch)) for side, batch in batches]
        slope, _ = autograd.gradient(acted, whole, hyper, 0.5)
        expected, _ = step_by_hand(acted.parameters, torch.zeros_like(slope), slope)
        several, *_ = learnt(game, founders(game, PLAYERS), owners(game, 1), flicker, WORKERS, 1)
    torch.testing.assert_close(stack.parameters, expected, atol=2e-4, rtol=1e-3)
    assert float((several.parameters - stack.parameters).abs().max()) > 1e-3


def test_the_workers_share_all_decisions_and_no_two_have_the_same(game, founders, flicker):
    with torch.no_grad():
        _, _, batches, _ = learnt(game, founders(game, PLAYERS), owners(game, 2), flicker, WORKERS, 2)
    for _, batch in batches:
        for player in range(PLAYERS):
            parts = [a3c.share(batch, STEPS, COPIES, worker, WORKERS) for worker in range(WORKERS)]
            found = torch.cat([positions[player][chosen[player]] for positions, chosen in parts])
            assert sorted(found.tolist()) == batch.units.real[player].nonzero().flatten().tolist()


def test_what_the_workers_share_is_found_again(games, founders):
    stack = founders(games["hunt"], PLAYERS)
    optimiser = RMSprop(torch.rand_like(stack.parameters))
    again = RMSprop.restored(stack, optimiser.states(stack))
    assert torch.equal(again.square, optimiser.square)
    assert not RMSprop.restored(stack, [{}, {}]).square.any()


def test_a_gradient_is_cut_to_the_norm_and_a_player_without_one_rests():
    parameters = torch.zeros(2, 2)
    RMSprop(torch.zeros(2, 2)).step(parameters, torch.tensor([[30.0, 40.0], [0.0, 0.0]]), torch.tensor([0.1, 0.1]), 0.5)
    cut = torch.tensor([0.3, 0.4])
    torch.testing.assert_close(parameters[0], -0.1 * cut / ((1 - DECAY) * cut.square() + EPSILON).sqrt())
    assert not parameters[1].any()
