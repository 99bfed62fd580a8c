"""Teams that several players share."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tournaments.match.moves import decode
from tournaments.match.play import play
from tournaments.match.sharing import layers, sharing
from tournaments.schedule.crossplay import cross_play
from tournaments.schedule.formats import Plan


class Constant:
    """Plays the same action in all seats of the teams that it holds, remembers it, and notes whom it saw acting."""

    memory_size = 1

    def __init__(self, game, holds, action, saw):
        self.holds, self.action, self.saw = holds[:, list(game.team_of_seat)], action, saw

    def act(self, now, memory, noise, actions):
        self.saw.append(now.acting.clone())
        memory[..., 0][self.holds] = self.action
        for chosen in actions:
            chosen[self.holds] = self.action


@pytest.fixture
def saw():
    return []


@pytest.fixture
def factory(games, saw):
    def make(owner, players):
        return [Constant(games["chores"], owner == place, int(name), saw) for place, name in enumerate(players)]

    return sharing(games["chores"], make)


def test_every_seat_is_played_by_its_player(games, make_arena, factory):
    tickets = cross_play(games["chores"], "012", Plan(4, seed=3))
    for result in play(make_arena("chores", 3), tickets, factory):
        players = result.ticket.players if len(result.ticket.players) == 2 else result.ticket.players * 2
        assert (decode(games["chores"], result.actions).actions[0] == [int(player) for player in players]).all()


def test_a_shared_match_does_not_depend_on_its_neighbours(games, make_arena, factory):
    tickets = cross_play(games["chores"], "012", Plan(2, seed=3))
    together = play(make_arena("chores", 5), tickets, factory)
    assert [play(make_arena("chores", 1), [ticket], factory)[0] for ticket in tickets] == together


def test_partners_are_not_in_the_game(games, make_arena, factory, saw):
    shared = [ticket for ticket in cross_play(games["chores"], "01", Plan(2, seed=0)) if len(ticket.players) == 2]
    play(make_arena("chores", 2), shared, factory)
    assert all((acting.sum(1) <= 1).all() for acting in saw)


@given(data=st.data())
def test_every_seat_is_in_one_layer(games, data):
    game = games[data.draw(st.sampled_from(["crowd", "chores", "hunt"]))]
    rows = st.lists(st.integers(-1, 3), min_size=len(game.seats), max_size=len(game.seats))
    owner = torch.tensor(data.draw(st.lists(rows, min_size=1, max_size=4)))
    found = list(layers(game, owner))
    held = sum(seats.int() for _, seats in found) if found else torch.zeros_like(owner)
    assert torch.equal(held, (owner != -1).int())
    for teams, seats in found:
        by_seat = teams[:, list(game.team_of_seat)]
        assert bool((by_seat[seats] == owner[seats]).all())


def test_tables_of_teams_pass_unchanged(games):
    owner = torch.zeros(2, 1, dtype=torch.int64)
    assert sharing(games["chores"], lambda given, players: given)(owner, ("a",)) is owner


def test_what_is_carried_stays_with_its_seat(make_arena, factory):
    memory, actions = torch.full((1, 2, 1), 9.0), [torch.zeros(1, 2, dtype=torch.int64)]
    for actor in factory(torch.tensor([[1, 0]]), ("3", "4")):
        actor.act(make_arena("chores", 1).restart(torch.tensor([1])), memory, [], actions)
    assert np.array_equal(memory[0, :, 0], [4.0, 3.0])
    assert actions[0].tolist() == [[4, 3]]
