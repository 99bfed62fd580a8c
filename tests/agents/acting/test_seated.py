"""Every seat gets the action that its own player would have chosen alone."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.acting.routing import EMPTY
from agents.acting.seated import SeatedStack
from agents.models.distributions import bounded
from agents.models.stack import Stack
from comms.topology.graphs import build
from comms.topology.links import listening_weights
from envs.arena import Insight

PLAYERS, COPIES = 3, 6
SEEDS = st.integers(0, 10_000)
A_FEW = settings(max_examples=15)  # each example is six copies of random seats


def empty(game):
    """What seats carry that have no memory, float32 [N, A, 0]."""
    return torch.zeros(COPIES, len(game.seats), 0)


def owners(game, seed, players=PLAYERS):
    """A random seating, int64 [N, K], with some teams left to others."""
    return torch.randint(EMPTY, players, (COPIES, len(game.teams)), generator=torch.Generator().manual_seed(seed))


def slot_owner(game, owner, now, role):
    """int64 [N, slots]: who holds the seat that each of a role's slots belongs to; EMPTY where no seat is to act in turns."""
    of_seat = owner[:, list(game.team_of_seat)]
    seats = list(game.roles[role].seats)
    if not game.turn_based:
        return of_seat[:, seats]
    here = now.acting[:, seats]
    return torch.where(here, of_seat[:, seats], EMPTY).amax(1, keepdim=True)


def alone(stack, player):
    return Stack(stack.spec, stack.parameters[player : player + 1], stack.statistics[player : player + 1])


def decided(stack, owner, now, noise, actions):
    return SeatedStack(stack, owner).decide(now, empty(stack.spec.game), noise, actions)


def speaking(game):
    """Architecture in which every side talks on a ring; sides that act in turns cannot."""
    if game.turn_based:
        return {}
    crews = [[str(seat) for seat in range(side.seats_per_team)] for side in game.sides]
    hears = tuple(tuple(map(tuple, listening_weights(build("ring", crew), crew).tolist())) for crew in crews)
    return {"message_size": 3, "hears": hears}


@pytest.mark.parametrize("talk", [False, True])
@A_FEW
@given(seed=SEEDS)
def test_every_seat_gets_the_action_its_player_would_choose_alone(game, glance, founders, chances, blank, talk, seed):
    stack = founders(game, PLAYERS, **(speaking(game) if talk else {}))
    owner, now, noise = owners(game, seed), glance(game, COPIES, seed), chances(game, COPIES, seed)
    actions = blank(game, COPIES)
    log_probs = decided(stack, owner, now, noise, actions)
    for player in range(PLAYERS):
        own = blank(game, COPIES)
        expected = decided(alone(stack, player), torch.zeros_like(owner), now, noise, own)
        for role in range(len(game.roles)):
            mine = slot_owner(game, owner, now, role) == player
            torch.testing.assert_close(actions[role][mine], own[role][mine], atol=1e-5, rtol=1e-5)
            torch.testing.assert_close(log_probs[role][mine], expected[role][mine], atol=1e-5, rtol=1e-5)


@A_FEW
@given(seed=SEEDS)
def test_seats_that_the_stack_does_not_hold_are_left_alone(game, glance, founders, chances, blank, seed):
    owner, now, actions = owners(game, seed), glance(game, COPIES, seed), blank(game, COPIES)
    log_probs = decided(founders(game, PLAYERS), owner, now, chances(game, COPIES), actions)
    for role in range(len(game.roles)):
        others = slot_owner(game, owner, now, role) == EMPTY
        assert (actions[role][others] == -7).all()
        assert (log_probs[role][others] == 0).all()


def test_a_stack_that_holds_nothing_does_nothing(game, glance, founders, chances, blank):
    actions = blank(game, COPIES)
    nobody = torch.full((COPIES, len(game.teams)), EMPTY)
    seated = SeatedStack(founders(game, PLAYERS), nobody)
    seated.act(glance(game, COPIES, 0), empty(game), chances(game, COPIES), actions)
    assert all((action == -7).all() for action in actions)


@A_FEW
@given(seed=SEEDS)
def test_acting_is_deciding_within_bounds(game, glance, founders, chances, blank, seed):
    owner, now, noise = owners(game, seed), glance(game, COPIES, seed), chances(game, COPIES, seed)
    seated, raw, actions = SeatedStack(founders(game, PLAYERS), owner), blank(game, COPIES), blank(game, COPIES)
    seated.decide(now, empty(game), noise, raw)
    seated.act(now, empty(game), noise, actions)
    for index, role in enumerate(game.roles):
        mine = slot_owner(game, owner, now, index) != EMPTY
        assert torch.equal(actions[index][mine], bounded(role, raw[index][mine]))


