import numpy as np
import pytest

from envs.faults import GameError, IllegalAction
from envs.stopwatch import Stopwatch
from tournaments.match.moves import decode
from tournaments.match.play import MatchTooLong, play
from tournaments.schedule.formats import Plan, round_robin


@pytest.fixture(scope="module", params=["duel", "race", "hunt", "chores"])
def name(request):
    return request.param


@pytest.fixture
def tickets(games, name):
    return round_robin(games[name], "abc", Plan(3, seed=5))


@pytest.fixture
def results(games, name, tickets, make_arena, noise_factory):
    return play(make_arena(name, 4), tickets, noise_factory(games[name]))


class Stubborn:
    """Always plays one action, legal or not."""

    memory_size = 0

    def __init__(self, action):
        self.action = action

    def act(self, now, memory, noise, actions):
        for chosen in actions:
            chosen.fill_(self.action)


def test_results_come_in_the_order_of_the_tickets(tickets, results):
    assert [result.ticket for result in results] == tickets


def test_a_match_does_not_depend_on_its_neighbours(games, name, tickets, results, make_arena, noise_factory):
    alone = [play(make_arena(name, 1), [ticket], noise_factory(games[name]))[0] for ticket in tickets]
    assert alone == results


def test_a_match_does_not_depend_on_the_order_of_tickets(games, name, tickets, results, make_arena, noise_factory):
    backwards = play(make_arena(name, 7), tickets[::-1], noise_factory(games[name]))
    assert backwards[::-1] == results


def test_the_same_tickets_give_the_same_bits(games, name, tickets, results, make_arena, noise_factory):
    assert play(make_arena(name, 4), tickets, noise_factory(games[name])) == results


def test_returns_are_the_mean_over_seats_of_summed_rewards(games, name, results):
    game = games[name]
    for result in results:
        moves = decode(game, result.actions)
        paid = np.zeros(len(game.seats))
        for role, actions in zip(game.roles, moves.actions, strict=True):
            paid[list(role.seats)] = actions.reshape(*actions.shape[:2], -1).sum((0, 2))
        assert result.returns == pytest.approx([paid[list(team)].mean() for team in game.teams], rel=1e-6)


def test_a_match_takes_the_steps_that_its_seed_says(games, name, results):
    turns = len(games[name].seats) if games[name].turn_based else 1
    assert [result.steps for result in results] == [(2 + r.ticket.seed % 5) * turns for r in results]


def test_a_time_limit_is_told_from_an_end(results):
    assert [result.truncated for result in results] == [r.ticket.seed % 2 == 0 for r in results]


def test_copies_without_a_ticket_stay_empty(games, name, make_arena, noise_factory):
    arena = make_arena(name, 40)
    results = play(arena, round_robin(games[name], "abc", Plan(1, 0)), noise_factory(games[name]))
    assert arena.restarts[0][len(results) :] == [-1] * (40 - len(results))


def test_a_copy_whose_match_is_over_plays_the_next_ticket_at_once(games, make_arena, noise_factory, ticket):
    tickets = [ticket("x", "y", match=str(seed), seed=seed) for seed in range(10)]
    arena = make_arena("duel", 2)
    results = play(arena, tickets, noise_factory(games["duel"]))
    total = sum(result.steps for result in results)
    assert total / 2 <= arena.steps < total / 2 + max(result.steps for result in results)
    assert len(arena.restarts) == 1


@pytest.mark.parametrize("pages", [1, 3])
def test_what_is_forgotten_on_the_way_is_not_needed(
    games, name, tickets, results, make_arena, noise_factory, monkeypatch, pages
):
    monkeypatch.setattr("tournaments.match.scoresheet.PAGES", pages)
    assert play(make_arena(name, 3), tickets, noise_factory(games[name])) == results


def test_a_match_does_not_depend_on_the_parts_of_the_arena(
    games, name, tickets, results, make_arena, noise_factory, monkeypatch
):
    arena = make_arena(name, 5)
    monkeypatch.setattr(arena, "parts", lambda: (make_arena(name, 2), make_arena(name, 3)))
    assert play(arena, tickets, noise_factory(games[name])) == results
    assert not arena.steps


def seatings(games, tickets, copies, make_arena, noise_factory):
    """The owners and players of every call of the factory."""
    seen = []

    def factory(owner, players):
        seen.append((owner.tolist(), players))
        return noise_factory(games["duel"])(owner, players)

    play(make_arena("duel", copies), tickets, factory)
    return seen


def test_the_factory_is_not_called_again_for_the_same_seating(games, make_arena, noise_factory):
    tickets = round_robin(games["duel"], "ab", Plan(12, 0))
    seen = seatings(games, tickets, 2, make_arena, noise_factory)
    assert seen[0] == ([[0, 1], [1, 0]], ("a", "b"))
    assert len(seen) < 4


def test_the_factory_is_called_again_for_other_players(games, make_arena, noise_factory, ticket):
    tickets = [ticket("x", "y", match="1"), ticket("z", "x", match="2"), ticket("x", "y", match="3")]
    seen = seatings(games, tickets, 1, make_arena, noise_factory)
    assert [owner for owner, _ in seen] == [[[0, 1]], [[2, 0]]]
    assert {players for _, players in seen} == {("x", "y", "z")}


def test_a_watch_is_told_of_three_phases(games, make_arena, noise_factory):
    watch = Stopwatch()
    play(make_arena("duel", 2), round_robin(games["duel"], "ab", Plan(4, 0)), noise_factory(games["duel"]), watch=watch)
    assert set(watch.seconds) == {"act", "step", "bookkeeping"}
    assert min(watch.seconds.values()) > 0


def test_an_illegal_action_names_match_and_player(make_arena, ticket):
    with pytest.raises(IllegalAction, match=r"^m \(x as seat_0\): the last action is forbidden"):
        play(make_arena("duel", 1), [ticket("x", "y")], lambda owner, players: [Stubborn(3)])


def test_a_failing_game_names_the_matches_being_played(games, make_arena, noise_factory, ticket, monkeypatch):
    def fail(*_):
        raise GameError("the board fell down")

    arena = make_arena("duel", 2)
    monkeypatch.setattr(arena, "step", fail)
    tickets = [ticket("x", "y", match=f"m{seed}", seed=seed) for seed in range(4)]
    with pytest.raises(GameError, match=r"^m0 … m1: the board fell down$"):
        play(arena, tickets, noise_factory(games["duel"]))


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
