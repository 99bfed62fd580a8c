"""The configuration of a league, read from YAML or Python and checked. Its sections are in `sections` and `hyper`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
import yaml
from pydantic import Discriminator, Field, Tag, ValidationError, ValidationInfo, field_validator, model_validator

from agents.exploration.table import EXPLORATIONS
from agents.learners.table import DEFAULT, LEARNERS, learner_spec
from agents.mutation import LINKS
from agents.rewards.table import TERMS
from comms.topology.links import links_of
from envs.description import StateKind
from envs.game import Game
from league.config.comms import CommsConfig
from league.config.curriculum import Curriculum
from league.config.evaluation import EvaluationConfig
from league.config.evolution import EvolutionConfig
from league.config.faults import sentences, unknown_settings
from league.config.founders import Founders, what_counts_of
from league.config.game import GameConfig
from league.config.groups import INHERITED, with_inherited
from league.config.hyper import FROM_ELSEWHERE, Hyper, LearnerName, LearnerOptions, name_learner
from league.config.identity import FORMAT_1, anywhere, hash_of, what_counts
from league.config.incentives import Explorations, Rewards, usual_reward
from league.config.promotion import PromotionConfig
from league.config.roles import RolesConfig
from league.config.section import Section, known, written_but
from league.config.sections import (
    ArenaConfig,
    ComputeConfig,
    MatchmakingConfig,
    PolicyConfig,
    TournamentConfig,
    TrainConfig,
)
from league.config.styles import STYLES, with_defaults
from league.errors import LeagueError
from league.population.player import LEAGUE_NAME, NAME_RULE

if TYPE_CHECKING:
    from agents.models.architecture import Architecture


OPTIONS = "options of the learner: {double: true}"
EXPLORES = f"ways to explore in training: {', '.join(EXPLORATIONS)}, or module:callable; default: as the learner does"
PAYS = f"terms of the reward that players learn from: {', '.join(TERMS)}, or module:callable"


class GroupConfig(Section):
    """A group of players that differ from the others. Settings that a group does not have are those of the league."""

    count: int = Field(ge=1, le=1024, description="number of players in the group; evolution does not change it")
    league_role: Literal["main agent", "main exploiter", "league exploiter"] = Field(
        "main agent", description="the purpose of the players"
    )
    policy: PolicyConfig = Field(default_factory=PolicyConfig)
    comms: CommsConfig = Field(default_factory=CommsConfig)
    learner: LearnerName = Field(DEFAULT, description="the learning algorithm")
    learner_options: LearnerOptions = Field(default_factory=dict, description=OPTIONS)
    exploration: Explorations = Field(default_factory=list, description=EXPLORES)
    reward: Rewards = Field(default_factory=usual_reward, description=PAYS)
    hyper: Hyper = Field(default_factory=dict, validate_default=True)


Population = Annotated[
    Annotated[Annotated[int, Field(ge=1, le=1024)], Tag("<number>")]
    | Annotated[Annotated[list[GroupConfig], Field(min_length=1, max_length=64)], Tag("<groups>")],
    Discriminator(lambda value: "<groups>" if isinstance(value, (list, tuple)) else "<number>"),
]
"""The number of learning players, or a list of groups."""


class LeagueConfig(Section):
    """All settings of a league."""

    name: str = Field(description="the league's name; also the name of its folder")
    seed: int = Field(0, ge=0, lt=2**63, description="everything random follows from it")
    game: GameConfig
    generations: int = Field(8, ge=1, le=100_000, description="how many the league has; `league resume` can add more")
    style: str = Field("league", description=f"one of {', '.join(STYLES)}, or module:callable")
    population: Population = Field(4, description="number of learning players, or groups: - {count: 3}")
    founders: Founders = Field(
        default_factory=list,
        max_length=1024,
        description="where the first players come from, in order: LEAGUE/PLAYER, LEAGUE/champion, file.safetensors, or new; "
        "players without a founder are new",
    )
    stack: int = Field(2, ge=1, le=1024, description="maximum number of players trained together in one task")
    arena: ArenaConfig = Field(default_factory=ArenaConfig)
    policy: PolicyConfig = Field(default_factory=PolicyConfig)
    comms: CommsConfig = Field(default_factory=CommsConfig)
    train: TrainConfig = Field(default_factory=TrainConfig)
    learner: LearnerName = Field(DEFAULT, description=f"the learning algorithm: {', '.join(LEARNERS)}, or module:callable")
    learner_options: LearnerOptions = Field(default_factory=dict, description=OPTIONS)
    exploration: Explorations = Field(default_factory=list, description=EXPLORES)
    reward: Rewards = Field(default_factory=usual_reward, description=PAYS)
    hyper: Hyper = Field(default_factory=dict, validate_default=True)
    curriculum: Curriculum = Field(default_factory=list, description="stages of the training, the last one on the game itself")
    matchmaking: MatchmakingConfig = Field(default_factory=MatchmakingConfig)
    roles: RolesConfig = Field(default_factory=RolesConfig)
    tournament: TournamentConfig = Field(default_factory=TournamentConfig)
    promotion: PromotionConfig = Field(default_factory=PromotionConfig)
    evolution: EvolutionConfig = Field(default_factory=EvolutionConfig)
    evaluation: EvaluationConfig = Field(default_factory=EvaluationConfig)
    compute: ComputeConfig = Field(default_factory=ComputeConfig)
    tracking: bool = Field(True, description="show the league in MLflow")

    @field_validator("name")
    @classmethod
    def _name(cls, name: str) -> str:
        if not LEAGUE_NAME.fullmatch(name):
            raise ValueError(f"{name!r} is not a valid name: {NAME_RULE}")
        return name

    @field_validator("style")
    @classmethod
    def _style(cls, style: str) -> str:
        return style if ":" in style else known("style", style, STYLES)

    @model_validator(mode="before")
    @classmethod
    def _functions_by_name(cls, values: Any) -> Any:
        """A function may be given in place of `module:callable`. The section of the game replaces its own."""
        return written_but(values, "game")

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, values: Any, info: ValidationInfo) -> Any:
        """Complete the configuration with the style's settings, and each group with the league's settings."""
        if not isinstance(values, Mapping):
            return values
        values = written_but(values, "game")
        population = values.get("population")
        for section in (values, *(population if isinstance(population, (list, tuple)) else ())):
            name_learner(section.get("learner") if isinstance(section, Mapping) else None, info.context)
        return with_inherited(with_defaults(with_game_spelt_out(values)))

    @model_validator(mode="after")
    def _room_for_parents(self) -> LeagueConfig:
        evolution, alone = self.evolution, isinstance(self.population, int)
        wanted = evolution.elite + evolution.replace
        for number, group in enumerate(self.groups):
            if group.count > 1 and evolution.replace and wanted > group.count:
                raise ValueError(
                    f"evolution.elite {evolution.elite} plus evolution.replace {evolution.replace} "
                    f"must not exceed {'population' if alone else f'population.{number}.count'} {group.count}"
                )
        if self.players > 1024:
            raise ValueError(f"population has {self.players} players in its groups; the maximum is 1024")
        if len(self.founders) > self.players:
            raise ValueError(f"founders names {len(self.founders)} players, but the population has {self.players}")
        return self

    @model_validator(mode="after")
    def _something_to_anneal(self) -> LeagueConfig:
        if not self.train.anneal:  # then no code of a learner of somebody else's is asked
            return self
        names = sorted({spec.name for group in self.groups for spec in learner_spec(group.learner).hyper})
        for name in self.train.anneal:
            known("hyper-parameter", name, names)
        return self

    @property
    def groups(self) -> list[GroupConfig]:
        """The groups of the population, each with all settings. A population that is a number is one group."""
        if isinstance(self.population, int):
            return [self._group(self.population)]
        return self.population

    def _group(self, count: int) -> GroupConfig:
        """A group with the league's settings."""
        settings = {"count": count} | {name: getattr(self, name) for name in INHERITED}
        return GroupConfig.model_validate(settings, context=FROM_ELSEWHERE)

    @property
    def players(self) -> int:
        """The number of learning players in all groups."""
        return sum(group.count for group in self.groups)

    @property
    def state_seen(self) -> StateKind:
        """What a team's critic sees: `arena.state`, or nothing where all critics are local."""
        return self.arena.state if any(group.policy.critic != "local" for group in self.groups) else "none"

    def identity(self) -> str:
        """Hash of all settings that decide results. Two leagues with the same identity end with the same bits."""
        least = {"name": "any", "game": {"name": "any"}, "learner": self.learner}
        defaults = LeagueConfig.model_validate(least, context=FROM_ELSEWHERE)
        facts = what_counts(self, defaults, FORMAT_1)
        if self.learner != DEFAULT:  # the learner decides the hyper-parameters' defaults, so it is compared separately
            facts["learner"] = self.learner
        if not isinstance(self.population, int):
            usual = self._group(1)
            facts["population"] = [what_counts(group, usual, {"count"}) for group in self.population]
        if self.founders:
            facts["founders"] = what_counts_of(self.founders)
        return hash_of(anywhere(facts))

    def architecture(self, game: Game, group: int = 0) -> Architecture:
        """The networks of the players of a group on this league's game.

        Args:
            game: The game.
            group: Index of the group.

        Raises:
            LeagueError: The settings ask for messages, but no seat has a team-mate, or the graph does not fit the game.
        """
        own = self.groups[group]
        speech = own.comms.speech(game)
        networks = own.policy.architecture(len(game.sides), own.comms.message_size if speech else 0, speech)
        return fitted(networks, own.learner, game)

    def links(self, game: Game, group: int = 0) -> dict[str, np.ndarray]:
        """The links of the first players of a group, as their weights hold them: `links.<side>` → float32 [A, A].

        Rows are listeners and columns are speakers, 1 for a link.

        Raises:
            LeagueError: The graph does not fit the game.
        """
        return {f"{LINKS}{side}": links_of(graph, list(graph)) for side, graph in self.groups[group].comms.graphs(game).items()}


