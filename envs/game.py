"""The description of a game: seats, teams, sides and roles.

A `Game` is a description, not a running environment. `envs.describe` reads it once from a PettingZoo environment; arenas,
policies and tournaments all use it. This module knows no environment and no tensor.

The four terms, for simple_tag: the *seats* are its four agents; the *teams* are the three predators and the one prey; the
*sides* are "adversary" and "agent", because the two teams consist of different seats; the *roles* are the observation and
action spaces on a side. Connect four has two teams of one seat each with equal spaces, hence one side and one role: a player
that can act for a side can take any of its teams.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from math import prod
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, TypeAdapter, ValidationError

from envs.faults import GameError
from envs.options import given, plain_options, same

Options = Annotated[Mapping[str, Any], AfterValidator(given)]
"""Keyword arguments. Read from JSON, values that JSON cannot express are spelt as in `envs.options`."""


LATER = ("sides", "roles")
"""Parts of a setup that are written down only where they are given, so that the digests of earlier replays stay the same."""


@dataclass(frozen=True)
class GameSetup:
    """A game and its options: everything needed to make the same environment again on any machine.

    Attributes:
        name: `family/game_vN` (`classic/connect_four_v3`, `mpe2/simple_tag_v3`, `butterfly/…`, `sisl/…`) or `module:callable`.
        options: Keyword arguments of the environment (`{"max_cycles": 50}`).
        wrappers: SuperSuit wrappers in order, innermost first, as (name, keyword arguments).
        teams: Agents of each team; None reads the teams from the environment. Agents are named by their ids, or by the part
            that the ids of several have in common: `adversary` names adversary_0 and adversary_1.
        sides: Agents of each side: teams with the same aim are on one side. None takes teams with equal spaces for it.
        roles: Name of a role → its agents: one policy acts for them. None makes roles of equal spaces.
    """

    name: str
    options: Options = field(default_factory=dict)
    wrappers: tuple[tuple[str, Options], ...] = ()
    teams: tuple[tuple[str, ...], ...] | None = None
    sides: tuple[tuple[str, ...], ...] | None = None
    roles: Mapping[str, tuple[str, ...]] | None = None

    def __eq__(self, other: object) -> bool:
        """Two setups are equal if all their values are, in type, too. Arrays in options are compared as wholes."""
        return type(other) is GameSetup and same(vars(self), vars(other))

    __hash__ = None  # type: ignore[assignment]

    def plain(self) -> dict[str, Any]:
        """The setup as JSON can express it; a pydantic `TypeAdapter` reads it.

        Raises:
            GameError: A value cannot be written down.
        """
        wrappers = [[name, plain_options(arguments, name)] for name, arguments in self.wrappers]
        later = {name: given for name in LATER if (given := getattr(self, name)) is not None}
        first = {name: given for name, given in vars(self).items() if name not in LATER}
        return {**first, "options": plain_options(self.options, "options"), "wrappers": wrappers, **later}


@dataclass(frozen=True)
class ActionSpace:
    """The action space of a role: `size` alternatives (discrete) or `size` bounded real numbers (continuous).

    Attributes:
        kind: `discrete` or `continuous`.
        size: Number of alternatives, or number of components.
        low: Lower bound of each component (continuous), else empty.
        high: Upper bound of each component (continuous), else empty.
    """

    kind: Literal["discrete", "continuous"]
    size: int
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()


@dataclass(frozen=True)
class Role:
    """Seats with the same observation and action space on one side; one policy acts for all of them.

    Attributes:
        name: Given by the setup, or else taken from the seats' ids ("adversary"), or "player" if there is only one role.
        side: Index into `Game.sides`.
        seats: Seat indices, team by team: the first `per_team` belong to the side's first team, and so on.
        per_team: Seats of this role in each team of the side.
        observation_shape: Shape of one seat's observation before it is flattened.
        actions: The action space of a seat.
    """

    name: str
    side: int
    seats: tuple[int, ...]
    per_team: int
    observation_shape: tuple[int, ...]
    actions: ActionSpace

    @property
    def features(self) -> int:
        """Length of one seat's flattened observation, F."""
        return prod(self.observation_shape)


