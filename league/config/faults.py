"""What is wrong with a configuration, in one sentence per fault."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError

INNER = "inner_faults"
"""Kind of a fault that stands for those found in a section whose fields depend on another setting."""


class _Fault(NamedTuple):
    """What pydantic found, where, and in which section: the one that stands at the first `depth` parts of the path."""

    path: tuple[Any, ...]
    found: Any
    section: type[BaseModel]
    depth: int


def sentences(error: ValidationError, model: type[BaseModel]) -> list[str]:
    """One sentence for each fault that the check of a model found."""
    return [_sentence(fault) for fault in _faults(error.errors(), model)]


def _faults(found: Sequence[Any], section: type[BaseModel], place: tuple[Any, ...] = ()) -> Iterator[_Fault]:
    """Every fault, those inside of sections included."""
    for fault in found:
        path = (*place, *fault["loc"])
        if fault["type"] == INNER:
            yield from _faults(fault["ctx"]["faults"], fault["ctx"]["section"], path)
        else:
            yield _Fault(path, fault, section, len(place))


def _sentence(fault: _Fault) -> str:
    path, found = fault.path, fault.found
    place = ".".join(map(str, path)) or "settings"
    if found["type"] == "extra_forbidden":
        nearest = get_close_matches(str(path[-1]), _settings(path[fault.depth : -1], fault.section), n=1, cutoff=0.0)
        hint = f"; did you mean {'.'.join([*map(str, path[:-1]), nearest[0]])!r}?" if nearest else ""
        return f"there is no setting {place!r}{hint}"
    if found["type"] == "missing":
        return f"{place} is missing"
    reason = found["msg"].removeprefix("Value error, ")
    if found["type"] == "value_error":
        return f"{place}: {reason}"
    return f"{place} is {found['input']!r}, but: {reason[0].lower()}{reason[1:]}"


def _settings(path: Sequence[Any], section: Any) -> list[str]:
    """Names of the settings of the section that stands at a path."""
    for part in path:
        section = section.model_fields[part].annotation
    return list(section.model_fields)
