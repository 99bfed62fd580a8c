"""The settings of the champion's promotion."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from league.config.sections import Section


class PromotionConfig(Section):
    """Who becomes champion."""

    rule: Literal["rating", "sprt"] = Field(
        "rating",
        description="rating: the best player by rating; sprt: it has to win a sequential test against the champion first",
    )
    low: float = Field(0.0, ge=-1000, le=1000, description="with sprt: at most so much stronger is not stronger")
    high: float = Field(30.0, ge=-1000, le=1000, description="with sprt: so much stronger should be found")
    alpha: float = Field(0.05, gt=0.0, lt=0.5, description="with sprt: probability of promoting a player that is not stronger")
    beta: float = Field(0.05, gt=0.0, lt=0.5, description="with sprt: probability of missing one that is stronger by high")
    games: int = Field(20, ge=2, le=100_000, description="with sprt: games that are played before the test is asked again")
    most: int = Field(
        400, ge=2, le=1_000_000, description="with sprt: after so many games without an answer the champion stays"
    )

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if self.low >= self.high:
            raise ValueError(f"promotion.low {self.low:g} has to be below promotion.high {self.high:g}")
        return self
