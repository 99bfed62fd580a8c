"""The same marks as SVG: every mark, in its place, in a colour that a style sheet can change, and no text that runs."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comms.topology.graphs import build
from league.plotting import comm_plot, lineage_plot, palette
from league.plotting.canvas import CLEAR, DIM, INK, PALE, SOFT, Box, Picture, Shape, Stroke, Text, faded
from league.plotting.palette import PALETTE, STEPS, shade
from league.plotting.svg import svg, tones
from league.population.player import Player, snapshot

SVG = "{http://www.w3.org/2000/svg}"
CSS = (Path(palette.__file__).parents[1] / "report" / "report.css").read_text(encoding="utf-8")
WORDS = st.text(st.characters(exclude_categories=("C",)), max_size=30)


def drawn(*marks, title="title", about="about"):
    """The elements of the marks, as a browser reads them."""
    text = svg(Picture(100, 50, list(marks)), "it", title, about)
    root = ET.fromstring(str(text).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))
    return root, list(root.find(f"{SVG}g"))


def test_a_box_stands_where_it_is_painted():
    _, (box,) = drawn(Box(1.25, 2, 3, 4, SOFT))
    assert box.tag == f"{SVG}rect"
    assert [box.get(name) for name in ("x", "y", "width", "height")] == ["1.2", "2", "3", "4"]


def test_a_stroke_of_one_point_is_a_dot():
    _, (dot,) = drawn(Stroke(((5.0, 6.0),), 8, INK))
    assert (dot.tag, dot.get("cx"), dot.get("cy"), dot.get("r")) == (f"{SVG}circle", "5", "6", "4")


def test_a_stroke_of_several_points_is_a_line_and_a_shape_is_filled():
    _, (line, shape) = drawn(Stroke(((1, 2), (3, 4)), 2, INK), Shape(((0, 0), (1, 0), (0, 1)), INK))
    assert (line.tag, line.get("points"), line.get("fill")) == (f"{SVG}polyline", "1,2 3,4", "none")
    assert (shape.tag, shape.get("points"), shape.get("fill")) == (f"{SVG}polygon", "0,0 1,0 0,1", None)


def test_marks_keep_their_order():
    _, elements = drawn(Box(0, 0, 1, 1, INK), Text(0, 0, "a", 10), Box(0, 0, 1, 1, INK))
    assert [element.tag.removeprefix(SVG) for element in elements] == ["rect", "text", "rect"]


@pytest.mark.parametrize(
    ("anchor", "end", "drop"), [("lm", None, 3.5), ("mm", "middle", 3.5), ("rs", "end", 0), ("la", None, 8)]
)
def test_words_are_anchored_as_they_are_painted(anchor, end, drop):
    _, (text,) = drawn(Text(10, 20, "word", 10, anchor=anchor))
    assert (text.get("x"), float(text.get("y")), text.get("text-anchor")) == ("10", 20 + drop, end)


def test_words_that_climb_turn_about_their_left_end():
    _, (text,) = drawn(Text(10, 20, "word", 10, anchor="ls", turn=55))
    assert text.get("transform") == "rotate(-55 10 20)"


def test_colours_of_the_house_have_a_class_and_others_stand_as_they_are():
    _, (own, mixed, other) = drawn(*(Box(0, 0, 1, 1, colour) for colour in (PALETTE[1], faded(PALETTE[1], CLEAR), "#123456")))
    assert (own.get("class"), own.get("color"), own.get("opacity")) == ("series-2", PALETTE[1], None)
    assert (mixed.get("class"), mixed.get("color"), mixed.get("opacity")) == ("series-2", PALETTE[1], "0.8")
    assert (other.get("class"), other.get("color")) == (None, "#123456")


def test_words_on_a_colour_of_the_house_have_its_class_and_on_others_their_own() -> None:
    _, (one, other) = drawn(*(Text(0, 0, "55", 10, "#000000", ground=ground) for ground in (shade(0.5), "#123456")))
    assert (one.get("class"), one.get("color")) == (f"on-heat-{STEPS // 2}", "#000000")
    assert (other.get("class"), other.get("color")) == (None, "#000000")


def test_every_class_has_a_colour_in_the_style_sheet_of_the_report():
    assert {name for name, _, _ in tones().values()} <= set(re.findall(r"\.picture \.([a-z0-9-]+) \{ color:", CSS))


@pytest.mark.parametrize("colour", [INK, SOFT, *PALETTE])
@pytest.mark.parametrize("share", [CLEAR, DIM, PALE])
def test_faded_colours_follow_the_page_too(colour: str, share: float) -> None:
    name, whole, left = tones()[faded(colour, share)]
    assert (name, whole, left) == (tones()[colour.lower()][0], colour, share)


def test_no_two_colours_of_the_house_are_one():
    plain = {"heat": STEPS + 1, "series": len(PALETTE)}
    whole = [name for name, _, share in tones().values() if share == 1.0]
    assert len(whole) == len(set(whole))
    assert {kind: sum(name.startswith(kind) for name in whole) for kind in plain} == plain


@given(WORDS, WORDS, WORDS)
def test_texts_come_back_as_they_are(words, title, note):
    root, (text, box) = drawn(Text(0, 0, words, 10), Box(0, 0, 1, 1, INK, note), title=title, about=words)
    assert (text.text or "") == words
    assert (root.find(f"{SVG}title").text or "") == title
    assert (root.find(f"{SVG}desc").text or "") == words
    told = box.find(f"{SVG}title")
    assert ("" if told is None else told.text) == note


def test_markup_in_words_is_not_markup():
    text = svg(Picture(9, 9, [Text(0, 0, "<script>alert(1)</script>", 10)]), "it", '"><img src=x>', "")
    assert "<script" not in text
    assert "<img" not in text


def test_a_picture_is_named_for_those_who_do_not_see_it():
    root, _ = drawn()
    ids = {element.get("id") for element in root}
    assert root.get("role") == "img"
    assert set(root.get("aria-labelledby").split()) <= ids


def test_the_same_picture_is_the_same_text():
    graph = {"a": build("ring", ["x", "y", "z"])}
    assert len({svg(comm_plot.comm_picture(graph, "t"), "it", "t", "") for _ in range(2)}) == 1


@given(st.floats(0, 1))
def test_a_shade_is_one_of_the_steps(score):
    assert tones()[shade(score)][0].startswith("heat-")


def test_every_mark_of_the_pictures_has_a_class():
    people = [
        Player("main-01", "main agent", "active", None, "founder", 0),
        Player("main-02", "main agent", "retired", "main-01-g000", "clone", 0, retired=1),
        snapshot(Player("main-01", "main agent", "active", None, "founder", 0), 0, ""),
    ]
    traffic = {("x", "y"): 0.5}
    for picture in (
        lineage_plot.lineage_picture(people, 1, "main-01", "t"),
        comm_plot.comm_picture({"a": build("complete", ["x", "y"])}, "t", traffic),
    ):
        _, elements = drawn(*picture.marks)
        assert all(element.get("class") for element in elements)


def test_a_busy_link_is_thicker_and_carries_its_figure():
    picture = comm_plot.comm_picture({"a": build("complete", ["x", "y"])}, "", {("x", "y"): 0.5, ("y", "x"): 0.1})
    busy, quiet = (mark.width for mark in picture.marks if isinstance(mark, Stroke) and len(mark.points) > 2)
    assert busy > 2 * quiet
    assert {"0.50", "0.10"} <= {mark.words for mark in picture.marks if isinstance(mark, Text)}


def test_a_narrow_tree_is_as_narrow_as_asked():
    people = [Player(f"main-{number:02d}", "main agent", "active", None, "founder", 0) for number in range(1, 5)]
    picture = lineage_plot.lineage_picture(people, 30, "main-01", "", 350)
    assert picture.width == 350
    assert max(mark.x for mark in picture.marks if isinstance(mark, Text)) < 350
