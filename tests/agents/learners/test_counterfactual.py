"""Counterfactual advantages and their targets, worked out by hand; and what death masks in the estimates of a team."""

from dataclasses import replace

import pytest
import torch

from agents.acting.rollout import Experience, Table, collect
from agents.acting.routing import EMPTY
from agents.acting.seated import SeatedStack
from agents.acting.tally import Tally
from agents.learners.advantages import action_value_targets, counterfactual
from agents.learners.gradient import autograd
from agents.learners.hyper import HyperParameters
from agents.learners.minibatches import minibatch_of
from agents.learners.on_policy import all_rows, estimate, seen_by_critics, value_error

CPU = torch.device("cpu")
COPIES, STEPS = 6, 7
HYPER = HyperParameters.stack([{"learning_rate": 1e-3, "clip": 0.2, "entropy": 0.01, "gamma": 0.9, "gae_lambda": 0.8}] * 2, CPU)


def test_the_advantage_is_the_value_of_the_action_less_the_mean_over_the_policy():
    """Two actions worth 3 and 1, taken with probabilities ¾ and ¼: their mean is 2.5."""
    values, chances = torch.tensor([[3.0, 1.0], [3.0, 1.0]]), torch.tensor([[0.75, 0.25], [0.75, 0.25]])
    taken, advantage = counterfactual(values, chances, torch.tensor([0, 1]))
    assert taken.tolist() == [3.0, 1.0]
    assert advantage.tolist() == [0.5, -1.5]


def test_the_mean_advantage_over_the_policy_is_nothing():
    generator = torch.Generator().manual_seed(0)
    values, chances = torch.randn(50, 4, generator=generator), torch.rand(50, 4, generator=generator).softmax(-1)
    each = torch.stack([counterfactual(values, chances, torch.full((50,), action))[1] for action in range(4)], -1)
    torch.testing.assert_close((each * chances).sum(-1), torch.zeros(50), atol=1e-6, rtol=0.0)


def targets(reward, value, acting=None, terminated=(), truncated=(), gamma=0.5, lam=0.5):
    """The targets of one seat and whether they are known; steps at which it terminated and was truncated are listed."""
    steps = len(reward)

    def column(x):
        return torch.tensor(x).view(steps, 1, 1)

    flags = [column([step in chosen for step in range(steps)]) for chosen in (terminated, truncated)]
    acts = column([True] * steps if acting is None else acting)
    both = torch.full((1, 1), gamma), torch.full((1, 1), lam)
    found, known = action_value_targets(column(reward), column(value), acts, *flags, *both)
    return found.flatten().tolist(), known.flatten().tolist()


def test_targets_of_a_game_that_terminates_by_hand():
    """γ = λ = ½, rewards 1, 2, 4, values 8, 6, 2: 4; then 2 + ½ (½ · 2 + ½ · 4); then 1 + ½ (½ · 6 + ½ · 3.5)."""
    assert targets([1.0, 2.0, 4.0], [8.0, 6.0, 2.0], terminated=[2]) == ([3.375, 3.5, 4.0], [True, True, True])


def test_the_last_action_before_a_truncation_is_not_known_and_is_worth_its_own_value():
    """2 + ½ · 2, as the action before is bootstrapped from the value of the last; then 1 + ½ (½ · 6 + ½ · 3)."""
    assert targets([1.0, 2.0, 4.0], [8.0, 6.0, 2.0], truncated=[2]) == ([3.25, 3.0, 0.0], [True, True, False])
    assert targets([1.0, 2.0, 4.0], [8.0, 6.0, 2.0]) == ([3.25, 3.0, 0.0], [True, True, False])


def test_the_next_game_does_not_reach_into_the_one_before():
    one = targets([1.0, 2.0, 4.0, 100.0, 100.0], [8.0, 6.0, 2.0, 50.0, 50.0], truncated=[2])
    other = targets([1.0, 2.0, 4.0, -7.0, 3.0], [8.0, 6.0, 2.0, 0.0, 9.0], truncated=[2])
    assert one[0][:3] == other[0][:3] == [3.25, 3.0, 0.0]


def test_a_seat_that_pauses_is_paid_for_its_last_action():
    """What is paid at step 1, where it does not act, belongs to the action at step 0: 1 + 2 + ½ · 4."""
    found, known = targets([1.0, 2.0, 4.0], [8.0, 9.0, 2.0], acting=[True, False, True], terminated=[2], lam=1.0)
    assert (found, known) == ([5.0, 0.0, 4.0], [True, False, True])


