"""Matches that begin with random moves."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from envs.bots.registry import BotActor, find_bot
from envs.description import describe
from envs.factory import make
from envs.game import GameSetup
from tournaments.human.replay_text import lines
from tournaments.match.moves import decode
from tournaments.match.play import play
from tournaments.replay.format import load, save
from tournaments.replay.recorder import record
from tournaments.replay.verification import check
from tournaments.schedule.formats import Plan, round_robin

GAMES = ("classic/tictactoe_v3", "classic/leduc_holdem_v4", "mpe2/simple_tag_v3")


def cast(game):
    bot = find_bot("random", game)
    return lambda owner, players: [BotActor(game, bot, owner == index) for index in range(len(players))]


def matches(name, copies=4, twin="auto", opening=6):
    game = describe(name)
    arena = make(name, copies, twin=twin, fresh=True)
    found = play(arena, round_robin(game, "ab", Plan(8, 3, opening=opening)), cast(game))
    arena.close()
    return found


@pytest.mark.parametrize("name", GAMES)
def test_all_games_of_a_series_begin_with_the_same_moves(name):
    game, results = describe(name), matches(name)
    series = {}
    for result in results:
        series.setdefault(result.ticket.series, []).append(decode(game, result.actions))
    assert len({moves[0].opening for moves in series.values()}) > 1
    for moves in series.values():
        k = moves[0].opening
        assert 1 <= k <= 6
        for one in moves:
            assert one.opening == k
            assert len(one.acting) > k
            assert all(np.array_equal(a[:k], b[:k]) for a, b in zip(one.actions, moves[0].actions, strict=True))
    firsts = {moves[0].actions[0][: moves[0].opening].tobytes() for moves in series.values()}
    assert len(firsts) > 1


@pytest.mark.parametrize("name", GAMES)
def test_an_opening_does_not_depend_on_neighbours_or_on_the_kind_of_arena(name):
    assert matches(name) == matches(name, copies=40) == matches(name, copies=1, twin="never")


def test_no_opening_leaves_every_match_as_it_was():
    game = describe(GAMES[0])
    plain = play(make(GAMES[0], 4), round_robin(game, "ab", Plan(8, 3)), cast(game))
    assert matches(GAMES[0], opening=0) == plain
    assert matches(GAMES[0]) != plain


def test_players_decide_nothing_in_the_opening_and_see_nothing_of_it():
    game, seen = describe(GAMES[0]), []

    class Watching:
        memory_size = 0

        def act(self, now, memory, noise, actions):
            seen.append(now.observation[0].sum((1, 2))[now.acting.any(1)])
            actions[0].copy_(now.legal[0].int().argmax(-1))

    arena = make(GAMES[0], 2)
    tickets = [replace(ticket, opening=4) for ticket in round_robin(game, "ab", Plan(2, 3))]
    results = play(arena, tickets, lambda owner, players: [Watching()])
    k = decode(game, results[0].actions).opening
    assert float(torch.cat(seen).min()) == k
    assert len(torch.cat(seen)) == sum(result.steps - k for result in results)


@pytest.mark.parametrize("name", GAMES)
def test_a_replay_of_a_match_with_an_opening_is_verified_and_marks_it(name, tmp_path):
    game, result = describe(name), matches(name)[0]
    replay = record(result, GameSetup(name), cast(game))
    save(replay, tmp_path / "one.replay.json.gz")
    assert load(tmp_path / "one.replay.json.gz") == replay
    assert check(replay).verified
    k = replay.begins
    assert k == decode(game, result.actions).opening
    known = [[decision.probabilities for decision in step.decisions] for step in replay.steps]
    assert not any(each for step in known[:k] for each in step)
    assert all(each for step in known[k:] for each in step) or game.roles[0].actions.kind == "continuous"
    assert any("has the random move" in line for line in lines(replay, 0))
    assert any("chooses" in line for line in lines(replay, k))
    assert not check(replace(replay, begins=k - 1)).verified
