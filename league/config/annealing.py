"""The decrease of a hyper-parameter over the generations of a league."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from league.config.section import Section


class Annealing(Section):
    """A decrease of a hyper-parameter over the generations."""

    begin: int = Field(ge=0, description="last generation with the full value")
    end: int = Field(ge=1, description="first generation with the final share of it")
    share: float = Field(gt=0.0, le=1.0, description="the final share")
    curve: Literal["linear", "geometric"] = Field(
        "linear", description="equal steps, or equal factors, from generation to generation"
    )

    @model_validator(mode="after")
    def _falls(self) -> Annealing:
        if self.end <= self.begin:
            raise ValueError(f"end {self.end} must be a later generation than begin {self.begin}")
        return self

    def factor(self, generation: int) -> float:
        """What the hyper-parameter is multiplied by in a generation."""
        passed = min(1.0, max(0, generation - self.begin) / (self.end - self.begin))
        return float(self.share**passed) if self.curve == "geometric" else 1.0 + passed * (self.share - 1.0)
