"""What critics see: the state, facts besides, and the actions of team-mates; never a dead seat's, and never one's own."""

import pytest
import torch

from agents.models.architecture import Architecture
from agents.models.critics import action_values, of_taken
from agents.models.facts import OPPONENTS, UNKNOWN, fact_size, identity, with_facts
from agents.models.spec import PlayerSpec
from envs.states import States

PLAYERS, ROWS = 2, 5


@pytest.fixture
def judged(games, founders):
    """The values of all actions in rows of a team of three, of two roles; actions and seats that are present may change."""
    game = games["melee"]
    stack = founders(game, PLAYERS, critic="counterfactual")
    generator = torch.Generator().manual_seed(0)
    state = torch.randn(PLAYERS, ROWS, game.state_size, generator=generator)
    taken = [torch.randint(0, size, (PLAYERS, ROWS, seats), generator=generator) for size, seats in ((3, 2), (2, 1))]
    here = [torch.ones(PLAYERS, ROWS, seats, dtype=torch.bool) for seats in (2, 1)]

    def judge(actions=taken, present=here):
        pieces, statistics = stack.spec.parameters.split(stack.parameters), stack.spec.statistics.split(stack.statistics)
        return action_values(stack.spec, pieces, statistics, 0, state, actions, present)

    return judge, taken, here


def changed(actions, role, seat):
    """The same actions but for one seat, which takes the next one."""
    other = [action.clone() for action in actions]
    other[role][..., seat] = (other[role][..., seat] + 1) % (3, 2)[role]
    return other


def blank(game):
    """The joint states of a game in which all numbers are 0."""
    return States.of(torch.zeros(1, len(game.teams), game.state_size))


def test_there_is_a_value_for_every_action_of_every_seat(judged):
    judge, taken, _ = judged
    first, second = judge()
    assert (first.shape, second.shape) == ((PLAYERS, ROWS, 2, 3), (PLAYERS, ROWS, 1, 2))
    values = of_taken([first, second], taken)
    assert float(values[1, 3, 0]) == float(first[1, 3, 0, taken[0][1, 3, 0]])
    assert float(values[1, 3, 2]) == float(second[1, 3, 0, taken[1][1, 3, 0]])


@pytest.mark.parametrize(("role", "seat"), [(0, 0), (0, 1), (1, 0)])
def test_the_values_of_a_seat_depend_on_the_actions_of_all_others_and_not_on_its_own(judged, role, seat):
    judge, taken, _ = judged
    before, after = (torch.cat([x.flatten(2) for x in judge(each)], 2) for each in (taken, changed(taken, role, seat)))
    own = {(0, 0): slice(0, 3), (0, 1): slice(3, 6), (1, 0): slice(6, 8)}
    for who, columns in own.items():
        same = torch.isclose(before[..., columns], after[..., columns], atol=1e-7)
        assert same.all() if who == (role, seat) else not same.any()


def test_the_action_of_a_dead_team_mate_is_not_seen_and_that_of_a_living_one_is(judged):
    judge, taken, here = judged
    dead = [here[0].clone(), here[1]]
    dead[0][..., 1] = False
    before, after = judge(taken, dead), judge(changed(taken, 0, 1), dead)
    assert all(map(torch.equal, before, after))
    moved = judge(changed(taken, 1, 0), dead)
    assert not torch.isclose(before[0], moved[0], atol=1e-7).any()


def test_a_seat_alone_sees_the_state_and_nothing_else(games):
    spec = PlayerSpec(games["siege"], Architecture(critic="counterfactual"))
    assert spec.judged(0) == (0, 0)
    assert dict(spec.parameters.shapes)["critic.role0.0.weight"][0] == games["siege"].state_size


def test_presence_begins_with_the_own_team_and_shows_who_is_dead(games):
    game = games["melee"]
    acting = torch.tensor([[True, False, True, False, False, True]])
    first, second = ([bool(acting[0, seat]) for seat in game.teams[k]] for k in range(2))
    seen = with_facts(game, ("presence",), blank(game), acting, None).each()[0, :, game.state_size :]
    assert seen.tolist() == [[*map(float, first + second)], [*map(float, second + first)]]


def test_opponents_are_marked_for_every_team_but_their_own_and_the_unknown_are_not(games):
    game = games["hunt"]  # three teams
    who = torch.tensor([[identity("bot:random"), 5, UNKNOWN]])
    seen = with_facts(game, ("opponent",), blank(game), torch.ones(1, 5, dtype=torch.bool), who).each()
    told = seen[0, :, game.state_size :]
    expected = torch.zeros(3, OPPONENTS)
    expected[0, 5] = expected[1, identity("bot:random")] = 0.5
    expected[2, 5] = expected[2, identity("bot:random")] = 0.5
    assert torch.equal(told, expected)
    nobody = with_facts(game, ("opponent",), blank(game), torch.ones(1, 5, dtype=torch.bool), None).each()
    assert not nobody.any()


def test_without_facts_the_state_is_what_it_was(games):
    state = States.of(torch.randn(1, 2, games["melee"].state_size, generator=torch.Generator()))
    assert with_facts(games["melee"], (), state, torch.ones(1, 6, dtype=torch.bool), None) is state
    assert fact_size(games["melee"], ()) == 0
    assert fact_size(games["melee"], ("presence", "opponent")) == 6 + OPPONENTS


def test_the_index_of_a_player_is_the_same_on_every_machine():
    assert [identity(name) for name in ("bot:random", "main-01", "main-02-g003")] == [14, 18, 20]
