"""The page of one match: what it carries, what it leaves out, and that nothing in it can be run."""

import json
import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.browser.paper_replays import BREAKOUT, HOSTILE, crowd, duel, hostile, photographed, steering
from tournaments.replay.format import Channel, ReplayError
from tournaments.viewer.document import asset
from tournaments.viewer.frames import STRANGE, colours_in, colours_of_seats, pack
from tournaments.viewer.replay_page import PAGE_SCRIPT, SCRIPTS, STYLES, content, heading, replay_page

DISC = {"kind": "circle", "x": 10.0, "y": 10.0, "r": 4.0, "color": "#c8452f"}
WORDS = {"kind": "text", "x": 5, "y": 5, "size": 12, "text": "hello", "color": "black"}


def frame(*shapes, **more):
    return {"width": 100, "height": 80, "shapes": list(shapes), **more}


def unfolded(packed):
    """What the viewer makes of packed frames; the same as in `viewer_frames.js`."""
    found, now = [], None
    for each in packed:
        if each == 0:
            pass
        elif each and "moved" in each:
            shapes = list(now["shapes"])
            for number, change in each["moved"]:
                shapes[number] = {**shapes[number], **change}
            now = {"size": now["size"], "notes": each.get("notes", now["notes"]), "shapes": shapes}
        else:
            now = each
        found.append(now)
    return found


