"""Training a stack: players share the arithmetic and nothing else."""

from dataclasses import fields, replace
from functools import partial

import numpy as np
import pytest
import torch
from torch import Tensor

import envs
from agents.acting.rollout import Experience, Table, collect
from agents.acting.routing import EMPTY
from agents.acting.seated import SeatedStack
from agents.acting.tally import Tally
from agents.learners.contract import Schedule, TrainingInput
from agents.learners.hyper import HyperParameters
from agents.learners.on_policy import estimate, learn, mean_returns, shares_of_successes
from agents.learners.optimiser import Adam
from agents.learners.ppo import improve, train
from agents.models.architecture import Architecture
from agents.models.spec import PlayerSpec
from agents.models.stack import Stack
from envs.states import States
from envs.stopwatch import Stopwatch
from envs.success import TOLD

CPU = torch.device("cpu")
COPIES, STEPS = 8, 12
ONE_STEP = Schedule(updates=1, steps=STEPS, epochs=1, minibatches=1)
THREE_STEPS = replace(ONE_STEP, epochs=3)


def hyper(*players, **common):
    usual = {"learning_rate": 3e-3, "clip": 0.2, "entropy": 0.01, "gamma": 0.9, "gae_lambda": 0.9}
    return HyperParameters.stack([{**usual, **common, **player} for player in players], CPU)


def seated(game, players, seed):
    """int64 [COPIES, K]: copies belong to the players in turn, who hold some of the teams."""
    generator = torch.Generator().manual_seed(seed)
    owner = (torch.arange(COPIES) % players).unsqueeze(1).repeat(1, len(game.teams))
    owner[torch.rand(owner.shape, generator=generator) < 0.3] = EMPTY
    return owner


def nobody(block):
    return []


def practised(arena, stack, owner, values, schedule, generator, states=None):
    """What learning in an arena comes to; the stack given is changed."""
    states = states or [{}] * stack.size
    return train(TrainingInput(arena, stack, states, owner, nobody, vars(values), schedule, generator, Stopwatch()))


def copied(stack, players=slice(None)):
    return Stack(stack.spec, stack.parameters[players].clone(), stack.statistics[players].clone())


def collected(arena, stack, owner, steps=STEPS):
    experience = Experience.empty(arena.game, steps, COPIES, CPU)
    tally, generator = Tally.empty(arena.game, COPIES, CPU), torch.Generator().manual_seed(0)
    now = arena.restart(torch.zeros(COPIES, dtype=torch.int64))
    with torch.no_grad():
        collect([Table(arena, slice(0, COPIES), SeatedStack(stack, owner), [], now)], experience, tally, generator)
    return experience


def of_copies(experience, copies):
    """The part of an experience that some copies left."""

    def part(x):
        if isinstance(x, States):
            return replace(x, kept=part(x.kept))
        return None if x is None else x[:, copies].clone() if isinstance(x, Tensor) else [part(y) for y in x]

    return Experience(**{field.name: part(getattr(experience, field.name)) for field in fields(experience)})


def of_player(values, player):
    """The hyper-parameters of one player."""
    given = {field.name: getattr(values, field.name) for field in fields(values)}
    return HyperParameters(**{name: value[player : player + 1] for name, value in given.items() if isinstance(value, Tensor)})


def improved(stack, owner, experience, values, schedule=THREE_STEPS):
    """The stack after learning from experience, its optimiser and the report; the stack given stays as it is."""
    stack = copied(stack)
    adam = Adam.fresh(stack.parameters)
    with torch.no_grad():
        batches = estimate(stack, owner, experience, values.gamma, values.gae_lambda)
        step = partial(improve, stack, adam, hyper=values, schedule=schedule, generator=torch.Generator().manual_seed(0))
        return stack, adam, learn(stack, batches, step)


