"""True and false are no numbers, although Python counts with them and YAML reads them from yes, no, on and off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic_core import PydanticCustomError

from league.config.faults import BOOLEAN


def refuse_booleans(annotation: Any, value: Any) -> None:
    """Refuse true and false where an annotation asks for numbers, also inside of lists and mappings.

    Args:
        annotation: Of a setting.
        value: What was given for it, unchecked.

    Raises:
        PydanticCustomError: Of the kind `BOOLEAN`.
    """
    kinds = set(_kinds(annotation))
    if not kinds & {int, float} or kinds & {bool, Any}:
        return
    inner = value if isinstance(value, (list, tuple)) else value.values() if isinstance(value, Mapping) else [value]
    if any(isinstance(each, bool) for each in inner):
        raise PydanticCustomError(BOOLEAN, "a whole number is wanted" if int in kinds else "a number is wanted")


def _kinds(annotation: Any) -> Iterator[Any]:
    """The plain types in an annotation, however deep in lists and unions."""
    inner = get_args(annotation)
    if not inner:
        yield annotation
    for each in inner:
        yield from _kinds(each)
