"""Options of games and wrappers as plain data, and back, with no value changed on the way.

JSON says only texts, numbers, lists, and mappings from texts. These are written as they are. Every other value that an option
may have is written as a mapping with one key, which begins with `$` and says what follows: `{"$tuple": [1, 2]}`, `{"$date":
"2024-01-31"}`, `{"$map": [[0, "a"], [1, "b"]]}` for a mapping whose keys are no texts, and `{"$callable":
"rewards.py:sparse"}` for a function. A member of an enumeration is `{"$member": [CLASS, "NAME"]}`, a named tuple or a
dataclass is `{"$record": [CLASS, {"field": 1}]}`. Configurations, leagues and replays all use this spelling.
"""

from __future__ import annotations

import argparse
import base64
import collections
import datetime
import inspect
import json
import math
import types
import uuid
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, NamedTuple

import numpy as np

from envs.faults import GameError
from envs.notebook import written_with
from envs.records import LISTS, MAPS, NAMESPACES, Function, Member, Record, fields_of, is_record, names_of, parts_of, remade
from envs.references import permit_what_ran, reference_to

DEEPEST, MOST = 64, 2_000_000
"""How deep values may be nested, and how many there may be in the options of one game."""


LONGEST_TEXT, LARGEST_ARRAY = 2**18, 2**26
"""Bytes of the longest text in an array, and of an array that is read."""


class Kind(NamedTuple):
    """A kind of value that JSON cannot say.

    Attributes:
        tag: The key it is written under.
        plain: From the value to what JSON can say, or to values that are written in turn.
        given: From what was written to the value.
    """

    tag: str
    plain: Callable[[Any], Any]
    given: Callable[[Any], Any]


def _array(given: Any) -> np.ndarray:
    kind, shape, values = given
    number = _number_kind(kind)
    if number.itemsize * len(values) > LARGEST_ARRAY or any(isinstance(value, list) for value in values):
        raise ValueError("the array is too large")
    return np.array(values, number).reshape(shape)


def _number_kind(name: Any) -> np.dtype:
    """A kind of numpy's numbers by its name.

    Raises:
        ValueError: It is none that can be written.
    """
    kind = np.dtype(str(name))
    if kind.type not in NUMBERS and not (kind.kind == "U" and kind.itemsize <= LONGEST_TEXT):
        raise ValueError(f"{name!r} is no kind of numbers")
    return kind


def _moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


KINDS: dict[type, Kind] = {
    tuple: Kind("$tuple", list, tuple),
    set: Kind("$set", lambda value: _ordered(value), set),
    frozenset: Kind("$frozenset", lambda value: _ordered(value), frozenset),
    bytes: Kind("$bytes", lambda value: base64.b64encode(value).decode(), lambda text: base64.b64decode(text, validate=True)),
    complex: Kind("$complex", lambda value: [value.real, value.imag], lambda pair: complex(*pair)),
    range: Kind("$range", lambda value: [value.start, value.stop, value.step], lambda ends: range(*ends)),
    datetime.date: Kind("$date", datetime.date.isoformat, datetime.date.fromisoformat),
    datetime.datetime: Kind("$datetime", datetime.datetime.isoformat, _moment),
    datetime.time: Kind("$time", datetime.time.isoformat, datetime.time.fromisoformat),
    datetime.timedelta: Kind(
        "$timedelta", lambda value: [value.days, value.seconds, value.microseconds], lambda parts: datetime.timedelta(*parts)
    ),
    Decimal: Kind("$decimal", str, Decimal),
    Fraction: Kind("$fraction", str, lambda text: Fraction(*map(int, _text(text).split("/")))),
    type(Path()): Kind("$path", str, Path),
    PurePosixPath: Kind("$posix_path", str, PurePosixPath),
    PureWindowsPath: Kind("$windows_path", str, PureWindowsPath),
    bytearray: Kind(
        "$bytearray",
        lambda value: base64.b64encode(value).decode(),
        lambda text: bytearray(base64.b64decode(text, validate=True)),
    ),
    slice: Kind("$slice", lambda value: [value.start, value.stop, value.step], lambda ends: slice(*ends)),
    uuid.UUID: Kind("$uuid", str, uuid.UUID),
    collections.OrderedDict: Kind(
        "$ordered_map", lambda value: _pairs(value), lambda pairs: collections.OrderedDict(map(tuple, pairs))
    ),
    collections.Counter: Kind(
        "$counter", lambda value: _pairs(value), lambda pairs: collections.Counter(dict(map(tuple, pairs)))
    ),
    collections.deque: Kind("$deque", lambda value: [list(value), value.maxlen], lambda pair: collections.deque(*pair)),
    types.SimpleNamespace: Kind("$namespace", lambda value: [vars(value)], lambda given: types.SimpleNamespace(**given[0])),
    argparse.Namespace: Kind("$arguments", lambda value: [vars(value)], lambda given: argparse.Namespace(**given[0])),
    np.ndarray: Kind("$array", lambda value: [value.dtype.str, list(value.shape), value.ravel().tolist()], _array),
    Function: Kind("$callable", lambda value: value.reference, lambda text: Function(_text(text))),
    Member: Kind(
        "$member",
        lambda value: [Function(value.reference), value.names[0] if len(value.names) == 1 else list(value.names)],
        lambda parts: _member(*parts),
    ),
    Record: Kind("$record", lambda value: [Function(value.reference), value.fields], lambda parts: _record(*parts)),
}
"""Kinds of values by their exact type: a value of a type that is derived from one of these would come back as another."""

