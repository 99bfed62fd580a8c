"""The configuration of a league: YAML or Python in, checked values out. Its sections are in `sections` and `hyper`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from agents.learners.table import DEFAULT, LEARNERS
from comms.topology import build, listening_weights
from envs.game import Game
from league.config.faults import sentences
from league.config.hyper import Hyper, LearnerName
from league.config.sections import (
    ArenaConfig,
    CommsConfig,
    ComputeConfig,
    EvolutionConfig,
    GameConfig,
    MatchmakingConfig,
    PolicyConfig,
    Section,
    TournamentConfig,
    TrainConfig,
    known,
)
from league.config.styles import STYLES, with_defaults
from league.errors import LeagueError
from league.population.player import LEAGUE_NAME, NAME_RULE

if TYPE_CHECKING:
    from agents.models.architecture import Architecture


class LeagueConfig(Section):
    """Everything a league depends on, besides its seed's arithmetic."""

    name: str = Field(description="the league's name; also the name of its folder")
    seed: int = Field(0, ge=0, lt=2**63)
    game: GameConfig
    generations: int = Field(8, ge=1, le=100_000)
    style: str = Field("league", description=f"one of {', '.join(STYLES)}, or module:callable")
    population: int = Field(4, ge=1, le=1024, description="players that learn")
    stack: int = Field(2, ge=1, le=1024, description="players trained together in one task")
    arena: ArenaConfig = Field(default_factory=ArenaConfig)
    policy: PolicyConfig = Field(default_factory=PolicyConfig)
    comms: CommsConfig = Field(default_factory=CommsConfig)
    train: TrainConfig = Field(default_factory=TrainConfig)
    learner: LearnerName = Field(DEFAULT, description=f"how players learn: {', '.join(LEARNERS)}, or module:callable")
    hyper: Hyper = Field(default_factory=dict, validate_default=True)
    matchmaking: MatchmakingConfig = Field(default_factory=MatchmakingConfig)
    tournament: TournamentConfig = Field(default_factory=TournamentConfig)
    evolution: EvolutionConfig = Field(default_factory=EvolutionConfig)
    compute: ComputeConfig = Field(default_factory=ComputeConfig)
    tracking: bool = Field(True, description="show the league in MLflow")

    @field_validator("name")
    @classmethod
    def _name(cls, name: str) -> str:
        if not LEAGUE_NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name: {NAME_RULE}")
        return name

    @field_validator("style")
    @classmethod
    def _style(cls, style: str) -> str:
        return style if ":" in style else known("style", style, STYLES)

    @model_validator(mode="before")
    @classmethod
    def _defaults_of_the_style(cls, values: Any) -> Any:
        """Settings that the style chooses hold wherever the configuration is silent."""
        return with_defaults(values) if isinstance(values, Mapping) else values

    @model_validator(mode="after")
    def _room_for_parents(self) -> LeagueConfig:
        wanted = self.evolution.elite + self.evolution.replace
        if self.population > 1 and self.evolution.replace and wanted > self.population:
            raise ValueError(
                f"evolution.elite {self.evolution.elite} plus evolution.replace {self.evolution.replace} "
                f"must not exceed population {self.population}"
            )
        return self

    def identity(self) -> str:
        """Hash of everything that decides results: two leagues with one identity end with the same bits."""
        facts = self.model_dump(mode="json", exclude={"compute": True, "generations": True, "tracking": True, "name": True})
        if facts["style"] == type(self).model_fields["style"].default:  # leagues of earlier versions do not say it
            facts.pop("style")
        if self.learner == DEFAULT:  # leagues that are older than this setting keep their identity
            facts.pop("learner")
        for name in ("encoder", "memory", "memory_size"):
            if facts["policy"][name] == PolicyConfig.model_fields[name].default:
                facts["policy"].pop(name)
        facts["arena"].pop("workers")
        facts["tournament"].pop("replays")
        if self.tournament.format == TournamentConfig.model_fields["format"].default:
            facts["tournament"].pop("format")
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()

    def architecture(self, game: Game) -> Architecture:
        """The networks of this league's players on its game.

        Raises:
            LeagueError: Messages are asked for in a game whose seats act in turns, or where nobody has a team-mate.
        """
        speak = self.comms.topology != "none"
        if speak and game.turn_based:
            raise LeagueError(
                f"comms.topology {self.comms.topology!r} needs a game whose team-mates act at once; "
                f"in {game.name} one seat acts at a time, so only 'none' is allowed"
            )
        if speak and all(side.seats_per_team == 1 for side in game.sides):
            raise LeagueError(f"comms.topology {self.comms.topology!r}: nobody in {game.name} has a team-mate to speak to")
        hears = []
        for side in game.sides:
            seats = [game.seats[seat] for seat in game.teams[side.teams[0]]]
            weights = listening_weights(build(self.comms.topology, seats), seats)
            hears.append(tuple(map(tuple, weights.tolist())) if speak and len(seats) > 1 else None)
        return self.policy.architecture(self.comms.message_size if speak else 0, tuple(hears))


def check(values: Mapping[str, Any], where: str = "the configuration") -> LeagueConfig:
    """Turn plain values into a configuration.

    Raises:
        LeagueError: In one sentence per fault.
    """
    try:
        return LeagueConfig.model_validate(dict(values))
    except ValidationError as error:
        raise LeagueError("\n".join(f"{where}: {sentence}" for sentence in sentences(error, LeagueConfig))) from error


def to_yaml(config: LeagueConfig) -> str:
    """The resolved configuration, as it is stored with the league."""
    return yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False, allow_unicode=True)
