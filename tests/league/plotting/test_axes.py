"""Charts as marks: scales, curves, columns, and names that do not lie on each other."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from league.plotting.canvas import SOFT, Box, Shape, Stroke, Text, pixels
from league.plotting.columns import Layer, columns
from league.plotting.curves import Chart, Curve, curves
from league.plotting.scales import moved_apart, spanning
from league.plotting.whiskers import Whisker, whiskers

NUMBERS = st.floats(-1e4, 1e4).map(lambda value: round(value, 3))
PLACES = st.lists(st.floats(0, 300), max_size=12)


def texts(picture):
    return [mark.words for mark in picture.marks if isinstance(mark, Text)]


@given(st.lists(NUMBERS, min_size=1, max_size=20), st.integers(3, 10))
def test_ticks_are_round_few_and_on_the_scale(values, most):
    scale = spanning(values)
    ticks = scale.ticks(most)
    assert 1 <= len(ticks) <= most
    assert all(scale.low - 1e-9 <= tick <= scale.high + 1e-9 for tick in ticks)
    steps = {round(there - here, 9) for here, there in pairwise(ticks)}
    assert len(steps) <= 1


@given(st.lists(st.floats(1e-6, 1e3), min_size=1, max_size=20))
def test_a_logarithmic_scale_has_room_for_all_and_equal_factors_are_equally_long(values):
    scale = spanning(values, log=True)
    assert all(0 < scale(value) < 1 for value in values)
    assert scale(scale.low * 2) - scale(scale.low) == pytest.approx(scale(scale.low * 4) - scale(scale.low * 2))
    assert all(tick > 0 for tick in scale.ticks(6))


@given(st.lists(NUMBERS, min_size=2, max_size=20))
def test_larger_values_are_nearer_to_the_end_of_the_scale(values):
    scale = spanning(values)
    places = [scale(value) for value in sorted(values)]
    assert places == sorted(places)
    assert places[0] >= 0
    assert places[-1] <= 1


def test_a_scale_of_one_value_has_room_around_it():
    assert 0 < spanning([5.0])(5.0) < 1


def test_an_axis_can_begin_at_nought():
    assert spanning([3.0, 5.0], zero=True).low == 0.0


@given(PLACES, st.floats(1, 20))
def test_names_are_moved_apart_and_keep_their_order(places, gap):
    moved = moved_apart(places, gap, 0, 300)
    order = sorted(range(len(places)), key=lambda number: places[number])
    apart = [moved[there] - moved[here] for here, there in pairwise(order)]
    assert all(distance >= gap - 1e-6 for distance in apart)
    assert all(place <= 300 + 1e-6 for place in moved)


def test_names_that_are_far_enough_apart_stay():
    assert moved_apart([10, 50, 90], 15, 0, 100) == [10, 50, 90]


def test_a_curve_has_its_band_its_line_its_dots_and_its_name():
    curve = Curve("me", [(0, 1.0), (1, 2.0)], "#0072B2", [(0, 0.5, 1.5), (1, 1.5, 2.5)], note="told")
    picture = curves(Chart("generation", "Elo", [curve]), 400, 200)
    own = [mark for mark in picture.marks if isinstance(mark, Stroke) and mark.note == "told"]
    assert [len(mark.points) for mark in own] == [2, 1, 1]
    assert sum(isinstance(mark, Shape) for mark in picture.marks) == 1
    assert {"generation", "Elo", "me", "0", "1"} <= set(texts(picture))


def test_a_curve_of_one_point_is_a_dot():
    picture = curves(Chart("x", "y", [Curve("me", [(0, 1.0)], "#0072B2", [(0, 0.5, 1.5)], dots=False)]), 350, 200)
    assert [len(mark.points) for mark in picture.marks if isinstance(mark, Stroke)] == [1]


def test_what_does_not_change_is_a_flat_line_with_a_name():
    picture = curves(Chart("x", "y", [Curve("", [(0, 1.0), (5, 9.0)], "#0072B2")], [("bot", 4.0)]), 350, 200)
    assert "bot" in texts(picture)
    thin = [mark for mark in picture.marks if isinstance(mark, Box) and mark.height == 1 and mark.width > 200]
    assert SOFT in {mark.colour for mark in thin}


@pytest.mark.parametrize("broad", [350, 880])
def test_everything_lies_on_the_paper(broad):
    line = Curve("a rather long name of a player", [(0, -1.0), (30, 1e5)], "#0072B2", [(0, -5.0, 5.0), (30, 9e4, 2e5)])
    picture = curves(Chart("x", "y", [line], [("b", -50.0)]), broad, 300)
    for mark in picture.marks:
        points = mark.points if isinstance(mark, (Stroke, Shape)) else [(mark.x, mark.y)]
        assert all(-1 <= x <= broad + 1 and -1 <= y <= 301 for x, y in points)


def test_columns_are_as_tall_as_their_parts_together():
    layers = [Layer("a", "#0072B2", [1.0, 3.0]), Layer("b", "#D55E00", [1.0, 0.0])]
    picture = columns("x", "y", [0, 1], layers, 400, 200)
    parts = [mark for mark in picture.marks if isinstance(mark, Box) and mark.note]
    assert [mark.note for mark in parts] == ["a, x 0: 1", "b, x 0: 1", "a, x 1: 3"]
    assert parts[0].height == pytest.approx(parts[1].height)
    assert parts[2].height == pytest.approx(3 * parts[0].height)
    assert parts[1].y + parts[1].height == pytest.approx(parts[0].y)


def test_a_part_that_the_last_column_has_nothing_of_is_not_named_beside_it():
    layers = [Layer("a", "#0072B2", [1.0, 3.0]), Layer("gone", "#D55E00", [1.0, 0.0])]
    assert "gone" not in texts(columns("x", "y", [0, 1], layers, 400, 200))


def test_a_score_has_its_interval_and_what_stands_behind_it():
    picture = whiskers("score", [Whisker("bot", 0.2, 0.5, 0.8, "50 %", "#777777")], 400)
    line, dot = (mark for mark in picture.marks if isinstance(mark, Stroke))
    assert line.points[0][0] < dot.points[0][0] < line.points[1][0]
    assert {"bot", "50 %", "score"} <= set(texts(picture))


def test_charts_can_be_painted_too():
    assert pixels(curves(Chart("x", "y", [Curve("a", [(0, 1.0), (1, 2.0)], "#0072B2")]), 350, 200)).shape == (200, 350, 3)
