"""How players learn: the name of their learner, and where each hyper-parameter starts and how far evolution may take it.

Which hyper-parameters there are depends on the learner; `agents.learners.table` declares them with their defaults.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from math import inf
from typing import Annotated, Any, ClassVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SerializeAsAny,
    ValidationError,
    create_model,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from agents.learners.contract import HyperSpec, Scale
from agents.learners.table import LEARNERS, learner_spec
from envs.faults import GameError
from league.config.faults import INNER
from league.config.sections import Section, known


class Range(Section):
    """Where a hyper-parameter starts and how far evolution may take it."""

    start: float
    low: float
    high: float

    @model_validator(mode="after")
    def _ordered(self) -> Range:
        if not self.low <= self.start <= self.high:
            raise ValueError(f"start {self.start:g} must lie between low {self.low:g} and high {self.high:g}")
        return self


class HyperConfig(Section):
    """Hyper-parameters that each player has for itself and that mutate; `hyper_section` makes the fields of a learner."""

    specs: ClassVar[tuple[HyperSpec, ...]] = ()

    @field_validator("*", mode="before")
    @classmethod
    def _number_moves_the_start(cls, value: Any, info: Any) -> Any:
        default = cls.model_fields[info.field_name].default.model_dump()
        if isinstance(value, (int, float, str)) and not isinstance(value, bool):
            return default | {"start": value}
        return default | value if isinstance(value, dict) else value

    @field_validator("*")
    @classmethod
    def _makes_sense(cls, value: Range, info: Any) -> Range:
        spec = next(spec for spec in cls.specs if spec.name == info.field_name)
        for end, number in (("low", value.low), ("high", value.high)):
            if not spec.least <= number <= spec.most:
                raise ValueError(f"{end} {number:g} must lie between {spec.least:g} and {spec.most:g}")
        return value

    def ranges(self) -> dict[str, Range]:
        """The range of each hyper-parameter."""
        return {name: getattr(self, name) for name in type(self).model_fields}

    def start(self) -> dict[str, float]:
        """Where each hyper-parameter starts."""
        return {name: span.start for name, span in self.ranges().items()}

    def bounds(self) -> dict[str, tuple[float, float]]:
        """How far evolution may take each."""
        return {name: (span.low, span.high) for name, span in self.ranges().items()}

    def scales(self) -> dict[str, Scale]:
        """What a step in each is measured by."""
        return {spec.name: spec.scale for spec in self.specs}


@cache
def hyper_section(specs: tuple[HyperSpec, ...]) -> type[HyperConfig]:
    """The section `hyper` of a configuration for a learner that has these hyper-parameters."""
    fields: dict[str, Any] = {
        spec.name: (Range, Field(Range(start=spec.default, low=spec.low, high=spec.high), description=spec.description))
        for spec in specs
    }
    section = create_model("HyperConfig", __base__=HyperConfig, **fields)
    section.specs = specs
    return section


def _known_learner(learner: str) -> str:
    return learner if ":" in learner else known("learner", learner, LEARNERS)


def _of_the_learner(values: Any, info: Any) -> Any:
    """Check hyper-parameters against what the learner beside them declares; what is left out has its default."""
    if "learner" not in info.data:  # that the learner is unknown has been said
        return HyperConfig()
    learner, plain = info.data["learner"], values.model_dump() if isinstance(values, HyperConfig) else values
    try:
        section = hyper_section(learner_spec(learner).hyper)
    except GameError as error:
        if not _complete(plain):
            raise ValueError(f"the learner {learner!r} cannot be used: {error}") from error
        spans = plain.items()
        section = hyper_section(
            tuple(HyperSpec(name, span["start"], span["low"], span["high"], **UNKNOWN) for name, span in spans)
        )
    try:
        return section.model_validate(plain)
    except ValidationError as error:
        faults = error.errors()
        inner = {"faults": faults, "section": section, "reason": faults[0]["msg"]}
        raise PydanticCustomError(INNER, "{reason}", inner) from error


def _complete(values: Any) -> bool:
    """Whether nothing is left to defaults, as in the configuration that is stored with a league."""
    spans = values.values() if isinstance(values, Mapping) else ()
    return bool(spans) and all(isinstance(span, Mapping) and set(span) == set(Range.model_fields) for span in spans)


UNKNOWN: dict[str, Any] = {"least": -inf, "most": inf, "scale": "linear", "label": "", "description": ""}
"""What is assumed of the hyper-parameters of a learner whose code is gone: its league can still be looked at."""

LearnerName = Annotated[str, AfterValidator(_known_learner)]
"""A name of the table of learners, or `module:callable`."""

Hyper = Annotated[SerializeAsAny[HyperConfig], BeforeValidator(_of_the_learner)]
"""The hyper-parameters of the learner that is named by the field `learner` of the same section, before this one."""
