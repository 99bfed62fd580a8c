"""The curriculum in a configuration: easier games before the game of the league."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    Field,
    SerializationInfo,
    StringConstraints,
    field_serializer,
    field_validator,
    model_validator,
)

from envs.options import kept, plain_options
from league.config.section import Section, Share, written_but
from league.population.curriculum import Aim
from league.population.player import is_bot


class CurriculumStage(Section):
    """A stage of the curriculum: how players train until they succeed often enough. Tournaments are of the league's game."""

    name: Annotated[str, StringConstraints(pattern=r"^\S.{0,59}$")] = Field(description="name of the stage")
    options: dict[str, Any] = Field(default_factory=dict, description="options of the game that differ from game.options")
    wrappers: list[dict[str, dict[str, Any]]] | None = Field(
        None, description="SuperSuit wrappers instead of game.wrappers; default: those of the game"
    )
    reward: dict[str, float] = Field(default_factory=dict, description="weights of terms of the reward in this stage, by name")
    opponents: list[str] | None = Field(
        None, description="scripted players to train against, like bot:random; default: those of matchmaking"
    )
    self_play: Share | None = Field(
        None, description="share of the copies in which a player meets itself; default: that of matchmaking, 0 with opponents"
    )
    success_threshold: float = Field(0.9, gt=0.0, lt=1.0, description="share of successes that ends the stage")
    window: int = Field(200, ge=10, le=1_000_000, description="last games whose share counts, of all players together")
    min_episodes: int = Field(0, ge=0, description="games per player before the stage can end")
    max_episodes: int | None = Field(None, ge=1, description="games per player after which the stage ends in any case")

    @model_validator(mode="before")
    @classmethod
    def _functions_by_name(cls, values: Any) -> Any:
        """Options keep their types, so functions in them are not replaced by texts."""
        return written_but(values, "options", "wrappers")

    @field_validator("options")
    @classmethod
    def _can_be_kept(cls, options: dict[str, Any]) -> dict[str, Any]:
        return {name: kept(value, f"options.{name}") for name, value in options.items()}

    @field_serializer("options")
    def _plain_options(self, options: dict[str, Any], info: SerializationInfo) -> dict[str, Any]:
        return plain_options(options, "options") if info.mode == "json" else options

    @field_validator("opponents")
    @classmethod
    def _bots(cls, opponents: list[str] | None) -> list[str] | None:
        for opponent in opponents or ():
            if not is_bot(opponent):
                raise ValueError(
                    f"an opponent of a stage is a scripted player like bot:random or module:callable, not {opponent!r}"
                )
        if opponents == []:
            raise ValueError("opponents must name at least one scripted player; leave it out for those of matchmaking")
        return opponents

    def aim(self) -> Aim:
        """What ends the stage."""
        return Aim(self.success_threshold, self.window, self.min_episodes, self.max_episodes)

    @model_validator(mode="after")
    def _ends(self) -> CurriculumStage:
        if self.max_episodes is not None and self.max_episodes < self.min_episodes:
            raise ValueError(f"max_episodes {self.max_episodes} must not be less than min_episodes {self.min_episodes}")
        return self


def _different_names(stages: list[CurriculumStage]) -> list[CurriculumStage]:
    names = [stage.name for stage in stages]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"two stages have the name {twice!r}")
    return stages


Curriculum = Annotated[list[CurriculumStage], Field(max_length=100), AfterValidator(_different_names)]
"""The stages in order."""
