"""The sections of a configuration: every setting with its range and its default. Every default is written only here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, field_validator

from agents.learners.contract import Schedule
from agents.learners.table import LEARNING_RATE
from agents.models.architecture import FACTS, Architecture, Speech
from agents.models.table import ENCODERS, MEMORIES
from envs.description import StateKind
from envs.programs.visitor import is_visitor
from league.config.annealing import Annealing
from league.config.section import Section, Share, known
from league.population.matchmaking import RULES
from league.population.player import is_bot
from tournaments.schedule.table import FORMATS


class ArenaConfig(Section):
    """The arena, which steps copies of the game."""

    twin: Literal["auto", "never", "always"] = Field("auto", description="use of the game's batched twin")
    workers: int = Field(0, ge=0, le=256, description="processes that step a stock game; 0: the process of the task")
    state: StateKind = Field(
        "joint",
        description="what a team's critic sees in training; joint: the environment's state() or else the observations of all "
        "seats; own: the observations of the team's seats; none: nothing, for local critics",
    )


class PolicyConfig(Section):
    """The networks of a player."""

    hidden: list[Annotated[int, Field(ge=1, le=4096)]] = Field([64, 64], min_length=1, max_length=8, description="layer widths")
    activation: Literal["tanh", "relu"] = Field("tanh", description="activation function of the hidden layers")
    critic: Literal["centralised", "local", "counterfactual"] = Field(
        "centralised",
        description="input of the critic: joint state or own observation; counterfactual: joint state and actions of the "
        "team-mates, with a value for every own action (COMA)",
    )
    critic_sees: list[Literal["presence", "opponent"]] = Field(
        default_factory=list,
        max_length=len(FACTS),
        description="facts that critics see besides the joint state: which seats are in the game, who holds the other teams",
    )
    normalise: bool = Field(True, description="standardise observations and states with running statistics")
    temperature: float = Field(
        1.0,
        gt=0.0,
        le=10.0,
        description="temperature of frozen players: 1 acts as in training, towards 0 the most probable action",
    )
    encoder: str = Field(
        "mlp",
        description=f"encoder of observations: {', '.join(ENCODERS)}, or module:callable or path/to/file.py:callable that "
        "makes a torch.nn.Module",
    )
    memory: str = Field("none", description=f"memory of a seat between decisions: {' or '.join(MEMORIES)}")
    memory_size: int = Field(64, ge=1, le=4096, description="number of values in the memory of a seat")

    @field_validator("encoder")
    @classmethod
    def _known_encoder(cls, encoder: str) -> str:
        return encoder if ":" in encoder else known("encoder", encoder, ENCODERS)

    @field_validator("memory")
    @classmethod
    def _known_memory(cls, memory: str) -> str:
        return known("memory", memory, MEMORIES)

    def architecture(self, sides: int, message_size: int, speech: Speech | None) -> Architecture:
        """The architecture for the package `agents`.

        Args:
            sides: Number of sides of the game.
            message_size: Length of a message; 0 without messages.
            speech: How seats send messages; None without messages.
        """
        return Architecture(
            tuple(self.hidden),
            self.activation,
            self.critic,
            self.normalise,
            message_size,
            (None,) * sides if speech is None else (),
            self.encoder,
            self.memory,
            self.memory_size if self.memory != "none" else 0,
            speech,
            tuple(fact for fact in FACTS if fact in self.critic_sees),
        )


class StartsConfig(Section):
    """Where the games of training begin. Matches of tournaments have `tournament.openings`."""

    positions: Literal["usual", "random", "archive"] = Field(
        "usual",
        description="usual: at their beginning; random: after random moves; archive: in positions of the newest tournament "
        "matches between learning players",
    )
    moves: int = Field(12, ge=1, le=10_000, description="the most moves before a start; their number is drawn from 1 to this")
    share: Share = Field(0.5, description="share of the games that do not begin at their beginning")
    games: int = Field(512, ge=1, le=100_000, description="number of matches in the archive")


class TrainConfig(Section):
    """The amounts of experience and of optimisation per player and generation."""

    copies: int = Field(64, ge=1, le=65536, description="arena copies per player")
    steps: int = Field(64, ge=1, le=65536, description="steps of every copy in one collection")
    updates: int = Field(16, ge=1, le=100_000, description="number of collections in one generation")
    epochs: int = Field(4, ge=1, le=100, description="passes over each collection")
    minibatches: int = Field(4, ge=1, le=1024, description="optimiser steps per pass")
    value_weight: float = Field(0.5, ge=0.0, le=100.0, description="weight of the critic's loss")
    max_gradient: float = Field(0.5, gt=0.0, le=1000.0, description="maximum norm of a player's gradient")
    starts: StartsConfig = Field(default_factory=StartsConfig)
    annealing: Annealing | None = Field(
        None,
        description="decrease of the learning rate: {begin: 10, end: 20, share: 0.1} is the full one up to generation 10, then "
        "decreases linearly, and is a tenth from generation 20 on",
    )
    anneal: dict[str, Annealing] = Field(
        default_factory=dict,
        description="decrease of other hyper-parameters, by their names: entropy: {begin: 0, end: 20, share: 0.1}",
    )

    @field_validator("anneal")
    @classmethod
    def _others(cls, anneal: dict[str, Annealing]) -> dict[str, Annealing]:
        if LEARNING_RATE.name in anneal:
            raise ValueError(f"the decrease of {LEARNING_RATE.name} is train.annealing")
        return anneal

    def annealed(self, hyper: Mapping[str, float], generation: int) -> dict[str, float]:
        """The hyper-parameters with which a player trains in a generation. Its own, which may mutate, stay as they are."""
        falling = self.anneal if self.annealing is None else {**self.anneal, LEARNING_RATE.name: self.annealing}
        return {name: value * falling[name].factor(generation) if name in falling else value for name, value in hyper.items()}

    def schedule(self) -> Schedule:
        """The schedule for the package `agents`."""
        return Schedule(self.updates, self.steps, self.epochs, self.minibatches, self.value_weight, self.max_gradient)


class MatchmakingConfig(Section):
    """The choice of training opponents."""

    rule: str = Field("pfsp-squared", description=f"one of {', '.join(RULES)}, or module:callable")
    self_play: Share = Field(0.5, description="share of the copies in which a player meets itself")
    prior_games: float = Field(4.0, gt=0.0, le=1000.0, description="imaginary draws that shrink a score towards one half")
    latest: int = Field(50, ge=1, le=10_000, description="number of newest past players to choose from")
    anchors: bool = Field(False, description="whether scripted players are also training opponents")
    responses: Literal["continue", "new"] = Field(
        "continue",
        description="style psro: whether players go on from generation to generation, or begin with new weights",
    )
    average: float = Field(0.8, gt=0.0, lt=1.0, description="style ema: share of the earlier average in the new one")

    @field_validator("rule")
    @classmethod
    def _known(cls, rule: str) -> str:
        return rule if ":" in rule else known("rule", rule, RULES)


class TournamentConfig(Section):
    """The tournament of each generation, and the ratings."""

    format: str = Field("gauntlet", description=f"one of {', '.join(FORMATS)}, or module:callable")
    games: int = Field(20, ge=2, le=100_000, description="games per pair; every player takes every side equally often")
    rounds: int | None = Field(
        None, ge=1, le=1000, description="rounds of a Swiss tournament or a ladder; default: the format's own number"
    )
    past: int = Field(
        8, ge=0, le=1000, description="past players that every new player meets: the best, and others spread over time"
    )
    openings: int = Field(
        0, ge=0, le=10_000, description="the most random moves with which a series begins; 0: matches begin at their beginning"
    )
    anchors: list[str] = Field(["bot:random"], description="scripted players; bot:random always plays and has 0 Elo")
    bootstrap: int = Field(
        200, ge=20, le=10_000, description="draws of chance from which the widths of the 95 % intervals are measured"
    )
    copies: int | None = Field(
        None, ge=1, le=65536, description="matches that one task plays at the same time; default: 1024 with a twin, else 256"
    )
    matches_per_task: int = Field(1024, ge=1, le=1_000_000, description="matches per task")
    replays: bool = Field(True, description="record replays of the most interesting matches")

    @field_validator("format")
    @classmethod
    def _known(cls, form: str) -> str:
        return form if ":" in form else known("format", form, FORMATS)

    @field_validator("anchors")
    @classmethod
    def _bots(cls, anchors: list[str]) -> list[str]:
        for anchor in anchors:
            if is_visitor(anchor):
                raise ValueError(f"the program {anchor!r} cannot be an anchor of a league; it plays in `league tournament`")
            if not is_bot(anchor):
                raise ValueError(f"an anchor is a scripted player like bot:random or module:callable, not {anchor!r}")
        return list(dict.fromkeys(["bot:random", *anchors]))


class ComputeConfig(Section):
    """The processes and the device of the computation. On one kind of processor, these settings change no result."""

    executor: Literal["serial", "processes", "ray"] = Field("processes", description="executor of the tasks")
    workers: int | None = Field(None, ge=1, le=1024, description="worker processes; default: one per core")
    device: str = Field("cpu", pattern=r"^(cpu|cuda(:\d+)?)$", description="cpu or cuda")
    address: str = Field(
        "", max_length=200, description="address of a Ray cluster; default: RAY_ADDRESS, or a cluster of this machine"
    )