@A_FEW
@given(seed=SEEDS)
def test_illegal_actions_are_never_chosen(game, glance, founders, chances, blank, seed):
    now, actions = glance(game, COPIES, seed), blank(game, COPIES)
    everyone = torch.zeros(COPIES, len(game.teams), dtype=torch.int64)
    SeatedStack(founders(game, 1), everyone).act(now, empty(game), chances(game, COPIES, seed), actions)
    for role, legal in enumerate(now.legal):
        if legal is not None:
            held = slot_owner(game, everyone, now, role) != EMPTY
            assert legal.gather(2, actions[role].clamp_min(0).unsqueeze(2)).squeeze(2)[held].all()


def test_without_the_mask_they_would_be(games, glance, founders, chances, blank):
    game, illegal = games["melee"], 0
    everyone = torch.zeros(COPIES, len(game.teams), dtype=torch.int64)
    for seed in range(5):
        now, actions = glance(game, COPIES, seed), blank(game, COPIES)
        legal = now.legal[0].clone()
        now.legal[0].fill_(True)
        SeatedStack(founders(game, 1), everyone).act(now, empty(game), chances(game, COPIES, seed), actions)
        illegal += int((~legal.gather(2, actions[0].unsqueeze(2))).sum())
    assert illegal > 0


@pytest.mark.parametrize(("raw", "expected"), [((0.0, 0.0), (0.0, 2.0)), ((0.5, -0.5), (0.5, 1.0)), ((-9.0, 9.0), (-1.0, 4.0))])
def test_continuous_actions_are_stretched_over_their_range_and_cut_at_its_ends(games, raw, expected):
    walker = games["hunt"].roles[1]
    assert bounded(walker, torch.tensor(raw)).tolist() == list(expected)


@pytest.mark.parametrize("kind", ["centralised", "local"])
def test_values_are_those_of_each_seats_own_player(game, glance, founders, kind):
    stack, owner, now = founders(game, PLAYERS, critic=kind), owners(game, 5), glance(game, COPIES, 5)
    values = SeatedStack(stack, owner).values(now.state, now.observation, empty(game))
    of_seat = owner[:, list(game.team_of_seat)]
    assert values.shape == now.acting.shape
    assert not values[of_seat == EMPTY].any()
    for player in range(PLAYERS):
        own = SeatedStack(alone(stack, player), torch.zeros_like(owner)).values(now.state, now.observation, empty(game))
        torch.testing.assert_close(values[of_seat == player], own[of_seat == player], atol=1e-5, rtol=1e-5)


def test_values_are_in_units_of_reward(games, glance, founders):
    game, now = games["duel"], glance(games["duel"], COPIES, 0)
    stack, owner = founders(game, 1), torch.zeros(COPIES, 2, dtype=torch.int64)
    plain = SeatedStack(stack, owner).values(now.state, now.observation, empty(game))
    statistics = stack.spec.statistics.split(stack.statistics)
    statistics["return.side0.mean"][:] = 100.0
    statistics["return.side0.variance"][:] = 4.0
    torch.testing.assert_close(SeatedStack(stack, owner).values(now.state, now.observation, empty(game)), 2.0 * plain + 100.0)


def test_an_actor_looks_at_neither_the_state_nor_the_seats_of_others(game, glance, founders, chances, blank):
    stack, now, noise = founders(game, 1), glance(game, COPIES, 3), chances(game, COPIES)
    owner = torch.zeros(COPIES, len(game.teams), dtype=torch.int64)
    before, after = blank(game, COPIES), blank(game, COPIES)
    log_probs = decided(stack, owner, now, noise, before)
    now.state.fill_(50.0)
    now.reward.fill_(50.0)
    if not game.turn_based:
        now.observation[0][:, 1:] += 3.0
    for one, two in zip(log_probs, decided(stack, owner, now, noise, after), strict=True):
        assert torch.equal(one[:, :1], two[:, :1])
    assert all(torch.equal(one[:, :1], two[:, :1]) for one, two in zip(before, after, strict=True))


