"""Reads a game's description from its environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from gymnasium.spaces import Space
from pettingzoo.utils.env import ParallelEnv

from envs.faults import GameError, attempt, environment_code
from envs.game import Game, GameSetup, Role, Side
from envs.own_states import own_state as own_state_of
from envs.positions import dimensions
from envs.registry import Environment
from envs.shelf import put_back, take
from envs.spaces import BYTES, FEWEST_PACKED, actions_of, encoder, packed, shape_of
from envs.success import SUCCESS
from envs.teams import Seat, known, roles_given, sides_given, sides_of, teams_of

StateKind: TypeAlias = Literal["joint", "own", "none"]
"""What a team's critic sees in training: `joint`, the environment's own `state()` or else the observations of all seats;
`own`, the observations of the team's own seats; `none`, nothing, so that only critics of single seats are possible."""

NO_STATE = (NotImplementedError, TypeError, AttributeError, ValueError)
"""Errors of a missing `state()`: PettingZoo's own; that of a shadowed method (rps_v2); that of a result that is no array."""

UNUSABLE_STATE = {"sisl/multiwalker_v9"}
"""Games whose `state()` does not always work: that of multiwalker fails as soon as a walker has fallen."""

FLOATS, PACKED = "float32", "uint8"
"""Types of observations and states."""

CHANCE = "chance"
"""Key of an environment's metadata: the share of games in which agents succeed that know nothing of what they are told."""

VIEWS_ARE_STATE = {"mpe2"}
"""Families whose `state()` is the concatenation of all seats' observations, and whose seats all stay until the end."""


@dataclass(frozen=True)
class EnvironmentSpec:
    """A game's description together with what stepping its environment needs; plain data that can be sent to workers.

    Attributes:
        setup: The game and its options.
        game: The description.
        agents: PettingZoo's agent ids as the environment spells them; they need not be strings.
        observation_spaces: The observation space of each seat.
        action_spaces: The action space of each seat.
        own_state: Length of the environment's own `state()`; None if it has none or it is not used.
        viewed: True if that state is the concatenation of all seats' observations, so that `state()` need not be called.
        state: What a team's critic sees.
        kinds: The type of each role's observations: `float32`; or `uint8`, if they are large and bytes hold them.
        state_kind: The type of what is kept of the joint state, likewise.
        facts: Keys of the agents' infos that are told with every step; see `envs.arena.Timestep.facts`.
        success: Key of the agents' infos in the last step that says whether the game was a success, 1 or 0, or a share.
    """

    setup: GameSetup
    game: Game
    agents: tuple[Any, ...]
    observation_spaces: tuple[Space, ...]
    action_spaces: tuple[Space, ...]
    own_state: int | None
    viewed: bool = False
    state: StateKind = "joint"
    kinds: tuple[str, ...] = ()
    state_kind: str = FLOATS
    facts: tuple[str, ...] = ()
    success: str = SUCCESS


def describe(setup: GameSetup | str, state: StateKind = "joint") -> Game:
    """Describe a game: its seats, teams, sides, roles and the size of its joint state.

    Args:
        setup: The game's setup, or just its name.
        state: What a team's critic sees.

    Raises:
        GameError: The game cannot be made, its spaces are not supported, or its teams do not fit its seats.
    """
    return survey(GameSetup(setup) if isinstance(setup, str) else setup, state).game


def survey(setup: GameSetup, state: StateKind = "joint") -> EnvironmentSpec:
    """Read the specification of a game from an environment that is reset for this purpose."""
    environment = take(setup)
    try:
        with environment_code(f"{setup.name} cannot be described"):
            shown = environment.reset(seed=0)
            agents, observation_spaces, action_spaces = seats_of(environment)
            own_state = None if state != "joint" or setup.name in UNUSABLE_STATE else state_length(setup.name, environment)
            viewed = own_state is not None and _viewed(setup, environment, shown)
            views = _first_views(environment, agents, shown)
            bytes_hold = [_packed(*each) for each in zip(observation_spaces, views, strict=True)]
            state_packed = own_state is not None and own_state >= FEWEST_PACKED and _bytes_hold_state(environment)
            size = dimensions(setup.name, environment, _infos(environment, shown))
            given, chance = setup.teams or environment.metadata.get("teams"), environment.metadata.get(CHANCE)
    finally:
        put_back(environment, setup)
    if isinstance(given, Mapping):  # the teams' names are not used
        given = list(given.values())
    names = tuple(str(agent) for agent in agents)
    if not names or len(set(names)) < len(names):
        raise GameError(f"{setup.name} has no seats, or two seats of the same name: {', '.join(names) or 'none'}.")
    seats = _seats(setup, names, observation_spaces, action_spaces)
    crews = teams_of(setup.name, names, given)
    sides, roles, teams = sides_of(setup.name, seats, crews, _aims(setup, names, crews, alike=given is not None))
    game = Game(
        name=setup.name,
        seats=names,
        teams=teams,
        sides=sides,
        roles=roles,
        turn_based=not isinstance(environment, ParallelEnv),
        state_size=_state_size(state, own_state, sides, roles),
        position_size=size,
        chance=_chance(setup.name, chance),
    )
    kinds = tuple(PACKED if all(bytes_hold[seat] for seat in role.seats) else FLOATS for role in roles)
    of_state = state_packed if own_state is not None and not viewed else set(kinds) == {PACKED}
    return EnvironmentSpec(
        setup, game, agents, observation_spaces, action_spaces, own_state, viewed, state, kinds, PACKED if of_state else FLOATS
    )


