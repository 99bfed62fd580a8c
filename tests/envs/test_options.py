"""Options of games keep their types on the way to a file and back."""

import datetime
import json
import math
from collections import OrderedDict, namedtuple
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from pydantic import TypeAdapter

from envs.faults import GameError
from envs.game import GameSetup
from envs.options import MOST, Function, functions_in, given, kept, plain, resolved, same
from envs.spaces import shape_of

TYPED = [
    {0: [1, 2], 1: [3]},
    {True: 1, None: 2, 2.5: 3, (1, 2): 4, "text": 5},
    {"nested": {"deep": {7: ({1, 2}, [frozenset({3})])}}},
    (1, (2.0, "3"), []),
    {3, 1, 2},
    frozenset({"a", 1, None}),
    b"\x00\xff",
    2 + 3j,
    range(1, 9, 2),
    math.inf,
    -0.0,
    2**80,
    datetime.date(2024, 1, 31),
    datetime.datetime(2024, 1, 31, 12, 30, 15, 7),
    datetime.datetime(2024, 1, 31, tzinfo=datetime.UTC),
    datetime.datetime(2024, 1, 31, tzinfo=datetime.timezone(datetime.timedelta(hours=-3))),
    datetime.time(9, 30),
    datetime.timedelta(days=-1, microseconds=3),
    Decimal("1.10"),
    Fraction(1, 3),
    Path("maps/level_1.json"),
    np.float32(0.1),
    np.int8(-3),
    np.bool_(True),
    np.complex64(1 + 2j),
    np.zeros((0, 3), np.int16),
    np.array([[1.5, np.nan], [np.inf, -0.0]], np.float32),
    np.array(7, np.uint8),
    np.array(["a", "bcd"]),
    np.array([1, 2], ">i4"),
]

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(codec="utf-8"))
    | st.binary()
    | st.dates()
    | st.datetimes()
    | st.timedeltas()
    | st.complex_numbers()
    | st.integers(-128, 127).map(np.int8)
    | st.floats(width=32).map(np.float32),
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(st.text(st.characters(codec="utf-8")) | st.integers() | st.booleans() | st.dates(), inner)
        | st.sets(st.integers() | st.text(st.characters(codec="utf-8")))
    ),
    max_leaves=12,
)


def through_a_file(value: object) -> object:
    return given(json.loads(json.dumps(plain(value, "x"), allow_nan=False)))


@pytest.mark.parametrize("value", TYPED, ids=[f"{type(value).__name__}-{n}" for n, value in enumerate(TYPED)])
def test_a_value_comes_back_as_it_was(value):
    assert same(through_a_file(value), value)


@drawn(values)
def test_any_value_comes_back_as_it_was_or_is_refused(value):
    try:
        back = through_a_file(value)
    except GameError:
        return  # a mapping that looks like the spelling of another value
    assert same(back, value)


@drawn(values)
def test_keeping_a_value_twice_keeps_it_once(value):
    try:
        once = kept(value, "x")
    except GameError:
        return
    assert same(kept(once, "x"), once)


@pytest.mark.parametrize("value", [{"a": [1, 2.5, "x", None, True]}, {}, [], {"a": {"b": {}}}, {"$schema": 1, "b": 2}])
def test_what_json_can_say_is_written_as_it_is(value):
    assert plain(value, "x") == value


def test_a_set_is_written_alike_in_every_process():
    assert plain({"b", "a", "c"}, "x") == {"$set": ["a", "b", "c"]}


class Colour(IntEnum):
    RED = 1


Point = namedtuple("Point", "x y")


@pytest.mark.parametrize(
    "value",
    [object(), Colour.RED, Point(1, 2), OrderedDict(a=1), np.datetime64("2024-01-01"), np.array([None]), "\ud800", iter(())],
    ids=lambda value: type(value).__name__,
)
def test_what_would_come_back_as_something_else_is_refused_with_its_place(value):
    with pytest.raises(GameError, match=r"game\.options\.deep\.1"):
        plain({"deep": [0, value]}, "game.options")


def test_a_local_function_is_refused():
    with pytest.raises(GameError, match="only a function at the top level of a file"):
        plain({"f": lambda: 0}, "game.options")


def test_values_that_contain_themselves_are_refused():
    loop: list[object] = []
    loop.append(loop)
    with pytest.raises(GameError, match="holds too much"):
        plain(loop, "x")


def test_a_value_that_stands_for_billions_is_refused(monkeypatch):
    monkeypatch.setattr("envs.options.MOST", 100)
    bomb: object = 0
    for _ in range(40):
        bomb = [bomb, bomb]
    with pytest.raises(GameError, match="holds too much"):
        plain(bomb, "x")
    assert MOST > 100


@pytest.mark.parametrize(
    "said", [{"$date": "tomorrow"}, {"$array": [1]}, {"$number": ["O", 1]}, {"$set": [[1]]}, {"$map": [1]}, {"$tuple": 1}]
)
def test_a_value_that_is_not_of_the_kind_it_says_is_refused(said):
    with pytest.raises(GameError, match="is no "):
        given(said)


def test_a_function_is_named_and_found_when_it_is_needed():
    options = kept({"shape": [shape_of]}, "x")
    assert options == {"shape": [Function("envs.spaces:shape_of")]}
    assert resolved(options) == {"shape": [shape_of]}
    assert list(functions_in(options)) == ["envs.spaces:shape_of"]


def test_a_setup_comes_back_from_json_with_its_types():
    setup = GameSetup("my:game", {"layout": {0: (1, 2)}, "day": datetime.date(2024, 1, 1)}, (("w_v1", {"k": {3}}),), (("a",),))
    back = TypeAdapter(GameSetup).validate_json(json.dumps(setup.plain()), strict=True)
    assert (back.options, back.wrappers, back.teams) == (setup.options, setup.wrappers, setup.teams)


@pytest.mark.parametrize(
    "spelt",
    [
        {"$fraction": "1e999999999"},
        {"$array": ["<U65536", [4096], [""] * 4096]},
        {"$array": ["<U65536", [2, 2048], [[""] * 2048] * 2]},
    ],
)
def test_what_would_take_all_memory_or_time_is_refused(spelt):
    with pytest.raises(GameError):
        given(spelt)
