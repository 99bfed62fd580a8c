"""Perfect play in solved games, and the judge of decisions."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import settings as budget_of
from hypothesis import strategies as st

from envs.bots import four
from envs.bots.minimax import values
from envs.bots.perfect import BUDGET, UNKNOWN, is_mistake, judged, outcomes
from envs.bots.registry import find_bot
from envs.description import describe
from envs.factory import make
from envs.faults import GameError
from envs.twins.connect_four import CONNECT_FOUR
from tournaments.match.moves import decode
from tournaments.match.play import play
from tournaments.schedule.formats import Plan, round_robin

FOUR, THREE = "classic/connect_four_v3", "classic/tictactoe_v3"


def played(name, players, games, opening=0):
    from envs.bots.registry import BotActor

    game = describe(name)
    bots = {player: find_bot(player.split("#")[0], game) for player in players}

    def cast(owner, seated):
        return [BotActor(game, bots[player], owner == index) for index, player in enumerate(seated)]

    arena = make(name, games, fresh=True)
    return game, play(arena, round_robin(game, players, Plan(games, 3, opening=opening)), cast)


def score(results, player):
    points = [(1 + result.returns[result.ticket.players.index(player)]) / 2 for result in results]
    return sum(points) / len(points)


def moves_of(game, result):
    return decode(game, result.actions).actions[0].sum(1).tolist()


def late_positions(seed, count=12, pieces=33):
    game, results = played(FOUR, ["random#1", "random#2"], 300)
    rows = [moves_of(game, result)[:pieces] for result in results if result.steps > pieces]
    chosen = np.random.default_rng(seed).choice(len(rows), count)
    own, other = np.zeros(count, np.int64), np.zeros(count, np.int64)
    for place, row in enumerate(chosen.tolist()):
        for column in rows[row]:
            piece = ((own[place] | other[place]) + (1 << column * 7)) & (63 << column * 7)
            own[place], other[place] = other[place], own[place] | piece
    return own, other


def test_the_search_agrees_with_a_look_at_every_continuation():
    own, other = late_positions(0)
    whole = values(CONNECT_FOUR, torch.from_numpy(own), torch.from_numpy(other), 9).amax(-1)
    expected = torch.where(whole.isinf(), 0.0, whole.sign())
    assert four.worth(own, own | other, BUDGET).tolist() == expected.tolist()
    assert len(set(expected.tolist())) > 1


def test_an_answer_depends_on_the_position_and_the_budget_only():
    own, other = late_positions(1, pieces=20)
    together = four.worth(own, own | other, 300)
    backwards = four.worth(own[::-1].copy(), (own | other)[::-1].copy(), 300)[::-1]
    alone = [int(four.worth(own[at : at + 1], (own | other)[at : at + 1], 300)[0]) for at in range(len(own))]
    assert together.tolist() == backwards.tolist() == alone
    assert UNKNOWN in four.worth(own, own | other, 1)
    full = four.worth(own, own | other, BUDGET)
    assert UNKNOWN not in full
    assert all(here in (UNKNOWN, there) for here, there in zip(together.tolist(), full.tolist(), strict=True))


def test_tictactoe_is_drawn_from_every_first_move():
    assert outcomes(THREE, np.zeros(1, np.int64), np.zeros(1, np.int64)).tolist() == [[0] * 9]


@pytest.mark.parametrize(
    ("actions", "number", "expected"),
    [
        ([0, 4], 1, (0, 0)),  # the centre is the only answer to a corner
        ([0, 1], 1, (0, -1)),
        ([0, 1, 4], 2, (1, 1)),
        ([0, 1, 2], 2, (1, 0)),
        ([0, 1, 4, 8, 2], 4, (1, 0)),
        ([0, 3, 1, 4, 2], 4, (1, 1)),  # it wins at once
    ],
)
def test_decisions_of_tictactoe_are_judged_as_by_hand(actions, number, expected):
    assert judged(THREE, [(actions, number)]) == [expected]


def test_what_is_a_mistake():
    assert [is_mistake(*pair) for pair in ((1, 1), (1, 0), (1, -1), (0, 0), (0, -1), (-1, -1))] == [
        False, True, True, False, True, False,
    ]  # fmt: skip
    assert is_mistake(UNKNOWN, 0) is is_mistake(1, UNKNOWN) is None
    assert is_mistake(-1, UNKNOWN) is False


def rate(name, first, player, games, opening=0):
    game, results = played(name, [player, "random#2"], games, opening)
    decisions = []
    for result in results:
        seat = result.ticket.players.index(player)
        moves = moves_of(game, result)
        decisions += [(moves, number) for number in range(first, len(moves)) if number % 2 == seat]
    found = [is_mistake(*pair) for pair in judged(name, decisions)]
    assert None not in found
    return sum(found) / len(found), score(results, player)


def test_the_perfect_player_makes_no_mistake_in_tictactoe_and_others_do():
    mistakes, points = rate(THREE, 0, "perfect", 40)
    assert mistakes == 0
    assert points > 0.85
    assert rate(THREE, 0, "random#1", 40)[0] > 0.1
    _, results = played(THREE, ["perfect", "perfect#2"], 20)
    assert score(results, "perfect") == 0.5


def test_the_perfect_player_makes_no_mistake_in_connect_four_and_others_do():
    assert rate(FOUR, 20, "perfect", 8, opening=20)[0] == 0
    assert rate(FOUR, 20, "random#1", 20, opening=20)[0] > 0.05


def test_in_rock_paper_scissors_it_takes_every_action_equally_often():
    game, results = played("classic/rps_v2", ["perfect", "random#2"], 40)
    taken = np.bincount(np.concatenate([decode(game, result.actions).actions[0][:, 0] for result in results]), minlength=3)
    assert taken.min() > 0.25 * taken.sum()


def test_a_game_that_is_not_solved_is_refused_in_a_sentence():
    with pytest.raises(GameError, match=r"The bot perfect plays .*, not classic/leduc_holdem_v4"):
        find_bot("perfect", describe("classic/leduc_holdem_v4"))


@budget_of(max_examples=20)
@given(st.integers(0, 2**31 - 1))
def test_a_position_and_its_mirror_image_are_worth_the_same(seed):
    own, other = late_positions(seed, count=2, pieces=24)

    def mirrored(board):
        return np.array([sum(((int(b) >> 7 * c) & 127) << 7 * (6 - c) for c in range(7)) for b in board])

    assert four.worth(own, own | other, BUDGET).tolist() == four.worth(mirrored(own), mirrored(own | other), BUDGET).tolist()
