"""Error messages about a configuration, with one sentence per fault."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel, ValidationError

UNKNOWN = "extra_forbidden"
"""Pydantic's name of the fault that there is no such setting."""

INNER = "inner_faults"
"""Kind of a fault that contains the faults of a section whose fields depend on another setting."""


NEAR = 0.6
"""How similar a name has to be to be suggested, from 0 to 1."""

INTERNAL = "<"
"""First character of path parts that pydantic inserts for the alternatives of a union. Users must not see these parts."""

BOOLEAN = "boolean_for_a_number"
"""Kind of a fault: true or false, which YAML also reads from yes, no, on and off, stands where a number is wanted."""


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


def hint(word: str, known: Iterable[str], before: str = "") -> str:
    """Complete a sentence with the most similar known name, `; did you mean 'x'?`. Nothing is added if none is similar.

    Args:
        word: The unknown name.
        known: The known names.
        before: What stands before the name in the hint, such as `train.`.
    """
    nearest = get_close_matches(word, list(known), n=1, cutoff=NEAR)
    return f"; did you mean {before + nearest[0]!r}?" if nearest else ""


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
        known = _settings(path[fault.depth : -1], fault.section)
        near = hint(str(path[-1]), known, ".".join([*map(str, path[:-1]), ""]))
        return f"there is no setting {place!r}" + (near or f" (there are {', '.join(known)})")
    if found["type"] == BOOLEAN:
        return f"{place} is {str(found['input']).lower()}, but {found['msg']}"
    if found["type"] == "missing":
        return f"{place} is missing"
    reason = found["msg"].removeprefix("Value error, ")
    if found["type"] == "value_error":
        return f"{place}: {reason}"
    return f"{place} is {found['input']!r}, but: {reason[0].lower()}{reason[1:]}"


def _settings(path: Sequence[Any], section: type[BaseModel]) -> list[str]:
    """Names of the settings of the section at a path.

    Numbers in the path are positions in lists. Where a setting may hold one of several sections, all of them are followed, and
    a name in the path that no section has is that of one of them.
    """
    sections = [section]
    for part in path:
        below = [each for known in sections if part in known.model_fields for each in _below(known, part)]
        sections = below or sections
    return list(dict.fromkeys(name for each in sections for name in each.model_fields))


def _below(section: type[BaseModel], name: str) -> list[type[BaseModel]]:
    return _sections(section.model_fields[name].annotation)


def _sections(annotation: Any) -> list[type[BaseModel]]:
    """The models in an annotation, at any depth in lists and unions."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [section for inner in get_args(annotation) for section in _sections(inner)]
