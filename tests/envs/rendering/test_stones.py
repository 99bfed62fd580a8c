"""Drawings of chess and go, and the names of their moves, held against the stock games."""

import numpy as np
import pytest

from envs.description import describe
from envs.game import GameSetup
from envs.registry import construct
from envs.rendering.drawing import draw, text
from envs.rendering.labels import called, labels, names_here, names_in

CHESS, GO = "classic/chess_v6", "classic/go_v5"


def played(name, actions, **options):
    environment = construct(GameSetup(name, options))
    environment.reset(seed=0)
    for action in actions:
        environment.step(action)
    return environment


def action_named(frame, agent, name):
    return next(int(action) for action, known in frame["names"][agent].items() if known == name)


def chess_after(*names):
    environment = played(CHESS, [])
    for name in names:
        environment.step(action_named(draw(CHESS, environment), environment.agent_selection, name))
    return environment


def test_every_legal_move_of_chess_has_its_name():
    environment = played(CHESS, [])
    names = draw(CHESS, environment)["names"]["player_0"]
    assert {int(action) for action in names} == set(np.flatnonzero(environment.last()[0]["action_mask"]))
    assert {"e4", "Nf3", "a3"} <= set(names.values())


def test_moves_of_chess_are_made_by_their_names_until_mate():
    environment = chess_after("f3", "e5", "g4", "Qh4#")
    assert environment.unwrapped.board.is_checkmate()
    assert draw(CHESS, environment)["names"] == {}


def test_the_board_of_chess_is_seen_from_white():
    frame = draw(CHESS, chess_after("e4", "c5"))
    assert frame["men"][0] == "rnbqkbnr"
    assert frame["men"][4] == "....P..."
    assert frame["men"][3] == "..p....."
    assert [shape["text"][0] for shape in frame["shapes"] if shape["kind"] == "text"].count("♟") == 8


def test_chess_in_characters_names_ranks_files_and_colour():
    lines = text(CHESS, draw(CHESS, played(CHESS, [])), seat=1).splitlines()
    assert lines[0].startswith("8 ♜")
    assert lines[7].startswith("1 ♖")
    assert lines[8].split() == list("abcdefgh")
    assert lines[9] == "  you are black"


@pytest.mark.parametrize("size", [5, 9, 19])
def test_points_of_go_are_called_as_the_game_calls_them(size):
    from pettingzoo.classic.go import coords

    environment = played(GO, [], board_size=size)
    role = describe(GameSetup(GO, {"board_size": size})).roles[0]
    assert list(labels(GO, role)) == [coords.to_gtp(coords.from_flat(action)) for action in range(size**2 + 1)]
    environment.close()


def test_a_stone_lies_where_its_name_says():
    environment = played(GO, [9 * 2 + 3, 81, 80], board_size=9)
    drawn = draw(GO, environment)
    assert drawn["board"][2][3] == 0
    assert drawn["board"][8][8] == 0
    lines = text(GO, drawn, seat=0).splitlines()
    assert lines[2].split() == ["7", *"···●·····"]
    assert lines[9].split() == list("ABCDEFGHJ")
    assert lines[10] == "  you are ● black"


class Spoken:
    """What an environment of one's own may say about its actions."""

    agents = ("p_0", "p_1")

    def __init__(self, action_names, **more):
        self.action_names = action_names
        vars(self).update(more)


@pytest.mark.parametrize(
    ("environment", "names"),
    [
        (Spoken(["left", "right"]), {"p_0": {"0": "left", "1": "right"}, "p_1": {"0": "left", "1": "right"}}),
        (Spoken({3: "jump"}, agent_selection="p_1"), {"p_1": {"3": "jump"}}),
        (Spoken(lambda agent: [f"{agent} waits"], agent_selection="p_0"), {"p_0": {"0": "p_0 waits"}}),
        (Spoken(lambda agent: 1 / 0, agent_selection="p_0"), {}),
        (Spoken(7, agent_selection="p_0"), {}),
        (Spoken(None), {}),
    ],
)
def test_an_environment_may_name_its_actions(environment, names):
    assert names_here(environment) == names


def test_a_name_of_the_position_goes_before_one_of_the_role():
    assert called(1, ("a", "b"), {"1": "b takes a"}) == "b takes a"
    assert called(1, ("a", "b"), {}) == "b"
    assert called(5, ("a", "b"), {}) == "5"


@pytest.mark.parametrize("frame", [None, {}, {"names": 4}, {"names": {"p_0": ["a"]}}, {"names": {"p_1": {"0": "a"}}}])
def test_a_frame_without_names_for_an_agent_has_none(frame):
    assert names_in(frame, "p_0") == {}
