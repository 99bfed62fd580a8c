"""The rows of off-policy learners show what each seat saw at its later decision."""

import torch

from agents.acting.rollout import Experience, LastViews, Table, collect
from agents.acting.routing import EMPTY
from agents.acting.seated import SeatedStack
from agents.acting.tally import Tally
from agents.learners.columns import rows_of, shapes
from agents.learners.replay import Replay
from agents.learners.transitions import UNKNOWN, chains

CPU = torch.device("cpu")
COPIES, STEPS, PLAYERS = 5, 9, 2


def collected(game, founders, flicker, seed=0):
    stack, owner = (
        founders(game, PLAYERS, seed),
        torch.randint(EMPTY, PLAYERS, (COPIES, len(game.teams)), generator=torch.Generator().manual_seed(seed)),
    )
    experience = Experience.empty(game, STEPS, COPIES, CPU)
    experience.last = LastViews.empty(experience)
    table = Table(flicker(game, COPIES), slice(0, COPIES), SeatedStack(stack, owner), [], None)
    table.now = table.arena.restart(torch.arange(COPIES))
    with torch.no_grad():
        collect([table], experience, Tally.empty(game, COPIES, CPU), torch.Generator().manual_seed(seed))
    gamma = torch.full((COPIES, len(game.seats)), 0.9)
    told = experience.reward, experience.acting, experience.terminated, experience.truncated
    return experience, owner, chains(*told, gamma, 2, last_views=not game.turn_based)


def test_rows_are_what_a_loop_over_steps_copies_and_teams_finds(game, founders, flicker):
    experience, owner, found = collected(game, founders, flicker)
    for side, facts in enumerate(game.sides):
        columns, learner = rows_of(game, side, experience, owner, found, joint=True)
        row = 0
        for t in range(STEPS):
            for copy in range(COPIES):
                movers = experience.acting[t, copy].nonzero().flatten().tolist()
                for team in [None] if game.turn_based else facts.teams:
                    seats = movers[:1] if game.turn_based else list(game.teams[team])
                    check_row(game, side, experience, owner, found, columns, learner, (row, t, copy), seats)
                    row += 1
        assert row == len(learner)


def check_row(game, side, experience, owner, found, columns, learner, where, seats):
    row, t, copy = where
    seats = [seat for seat in seats if game.side_of_team[game.team_of_seat[seat]] == side]
    known = [seat for seat in seats if found.follows[t, copy, seat] != UNKNOWN]
    holders = {int(owner[copy, game.team_of_seat[seat]]) for seat in known}
    assert {int(learner[row])} == (holders or {EMPTY})
    place_of = {number: place for place, number in enumerate(game.sides[side].roles)}
    for position, seat in enumerate(seats):
        number = game.role_of_seat[seat]
        role, place = game.roles[number], place_of[game.role_of_seat[seat]]
        slot = 0 if game.turn_based else role.seats.index(seat)
        inside = 0 if game.turn_based else slot % role.per_team
        column = place if game.turn_based else position
        assert bool(columns["known"][row, column]) == (seat in known)
        if seat not in known:
            continue
        follows = int(found.follows[t, copy, seat])
        assert torch.equal(columns[f"{place}.observation"][row, inside], experience.observation[number][t, copy, slot])
        assert torch.equal(columns[f"{place}.action"][row, inside], experience.action[number][t, copy, slot])
        assert columns["reward"][row, column] == found.reward[t, copy, seat]
        assert columns["discount"][row, column] == found.discount[t, copy, seat]
        if follows >= 0:
            beyond = follows > STEPS
            source = experience.last.observation[number] if beyond else experience.observation[number]
            assert torch.equal(columns[f"{place}.then"][row, inside], source[follows - (STEPS + 1) * beyond, copy, slot])
        team = game.team_of_seat[seat]
        assert torch.equal(columns["state"][row], experience.states[t].each()[copy, team])


def test_a_memory_takes_the_rows(game, founders, flicker):
    experience, owner, found = collected(game, founders, flicker)
    for side in range(len(game.sides)):
        columns, learner = rows_of(game, side, experience, owner, found, joint=True)
        memory = Replay.empty(shapes(game, side, game.state_size), PLAYERS, 7, CPU)
        for player in range(PLAYERS):
            mine = learner == player
            if mine.any():
                memory.write(player, {name: values[mine] for name, values in columns.items()})
        assert memory.size.tolist() == [min(int((learner == player).sum()), 7) for player in range(PLAYERS)]