def fitted(architecture: Architecture, learner: str, game: Game) -> Architecture:
    """The networks of players that a learner trains, which may have no critic and another way of deciding.

    Raises:
        LeagueError: The learner cannot train such players, or not in this game.
    """
    spec = learner_spec(learner)
    kinds = {role.actions.kind for role in game.roles}
    if spec.actions and kinds != {spec.actions}:
        found = " and ".join(sorted(kinds))
        raise LeagueError(f"the learner {learner!r} needs {spec.actions} actions, but those of {game.name} are {found}")
    what = "a memory" if architecture.memory != "none" else "messages" if architecture.message_size else ""
    if what and not spec.speaks:
        raise LeagueError(f"the learner {learner!r} trains no players with {what}: set policy.memory, comms.topology to none")
    return replace(architecture, decision=spec.decision, has_critic=spec.critic)


class UnknownSettings(LeagueError):
    """A configuration has settings that do not exist; `settings` has their dotted names."""

    def __init__(self, sentence: str, settings: list[str]) -> None:
        super().__init__(sentence)
        self.settings = settings


def with_game_spelt_out(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """A league's settings, unchecked, in which a plain word for the game is the name of it."""
    game = values.get("game")
    return {**values, "game": {"name": game}} if isinstance(game, str) else values


def check(values: Mapping[str, Any], where: str = "the configuration") -> LeagueConfig:
    """Turn plain values into a configuration.

    Raises:
        LeagueError: The values are invalid. The message has one sentence per fault.
    """
    try:
        return LeagueConfig.model_validate(dict(values), context=FROM_ELSEWHERE)
    except ValidationError as error:
        said = "\n".join(f"{where}: {sentence}" for sentence in sentences(error, LeagueConfig))
        unknown = unknown_settings(error, LeagueConfig)
        raise (UnknownSettings(said, unknown) if unknown else LeagueError(said)) from error


def to_yaml(config: LeagueConfig) -> str:
    """The configuration with all defaults as YAML, as it is stored with the league."""
    return yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False, allow_unicode=True)
