import base64
import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from envs.description import describe
from envs.game import GameSetup
from envs.registry import construct, games
from envs.rendering.drawing import DRAWINGS, TEXTS, WORLDS, draw, text

C4, TTT, RPS = "classic/connect_four_v3", "classic/tictactoe_v3", "classic/rps_v2"
LEDUC, TEXAS, NO_LIMIT = "classic/leduc_holdem_v4", "classic/texas_holdem_v4", "classic/texas_holdem_no_limit_v6"
TAG, SPREAD, REFERENCE = "mpe2/simple_tag_v3", "mpe2/simple_spread_v3", "mpe2/simple_reference_v3"
SPEAKER, ADVERSARY, CRYPTO = "mpe2/simple_speaker_listener_v4", "mpe2/simple_adversary_v3", "mpe2/simple_crypto_v3"
PAINTED = f"{Path(__file__).parents[1]}/games/painted.py:Painted"
CALL, RAISE, FOLD, CHECK = range(4)

pytestmark = pytest.mark.filterwarnings("ignore:.*precision lowered by casting:UserWarning")  # hold'em without limit


def after(name, moves, render=False, **options):
    """A stock environment after these actions: one seat's each in turn-based games, else one list for all seats."""
    environment = construct(GameSetup(name, options), render=render)
    environment.reset(seed=0)
    for move in moves:
        environment.step(dict(zip(environment.agents, move, strict=True)) if isinstance(move, list) else move)
    return environment


def played(name, steps=4):
    """A stock environment after some random legal actions."""
    environment, random = construct(GameSetup(name)), np.random.default_rng(1)
    environment.reset(seed=1)
    for _ in range(steps):
        if name in WORLDS or name == RPS:
            moves = {agent: int(random.integers(environment.action_space(agent).n)) for agent in environment.agents}
            environment.step(moves)
        elif environment.agents and not environment.terminations[environment.agent_selection]:
            environment.step(int(random.choice(np.flatnonzero(environment.last()[0]["action_mask"]))))
    return environment


def colors(frame, kind):
    return {shape["color"] for shape in frame["shapes"] if shape["kind"] == kind}


def said(frame):
    return [shape["text"] for shape in frame["shapes"] if shape["kind"] == "text"]


def notes(name, environment, seat=None):
    """The lines below the map."""
    lines = text(name, draw(name, environment), seat).splitlines()
    return [line.strip() for line in lines[next(n for n, line in enumerate(lines) if line.startswith("└")) + 1 :]]


def test_all_particle_worlds_have_a_drawing():
    assert {game.name for game in games() if game.name.startswith("mpe2/")} == set(WORLDS)


def test_what_has_a_drawing_can_be_shown_in_the_terminal():
    assert DRAWINGS.keys() == TEXTS.keys()


@pytest.mark.parametrize("steps", [0, 4])
@pytest.mark.parametrize("name", DRAWINGS)
def test_a_frame_is_plain_json(name, steps):
    frame = draw(name, played(name, steps))
    assert json.loads(json.dumps(frame, allow_nan=False)) == frame


@pytest.mark.parametrize("steps", [0, 4])
@pytest.mark.parametrize("name", DRAWINGS)
def test_every_shape_lies_within_the_frame(name, steps):
    frame = draw(name, played(name, steps))
    for shape in frame["shapes"]:
        xs = [shape[key] for key in ("x", "x1", "x2") if key in shape]
        ys = [shape[key] for key in ("y", "y1", "y2") if key in shape]
        assert all(0 <= x <= frame["width"] for x in xs)
        assert all(0 <= y <= frame["height"] for y in ys)


@pytest.mark.parametrize("name", DRAWINGS)
def test_every_shape_is_of_a_kind_that_viewers_know(name):
    keys = {
        "circle": {"x", "y", "r"},
        "rect": {"x", "y", "w", "h"},
        "line": {"x1", "y1", "x2", "y2", "width"},
        "text": {"x", "y", "size", "text"},
    }
    for shape in draw(name, played(name))["shapes"]:
        assert set(shape) - {"kind", "color", "mark", "seat"} == keys[shape["kind"]]


@pytest.mark.parametrize("name", WORLDS)
def test_every_agent_of_a_particle_world_is_drawn_with_its_seat(name):
    seats = [shape["seat"] for shape in draw(name, played(name))["shapes"] if "seat" in shape]
    assert sorted(seats) == list(range(len(describe(name).seats)))


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


def test_adversaries_have_another_colour_than_agents():
    frame = draw(ADVERSARY, after(ADVERSARY, []))
    of_seat = {shape["seat"]: shape["color"] for shape in frame["shapes"] if "seat" in shape}
    assert of_seat[1] == of_seat[2] != of_seat[0]


def test_who_looks_at_the_map_from_a_seat_is_marked():
    marks = [set(text(TAG, draw(TAG, after(TAG, [])), seat)) for seat in (None, 3)]
    assert ["@" in each for each in marks] == [False, True]


