import base64
import io
import json

import pytest
from PIL import Image

from envs.drawing import DRAWINGS, draw, text
from envs.game import GameSetup
from envs.registry import construct

C4, TTT, RPS, TAG = DRAWINGS


def after(name, moves, render=False, **options):
    """A stock environment after these actions: one seat's each in turn-based games, else one list for all seats."""
    environment = construct(GameSetup(name, options), render=render)
    environment.reset(seed=0)
    for move in moves:
        environment.step(dict(zip(environment.agents, move, strict=True)) if isinstance(move, list) else move)
    return environment


@pytest.mark.parametrize(("name", "moves"), [(C4, [3, 3]), (TTT, [4, 0]), (RPS, [[0, 1]]), (TAG, [[1, 2, 3, 4]])])
def test_a_frame_is_plain_json(name, moves):
    frame = draw(name, after(name, moves))
    assert json.loads(json.dumps(frame)) == frame


@pytest.mark.parametrize("name", DRAWINGS)
def test_every_shape_lies_within_the_frame(name):
    frame = draw(name, after(name, []))
    for shape in frame["shapes"]:
        xs = [shape[key] for key in ("x", "x1", "x2") if key in shape]
        ys = [shape[key] for key in ("y", "y1", "y2") if key in shape]
        assert all(0 <= x <= frame["width"] for x in xs)
        assert all(0 <= y <= frame["height"] for y in ys)


def test_a_piece_in_connect_four_lies_at_the_bottom_of_its_column():
    frame = draw(C4, after(C4, [3]))
    piece = next(shape for shape in frame["shapes"] if shape["color"] == "#c8452f")
    assert (piece["x"], piece["y"]) == (140, 220)


def test_connect_four_in_the_terminal_shows_the_board_and_the_columns():
    assert text(C4, draw(C4, after(C4, [3, 3, 0]))).splitlines()[-4:] == [
        "│ · · · ○ · · · │",
        "│ ● · · ● · · · │",
        "└───────────────┘",
        "  0 1 2 3 4 5 6",
    ]


def test_tic_tac_toe_in_the_terminal_numbers_the_empty_cells_as_the_actions_are():
    assert text(TTT, draw(TTT, after(TTT, [4, 3]))).splitlines()[1:-1] == ["│ 0 O 6 │", "│ 1 X 7 │", "│ 2 5 8 │"]


def test_rock_paper_scissors_in_the_terminal_names_the_moves():
    assert text(RPS, draw(RPS, after(RPS, [[0, 2]]))) == "Rock : Scissors"


def test_nobody_has_moved_before_the_first_round():
    assert text(RPS, draw(RPS, after(RPS, []))) == "– : –"


def test_the_chase_in_the_terminal_shows_all_kinds_of_things():
    assert {"#", "X", "o"} <= set(text(TAG, draw(TAG, after(TAG, [], num_good=2))))


def test_up_is_up_in_the_picture_of_the_chase():
    below, above = (draw(TAG, after(TAG, [[0, 0, 0, move]] * 4))["shapes"][-1]["y"] for move in (3, 4))
    assert above < below


def test_another_game_is_photographed_where_it_can_be():
    frame = draw("mpe2/simple_spread_v3", after("mpe2/simple_spread_v3", [], render=True))
    image = Image.open(io.BytesIO(base64.b64decode(frame["png"])))
    assert image.size == (frame["width"], frame["height"]) == (320, 320)


def test_another_game_made_without_pictures_gives_an_empty_frame():
    assert draw("mpe2/simple_spread_v3", after("mpe2/simple_spread_v3", []))["shapes"] == []


def test_another_game_has_no_drawing_for_the_terminal():
    assert text("mpe2/simple_spread_v3", {"width": 1, "height": 1, "shapes": []}) is None
