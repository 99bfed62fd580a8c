"""Options of games keep their types on the way to a file and back."""

import argparse
import datetime
import json
import math
import pickle
import uuid
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from dataclasses import InitVar, dataclass, field
from decimal import Decimal
from enum import Enum, Flag, IntEnum, StrEnum
from fractions import Fraction
from pathlib import Path, PurePosixPath, PureWindowsPath
from types import MappingProxyType, ModuleType, SimpleNamespace
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from pydantic import TypeAdapter

from envs.faults import GameError
from envs.game import GameSetup
from envs.options import MOST, given, kept, plain, same
from envs.records import Function, Member, Record, functions_in, resolved
from envs.references import permit
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
    np.str_("text"),
    PurePosixPath("a/b"),
    PureWindowsPath("c:/a"),
    bytearray(b"\x00\xff"),
    slice(1, None, 2),
    uuid.UUID(int=7),
    OrderedDict({2: (1,), "a": {1}}),
    Counter("abca"),
    deque([1, (2,)], maxlen=4),
    SimpleNamespace(speed=1.0, layout={0: (1, 2)}),
    argparse.Namespace(lr=1e-3, sizes=(1, 2)),
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
    CRIMSON = 1


class Mode(Enum):
    FAST = object()


class Map(StrEnum):
    SMALL = "small"


class Walls(Flag):
    NORTH = 1
    SOUTH = 2


Point = namedtuple("Point", "x y")


class Spawn(NamedTuple):
    place: Point
    mode: Mode = Mode.FAST


@dataclass(frozen=True)
class Rules:
    spawns: tuple[Spawn, ...]
    pay: dict[Colour, float] = field(default_factory=dict)
    total: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        object.__setattr__(self, "total", len(self.spawns))


@dataclass
class Doubling:
    x: int

    def __post_init__(self) -> None:
        self.x *= 2


@dataclass
class Needing:
    x: InitVar[int]


OWN = [
    Colour.RED,
    Mode.FAST,
    Map.SMALL,
    Walls.NORTH | Walls.SOUTH,
    Walls(0),
    Point(1, (2.0, {3})),
    Spawn(Point(1, 2)),
    Rules((Spawn(Point(0, 0)),), {Colour.RED: 0.5}),
    {Colour.RED: frozenset({Mode.FAST})},
    deque([Map.SMALL], 3),
    SimpleNamespace(mode=Mode.FAST),
]


@pytest.mark.parametrize("value", OWN, ids=[f"{type(value).__name__}-{n}" for n, value in enumerate(OWN)])
def test_a_value_of_a_type_of_ones_own_is_made_again_for_the_game(value):
    stored = kept({"x": value}, "game.options")
    assert through_a_file(stored) == stored
    assert kept(pickle.loads(pickle.dumps(stored)), "game.options") == stored  # as workers get it
    made = resolved(stored)["x"]
    assert same(made, value)
    assert type(made) is type(value)


def test_the_classes_of_values_are_code_that_options_name():
    assert set(functions_in(kept({"x": Spawn(Point(1, 2))}, "x"))) == {
        f"{__name__}:{name}" for name in ("Spawn", "Point", "Mode")
    }


def test_a_value_of_a_type_of_ones_own_is_only_described_until_the_game_is_made():
    assert given({"$member": [{"$callable": "nowhere:Mode"}, "FAST"]}) == Member("nowhere:Mode", ("FAST",))
    assert given({"$record": ["nowhere:Point", {"x": 1}]}) == Record("nowhere:Point", {"x": 1})


@pytest.mark.parametrize(
    ("spelt", "said"),
    [
        ({"$member": [{"$callable": "os:system"}, "x"]}, "is no enumeration"),
        ({"$record": [{"$callable": "os:system"}, {"command": "true"}]}, "is no named tuple and no dataclass"),
        ({"$record": [{"$callable": "subprocess:Popen"}, {"args": ["true"]}]}, "is no named tuple and no dataclass"),
        ({"$member": [{"$callable": "signal:Signals"}, "SIGNONE"]}, "has no 'SIGNONE'"),
        ({"$member": [{"$callable": "signal:Signals"}, ["SIGINT", "SIGTERM"]]}, "has no combinations"),
        ({"$record": [{"$callable": "envs.options:Kind"}, {"tag": "x"}]}, "cannot be made: TypeError"),
    ],
)
def test_only_enumerations_named_tuples_and_dataclasses_are_made(spelt, said):
    options = {"x": given(spelt)}
    for code in functions_in(options):
        permit(code)  # even then
    with pytest.raises(GameError, match=said):
        resolved(options)


@pytest.mark.parametrize("spelt", [{"$member": [1, 2]}, {"$member": "x"}, {"$record": ["a:b", [1]]}, {"$record": ["a:b"]}])
def test_a_description_that_is_none_is_refused(spelt):
    with pytest.raises(GameError, match="is no "):
        given(spelt)


def test_the_class_of_the_games_own_module_is_taken_where_a_file_was_loaded_twice():
    loaded = ModuleType("loaded")
    loaded.Colour = Enum("Colour", {"RED": 1}, module=__name__)
    loaded.Mode = type("Mode", (), {"__module__": "elsewhere"})
    made = resolved({"x": Member(f"{__name__}:Colour", ("RED",)), "y": Member(f"{__name__}:Mode", ("FAST",))}, loaded)
    assert made == {"x": loaded.Colour.RED, "y": Mode.FAST}


@pytest.mark.parametrize(
    "value",
    [
        object(),
        Doubling(2),
        defaultdict(list),
        MappingProxyType({}),
        np.random.default_rng(0),
        type("Text", (str,), {})("x"),
        np.datetime64("2024-01-01"),
        np.array([None]),
        "\ud800",
        iter(()),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_would_come_back_as_something_else_is_refused_with_its_place(value):
    with pytest.raises(GameError, match=r"game\.options\.deep\.1"):
        plain({"deep": [0, value]}, "game.options")


def test_a_dataclass_that_cannot_be_made_again_is_refused_in_a_sentence():
    with pytest.raises(GameError, match="Needing cannot be made again from its fields"):
        plain(Needing(1), "x")


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