def test_seats_that_can_be_told_apart_by_their_numbers_have_them_on_the_map():
    assert {"0", "1", "2"} <= set(text(SPREAD, draw(SPREAD, after(SPREAD, []))))


def test_a_landmark_that_is_the_goal_has_a_ring():
    ring = "#e0a526"
    assert ring in colors(draw(ADVERSARY, after(ADVERSARY, [])), "circle")
    assert ring not in colors(draw(SPREAD, after(SPREAD, [])), "circle")


def test_the_adversary_is_not_told_the_goal():
    environment = after(ADVERSARY, [])
    goal = next(line for line in notes(ADVERSARY, environment, 1) if line.startswith("goal: landmark"))
    assert goal in notes(ADVERSARY, environment, 2)
    assert goal not in notes(ADVERSARY, environment, 0)


def test_a_goal_that_another_has_to_be_told_is_known_to_the_teller_only():
    environment = after(REFERENCE, [])
    known = [[line for line in notes(REFERENCE, environment, seat) if line.startswith("goal")] for seat in (0, 1)]
    assert [[line.split(":")[0] for line in lines] for lines in known] == [["goal of agent_1"], ["goal of agent_0"]]


def test_who_watches_is_told_every_goal():
    assert len([line for line in notes(REFERENCE, after(REFERENCE, [])) if line.startswith("goal")]) == 2


def test_what_an_agent_says_stands_beside_it():
    assert not any("“" in words for words in said(draw(SPEAKER, after(SPEAKER, []))))
    assert "“C”" in said(draw(SPEAKER, after(SPEAKER, [[2, 0]])))


def test_words_and_moves_of_one_action_are_told_apart():
    assert "agent_0 says D" in notes(REFERENCE, after(REFERENCE, [[3 * 5 + 1, 0]]))


def test_what_bob_says_is_not_told_to_eve():
    environment = after(CRYPTO, [[0, 1, 2]])
    assert "bob_0 says B" in notes(CRYPTO, environment, 1)
    assert "bob_0 says B" not in notes(CRYPTO, environment, 0)
    assert "alice_0 says C" in notes(CRYPTO, environment, 0)


def test_a_treasure_that_was_taken_is_not_drawn():
    environment = after("mpe2/collect_treasure_v1", [])
    before = len(draw("mpe2/collect_treasure_v1", environment)["shapes"])
    treasure = environment.unwrapped.world.landmarks[0]
    treasure.alive, treasure.state.p_pos = False, np.array([-999.0, -999.0])
    frame = draw("mpe2/collect_treasure_v1", environment)
    assert len(frame["shapes"]) == before - 1


def test_leduc_in_the_terminal_shows_cards_chips_and_the_round():
    environment = after(LEDUC, [CALL, CHECK])
    lines = text(LEDUC, draw(LEDUC, environment)).splitlines()
    hands = [player.hand for player in environment.unwrapped.env.game.players]
    assert lines[0] == "round 2 of 2, pot 4"
    assert [line.split()[0] for line in lines[1:]] == ["player_0", "table", "player_1"]
    assert lines[1].split()[1] == hands[0].rank + {"S": "♠", "H": "♥"}[hands[0].suit]
    assert sum("to move" in line for line in lines) == 1


@pytest.mark.parametrize("name", [LEDUC, TEXAS, NO_LIMIT])
def test_a_player_does_not_see_the_other_hand(name):
    drawn = draw(name, after(name, []))
    first, second = (player["cards"] for player in drawn["players"])
    shown = text(name, drawn, 0)
    assert " ".join(first) in shown
    assert " ".join(["??"] * len(second)) in shown
    assert not set(second) & set(shown.split())


def test_hands_are_shown_when_the_game_is_over():
    drawn = draw(LEDUC, after(LEDUC, [RAISE, FOLD]))
    shown = text(LEDUC, drawn, 0)
    assert "??" not in shown
    assert "folded" in shown
    assert {"reward +1", "reward -1"} <= {part.strip() for line in shown.splitlines() for part in line.split(",")}


def test_a_folded_hand_is_faded():
    hands = [draw(LEDUC, after(LEDUC, [RAISE, move])) for move in (CALL, FOLD)]
    assert "#b8b2a7" not in colors(hands[0], "text")
    assert "#b8b2a7" in colors(hands[1], "text")


def test_another_game_is_photographed_where_it_can_be():
    frame = draw(PAINTED, after(PAINTED, [], render=True))
    image = Image.open(io.BytesIO(base64.b64decode(frame["png"])))
    assert image.size == (frame["width"], frame["height"])
    assert max(image.size) == 320


def test_another_game_made_without_pictures_gives_an_empty_frame():
    assert draw(PAINTED, after(PAINTED, []))["shapes"] == []


def test_another_game_has_no_drawing_for_the_terminal():
    assert text(PAINTED, {"width": 1, "height": 1, "shapes": []}) is None
