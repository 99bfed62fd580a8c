"""The configuration of a league: YAML or Python in, checked values out.

Every default is written here, once; those of hyper-parameters are written in `agents.learners.table`.
"""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from math import inf
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializeAsAny,
    ValidationError,
    create_model,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from agents.learners.contract import HyperSpec, Learner, Scale, Schedule
from agents.learners.table import DEFAULT, LEARNERS, learner_spec
from agents.mutation import OPERATORS
from comms.topology import TOPOLOGIES, build, listening_weights
from envs.faults import GameError
from envs.game import Game, GameSetup
from league.config.plugins import reference_to
from league.config.styles import STYLES
from league.errors import LeagueError
from league.population.matchmaking import RULES
from league.population.player import LEAGUE_NAME, NAME_RULE, is_bot

if TYPE_CHECKING:
    from agents.models.architecture import Architecture

Share = Annotated[float, Field(ge=0.0, le=1.0)]


def _written(value: Any) -> Any:
    """Plain values, with functions replaced by their names."""
    if isinstance(value, Mapping):
        return {_written(key): _written(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_written(inner) for inner in value]
    if isinstance(value, Learner):
        return reference_to(value.train)
    return reference_to(value) if inspect.isfunction(value) or inspect.isclass(value) else value


def _over(defaults: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Nested settings with defaults below them."""
    merged = dict(defaults)
    for key, value in values.items():
        below = merged.get(key)
        merged[key] = _over(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return merged


class Section(BaseModel):
    """Part of the configuration: unknown keys are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _functions_by_name(cls, values: Any) -> Any:
        """A function may stand wherever `module:callable` may."""
        return _written(values) if isinstance(values, Mapping) else values


class GameConfig(Section):
    """Which game is played."""

    name: str = Field(description="family/game_vN, module:callable or path/to/file.py:callable")
    options: dict[str, Any] = Field(default_factory=dict, description="keyword arguments of the environment")
    wrappers: list[dict[str, dict[str, Any]]] = Field(
        default_factory=list, description="SuperSuit wrappers, innermost first: - frame_stack_v1: {stack_size: 4}"
    )
    teams: list[list[str]] | None = Field(None, description="agent ids of each team; read from the environment if left out")

    @field_validator("wrappers")
    @classmethod
    def _one_name_each(cls, wrappers: list[dict[str, dict[str, Any]]]) -> list[dict[str, dict[str, Any]]]:
        for wrapper in wrappers:
            if len(wrapper) != 1:
                raise ValueError("each wrapper is one name with its options, like `- frame_stack_v1: {stack_size: 4}`")
        return wrappers

    def setup(self) -> GameSetup:
        """The same, for `envs`."""
        wrappers = tuple((name, options) for wrapper in self.wrappers for name, options in wrapper.items())
        teams = None if self.teams is None else tuple(tuple(team) for team in self.teams)
        return GameSetup(self.name, self.options, wrappers, teams)


class ArenaConfig(Section):
    """How copies of the game are stepped."""

    twin: Literal["auto", "never", "always"] = Field("auto", description="use the batched twin of the game where there is one")
    workers: int = Field(0, ge=0, le=256, description="processes that step a stock game; 0 steps it in the task's own process")


class PolicyConfig(Section):
    """The networks of a player."""

    hidden: list[Annotated[int, Field(ge=1, le=4096)]] = Field([64, 64], min_length=1, max_length=8, description="layer widths")
    activation: Literal["tanh", "relu"] = "tanh"
    critic: Literal["centralised", "local"] = Field("centralised", description="what the critic sees in training")
    normalise: bool = Field(True, description="standardise observations and states by running statistics")
    temperature: float = Field(
        1.0,
        gt=0.0,
        le=10.0,
        description="how sharply frozen players act: 1 as trained, towards 0 their favourite action",
    )


class CommsConfig(Section):
    """Who may speak to whom within a team."""

    topology: str = Field("none", description=f"one of {', '.join(TOPOLOGIES)}")
    message_size: int = Field(8, ge=1, le=256, description="numbers in a message")

    @field_validator("topology")
    @classmethod
    def _known(cls, topology: str) -> str:
        return known("topology", topology, TOPOLOGIES)


class TrainConfig(Section):
    """How much each player plays and learns in a generation."""

    copies: int = Field(64, ge=1, le=65536, description="arena copies per player")
    steps: int = Field(64, ge=1, le=65536, description="steps of every copy in one collection")
    updates: int = Field(16, ge=1, le=100_000, description="collections, each learnt from, in one generation")
    epochs: int = Field(4, ge=1, le=100, description="passes over a collection")
    minibatches: int = Field(4, ge=1, le=1024, description="optimiser steps in a pass")
    value_weight: float = Field(0.5, ge=0.0, le=100.0)
    max_gradient: float = Field(0.5, gt=0.0, le=1000.0, description="longest gradient of a player")

    def schedule(self) -> Schedule:
        """The same, for `agents`."""
        return Schedule(self.updates, self.steps, self.epochs, self.minibatches, self.value_weight, self.max_gradient)


class Range(Section):
    """Where a hyper-parameter starts and how far evolution may take it."""

    start: float
    low: float
    high: float

    @model_validator(mode="after")
    def _ordered(self) -> Range:
        if not self.low <= self.start <= self.high:
            raise ValueError(f"start {self.start:g} must lie between low {self.low:g} and high {self.high:g}")
        return self


class HyperConfig(Section):
    """Hyper-parameters that each player has for itself and that mutate; `hyper_section` makes the fields of a learner."""

    specs: ClassVar[tuple[HyperSpec, ...]] = ()

    @field_validator("*", mode="before")
    @classmethod
    def _number_moves_the_start(cls, value: Any, info: Any) -> Any:
        default = cls.model_fields[info.field_name].default.model_dump()
        if isinstance(value, (int, float, str)) and not isinstance(value, bool):
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
        """Where each hyper-parameter starts."""
        return {name: span.start for name, span in self.ranges().items()}

    def bounds(self) -> dict[str, tuple[float, float]]:
        """How far evolution may take each."""
        return {name: (span.low, span.high) for name, span in self.ranges().items()}

    def scales(self) -> dict[str, Scale]:
        """What a step in each is measured by."""
        return {spec.name: spec.scale for spec in self.specs}


@cache
def hyper_section(specs: tuple[HyperSpec, ...]) -> type[HyperConfig]:
    """The section `hyper` of a configuration for a learner that has these hyper-parameters."""
    fields: dict[str, Any] = {
        spec.name: (Range, Field(Range(start=spec.default, low=spec.low, high=spec.high), description=spec.description))
        for spec in specs
    }
    section = create_model("HyperConfig", __base__=HyperConfig, **fields)
    section.specs = specs
    return section


def hyper_config(learner: str, values: Any) -> HyperConfig:
    """Check the hyper-parameters of a learner; what is left out has the learner's own default.

    Raises:
        PydanticCustomError: Of the kind `INNER`, with the faults of the section.
        ValueError: The learner is one of the user's own and cannot be found.
    """
    plain = values.model_dump() if isinstance(values, HyperConfig) else values
    try:
        section = hyper_section(learner_spec(learner).hyper)
    except GameError as error:
        if not _complete(plain):
            raise ValueError(f"the learner {learner!r} cannot be used: {error}") from error
        section = hyper_section(
            tuple(HyperSpec(name, span["start"], span["low"], span["high"], **UNKNOWN) for name, span in plain.items())
        )
    try:
        return section.model_validate(plain)
    except ValidationError as error:
        inner = {"faults": error.errors(), "section": section}
        raise PydanticCustomError(INNER, "hyper: {reason}", {**inner, "reason": error.errors()[0]["msg"]}) from error


def _complete(values: Any) -> bool:
    """Whether nothing is left to defaults, as in the configuration that is stored with a league."""
    spans = values.values() if isinstance(values, Mapping) else ()
    return bool(spans) and all(isinstance(span, Mapping) and set(span) == set(Range.model_fields) for span in spans)


UNKNOWN: dict[str, Any] = {"least": -inf, "most": inf, "scale": "linear", "label": "", "description": ""}
"""What is assumed of the hyper-parameters of a learner whose code is gone: its league can still be looked at."""

INNER = "inner_faults"
"""Kind of a fault that stands for those found in a section whose fields depend on another setting."""


class MatchmakingConfig(Section):
    """Whom a player trains against."""

    rule: str = Field("pfsp-squared", description=f"one of {', '.join(RULES)}, or module:callable")
    self_play: Share = Field(0.5, description="share of the copies in which a player meets itself")
    prior_games: float = Field(4.0, gt=0.0, le=1000.0, description="imaginary drawn games that shrink a score towards one half")
    latest: int = Field(50, ge=1, le=10_000, description="past players to choose from, the newest first")
    anchors: bool = Field(False, description="whether scripted players are trained against too")

    @field_validator("rule")
    @classmethod
    def _known(cls, rule: str) -> str:
        return rule if ":" in rule else known("rule", rule, RULES)


class TournamentConfig(Section):
    """How players are measured."""

    games: int = Field(20, ge=2, le=100_000, description="games per pair, every side taken equally often")
    past: int = Field(
        8, ge=0, le=1000, description="past players that every new one meets: the best, and others spread over time"
    )
    anchors: list[str] = Field(["bot:random"], description="scripted players; bot:random is always there, pinned at 0 Elo")
    bootstrap: int = Field(200, ge=20, le=10_000, description="replicates behind the 95 % intervals")
    copies: int = Field(256, ge=1, le=65536, description="matches played at once by one task")
    matches_per_task: int = Field(1024, ge=1, le=1_000_000, description="matches played by one task")
    replays: bool = Field(True, description="keep replays of the matches worth seeing")

    @field_validator("anchors")
    @classmethod
    def _bots(cls, anchors: list[str]) -> list[str]:
        for anchor in anchors:
            if not is_bot(anchor):
                raise ValueError(f"an anchor is a scripted player like bot:random or module:callable, not {anchor!r}")
        return list(dict.fromkeys(["bot:random", *anchors]))


class EvolutionConfig(Section):
    """How a generation becomes the next."""

    elite: int = Field(1, ge=0, description="best players that are never replaced")
    replace: int = Field(1, ge=0, description="worst players that are replaced in each generation")
    selection: int = Field(2, ge=1, description="candidates in the selection tournament that picks a parent")
    operators: dict[str, Annotated[float, Field(ge=0.0)]] = Field(
        {"perturb": 1.0, "weight_noise": 1.0}, min_length=1, description="mutation operators and how often each is used"
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


class ComputeConfig(Section):
    """Where the work is done. Nothing here changes a result on one kind of processor."""

    executor: Literal["serial", "processes"] = Field("processes", description="who runs the tasks")
    workers: int | None = Field(None, ge=1, le=1024, description="worker processes; one per core if left out")
    device: str = Field("cpu", pattern=r"^(cpu|cuda(:\d+)?)$", description="cpu or cuda")


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
    learner: str = Field(DEFAULT, description=f"how players learn: {', '.join(LEARNERS)}, or module:callable")
    hyper: SerializeAsAny[HyperConfig] = Field(default_factory=HyperConfig, validate_default=True)
    matchmaking: MatchmakingConfig = Field(default_factory=MatchmakingConfig)
    tournament: TournamentConfig = Field(default_factory=TournamentConfig)
    evolution: EvolutionConfig = Field(default_factory=EvolutionConfig)
    compute: ComputeConfig = Field(default_factory=ComputeConfig)
    tracking: bool = Field(True, description="mirror the league in MLflow")

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
        style = values.get("style") if isinstance(values, Mapping) else None
        return _over(STYLES[style].defaults, values) if isinstance(style, str) and style in STYLES else values

    @field_validator("learner")
    @classmethod
    def _known_learner(cls, learner: str) -> str:
        return learner if ":" in learner else known("learner", learner, LEARNERS)

    @field_validator("hyper", mode="before")
    @classmethod
    def _of_the_learner(cls, values: Any, info: Any) -> Any:
        return hyper_config(info.data["learner"], values) if "learner" in info.data else HyperConfig()

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
        facts["arena"].pop("workers")
        facts["tournament"].pop("replays")
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()

    def architecture(self, game: Game) -> Architecture:
        """The networks of this league's players on its game.

        Raises:
            LeagueError: Messages are asked for in a game whose seats act in turns, or where nobody has a team-mate.
        """
        from agents.models.architecture import Architecture  # torch is loaded by those who make networks

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
        policy, size = self.policy, self.comms.message_size if speak else 0
        return Architecture(tuple(policy.hidden), policy.activation, policy.critic, policy.normalise, size, tuple(hears))


def known(kind: str, name: str, names: Iterable[str]) -> str:
    """Pass a name that is in a table.

    Raises:
        ValueError: It is not; the sentence names the nearest and lists all.
    """
    names = list(names)
    if name not in names:
        nearest = get_close_matches(name, names, n=1, cutoff=0.0)
        hint = f"; did you mean {nearest[0]!r}?" if nearest else ""
        raise ValueError(f"there is no {kind} {name!r}{hint} (known: {', '.join(names)})")
    return name


def check(values: Mapping[str, Any], where: str = "the configuration") -> LeagueConfig:
    """Turn plain values into a configuration.

    Raises:
        LeagueError: In one sentence per fault.
    """
    try:
        return LeagueConfig.model_validate(dict(values))
    except ValidationError as error:
        raise LeagueError("\n".join(f"{where}: {sentence}" for sentence in _sentences(error.errors(), LeagueConfig))) from error


def to_yaml(config: LeagueConfig) -> str:
    """The resolved configuration, as it is stored with the league."""
    return yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False, allow_unicode=True)


def _sentences(faults: Sequence[Any], section: type[BaseModel], path: tuple[Any, ...] = ()) -> Iterator[str]:
    """A sentence per fault found in a section that stands at a path."""
    for fault in faults:
        if fault["type"] == INNER:
            yield from _sentences(fault["ctx"]["faults"], fault["ctx"]["section"], (*path, *fault["loc"]))
        else:
            yield _sentence(fault, section, path)


def _sentence(fault: Any, section: type[BaseModel], path: tuple[Any, ...]) -> str:
    place = ".".join(str(part) for part in (*path, *fault["loc"])) or "settings"
    if fault["type"] == "extra_forbidden":
        *outer, last = fault["loc"]
        nearest = get_close_matches(str(last), _fields(section, outer), n=1, cutoff=0.0)
        hint = f"; did you mean {'.'.join([*map(str, path), *map(str, outer), nearest[0]])!r}?" if nearest else ""
        return f"there is no setting {place!r}{hint}"
    if fault["type"] == "missing":
        return f"{place} is missing"
    reason = fault["msg"].removeprefix("Value error, ")
    if fault["type"] == "value_error":
        return f"{place}: {reason}"
    return f"{place} is {fault['input']!r}, but: {reason[0].lower()}{reason[1:]}"


def _fields(section: Any, path: Sequence[Any]) -> list[str]:
    for part in path:
        section = section.model_fields[part].annotation
    return list(section.model_fields)