def test_an_explanation_gives_the_probabilities_that_actions_are_drawn_with(game, glance, founders, chances, blank):
    stack, owner, now = founders(game, PLAYERS), owners(game, 2), glance(game, COPIES, 2)
    seated, actions = SeatedStack(stack, owner), blank(game, COPIES)
    log_probs = seated.decide(now, empty(game), chances(game, COPIES), actions)
    nothing = [torch.full((COPIES, game.slots(i), role.actions.size), torch.nan) for i, role in enumerate(game.roles)]
    insight = Insight(tuple(nothing), torch.full(now.acting.shape, torch.nan))
    seated.explain(now, empty(game), insight)
    for index, role in enumerate(game.roles):
        mine = slot_owner(game, owner, now, index) != EMPTY
        assert insight.probabilities[index][~mine].isnan().all()
        if role.actions.kind == "discrete":
            told = insight.probabilities[index][mine].gather(1, actions[index][mine].unsqueeze(1)).squeeze(1)
            torch.testing.assert_close(told.log(), log_probs[index][mine], atol=1e-4, rtol=1e-4)
    assert torch.equal(~insight.value.isnan(), now.acting & (owner[:, list(game.team_of_seat)] != EMPTY))


def test_an_explanation_shows_what_was_said(games, glance, founders):
    game, now = games["hunt"], glance(games["hunt"], COPIES, 0)
    owner = torch.tensor([[0, EMPTY, EMPTY], [EMPTY, 0, 0]] * (COPIES // 2))
    nothing = [torch.full((COPIES, game.slots(i), role.actions.size), torch.nan) for i, role in enumerate(game.roles)]
    insight = Insight(tuple(nothing), torch.full(now.acting.shape, torch.nan))
    SeatedStack(founders(game, 1, message_size=3, hears=(speaking(game)["hears"][0], None)), owner).explain(
        now, empty(game), insight
    )
    assert insight.messages is not None
    assert torch.equal(~insight.messages.isnan().any(-1), (owner[:, :1] == 0) & (torch.arange(5) < 3) & now.acting)
    assert insight.messages[::2, :3][~now.acting[::2, :3]].isnan().all()


def test_an_explanation_shows_who_hears_whom_in_the_teams_held(games, glance, founders):
    game, now = games["hunt"], glance(games["hunt"], COPIES, 0)
    owner = torch.tensor([[0, EMPTY, EMPTY], [EMPTY, 0, 0]] * (COPIES // 2))
    hears = speaking(game)["hears"][0]
    nothing = [torch.full((COPIES, game.slots(i), role.actions.size), torch.nan) for i, role in enumerate(game.roles)]
    insight = Insight(tuple(nothing), torch.full(now.acting.shape, torch.nan))
    SeatedStack(founders(game, 1, message_size=3, hears=(hears, None)), owner).explain(now, empty(game), insight)
    assert insight.hears is not None
    assert torch.equal(insight.hears[0, :3, :3], torch.tensor(hears))
    assert not insight.hears[1::2].any()
    assert not insight.hears[:, 3:].any()


def test_a_player_survives_being_taken_out_of_the_stack_and_put_back(game, founders):
    stack = founders(game, PLAYERS)
    again = Stack.of(stack.spec, [stack.player(index) for index in range(PLAYERS)], torch.device("cpu"))
    assert torch.equal(again.parameters, stack.parameters)
    assert torch.equal(again.statistics, stack.statistics)


@pytest.mark.parametrize("critic", ["centralised", "local", "counterfactual"])
@pytest.mark.parametrize("memory", ["none", "gru"])
def test_actions_are_the_same_bits_without_a_critic(critic, memory, games, founders, glance, chances):
    game = games["melee"]
    stack = founders(game, 2, critic=critic, memory=memory, memory_size=4 if memory == "gru" else 0)
    bare = Stack(stack.spec, stack.parameters.clone(), stack.statistics.clone())
    for name, piece in bare.spec.parameters.split(bare.parameters).items():
        if name.startswith("critic"):
            piece.fill_(torch.nan)
    owner = torch.tensor([[0, 1], [1, 0], [1, 1], [0, 0]])
    now, noise = glance(game, 4, seed=3), chances(game, 4)
    told = []
    for each in (stack, bare):
        seated = SeatedStack(each, owner)
        actions = [torch.zeros_like(seen[..., 0]).long() for seen in now.observation]
        carried = torch.zeros(4, len(game.seats), seated.memory_size)
        seated.act(now, carried, noise, actions)
        told.append([*actions, carried])
    assert all(map(torch.equal, *told))