@dataclass(frozen=True)
class Side:
    """Teams with the same roles in the same numbers. A player that can play one of them can play all of them.

    Attributes:
        name: Taken from the seats' ids.
        teams: Indices into `Game.teams`.
        roles: Indices into `Game.roles`.
        seats_per_team: Seats in each team of this side.
    """

    name: str
    teams: tuple[int, ...]
    roles: tuple[int, ...]
    seats_per_team: int


@dataclass(frozen=True)
class Game:
    """The description of a game on which all other packages rely.

    Attributes:
        name: The game's name as in the config, e.g. `classic/connect_four_v3`.
        seats: PettingZoo agent ids; a seat's index is its position here.
        teams: Seat indices of each team, ordered role by role as in the side's `roles`.
        sides: The sides, see `Side`.
        roles: The roles, see `Role`.
        turn_based: True if one seat acts at a time (AEC games); False if all living seats act at once.
        state_size: Length S of the joint state, the input of a team's critic.
        position_size: Number of coordinates of a seat's position, D; 0 if the game gives no positions.
        chance: The share of games in which seats succeed that know nothing, as the game declares it; None if it does not.
    """

    name: str
    seats: tuple[str, ...]
    teams: tuple[tuple[int, ...], ...]
    sides: tuple[Side, ...]
    roles: tuple[Role, ...]
    turn_based: bool
    state_size: int
    position_size: int = 0
    chance: float | None = None

    @cached_property
    def team_of_seat(self) -> tuple[int, ...]:
        """The team of each seat."""
        owner = {seat: team for team, seats in enumerate(self.teams) for seat in seats}
        return tuple(owner[seat] for seat in range(len(self.seats)))

    @cached_property
    def role_of_seat(self) -> tuple[int, ...]:
        """The role of each seat."""
        owner = {seat: index for index, role in enumerate(self.roles) for seat in role.seats}
        return tuple(owner[seat] for seat in range(len(self.seats)))

    @cached_property
    def side_of_team(self) -> tuple[int, ...]:
        """The side of each team."""
        owner = {team: index for index, side in enumerate(self.sides) for team in side.teams}
        return tuple(owner[team] for team in range(len(self.teams)))

    @property
    def symmetric(self) -> bool:
        """True if all teams are on one side, so that the returns of two teams in one game can be compared."""
        return len(self.sides) == 1 and len(self.teams) > 1

    @property
    def cooperative(self) -> bool:
        """True if all seats are one team: nobody can be beaten, and the result is the return."""
        return len(self.teams) == 1

    def to_json(self) -> str:
        """The description as text; `from_json` reads it."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Game:
        """The inverse of `to_json`.

        Raises:
            GameError: The text is no description of a game.
        """
        try:
            game = TypeAdapter(cls).validate_json(text)
        except ValidationError as error:
            fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
            where = ".".join(map(str, fault["loc"]))
            raise GameError(f"this is no description of a game: {where}: {fault['msg']}") from error
        if not game.fits_together():
            raise GameError("this is no description of a game: its seats, teams, sides and roles do not fit together")
        return game

    def fits_together(self) -> bool:
        """Return whether every seat is in one team and one role, and every team and every role on one side."""
        seats, teams = range(len(self.seats)), range(len(self.teams))
        return (
            len(set(self.seats)) == len(seats) > 0
            and sorted(seat for team in self.teams for seat in team) == list(seats)
            and sorted(seat for role in self.roles for seat in role.seats) == list(seats)
            and sorted(team for side in self.sides for team in side.teams) == list(teams)
            and sorted(role for side in self.sides for role in side.roles) == list(range(len(self.roles)))
            and all(0 <= role.side < len(self.sides) for role in self.roles)
            and all(index in self.sides[role.side].roles for index, role in enumerate(self.roles))
            and all(len(role.seats) == role.per_team * len(self.sides[role.side].teams) for role in self.roles)
            and all(len(self.teams[team]) == side.seats_per_team for side in self.sides for team in side.teams)
            and all(role.actions.size > 0 and all(size >= 0 for size in role.observation_shape) for role in self.roles)
            and self.state_size >= 0
            and self.position_size >= 0
        )

    def slots(self, role: int) -> int:
        """Return the rows per copy in a role's tensors: one in turn-based games, else one for each of the role's seats."""
        return 1 if self.turn_based else len(self.roles[role].seats)