@pytest.mark.parametrize("critic", ["centralised", "local"])
def test_players_of_a_stack_learn_what_each_would_learn_alone(game, founders, flicker, critic):
    stack, owner = founders(game, 2, critic=critic), seated(game, 2, seed=1)
    values = hyper({"gamma": 0.5, "clip": 0.1}, {"entropy": 0.1, "gae_lambda": 0.5, "learning_rate": 1e-3})
    experience = collected(flicker(game, COPIES), stack, owner)
    together, adam, report = improved(stack, owner, experience, values)
    for player in range(2):
        own = (torch.arange(COPIES) % 2 == player).nonzero().squeeze(1)
        mine = torch.where(owner[own] == EMPTY, EMPTY, 0)
        one = of_player(values, player)
        alone, own_adam, own_report = improved(copied(stack, [player]), mine, of_copies(experience, own), one)
        assert not torch.equal(alone.parameters, stack.parameters[[player]])
        torch.testing.assert_close(together.parameters[[player]], alone.parameters, atol=1e-5, rtol=1e-4)
        torch.testing.assert_close(together.statistics[[player]], alone.statistics, atol=1e-4, rtol=1e-4)
        torch.testing.assert_close(adam.mean[[player]], own_adam.mean, atol=1e-5, rtol=1e-3)
        for name, metric in report.items():
            torch.testing.assert_close(metric[[player]], own_report[name], atol=1e-4, rtol=1e-3)


def test_two_learners_may_meet_in_one_copy_each_with_its_own_discount(games, founders, flicker):
    game, stack = games["melee"], founders(games["melee"], 2)
    experience = collected(flicker(game, COPIES), stack, torch.tensor([[0, 1]]).repeat(COPIES, 1))
    values = hyper({"gamma": 0.3}, {"gamma": 0.95})
    together, _, _ = improved(stack, torch.tensor([[0, 1]]).repeat(COPIES, 1), experience, values)
    for player, seats in enumerate(([0, EMPTY], [EMPTY, 0])):
        one = of_player(values, player)
        alone, _, _ = improved(copied(stack, [player]), torch.tensor([seats]).repeat(COPIES, 1), experience, one)
        torch.testing.assert_close(together.parameters[[player]], alone.parameters, atol=1e-5, rtol=1e-4)