NUMBERS = {np.dtype(code).type for code in "?bhilBHILefdFD"}
"""Types of numpy's numbers."""

NUMBER = Kind("$number", lambda value: [value.dtype.str, value.item()], lambda pair: _number_kind(pair[0]).type(pair[1]))
MAP = Kind("$map", lambda value: [[key, inner] for key, inner in value.items()], lambda pairs: dict(map(tuple, pairs)))
FLOAT = Kind("$float", str, float)
TEXT = Kind("$text", lambda text: text, lambda text: _text(text))
"""A text that a configuration file would else take for the name of a function."""

BY_TAG = {kind.tag: kind for kind in (*KINDS.values(), NUMBER, MAP, FLOAT, TEXT)}


def plain(value: Any, place: str) -> Any:
    """A value as JSON can say it.

    Args:
        value: The value, as it was given.
        place: What it is called in a sentence: `game.options`.

    Raises:
        GameError: It cannot be written down so that the same value is read back; names the place in it.
    """
    return _plain(value, place, 0, iter(range(MOST)))


def plain_options(options: Mapping[str, Any], place: str) -> dict[str, Any]:
    """The same for keyword arguments, whose names are texts."""
    return {name: plain(value, f"{place}.{name}") for name, value in options.items()}


def _plain(value: Any, place: str, depth: int, left: Iterator[int]) -> Any:
    if depth > DEEPEST or next(left, None) is None:
        raise GameError(f"{place} holds too much: {MOST} values, nested {DEEPEST} deep, are the most")

    def inner(part: Any, name: object) -> Any:
        return _plain(part, f"{place}.{name}", depth + 1, left)

    kind = type(value)
    if value is None or kind is bool or kind is int or (kind is float and math.isfinite(value)):
        return value
    if kind is str:
        return _writable(value, place)
    if kind is list:
        return [inner(part, number) for number, part in enumerate(value)]
    if kind is dict and all(type(key) is str for key in value) and not _tagged(value):
        return {_writable(key, place): inner(part, key) for key, part in value.items()}
    found = _kind_of(value, place)
    said = found.plain(value)
    if found is MAP:
        if _tagged(value):
            raise GameError(f"{place} has the key {next(iter(value))!r}, which has a meaning of its own here; use another")
        return {MAP.tag: [[inner(key, "key"), inner(part, key)] for key, part in said]}
    return {found.tag: [inner(part, number) for number, part in enumerate(said)] if type(said) is list else said}


def _kind_of(value: Any, place: str) -> Kind:
    """How a value is written that JSON cannot say.

    Raises:
        GameError: It cannot be written.
    """
    kind = type(value)
    if kind is dict:
        return MAP
    if kind is float:
        return FLOAT
    if kind in NUMBERS or kind is np.str_:
        return NUMBER
    if isinstance(value, Enum):
        member = Member(_class_reference(kind), tuple(names_of(value)))
        return Kind("$member", lambda _: KINDS[Member].plain(member), KINDS[Member].given)
    if kind not in KINDS and is_record(kind):
        return _as_record(value, place)
    if inspect.isroutine(value) or inspect.isclass(value):
        named = Function(reference_to(value))
        return Kind("$callable", lambda _: named.reference, Function)
    fits = kind in KINDS and not (kind is np.ndarray and not _can_be_read(value.dtype))
    if fits and kind in (datetime.datetime, datetime.time):
        fits = type(value.tzinfo) in (type(None), datetime.timezone) and not value.fold
    if not fits:
        what = f"an array of {value.dtype}" if kind is np.ndarray else f"of the type {kind.__name__}"
        raise GameError(
            f"{place} is {what}, which cannot be written down with the league; give numbers, texts, dates, paths, lists, "
            "tuples, sets, mappings, numpy's numbers and arrays, and functions, enumerations, named tuples or dataclasses from "
            "the top level of a file"
        )
    return KINDS[kind]


