import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from envs.arena import IllegalAction
from tournaments.match import MatchTooLong, counter_noise, play
from tournaments.moves import decode
from tournaments.schedule import Plan, round_robin


@pytest.fixture(scope="module", params=["duel", "race", "hunt", "chores"])
def name(request):
    return request.param


@pytest.fixture
def tickets(games, name):
    return round_robin(games[name], "abc", Plan(3, seed=5))


@pytest.fixture
def results(games, name, tickets, make_arena, noise_cast):
    return play(make_arena(name, 4), tickets, noise_cast(games[name]))


class Stubborn:
    """Always plays one action, legal or not."""

    def __init__(self, action):
        self.action = action

    def act(self, now, noise, actions):
        for chosen in actions:
            chosen.fill_(self.action)


def test_results_come_in_the_order_of_the_tickets(tickets, results):
    assert [result.ticket for result in results] == tickets


def test_a_match_does_not_depend_on_its_neighbours(games, name, tickets, results, make_arena, noise_cast):
    alone = [play(make_arena(name, 1), [ticket], noise_cast(games[name]))[0] for ticket in tickets]
    assert alone == results


def test_a_match_does_not_depend_on_the_order_of_tickets(games, name, tickets, results, make_arena, noise_cast):
    backwards = play(make_arena(name, 7), tickets[::-1], noise_cast(games[name]))
    assert backwards[::-1] == results


def test_the_same_tickets_give_the_same_bits(games, name, tickets, results, make_arena, noise_cast):
    assert play(make_arena(name, 4), tickets, noise_cast(games[name])) == results


def test_returns_are_the_mean_over_seats_of_summed_rewards(games, name, results):
    game = games[name]
    for result in results:
        moves = decode(game, result.actions)
        paid = np.zeros(len(game.seats))
        for role, actions in zip(game.roles, moves.actions, strict=True):
            paid[list(role.seats)] = actions.reshape(*actions.shape[:2], -1).sum((0, 2))
        assert result.returns == pytest.approx([paid[list(team)].mean() for team in game.teams], rel=1e-6)


def test_finished_games_rest_until_the_wave_is_over(games, name, results):
    turns = len(games[name].seats) if games[name].turn_based else 1
    assert [result.steps for result in results] == [(2 + r.ticket.seed % 5) * turns for r in results]


def test_a_time_limit_is_told_from_an_end(results):
    assert [result.truncated for result in results] == [r.ticket.seed % 2 == 0 for r in results]


def test_the_last_wave_is_filled_with_empty_copies(games, tickets, make_arena, noise_cast):
    arena = make_arena("duel", 4)
    play(arena, round_robin(games["duel"], "abc", Plan(1, 0)), noise_cast(games["duel"]))
    assert arena.restarts[-1][2:] == [-1, -1]


def test_every_wave_is_cast_anew_with_its_own_owners(games, make_arena, noise_cast):
    seen = []

    def cast(owner, players):
        seen.append((owner.tolist(), players))
        return noise_cast(games["duel"])(owner, players)

    play(make_arena("duel", 2), round_robin(games["duel"], "ab", Plan(3, 0)), cast)
    assert seen == [([[0, 1], [1, 0]], ("a", "b"))] * 2


def test_an_illegal_action_names_match_and_player(make_arena, ticket):
    with pytest.raises(IllegalAction, match=r"^m \(x as seat_0\): the last action is forbidden"):
        play(make_arena("duel", 1), [ticket("x", "y")], lambda owner, players: [Stubborn(3)])


def test_an_endless_match_is_given_up_with_its_id(make_arena, ticket):
    with pytest.raises(MatchTooLong, match="m: not over after 3 steps"):
        play(make_arena("duel", 1), [ticket("x", "y")], lambda owner, players: [Stubborn(0)], max_steps=3)


def test_tickets_of_another_game_are_refused(make_arena, ticket):
    with pytest.raises(ValueError, match="m seats 3 teams, but duel has 2"):
        play(make_arena("duel", 1), [ticket("x", "y", "z")], lambda owner, players: [])


def test_one_name_with_two_weights_is_refused(games, make_arena):
    one, other = (round_robin(games["duel"], "ab", Plan(1, 0, weights={"a": w})) for w in ("1f", "2e"))
    with pytest.raises(ValueError, match="a has other weights"):
        play(make_arena("duel", 1), one + other, lambda owner, players: [])


def test_nothing_to_play_gives_no_results(make_arena):
    assert play(make_arena("duel", 1), [], lambda owner, players: []) == []


@given(seed=st.integers(0, 2**31 - 1), step=st.integers(0, 10**6), neighbours=st.lists(st.integers(0, 2**31 - 1), max_size=4))
def test_noise_is_a_function_of_seed_step_slot_and_action(seed, step, neighbours):
    alone = counter_noise(torch.tensor([seed]), step, 2, 3)
    among = counter_noise(torch.tensor([*neighbours, seed]), step, 3, 5)
    assert torch.equal(alone[0], among[-1, :2, :3])


@given(seed=st.integers(0, 2**31 - 1), step=st.integers(0, 10**6))
def test_noise_lies_strictly_between_0_and_1(seed, step):
    noise = counter_noise(torch.tensor([seed]), step, 4, 16)
    assert bool(((noise > 0) & (noise < 1)).all())


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_noise_is_bit_equal_on_a_gpu():
    seeds = torch.arange(1000) * 2_147_483
    assert torch.equal(counter_noise(seeds, 77, 3, 9), counter_noise(seeds.cuda(), 77, 3, 9).cpu())


def test_roles_do_not_share_noise():
    seeds = torch.arange(8)
    assert torch.equal(counter_noise(seeds, 0, 1, 4, first=2), counter_noise(seeds, 0, 3, 4)[:, 2:])


@pytest.mark.parametrize("axis", ["seeds", "steps", "slots", "actions"])
def test_noise_is_uniform_and_uncorrelated_along(axis):
    seeds, zero = torch.arange(4096), torch.zeros(1, dtype=torch.int64)
    noise = {
        "seeds": lambda: counter_noise(seeds, 0, 1, 1).flatten(),
        "steps": lambda: torch.cat([counter_noise(zero, step, 1, 1).flatten() for step in range(4096)]),
        "slots": lambda: counter_noise(zero, 0, 4096, 1).flatten(),
        "actions": lambda: counter_noise(zero, 0, 1, 4096).flatten(),
    }[axis]().double()
    counts = torch.histc(noise, 16, 0, 1)
    chi_square = float(((counts - 256) ** 2 / 256).sum())
    assert chi_square < 37.7  # 15 degrees of freedom, p = 0.001
    assert abs(float(torch.corrcoef(torch.stack([noise[1:], noise[:-1]]))[0, 1])) < 0.06
