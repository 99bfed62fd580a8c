"""The section `evolution` of a configuration: selection and mutation."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from agents.mutation import OPERATORS
from league.config.sections import Section, known
from league.population.evolution import FITNESS, SELECTIONS


class EvolutionConfig(Section):
    """Selection and mutation after each generation."""

    elite: int = Field(1, ge=0, description="number of best players that are never replaced")
    replace: int = Field(1, ge=0, description="number of worst players that are replaced in each generation")
    selection: int = Field(2, ge=1, description="number of candidates in the selection tournament that chooses a parent")
    parents: str = Field(
        "tournament",
        description="how parents are chosen among the players that stay; tournament: the best of some candidates; truncation: "
        "any of the best, as many as are replaced; elite: the best `elite` players in turn",
    )
    fitness: str = Field(
        "rating",
        description="what players are ranked by; rating: their Elo; nash: their score against the Nash mixture of the players "
        "of their tournament",
    )
    operators: dict[str, Annotated[float, Field(ge=0.0)]] = Field(
        {"perturb": 1.0, "weight_noise": 1.0}, min_length=1, description="mutation operators and their relative frequencies"
    )

    @field_validator("parents")
    @classmethod
    def _known_rule(cls, rule: str) -> str:
        return known("way to choose parents", rule, SELECTIONS)

    @field_validator("fitness")
    @classmethod
    def _known_fitness(cls, fitness: str) -> str:
        return known("fitness", fitness, FITNESS)

    @field_validator("operators")
    @classmethod
    def _known(cls, operators: dict[str, float]) -> dict[str, float]:
        for name in operators:
            if ":" not in name:
                known("operator", name, OPERATORS)
        if not sum(operators.values()) > 0.0:
            raise ValueError("at least one operator must have a weight above 0")
        return operators
