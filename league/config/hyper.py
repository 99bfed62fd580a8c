"""The learner's name, and the initial value and the range of each hyper-parameter.

The learner decides which hyper-parameters exist. `agents.learners.table` declares them with their defaults.
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
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    ValidationError,
    create_model,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from agents.learners.contract import HyperSpec, Scale
from agents.learners.table import LEARNERS, learner_spec, options_of
from envs.faults import GameError
from envs.references import name
from league.config.faults import INNER
from league.config.incentives import hyper_of
from league.config.sections import Section, known


class Range(Section):
    """The initial value of a hyper-parameter and its range in evolution."""

    start: float
    low: float
    high: float

    @model_validator(mode="after")
    def _ordered(self) -> Range:
        if not self.low <= self.start <= self.high:
            raise ValueError(f"start {self.start:g} must lie between low {self.low:g} and high {self.high:g}")
        return self


class HyperConfig(Section):
    """The hyper-parameters, which each player has for itself and which mutate. `hyper_section` makes a learner's fields."""

    specs: ClassVar[tuple[HyperSpec, ...]] = ()

    @field_validator("*", mode="before")
    @classmethod
    def _number_moves_the_start(cls, value: Any, info: Any) -> Any:
        default = cls.model_fields[info.field_name].default.model_dump()
        if isinstance(value, (int, float, str)):
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
        """The initial value of each hyper-parameter."""
        return {name: span.start for name, span in self.ranges().items()}

    def bounds(self) -> dict[str, tuple[float, float]]:
        """The lowest and highest value of each hyper-parameter in evolution."""
        return {name: (span.low, span.high) for name, span in self.ranges().items()}

    def scales(self) -> dict[str, Scale]:
        """The scale on which each hyper-parameter changes."""
        return {spec.name: spec.scale for spec in self.specs}


@cache
def hyper_section(specs: tuple[HyperSpec, ...]) -> type[HyperConfig]:
    """The section `hyper` of a configuration for a learner with these hyper-parameters."""
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
    """Check hyper-parameters against the declarations of the section's learner, ways to explore and reward.

    Missing ones get their defaults.
    """
    if "learner" not in info.data:  # an unknown learner has already been reported
        return HyperConfig()
    learner, plain = info.data["learner"], values.model_dump() if isinstance(values, HyperConfig) else values
    name_learner(learner, info.context)
    try:
        further = hyper_of(info.data.get("exploration", ()), info.data.get("reward", ()))
        specs = {spec.name: spec for spec in (*further, *learner_spec(learner).hyper)}
        own = [spec.name for spec in learner_spec(learner).hyper]
        section = hyper_section(tuple(specs[name] for name in dict.fromkeys([*own, *specs])))
    except GameError as error:
        if not _complete(plain):
            raise ValueError(f"the learner {learner!r} cannot be used: {error}") from error
        spans = plain.items()
        section = hyper_section(
            tuple(HyperSpec(name, span["start"], span["low"], span["high"], **UNKNOWN) for name, span in spans)
        )
    try:
        return section.model_validate(plain, context=info.context)
    except ValidationError as error:
        faults = error.errors()
        inner = {"faults": faults, "section": section, "reason": faults[0]["msg"]}
        raise PydanticCustomError(INNER, "{reason}", inner) from error


def _options_of_the_learner(values: dict[str, Any], info: Any) -> dict[str, Any]:
    """Check the options that are given against the declaration of the section's learner, if its code exists."""
    if values and "learner" in info.data:
        try:
            options_of(learner_spec(info.data["learner"]), values)
        except GameError:
            return values
    return values


FROM_ELSEWHERE = {"named": False}
"""The context of settings that are checked, not given in Python: code that they name may run only if it is permitted."""


def name_learner(learner: Any, context: Any) -> None:
    """Permit a learner that a script names when it makes settings.

    Raises:
        GameError: A file named it before, and the user does not trust it.
    """
    if context != FROM_ELSEWHERE and isinstance(learner, str):
        name(learner)


def _complete(values: Any) -> bool:
    """Whether no value is left to defaults, as in the configuration that is stored with a league."""
    spans = values.values() if isinstance(values, Mapping) else ()
    return bool(spans) and all(isinstance(span, Mapping) and set(span) == set(Range.model_fields) for span in spans)


UNKNOWN: dict[str, Any] = {"least": -inf, "most": inf, "scale": "linear", "label": "", "description": ""}
"""Assumptions about the hyper-parameters of a learner whose code is missing, so that its league can still be read."""

LearnerName = Annotated[str, AfterValidator(_known_learner)]
"""A name of the table of learners, or `module:callable`."""

Hyper = Annotated[SerializeAsAny[HyperConfig], BeforeValidator(_of_the_learner)]
"""The hyper-parameters of the learner in the field `learner`, which must come earlier in the same section."""

LearnerOptions = Annotated[dict[str, StrictBool | StrictInt | StrictFloat | StrictStr], AfterValidator(_options_of_the_learner)]
"""Options of the learner in the field `learner`, which must come earlier in the same section. Others have their defaults."""
