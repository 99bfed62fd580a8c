"""The section `evolution` of a configuration: selection and mutation."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from agents.mutation import OPERATORS
from league.config.sections import Section, known


class EvolutionConfig(Section):
    """Selection and mutation after each generation."""

    elite: int = Field(1, ge=0, description="number of best players that are never replaced")
    replace: int = Field(1, ge=0, description="number of worst players that are replaced in each generation")
    selection: int = Field(2, ge=1, description="number of candidates in the selection tournament that chooses a parent")
    operators: dict[str, Annotated[float, Field(ge=0.0)]] = Field(
        {"perturb": 1.0, "weight_noise": 1.0}, min_length=1, description="mutation operators and their relative frequencies"
    )

    @field_validator("operators")
    @classmethod
    def _known(cls, operators: dict[str, float]) -> dict[str, float]:
        for name in operators:
            if ":" not in name:
                known("operator", name, OPERATORS)
        if not sum(operators.values()) > 0.0:
            raise ValueError("at least one operator must have a weight above 0")
        return operators