def _class_reference(kind: type) -> str:
    """Name the class of a value. If the game's own code in a notebook uses it, it is the one in the game's file."""
    written = written_with(kind)
    return permit_what_ran(written) if written else reference_to(kind)


def _as_record(value: Any, place: str) -> Kind:
    """How a named tuple or a dataclass is written.

    Raises:
        GameError: Made again from its fields, it would be another value.
    """
    reference = _class_reference(type(value))
    fields = fields_of(value)
    if not same(parts_of(value), parts_of(remade(value))):
        raise GameError(
            f"{place}: a {type(value).__name__} that is made again from its fields is another one than {value!r:.200}"
        )
    return Kind("$record", lambda _: [Function(reference), fields], KINDS[Record].given)


def _can_be_read(kind: np.dtype) -> bool:
    try:
        return _number_kind(kind.str) == kind
    except (ValueError, TypeError):
        return False


def _writable(text: str, place: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise GameError(f"{place} holds a character that cannot be written down: {text!r:.80}") from error
    return text


def _pairs(value: Mapping[Any, Any]) -> list[list[Any]]:
    return [[key, part] for key, part in value.items()]


def _member(kind: Any, names: Any) -> Member:
    names = names if type(names) is list else [names]
    return Member(_reference(kind), tuple(map(_text, names)))


def _record(kind: Any, fields: Any) -> Record:
    if type(fields) is not dict or not all(type(name) is str for name in fields):
        raise ValueError(f"{fields!r:.40} are no fields")
    return Record(_reference(kind), fields)


def _reference(kind: Any) -> str:
    """The class that is named, as a function is or, in a configuration file, by its text."""
    return kind.reference if type(kind) is Function else _text(kind)


def _ordered(values: Any) -> list[Any]:
    """The members of a set in an order that does not depend on the process."""
    return sorted(values, key=lambda value: json.dumps(plain(value, "a member"), sort_keys=True))


def _text(value: Any) -> str:
    if type(value) is not str:
        raise ValueError(f"{value!r:.40} is no text")
    return value


def _tagged(value: Any) -> bool:
    """Whether a value is a mapping that says what kind of value it stands for."""
    return type(value) is dict and len(value) == 1 and next(iter(value)) in BY_TAG


def given(value: Any, place: str = "an option") -> Any:
    """The value that `plain` was given. What is no plain data stays as it is.

    Raises:
        GameError: It says that it is of a kind which it is not.
    """
    if type(value) is list:
        return [given(part, f"{place}.{number}") for number, part in enumerate(value)]
    if type(value) is not dict:
        return value
    if not _tagged(value):
        return {key: given(part, f"{place}.{key}") for key, part in value.items()}
    ((tag, said),) = value.items()
    try:
        return BY_TAG[tag].given(given(said, place))
    except (ValueError, TypeError, ArithmeticError, LookupError) as error:
        raise GameError(f"{place} is no {tag.removeprefix('$')}: {said!r:.80}") from error


def kept(value: Any, place: str) -> Any:
    """A value as it will be read back, which equals the value that is given; functions are named.

    Raises:
        GameError: It cannot be written down.
    """
    return given(plain(given(value, place), place), place)


def same(one: Any, other: Any) -> bool:
    """Return whether two values are the same, in value and in type: 1, 1.0 and True are three, and not-a-number is itself."""
    kind = type(one)
    if kind is not type(other):
        return False
    if kind in LISTS:
        return len(one) == len(other) and all(map(same, one, other))
    if kind in MAPS:
        return same(list(one), list(other)) and same(list(one.values()), list(other.values()))
    if kind in NAMESPACES:
        return same(vars(one), vars(other))
    if kind is Record:
        return one.reference == other.reference and same(one.fields, other.fields)
    if type(one) is np.ndarray:
        return one.dtype == other.dtype and one.shape == other.shape and same(one.ravel().tolist(), other.ravel().tolist())
    return bool(one == other) or (one != one and other != other)
