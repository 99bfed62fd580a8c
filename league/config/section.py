"""What the sections of a configuration share."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from agents.learners.contract import Learner
from league.config.booleans import refuse_booleans
from league.config.faults import hint
from league.config.plugins import reference_to

Share = Annotated[float, Field(ge=0.0, le=1.0)]


def known(kind: str, name: str, names: Iterable[str]) -> str:
    """Return a name that is in a table.

    Raises:
        ValueError: The name is not in the table. The message has the most similar name and lists all names.
    """
    names = list(names)
    if name not in names:
        raise ValueError(f"there is no {kind} {name!r}{hint(name, names)} (known: {', '.join(names)})")
    return name


class Section(BaseModel):
    """A part of the configuration. Unknown keys are errors. Values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _functions_by_name(cls, values: Any) -> Any:
        """Accept a function wherever `module:callable` is accepted."""
        return written(values) if isinstance(values, Mapping) else values

    @field_validator("*", mode="before")
    @classmethod
    def _no_boolean_is_a_number(cls, value: Any, info: Any) -> Any:
        refuse_booleans(cls.model_fields[info.field_name].annotation, value)
        return value


def written_but(values: Any, *others: str) -> Any:
    """Settings in which functions are replaced by their names, except in `others`; what is no mapping is not changed."""
    if not isinstance(values, Mapping):
        return values
    return {key: value if key in others else written(value) for key, value in values.items()}


def written(value: Any) -> Any:
    """Plain values, with functions replaced by their names."""
    if isinstance(value, Mapping):
        return {written(key): written(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [written(inner) for inner in value]
    if isinstance(value, Learner):
        return reference_to(value.train)
    return reference_to(value) if inspect.isfunction(value) or inspect.isclass(value) else value
