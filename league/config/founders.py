"""Where the first players of a league come from: players of other leagues, or weights of the user's own."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, WithJsonSchema, field_validator, model_validator

from league.config.sections import Section
from league.population.player import LEAGUE_NAME

NEW = "new"
"""A founder with new weights, as every founder of a league without `founders` has."""

WEIGHTS = ".safetensors"
"""End of the names of files of weights."""


class Founder(Section):
    """Where a player of the first generation comes from."""

    source: str = Field(description="LEAGUE/PLAYER, LEAGUE/champion, a file of weights (.safetensors), or new")
    origin: str = Field("", max_length=200, description="what the lineage calls it; found when the league begins")
    sha256: str = Field("", pattern=r"^([0-9a-f]{64})?$", description="hash of the weights; found when the league begins")

    @model_validator(mode="before")
    @classmethod
    def _named(cls, values: Any) -> Any:
        """The plain name of a source is a founder."""
        return {"source": values} if isinstance(values, str) else values

    @field_validator("source")
    @classmethod
    def _known(cls, source: str) -> str:
        league, slash, player = source.partition("/")
        if (
            source == NEW
            or source.endswith(WEIGHTS)
            or (slash and "/" not in player and player and LEAGUE_NAME.fullmatch(league))
        ):
            return source
        raise ValueError(
            f"a founder is LEAGUE/PLAYER, LEAGUE/champion, a file that ends in {WEIGHTS}, or {NEW}, not {source!r}"
        )

    @property
    def is_new(self) -> bool:
        """Whether the player begins with new weights."""
        return self.source == NEW


Founders = list[Annotated[Founder, WithJsonSchema({"type": "string"})]]
"""The founders of a league, in the order of its players."""


def what_counts_of(founders: Founders) -> list[str]:
    """What the identity of a league depends on: the content of its founders, wherever they come from."""
    return [founder.sha256 or founder.source for founder in founders]