def test_what_is_told_of_a_player_counts_only_the_side_it_learnt_on(games, founders, flicker):
    stack, owner = founders(games["siege"], 2), torch.tensor([[0, EMPTY], [EMPTY, 1]] * (COPIES // 2))
    experience = collected(flicker(games["siege"], COPIES), stack, owner)
    _, _, report = improved(stack, owner, experience, hyper({}, {}))
    _, _, alone = improved(copied(stack, [0]), torch.where(owner == 1, EMPTY, owner), experience, hyper({}))
    for name, metric in report.items():
        torch.testing.assert_close(metric[:1], alone[name], atol=1e-5, rtol=1e-4)


def test_what_fills_a_players_short_list_up_cannot_spoil_its_gradient(games, founders, flicker):
    game, stack = games["hunt"], founders(games["hunt"], 2)
    owner = torch.tensor([[0, 0, 0]] * (COPIES - 1) + [[1, 1, 1]])
    experience = collected(flicker(game, COPIES), stack, owner)
    for log_prob in experience.log_prob:
        log_prob[:, 0] = -500.0  # the first row, which padding points to, has a ratio beyond all numbers
    after, _, report = improved(stack, owner, experience, hyper({}, {}))
    assert after.parameters[1].isfinite().all()
    assert report["policy_loss"][1].isfinite()


def test_a_player_with_few_decisions_makes_as_many_steps_as_one_with_many(games, founders, flicker):
    game, stack = games["duel"], founders(games["duel"], 2)
    owner = torch.tensor([[0, 0]] + [[1, 1]] * (COPIES - 1))
    experience = collected(flicker(game, COPIES), stack, owner)
    _, adam, _ = improved(stack, owner, experience, hyper({}, {}), replace(ONE_STEP, epochs=2, minibatches=4))
    assert adam.steps.flatten().tolist() == [8.0, 8.0]


def test_a_player_without_a_seat_is_left_as_it_was(game, founders, flicker):
    stack, owner = founders(game, 2), torch.zeros(COPIES, len(game.teams), dtype=torch.int64)
    before, adam = copied(stack), Adam.fresh(stack.parameters)
    adam.mean += 1.0
    twice, states = replace(ONE_STEP, updates=2), adam.states(stack.spec.parameters)
    output = practised(flicker(game, COPIES), stack, owner, hyper({}, {}), twice, torch.Generator(), states)
    assert torch.equal(stack.parameters[1], before.parameters[1])
    assert torch.equal(stack.statistics[1], before.statistics[1])
    assert all(np.array_equal(value, states[1][name]) for name, value in output.states[1].items())
    assert not torch.equal(stack.parameters[0], before.parameters[0])
    unknown = "game_return", "success"
    assert {float(metric[1]) for name, metric in output.reports[-1].items() if name not in unknown} == {0.0}


def talking(game):
    if game.turn_based:
        return {}
    deaf = [side.seats_per_team == 1 for side in game.sides]
    crowd = [tuple(tuple(0.5 * (i != j) for j in range(3)) for i in range(3))]
    return {"message_size": 2, "hears": tuple(None if alone else crowd[0] for alone in deaf)}


@pytest.mark.parametrize("critic", ["centralised", "local"])
def test_fresh_experience_is_met_by_the_policy_that_made_it(game, founders, flicker, critic):
    stack = founders(game, 2, critic=critic, **talking(game))
    owner, arena = seated(game, 2, seed=0), flicker(game, COPIES)
    (report,) = practised(arena, stack, owner, hyper({}, {}), ONE_STEP, torch.Generator()).reports
    assert report["clip_fraction"].tolist() == [0.0, 0.0]
    assert float(report["kl"].abs().max()) < 1e-6
    assert float(report["policy_loss"].abs().max()) < 1e-5


def test_the_entropy_told_is_that_of_the_legal_actions(games, founders, flicker):
    game, stack = games["crew"], founders(games["crew"], 1)
    split = stack.spec.parameters.split(stack.parameters)
    for name, piece in split.items():
        if name.startswith("actor"):
            piece.zero_()
    owner = torch.zeros(COPIES, 2, dtype=torch.int64)
    experience = collected(flicker(game, COPIES), stack, owner)
    _, _, report = improved(stack, owner, experience, hyper({}), ONE_STEP)
    values = estimate(stack, owner, experience, hyper({}).gamma, hyper({}).gae_lambda)[0][1]
    spread = float((split["log_std.role1"] + 1.4189385).sum())
    counts = experience.legal[0][:STEPS].sum(-1).float().log().flatten()
    entropies = torch.where(experience.acting[:STEPS][..., list(game.roles[1].seats)].any(-1).flatten(), spread, counts)
    assert float(report["entropy"]) == pytest.approx(float(entropies[values.learnt.squeeze(1)].mean()), rel=1e-4)


def test_each_role_takes_in_the_observations_of_its_own_decisions_only(game, founders, flicker):
    stack, owner = founders(game, 1), torch.zeros(COPIES, len(game.teams), dtype=torch.int64)
    experience = collected(flicker(game, COPIES), stack, owner)
    batches = estimate(stack, owner, experience, hyper({}).gamma, hyper({}).gae_lambda)
    after, _, _ = improved(stack, owner, experience, hyper({}))
    statistics = after.spec.statistics.split(after.statistics)
    for side, batch in batches:
        for role, present in zip(game.sides[side].roles, batch.present, strict=True):
            learnt = present[batch.routing.index[0]].sum()
            name = f"observation.{game.roles[role].name}"
            assert float(statistics[f"{name}.count"]) == float(learnt)
            seats = experience.acting[:STEPS][..., list(game.roles[role].seats)]
            assert float(learnt) <= float(seats.sum())


def test_without_normalisation_only_returns_are_taken_in(games, founders, flicker):
    stack, owner = founders(games["melee"], 1, normalise=False), torch.zeros(COPIES, 2, dtype=torch.int64)
    after, _, _ = improved(stack, owner, collected(flicker(games["melee"], COPIES), stack, owner), hyper({}))
    statistics = after.spec.statistics.split(after.statistics)
    assert {name for name, value in statistics.items() if name.endswith("count") and value.any()} == {"return.side0.count"}


def test_each_player_has_its_own_learning_rate(games, founders, flicker):
    stack, owner = founders(games["duel"], 2), seated(games["duel"], 2, seed=0)
    experience = collected(flicker(games["duel"], COPIES), stack, owner)
    after, _, _ = improved(stack, owner, experience, hyper({"learning_rate": 0.0}, {}))
    assert torch.equal(after.parameters[0], stack.parameters[0])
    assert not torch.equal(after.parameters[1], stack.parameters[1])


def born(spec, players):
    parts = [spec.founder(torch.Generator().manual_seed(player)) for player in range(players)]
    return Stack(spec, *(torch.stack(part) for part in zip(*parts, strict=True)))


def trained(seed, steps=STEPS, updates=2):
    """Two players after a little self-play at tic-tac-toe, and the last report."""
    arena = envs.make("classic/tictactoe_v3", COPIES)
    stack = born(PlayerSpec(arena.game, Architecture((16,))), 2)
    owner = (torch.arange(COPIES) % 2).unsqueeze(1).repeat(1, 2)
    generator = torch.Generator().manual_seed(seed)
    return stack, practised(arena, stack, owner, hyper({}, {}), Schedule(updates, steps), generator).reports[-1]


def test_the_same_seed_gives_the_same_bits():
    (one, _), (two, _) = trained(7), trained(7)
    assert torch.equal(one.parameters, two.parameters)
    assert torch.equal(one.statistics, two.statistics)


def test_another_seed_gives_other_weights():
    assert not torch.equal(trained(7)[0].parameters, trained(8)[0].parameters)


def test_where_no_decision_is_known_nothing_is_learnt():
    stack, report = trained(0, steps=1, updates=1)
    assert torch.equal(stack.parameters, born(stack.spec, 2).parameters)
    assert report["decisions"].tolist() == [0.0, 0.0]
    assert report["game_return"].isnan().all()


def test_the_same_seed_gives_the_same_newborn_and_another_seed_another():
    spec = PlayerSpec(envs.describe("classic/tictactoe_v3"), Architecture((16,)))
    one, again, other = (spec.founder(torch.Generator().manual_seed(seed))[0] for seed in (1, 1, 2))
    assert torch.equal(one, again)
    assert not torch.equal(one, other)


def test_shares_of_successes_are_per_player_and_unknown_where_no_game_says():
    owner, told, successes = torch.tensor([[0, 1], [0, 0], [1, 2]]), torch.tensor([2, 4, 0]), torch.tensor([1.0, 4.0, 0.0])
    told, successes = (numbers.unsqueeze(1).expand(-1, 2) for numbers in (told, successes))
    report = shares_of_successes(owner, 4, told, successes.double(), TOLD)
    assert report["success"][:2].tolist() == pytest.approx([5 / 6, 1 / 2])
    assert report["success"][2:].isnan().all()
    assert report["judged"].tolist() == [6.0, 2.0, 0.0, 0.0]


def test_mean_returns_are_per_game_and_team_and_unknown_where_no_game_ended():
    owner = torch.tensor([[0, 0], [0, EMPTY], [1, EMPTY]])
    returns = torch.tensor([[4.0, -2.0], [6.0, 100.0], [0.0, 50.0]])
    means = mean_returns(owner, 2, torch.tensor([2, 4, 0]), returns)
    assert float(means[0]) == 1.0  # (4 − 2 + 6) over 2 + 2 + 4 games
    assert means[1].isnan()


def test_hyper_parameters_are_stacked_by_name():
    values = hyper({"gamma": 0.25}, {"clip": 0.5})
    assert (values.gamma.tolist(), values.clip.tolist()) == ([0.25, pytest.approx(0.9)], [pytest.approx(0.2), 0.5])