class Elements(HTMLParser):
    """The elements of a page, each with its attributes."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def shape(kind, place, color, seat):
    x, y, length = place
    lengths = dict.fromkeys(("r", "w", "h", "size"), length)
    return {"kind": kind, "x": x, "y": y, **lengths, "text": "a", "color": color, "seat": seat}


SHAPES = st.builds(
    shape,
    st.sampled_from(["circle", "rect", "text", "blob"]),
    st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(-1, 3)),
    st.sampled_from(["#fff", "red", "url(x)"]),
    st.sampled_from([None, 0, 1, -1, True, "0"]),
)
NOTES = st.sampled_from([[], [{"text": "b", "seats": [0]}], None, [4]])
DRAWN = st.builds(
    lambda shapes, width, notes: {**frame(*shapes), "width": width, "notes": notes},
    st.lists(SHAPES, max_size=3),
    st.sampled_from([0, 100]),
    NOTES,
)
PHOTOS = st.sampled_from(["aGVsbG8=", "b2xhbGE="]).map(lambda png: {"width": 9, "height": 9, "png": png})


def seen(frames):
    """What there is to see of frames, with the pictures themselves."""
    packed, pictures = pack(frames)
    return [each and {**each, "picture": pictures[each["picture"]] if "picture" in each else None} for each in unfolded(packed)]


@given(st.lists(st.one_of(st.none(), DRAWN, PHOTOS), max_size=8))
def test_frames_unfold_to_what_each_is_alone(frames):
    assert seen(frames) == [seen([each])[0] for each in frames]


def test_a_frame_that_stays_is_one_number():
    packed, _ = pack([frame(DISC), frame(DISC), frame(DISC)])
    assert packed[1:] == [0, 0]


def test_of_a_shape_that_moves_only_the_way_is_kept():
    packed, _ = pack([frame(DISC, WORDS), frame({**DISC, "x": 12.345}, WORDS)])
    assert packed[1] == {"moved": [[0, {"x": 12.35}]]}


def test_a_frame_with_other_shapes_is_kept_whole():
    packed, _ = pack([frame(DISC), frame(DISC, WORDS)])
    assert packed[1]["shapes"] == [{**DISC, "x": 10, "y": 10, "r": 4}, WORDS]


def test_a_picture_that_comes_again_is_kept_once():
    kept = content(photographed())
    assert len(kept["pictures"]) == 2
    assert kept["frames"][1:3] == [0, 0]


@pytest.mark.parametrize("colour", ["#abc", "#A1b2C3", "red", "CornflowerBlue"])
def test_a_colour_is_kept(colour):
    assert colours_in(pack([frame({**DISC, "color": colour})])[0]) == {colour}


@pytest.mark.parametrize(
    "colour",
    ["", "#12", "#12345", "#1234567", "url(#a)", "red;", "rgb(1,2,3)", "var(--ink)", "red\n", "<b>", None, 7, ["red"], HOSTILE],
)
def test_what_is_no_colour_is_drawn_grey(colour):
    assert colours_in(pack([frame({**DISC, "color": colour})])[0]) == {STRANGE}


ODD = [{"kind": ["circle"]}, {"x": "1"}, {"x": None}, {"x": float("nan")}, {"x": True}, {"r": {}}]


@pytest.mark.parametrize("shape", [None, "circle", {}, {"kind": "script"}, *({**DISC, **odd} for odd in ODD)], ids=repr)
def test_what_is_no_shape_is_left_out(shape):
    packed, _ = pack([frame(shape, DISC)])
    assert len(packed[0]["shapes"]) == 1


def test_no_length_is_negative_or_beyond_measure():
    packed, _ = pack([frame({**DISC, "r": -3, "x": 1e300, "y": -(10**400)})])
    (shape,) = packed[0]["shapes"]
    assert (shape["r"], shape["x"], shape["y"]) == (0, 10**6, -(10**6))


@pytest.mark.parametrize(
    "drawn",
    [
        None,
        {},
        frame(),
        {"width": 0, "height": 5, "shapes": [DISC]},
        {"width": -1, "height": 5, "png": "QUJD"},
        {"png": "QUJD"},
    ],
)
def test_what_cannot_be_drawn_is_nothing(drawn):
    assert pack([drawn]) == ([None], [])


@pytest.mark.parametrize("png", ["", "QUJD\n", 'QUJD" onload="x', "data:text/html,<b>", "====", 5, HOSTILE])
def test_a_picture_is_nothing_but_base64(png):
    assert pack([{"width": 9, "height": 9, "png": png}]) == ([None], [])


def test_seats_have_the_colours_of_their_shapes_where_these_tell_teams_apart():
    seats = [seat["colour"] for seat in content(crowd(3, seats=4, shapes=4))["seats"]]
    assert seats == ["#1f6fb2", "#c8452f"] * 2


def test_a_shape_that_changes_its_colour_is_no_seats_colour():
    shapes = [{**DISC, "seat": 0}, {**DISC, "seat": 1}]
    packed, _ = pack([frame(*shapes), frame(shapes[0], {**shapes[1], "color": "red"})])
    assert colours_of_seats(packed) == {0: "#c8452f"}


def test_teams_without_colours_of_their_own_have_those_of_the_page():
    assert [seat["colour"] for seat in content(duel([0.0] * 3))["seats"]] == ["var(--series-1)", "var(--series-2)"]


def test_seats_of_one_team_are_told_apart():
    kept = content(crowd(2, seats=3, shapes=3))
    seats = tuple(replace(seat, team=0) for seat in crowd(2, seats=3, shapes=3).seats)
    alone = replace(crowd(2, seats=3, shapes=3), seats=seats, returns=(0.0,))
    assert len({seat["colour"] for seat in content(alone)["seats"]}) == 3
    assert len({seat["colour"] for seat in kept["seats"]}) == 2


def test_content_names_decisions_by_place_and_legal_moves_once():
    kept = content(duel([0.1, 0.2, 0.3]))
    assert kept["legal"] == [(0, 1, 2)]
    assert kept["steps"][1] == [[[1, 1, 0, (0.5, 0.25, 0.25), 0.2]], 0, []]
    assert kept["steps"][2][1:] == [(1.0, -1.0), [[0, 0], [1, 0]]]


def test_unknown_thoughts_take_no_room():
    assert content(photographed())["steps"][0][0] == [[0, 1, 0]]
    assert content(steering())["steps"][0][0][0][2] is None


def test_content_is_what_json_can_say():
    for replay in (duel([0.1] * 3), crowd(3, 3, 3, 2), photographed(), steering(), hostile()):
        assert json.loads(json.dumps(content(replay), allow_nan=False))["game"] == replay.setup.name


def test_a_large_match_stays_small():
    replay = crowd(steps=200, seats=20, shapes=40, width=0)
    assert len(replay_page(replay)) < 300_000


def test_the_same_replay_gives_the_same_page():
    assert replay_page(crowd(5, 3, 3, 2)) == replay_page(crowd(5, 3, 3, 2))


def test_many_players_do_not_make_a_long_title():
    replay = crowd(2, seats=9, shapes=9)
    seats = tuple(replace(seat, player=f"main-{at:02d}") for at, seat in enumerate(replay.seats))
    assert heading(replace(replay, seats=seats)) == "main-00 – main-01 – main-02 – main-03 and 5 others, own/paper_v0"


@pytest.mark.parametrize("words", [HOSTILE, BREAKOUT, '"><svg onload=alert(1)>', "</noscript><script>alert(1)</script>"])
def test_no_text_of_a_replay_becomes_markup(words):
    plain, found = (Elements(replay_page(hostile(each))).found for each in ("harmless", words))
    assert [tag for tag, _ in found] == [tag for tag, _ in plain]
    assert [sorted(attributes) for _, attributes in found] == [sorted(attributes) for _, attributes in plain]


def test_the_policy_allows_one_script_one_style_sheet_and_pictures_in_the_page():
    page = replay_page(duel([0.1] * 3))
    (policy,) = [each["content"] for tag, each in Elements(page).found if each.get("http-equiv") == "Content-Security-Policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["img-src"] == "data:"
    for kind, tag in (("script-src", "script"), ("style-src", "style")):
        (text,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        assert rules[kind] == f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def test_the_page_names_nothing_outside_itself():
    page = replay_page(crowd(3, 3, 3, 2))
    assert [each for _, each in Elements(page).found if {"src", "href", "action"} & set(each)] == []
    assert set(re.findall(r"https?://[\w./]+", page)) <= {"http://www.w3.org/2000/svg"}


@pytest.mark.parametrize("name", [*SCRIPTS, PAGE_SCRIPT, *STYLES])
def test_no_script_takes_markup_or_runs_text(name):
    forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|Function\(|DOMParser|createContextualFragment"
    assert re.findall(forbidden, asset(name)) == []


@pytest.mark.parametrize("name", [*SCRIPTS, PAGE_SCRIPT, *STYLES])
def test_scripts_and_style_sheets_are_short(name):
    assert len(asset(name).splitlines()) <= 350


def stepped(replay, **changes):
    return {"steps": (replace(replay.steps[0], **changes),)}


def seated(replay, seat):
    return stepped(replay, decisions=(replace(replay.steps[0].decisions[0], seat=seat),))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda replay: {"returns": (1.0,)}, "returns of 1 teams"),
        (lambda replay: {"returns": (1.0, 0.0, 2.0)}, "returns of 3 teams"),
        (lambda replay: {"channels": (Channel(0, 5, 1.0),)}, "there is no seat 5"),
        (lambda replay: stepped(replay, rewards=(0.0,)), "another number of seats"),
        (lambda replay: seated(replay, -1), "no seat -1"),
        (lambda replay: seated(replay, 2), "no seat 2"),
    ],
)
def test_a_replay_whose_parts_do_not_fit_is_refused(change, said):
    replay = duel([0.0] * 3)
    with pytest.raises(ReplayError, match=said):
        replay_page(replace(replay, **change(replay)))
