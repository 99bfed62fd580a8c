"""Functions in options of games, and values of users' own types: members of enumerations, named tuples, and dataclasses.

Such a value is written down as the name of its class and what it consists of. Read back, it is a description, and becomes the
value when the game is made, because only then the code of the class may run. A class is used for this only if it is of the kind
that is said; other callables are not called.
"""

from __future__ import annotations

import argparse
import collections
import dataclasses
import functools
import inspect
import operator
from collections.abc import Callable, Iterator, Mapping
from enum import Enum, Flag
from types import ModuleType, SimpleNamespace
from typing import Any

from envs.faults import GameError, environment_code
from envs.references import find


class Function:
    """A function or class that is named in options; it is looked for when the game is made.

    Attributes:
        reference: `module:callable` or `path/to/file.py:callable`.
    """

    __slots__ = ("reference",)

    def __init__(self, reference: str) -> None:
        """Name a function."""
        self.reference = reference

    def __eq__(self, other: object) -> bool:
        """Two are equal if they have the same name."""
        return type(other) is Function and other.reference == self.reference

    def __hash__(self) -> int:
        """As for the name."""
        return hash(self.reference)

    def __repr__(self) -> str:
        """The name."""
        return self.reference


class Member:
    """A member of an enumeration, described.

    Attributes:
        reference: `module:class` or `path/to/file.py:class`.
        names: Its name; several or none for a combination of flags.
    """

    __slots__ = ("names", "reference")

    def __init__(self, reference: str, names: tuple[str, ...]) -> None:
        """Describe a member."""
        self.reference, self.names = reference, names

    def __eq__(self, other: object) -> bool:
        """Two are equal if they describe the same member of the same class."""
        return type(other) is Member and (other.reference, other.names) == (self.reference, self.names)

    def __hash__(self) -> int:
        """As for the names."""
        return hash((self.reference, self.names))

    def __repr__(self) -> str:
        """Class and name."""
        return f"{self.reference}.{'|'.join(self.names)}"

    def made(self, near: ModuleType | None) -> Enum:
        """Find the member.

        Args:
            near: The module that makes the game; see `class_of`.

        Raises:
            GameError: The class is no enumeration, or has no such member.
        """
        found = class_of(self.reference, near)
        if not (inspect.isclass(found) and issubclass(found, Enum)):
            raise GameError(f"{self.reference} is no enumeration, but the game's options have {self!r}")
        missing = [name for name in self.names if name not in found.__members__]
        if missing:
            raise GameError(f"{self.reference} has no {missing[0]!r}, which the game's options ask for")
        members = [found[name] for name in self.names]
        if len(members) == 1:
            return members[0]
        if not issubclass(found, Flag):
            raise GameError(f"{self.reference} has no combinations, but the game's options have {self!r}")
        return functools.reduce(operator.or_, members, found(0))


class Record:
    """A named tuple or a dataclass, described.

    Attributes:
        reference: `module:class` or `path/to/file.py:class`.
        fields: The values that it is made from, by name.
    """

    __slots__ = ("fields", "reference")

    def __init__(self, reference: str, fields: Mapping[str, Any]) -> None:
        """Describe a value."""
        self.reference, self.fields = reference, dict(fields)

    def __eq__(self, other: object) -> bool:
        """Two are equal if they have the same class and equal fields."""
        return type(other) is Record and (other.reference, other.fields) == (self.reference, self.fields)

    def __hash__(self) -> int:
        """As for the class and the names of the fields, whose values may have no hash."""
        return hash((self.reference, tuple(self.fields)))

    def __repr__(self) -> str:
        """As Python writes a dataclass."""
        return f"{self.reference}({', '.join(f'{name}={value!r}' for name, value in self.fields.items())})"

    def made(self, near: ModuleType | None, inner: Callable[[Any], Any]) -> Any:
        """Make the value.

        Args:
            near: The module that makes the game; see `class_of`.
            inner: Makes the values of the fields.

        Raises:
            GameError: The class is neither a named tuple nor a dataclass, or does not accept the fields.
        """
        found = class_of(self.reference, near)
        if not is_record(found):
            raise GameError(f"{self.reference} is no named tuple and no dataclass, but the game's options have {self!r:.200}")
        with environment_code(f"{self!r:.200} of the game's options cannot be made"):
            return found(**{name: inner(value) for name, value in self.fields.items()})