def _first_views(environment: Environment, agents: Sequence[Any], shown: Any) -> list[Any]:
    """What the agents of a reset environment see; None for those that see nothing."""
    if isinstance(environment, ParallelEnv):
        seen = shown[0] if isinstance(shown, tuple) and len(shown) == 2 else {}
        return [seen.get(agent) if isinstance(seen, Mapping) else None for agent in agents]
    return [attempt(environment.observe, agent)[0] for agent in agents]


def _packed(space: Space, seen: Any) -> bool:
    """Whether the observations of a seat are kept as bytes. Some environments declare bytes and give fractions."""
    if not packed(space):
        return False
    if seen is None:
        return True
    view, target = encoder(space), np.zeros(shape_of(space, ""), np.uint8)
    return attempt(view, seen, target)[1] is None


def _bytes_hold_state(environment: Environment) -> bool:
    state, _ = attempt(environment.state)
    return np.asarray(state).dtype in BYTES


def _infos(environment: Any, shown: Any) -> Mapping[Any, Any]:
    """The infos of a reset environment; none where its reset does not return any, which playing it finds out."""
    if not isinstance(environment, ParallelEnv):
        shown = None, environment.infos
    given = shown[1] if isinstance(shown, tuple) and len(shown) == 2 else {}
    return given if isinstance(given, Mapping) else {}


def _chance(name: str, declared: Any) -> float | None:
    """Return the declared chance level of success.

    Raises:
        GameError: It is no share.
    """
    if declared is None:
        return None
    if isinstance(declared, bool) or not isinstance(declared, int | float) or not 0.0 <= declared <= 1.0:
        raise GameError(f"{name} declares the chance {declared!r} in its metadata, which is no number from 0 to 1.")
    return float(declared)


def seats_of(environment: Environment) -> tuple[tuple[Any, ...], tuple[Space, ...], tuple[Space, ...]]:
    """Return the agents of an environment as it spells them, their observation spaces and their action spaces."""
    agents = tuple(environment.possible_agents)
    return agents, tuple(map(environment.observation_space, agents)), tuple(map(environment.action_space, agents))


def _state_size(state: StateKind, own_state: int | None, sides: Sequence[Side], roles: Sequence[Role]) -> int:
    """Return the length S of the joint state; see `StateKind`. Shorter views of other sides are filled with zeros."""
    if state == "none":
        return 0
    if state == "own":
        return max(sum(roles[role].features * roles[role].per_team for role in side.roles) for side in sides)
    rivals = max(len(side.teams) for side in sides)
    if own_state is not None:
        return own_state + (rivals if rivals > 1 else 0)
    return sum(role.features * len(role.seats) for role in roles)


def state_length(name: str, environment: Environment) -> int | None:
    """Return the length of a reset environment's own flattened joint state; None if it has none."""
    try:
        return int(np.asarray(own_state_of(name, environment), dtype=np.float32).size)
    except NO_STATE:
        return None


def _viewed(setup: GameSetup, environment: Environment, shown: Any) -> bool:
    """Return whether the state is the concatenation of the observations, judged by the game's family and the reset's result."""
    if setup.name.split("/")[0] not in VIEWS_ARE_STATE or setup.wrappers or not isinstance(environment, ParallelEnv):
        return False
    observations = [shown[0][agent] for agent in environment.possible_agents]
    return np.array_equal(np.asarray(environment.state()), np.concatenate(observations, axis=None))


def _aims(setup: GameSetup, names: Sequence[str], teams: Sequence[Sequence[int]], *, alike: bool) -> tuple[int, ...]:
    """Return a number for each team; teams with the same number have the same aim if their spaces are equal, too."""
    if setup.sides is not None:
        return sides_given(setup.name, names, teams, setup.sides)
    entry = known(setup.name)
    alike = alike or entry is None or entry.alike
    return tuple(0 if alike else team for team in range(len(teams)))


def _seats(setup: GameSetup, names: Sequence[str], observed: Sequence[Space], acted: Sequence[Space]) -> list[Seat]:
    """Describe the seats. Seats with equal spaces are of the same kind."""
    kinds: list[tuple[Space, Space]] = []
    seats = []
    called = roles_given(setup.name, names, setup.roles or {})
    for name, role, spaces in zip(names, called, zip(observed, acted, strict=True), strict=True):
        if spaces not in kinds:
            kinds.append(spaces)
        owner = f"{name} in {setup.name}"
        seats.append(Seat(name, shape_of(spaces[0], owner), actions_of(spaces[1], owner), kinds.index(spaces), role))
    return seats
