"""The game in a configuration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import Field, SerializationInfo, field_serializer, field_validator, model_validator

from envs.game import GameSetup
from envs.options import kept, plain_options, same
from envs.success import SUCCESS, Criterion
from league.config.section import Section, written_but


class Ramp(Section):
    """The values of an option of the game in training, by generation. Afterwards it has the value in `game.options`."""

    first: int | float = Field(description="value at first")
    begin: int = Field(ge=0, description="last generation with this value")
    end: int = Field(ge=1, description="first generation with the value in game.options")

    @model_validator(mode="after")
    def _rises(self) -> Ramp:
        if self.end <= self.begin:
            raise ValueError(f"end {self.end} must be a later generation than begin {self.begin}")
        return self

    def value(self, last: float, generation: int) -> float:
        """The value in a generation: `first` up to `begin`, `last` from `end` on, on the line from one to the other between.

        It is rounded to a whole number if `first` and `last` are whole numbers.
        """
        if generation >= self.end:
            return last
        share = max(0, generation - self.begin) / (self.end - self.begin)
        between = self.first + share * (last - self.first)
        return round(between) if isinstance(self.first, int) and isinstance(last, int) else between


class SuccessConfig(Section):
    """What counts as a success of a game: what its infos say, a win, or a return."""

    info: str = Field(SUCCESS, min_length=1, description="key of the infos in the last step that says it: 1 or 0, or a share")
    win: bool = Field(False, description="a success is a higher return than every other team's, instead of what infos say")
    return_above: float | None = Field(None, description="a success is a return above this number, instead of what infos say")

    @model_validator(mode="after")
    def _one_of_them(self) -> SuccessConfig:
        if self.win + (self.return_above is not None) + (self.info != SUCCESS) > 1:
            raise ValueError("a success is either what infos say, a win, or a return above a number: choose one of them")
        return self

    def criterion(self) -> Criterion:
        """The criterion for the package `envs`."""
        if self.return_above is not None:
            return Criterion("return", above=self.return_above)
        return Criterion("win") if self.win else Criterion("told", self.info)


class GameConfig(Section):
    """The game."""

    name: str = Field(description="family/game_vN, module:callable or path/to/file.py:callable")
    options: dict[str, Any] = Field(default_factory=dict, description="keyword arguments of the environment")
    schedule: dict[str, Ramp] = Field(
        default_factory=dict,
        description="options that change in training: arrival: {first: 0.1, begin: 2, end: 10} is 0.1 up to generation 2, then "
        "changes linearly, and from generation 10 on is the value in game.options, with which all else is played",
    )
    wrappers: list[dict[str, dict[str, Any]]] = Field(
        default_factory=list, description="SuperSuit wrappers, innermost first: - frame_stack_v1: {stack_size: 4}"
    )
    teams: list[list[str]] | None = Field(
        None, description="agents of each team, by their ids or the common part of several ids; default: from the environment"
    )
    sides: list[list[str]] | None = Field(
        None, description="agents of each side: teams with the same aim are on one side; default: teams with equal spaces"
    )
    roles: dict[str, list[str]] | None = Field(
        None, description="agents of each role, by its name: hunter: [player_0]; default: agents of a side with equal spaces"
    )
    success: SuccessConfig = Field(default_factory=SuccessConfig)

    def __eq__(self, other: object) -> bool:
        """Two are equal if all their values are, in type, too. Arrays in options are compared as wholes."""
        return type(other) is GameConfig and same(vars(self), vars(other))

    __hash__ = None  # type: ignore[assignment]

    @model_validator(mode="before")
    @classmethod
    def _functions_by_name(cls, values: Any) -> Any:
        """Options keep their types, so functions in them are not replaced by texts."""
        return written_but(values, "options", "wrappers")

    @field_validator("options")
    @classmethod
    def _can_be_kept(cls, options: dict[str, Any]) -> dict[str, Any]:
        return _kept(options, "game.options")

    @model_validator(mode="after")
    def _schedule_of_numbers(self) -> GameConfig:
        for name in self.schedule:
            if type(self.options.get(name)) not in (int, float):
                raise ValueError(f"game.schedule.{name} needs a number in game.options.{name}: the value at its end")
        return self

    @field_serializer("options")
    def _plain_options(self, options: dict[str, Any], info: SerializationInfo) -> dict[str, Any]:
        return plain_options(options, "game.options") if info.mode == "json" else options

    @field_serializer("wrappers")
    def _plain_wrappers(self, wrappers: list[dict[str, dict[str, Any]]], info: SerializationInfo) -> list[dict[str, Any]]:
        if info.mode != "json":
            return wrappers
        return [{name: plain_options(options, name) for name, options in wrapper.items()} for wrapper in wrappers]

    @field_validator("wrappers")
    @classmethod
    def _one_name_each(cls, wrappers: list[dict[str, dict[str, Any]]]) -> list[dict[str, dict[str, Any]]]:
        for wrapper in wrappers:
            if len(wrapper) != 1:
                raise ValueError("each wrapper is one name with its options, like `- frame_stack_v1: {stack_size: 4}`")
        return [{name: _kept(options, name) for name, options in wrapper.items()} for wrapper in wrappers]

    def setup(self) -> GameSetup:
        """The setup of the game for the package `envs`."""
        roles = None if self.roles is None else {name: tuple(agents) for name, agents in self.roles.items()}
        return GameSetup(self.name, self.options, _flat(self.wrappers), _groups(self.teams), _groups(self.sides), roles)

    @property
    def played(self) -> GameConfig:
        """The game without what is different only in training."""
        return self.model_copy(update={"schedule": {}})

    def training_setup(
        self,
        generation: int,
        options: Mapping[str, Any] | None = None,
        wrappers: Sequence[Mapping[str, dict[str, Any]]] | None = None,
    ) -> GameSetup:
        """The setup in which the players of a generation train. It depends on nothing but the arguments and the settings.

        Args:
            generation: The generation, which scheduled options follow.
            options: Options of a stage of the curriculum, which come before all others.
            wrappers: Wrappers of such a stage; None for those of the game.
        """
        now = {name: ramp.value(self.options[name], generation) for name, ramp in self.schedule.items()}
        setup = replace(self.setup(), options={**self.options, **now, **(options or {})})
        return setup if wrappers is None else replace(setup, wrappers=_flat(wrappers))


def _flat(wrappers: Sequence[Mapping[str, dict[str, Any]]]) -> tuple[tuple[str, dict[str, Any]], ...]:
    return tuple((name, options) for wrapper in wrappers for name, options in wrapper.items())


def _groups(given: list[list[str]] | None) -> tuple[tuple[str, ...], ...] | None:
    return None if given is None else tuple(map(tuple, given))


def _kept(options: dict[str, Any], place: str) -> dict[str, Any]:
    """Options as they will be read back from the league; a value that cannot be stored is refused."""
    return {name: kept(value, f"{place}.{name}") for name, value in options.items()}