def class_of(reference: str, near: ModuleType | None) -> Any:
    """Find a class. If its file is the one that makes the game, it is the game's own class, not another one from the same text.

    Args:
        reference: The class.
        near: The module that makes the game; None if it is not known.

    Raises:
        GameError: It cannot be found.
    """
    found = find(reference)
    own = None if near is None else vars(near).get(getattr(found, "__name__", ""))
    same_file = inspect.isclass(own) and inspect.isclass(found) and _file(own) == _file(found) != ""
    return own if same_file else found


def _file(found: type) -> str:
    try:
        return inspect.getfile(found)
    except (TypeError, OSError):
        return ""


def is_record(found: Any) -> bool:
    """Return whether something is the class of named tuples or of dataclasses."""
    return inspect.isclass(found) and (dataclasses.is_dataclass(found) or _is_named_tuple(found))


def _is_named_tuple(found: type) -> bool:
    return issubclass(found, tuple) and isinstance(vars(found).get("_fields"), tuple)


def names_of(member: Enum) -> list[str]:
    """The name of a member, or the names of the flags that a combination consists of."""
    kind = type(member)
    known = [name for name, value in kind.__members__.items() if value is member]
    return known[:1] if known else [str(flag.name) for flag in member]  # type: ignore[attr-defined]


def fields_of(value: Any) -> dict[str, Any]:
    """What a named tuple or a dataclass can be made from again."""
    if not dataclasses.is_dataclass(value):
        return dict(zip(type(value)._fields, value, strict=True))
    return {each.name: getattr(value, each.name) for each in dataclasses.fields(value) if each.init}


def parts_of(value: Any) -> dict[str, Any]:
    """All fields of a named tuple or a dataclass, also those that it is not made from."""
    return (
        {each.name: getattr(value, each.name) for each in dataclasses.fields(value)}
        if dataclasses.is_dataclass(value)
        else fields_of(value)
    )


def remade(value: Any) -> Any:
    """Make a named tuple or a dataclass again from its fields.

    Raises:
        GameError: That fails.
    """
    with environment_code(f"a {type(value).__name__} cannot be made again from its fields"):
        return type(value)(**fields_of(value))


LISTS = (list, tuple, collections.deque)
MAPS = (dict, collections.OrderedDict, collections.Counter)
NAMESPACES = (SimpleNamespace, argparse.Namespace)
SETS = (set, frozenset)
"""Kinds of values that hold others."""


def resolved(options: Mapping[str, Any], near: ModuleType | None = None) -> dict[str, Any]:
    """Options in which functions stand instead of their names, and values of users' own types instead of descriptions.

    Args:
        options: The options.
        near: The module that makes the game, if it is known; see `envs.records.class_of`.

    Raises:
        GameError: A function or a class cannot be found, or a value cannot be made.
    """
    return {key: _resolved(value, near) for key, value in options.items()}


def _resolved(value: Any, near: ModuleType | None) -> Any:
    kind = type(value)
    if kind is Function:
        return find(value.reference)
    if kind is Member:
        return value.made(near)
    if kind is Record:
        return value.made(near, lambda inner: _resolved(inner, near))
    if kind is collections.deque:
        return collections.deque((_resolved(part, near) for part in value), value.maxlen)
    if kind in LISTS or kind in SETS:
        return kind(_resolved(part, near) for part in value)
    if kind in MAPS:
        return kind({_resolved(key, near): _resolved(part, near) for key, part in value.items()})
    return kind(**_resolved(vars(value), near)) if kind in NAMESPACES else value


def functions_in(value: Any) -> Iterator[str]:
    """The names of all functions and classes in options, wherever they stand in them."""
    kind = type(value)
    if kind in (Function, Member, Record):
        yield value.reference
    if kind in LISTS or kind in SETS:
        for part in value:
            yield from functions_in(part)
    elif kind in MAPS:
        for key, part in value.items():
            yield from functions_in(key)
            yield from functions_in(part)
    elif kind in NAMESPACES:
        yield from functions_in(vars(value))
    elif kind is Record:
        yield from functions_in(value.fields)
