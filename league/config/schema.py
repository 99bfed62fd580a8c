"""The configuration of a league: YAML or Python in, checked values out. Every default in the house is written here, once."""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from agents.mutation import OPERATORS
from comms.topology import TOPOLOGIES, build, listening_weights
from envs.game import Game, GameSetup
from league.config.plugins import reference_to
from league.config.styles import STYLES
from league.errors import LeagueError
from league.population.matchmaking import RULES
from league.population.player import LEAGUE_NAME, NAME_RULE, is_bot

if TYPE_CHECKING:
    from agents.learners.ppo import Schedule
    from agents.models.architecture import Architecture

Share = Annotated[float, Field(ge=0.0, le=1.0)]


def _written(value: Any) -> Any:
    """Plain values, with functions replaced by their names."""
    if isinstance(value, Mapping):
        return {_written(key): _written(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_written(inner) for inner in value]
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
        from agents.learners.ppo import Schedule  # torch is loaded by those who train

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


LIMITS = {
    "learning_rate": (0.0, 1.0),
    "clip": (0.0, 1.0),
    "entropy": (0.0, 10.0),
    "gamma": (0.0, 1.0),
    "gae_lambda": (0.0, 1.0),
}
"""What makes sense of each hyper-parameter at all."""


def _range(start: float, low: float, high: float) -> Any:
    return Field(Range(start=start, low=low, high=high))


class HyperConfig(Section):
    """Hyper-parameters that each player has for itself and that mutate."""

    learning_rate: Range = _range(1e-3, 1e-5, 1e-2)
    clip: Range = _range(0.2, 0.05, 0.4)
    entropy: Range = _range(0.01, 1e-4, 0.1)
    gamma: Range = _range(0.99, 0.9, 0.9999)
    gae_lambda: Range = _range(0.95, 0.8, 0.99)

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
        least, most = LIMITS[info.field_name]
        for end, number in (("low", value.low), ("high", value.high)):
            if not least <= number <= most:
                raise ValueError(f"{end} {number:g} must lie between {least:g} and {most:g}")
        return value

    def start(self) -> dict[str, float]:
        """Where each hyper-parameter starts."""
        return {name: getattr(self, name).start for name in type(self).model_fields}

    def bounds(self) -> dict[str, tuple[float, float]]:
        """How far evolution may take each."""
        return {name: (getattr(self, name).low, getattr(self, name).high) for name in type(self).model_fields}


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
    hyper: HyperConfig = Field(default_factory=HyperConfig)
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
        style = values.get("style") if isinstance(values, Mapping) else None
        return _over(STYLES[style].defaults, values) if isinstance(style, str) and style in STYLES else values

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
        raise LeagueError("\n".join(f"{where}: {_sentence(fault)}" for fault in error.errors())) from error


def to_yaml(config: LeagueConfig) -> str:
    """The resolved configuration, as it is stored with the league."""
    return yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False, allow_unicode=True)


def _sentence(fault: Any) -> str:
    place = ".".join(str(part) for part in fault["loc"]) or "settings"
    if fault["type"] == "extra_forbidden":
        fields = _fields(fault["loc"][:-1])
        nearest = get_close_matches(str(fault["loc"][-1]), fields, n=1, cutoff=0.0)
        hint = f"; did you mean {'.'.join([*map(str, fault['loc'][:-1]), nearest[0]])!r}?" if nearest else ""
        return f"there is no setting {place!r}{hint}"
    if fault["type"] == "missing":
        return f"{place} is missing"
    reason = fault["msg"].removeprefix("Value error, ")
    if fault["type"] == "value_error":
        return f"{place}: {reason}"
    return f"{place} is {fault['input']!r}, but: {reason[0].lower()}{reason[1:]}"


def _fields(path: tuple[Any, ...]) -> list[str]:
    model: Any = LeagueConfig
    for part in path:
        model = model.model_fields[part].annotation
    return list(model.model_fields)