def test_with_lambda_one_the_target_is_the_discounted_return_and_with_zero_that_of_sarsa():
    assert targets([1.0, 2.0, 4.0], [8.0, 6.0, 2.0], terminated=[2], lam=1.0)[0] == [3.0, 4.0, 4.0]
    assert targets([1.0, 2.0, 4.0], [8.0, 6.0, 2.0], terminated=[2], lam=0.0)[0] == [4.0, 3.0, 4.0]


@pytest.fixture
def collected(games, founders, flicker):
    """A collection of a game of two teams of three in which a seat now and then does not act, and is then dead."""

    def collect_with(critic, **architecture):
        game = games["melee"]
        stack = founders(game, 2, critic=critic, **architecture)
        owner = torch.tensor([[0, 1], [1, EMPTY]] * (COPIES // 2))
        spec = stack.spec
        arena = flicker(game, COPIES)
        table = Table(arena, slice(0, COPIES), SeatedStack(stack, owner), [], arena.restart(torch.zeros(COPIES)))
        seen = seen_by_critics(table, wanted=spec.sees_state)
        experience = Experience.empty(game, STEPS, COPIES, CPU, seen=seen, memory_size=spec.memory_size)
        with torch.no_grad():
            collect([table], experience, Tally.empty(game, COPIES, CPU), torch.Generator().manual_seed(0))
        return stack, owner, experience

    return collect_with


def estimated(stack, owner, experience):
    with torch.no_grad():
        ((side, batch),) = estimate(stack, owner, experience, HYPER.gamma, HYPER.gae_lambda)
    return side, batch


KINDS = [("centralised", {}), ("local", {}), ("counterfactual", {}), ("counterfactual", {"memory": "gru", "memory_size": 3})]


@pytest.mark.parametrize(("critic", "architecture"), KINDS)
def test_value_advantage_and_weight_of_an_absent_seat_are_nothing_and_those_of_its_team_mates_are_not(
    critic, architecture, collected
):
    stack, owner, experience = collected(critic, **architecture)
    for legal in experience.legal:
        legal.fill_(True)  # the only legal action of a seat has no advantage
    _, batch = estimated(stack, owner, experience)
    present = torch.cat(batch.present, dim=1)
    absent = ~present
    assert absent.any()
    assert not batch.learnt[absent].any()
    assert not batch.value[absent].any()
    assert not batch.advantage[absent].any()
    beside = present & absent.any(1, keepdim=True) & batch.learnt
    assert beside.any()
    assert batch.advantage[beside].all()
    assert batch.value[beside].all()


@pytest.mark.parametrize("critic", ["centralised", "local", "counterfactual"])
def test_what_a_dead_seat_leaves_behind_changes_no_estimate_and_no_gradient(critic, collected):
    stack, owner, experience = collected(critic)

    def learnt():
        side, batch = estimated(stack, owner, experience)
        gradient, _ = autograd.gradient(stack, [minibatch_of(stack, side, batch, all_rows(batch))], HYPER, 0.5)
        return [batch.advantage, batch.target, batch.value, gradient.clone()]

    before = learnt()
    for role, observation, action in zip(stack.spec.game.roles, experience.observation, experience.action, strict=True):
        here = experience.acting[:, :, list(role.seats)]
        observation[~here] = 77.0
        action[~here[:STEPS]] = role.actions.size - 1
    assert all(map(torch.equal, before, learnt()))


def test_the_value_loss_teaches_counterfactual_critics_and_nothing_else(collected):
    stack, owner, experience = collected("counterfactual")
    side, batch = estimated(stack, owner, experience)
    minibatch = minibatch_of(stack, side, batch, all_rows(batch))
    blank = replace(HYPER, entropy=torch.zeros(2))
    minibatch.advantage[:] = 0.0
    slopes = stack.spec.parameters.split(autograd.gradient(stack, [minibatch], blank, 0.5)[0])
    for name, slope in slopes.items():
        assert slope.any() == name.startswith("critic."), name


@pytest.mark.parametrize("critic", ["centralised", "local", "counterfactual"])
def test_the_error_of_a_critic_is_its_distance_from_the_discounted_return(critic, collected):
    stack, owner, experience = collected(critic)
    side, batch = estimated(stack, owner, experience)
    rows, weight = batch.routing.index, batch.weight
    expected = [
        float(((batch.gain - batch.value)[rows[player]][weight[player] > 0]).square().mean().sqrt()) for player in range(2)
    ]
    assert value_error(stack, [(side, batch)]).tolist() == pytest.approx(expected, rel=1e-5)
