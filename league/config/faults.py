"""Error messages about a configuration, with one sentence per fault."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel, ValidationError

UNKNOWN = "extra_forbidden"
"""Pydantic's name of the fault that there is no such setting."""

INNER = "inner_faults"
"""Kind of a fault that contains the faults of a section whose fields depend on another setting."""


INTERNAL = "<"
"""First character of path parts that pydantic inserts for the alternatives of a union. Users must not see these parts."""


class _Fault(NamedTuple):
    """A fault found by pydantic, its path, and its section, which is at the first `depth` parts of the path."""

    path: tuple[Any, ...]
    found: Any
    section: type[BaseModel]
    depth: int


def sentences(error: ValidationError, model: type[BaseModel]) -> list[str]:
    """One sentence for each fault of a model. A fault that groups inherited from their league is reported once."""
    faults = list(_faults(error.errors(), model))
    places = {fault.path for fault in faults}
    return [_sentence(fault) for fault in faults if fault.path[:1] != ("population",) or fault.path[2:] not in places]


def unknown_settings(error: ValidationError, model: type[BaseModel]) -> list[str]:
    """The dotted names of settings that do not exist."""
    return [".".join(map(str, fault.path)) for fault in _faults(error.errors(), model) if fault.found["type"] == UNKNOWN]


def _faults(found: Sequence[Any], section: type[BaseModel], place: tuple[Any, ...] = ()) -> Iterator[_Fault]:
    """All faults, including those inside sections."""
    for fault in found:
        path = (*place, *(part for part in fault["loc"] if not str(part).startswith(INTERNAL)))
        if fault["type"] == INNER:
            yield from _faults(fault["ctx"]["faults"], fault["ctx"]["section"], path)
        else:
            yield _Fault(path, fault, section, len(place))


def _sentence(fault: _Fault) -> str:
    path, found = fault.path, fault.found
    place = ".".join(map(str, path)) or "settings"
    if found["type"] == UNKNOWN:
        nearest = get_close_matches(str(path[-1]), _settings(path[fault.depth : -1], fault.section), n=1, cutoff=0.0)
        hint = f"; did you mean {'.'.join([*map(str, path[:-1]), nearest[0]])!r}?" if nearest else ""
        return f"there is no setting {place!r}{hint}"
    if found["type"] == "missing":
        return f"{place} is missing"
    reason = found["msg"].removeprefix("Value error, ")
    if found["type"] == "value_error":
        return f"{place}: {reason}"
    return f"{place} is {found['input']!r}, but: {reason[0].lower()}{reason[1:]}"


def _settings(path: Sequence[Any], section: type[BaseModel]) -> list[str]:
    """Names of the settings of the section at a path. Numbers in the path are positions in lists."""
    for part in path:
        if not isinstance(part, int):
            section = _sections(section.model_fields[part].annotation)[0]
    return list(section.model_fields)


def _sections(annotation: Any) -> list[type[BaseModel]]:
    """The models in an annotation, at any depth in lists and unions."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [section for inner in get_args(annotation) for section in _sections(inner)]
