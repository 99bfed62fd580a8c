"""The section of a configuration about its score card. It changes no result of the league."""

from __future__ import annotations

from typing import Any

from pydantic import Field, SerializationInfo, field_serializer, field_validator, model_validator

from envs.options import kept, plain_options
from league.config.section import Section, Share, written_but
from league.population.player import is_bot


class Variation(Section):
    """A variation of the game on which players were not trained."""

    name: str = Field(min_length=1, max_length=100, description="what it is called")
    options: dict[str, Any] = Field(default_factory=dict, description="options of the game that differ")

    @model_validator(mode="before")
    @classmethod
    def _functions_by_name(cls, values: Any) -> Any:
        """Options keep their types, so functions in them are not replaced by texts."""
        return written_but(values, "options")

    @field_validator("options")
    @classmethod
    def _can_be_kept(cls, options: dict[str, Any]) -> dict[str, Any]:
        return {name: kept(value, f"evaluation.variations.options.{name}") for name, value in options.items()}

    @field_serializer("options")
    def _plain_options(self, options: dict[str, Any], info: SerializationInfo) -> dict[str, Any]:
        return plain_options(options, "evaluation.variations.options") if info.mode == "json" else options


class EvaluationConfig(Section):
    """The score card of `league evaluate`."""

    threshold: Share = Field(0.9, description="success rate from which on a game counts as learnt")
    episodes: int = Field(200, ge=10, le=100_000, description="games of each condition, against each opponent")
    opponents: list[str] = Field(["bot:random"], min_length=1, description="opponents in games against others")
    strangers: list[str] = Field(
        default_factory=list, description="opponents that were never met: scripted players, or LEAGUE/PLAYER"
    )
    variations: list[Variation] = Field(
        default_factory=list, max_length=100, description="variations of the game: - {name: larger, options: {size: 9}}"
    )

    @field_validator("opponents")
    @classmethod
    def _bots(cls, opponents: list[str]) -> list[str]:
        for opponent in opponents:
            if not is_bot(opponent):
                raise ValueError(f"an opponent is a scripted player like bot:random or module:callable, not {opponent!r}")
        return opponents

    @field_validator("variations")
    @classmethod
    def _one_name_each(cls, variations: list[Variation]) -> list[Variation]:
        if len({each.name for each in variations}) < len(variations):
            raise ValueError("two variations have the same name")
        return variations
