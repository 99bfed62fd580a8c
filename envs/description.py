"""Reads a game's description from its environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from gymnasium.spaces import Space
from pettingzoo.utils.env import ParallelEnv

from envs.faults import GameError, environment_code
from envs.game import Game, GameSetup
from envs.registry import Environment, construct, dispose
from envs.spaces import actions_of, shape_of
from envs.teams import Seat, known, sides_of, teams_of

NO_STATE = (NotImplementedError, TypeError, AttributeError, ValueError)
"""Errors of a missing `state()`: PettingZoo's own; that of a shadowed method (rps_v2); that of a result that is no array."""

UNUSABLE_STATE = {"sisl/multiwalker_v9"}
"""Games whose `state()` does not always work: that of multiwalker fails as soon as a walker has fallen."""

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
        own_state: Length of the environment's own `state()`; None if it has none.
        viewed: True if that state is the concatenation of all seats' observations, so that `state()` need not be called.
    """

    setup: GameSetup
    game: Game
    agents: tuple[Any, ...]
    observation_spaces: tuple[Space, ...]
    action_spaces: tuple[Space, ...]
    own_state: int | None
    viewed: bool = False


def describe(setup: GameSetup | str) -> Game:
    """Describe a game: its seats, teams, sides, roles and the size of its joint state.

    Args:
        setup: The game's setup, or just its name.

    Raises:
        GameError: The game cannot be made, its spaces are not supported, or its teams do not fit its seats.
    """
    return survey(GameSetup(setup) if isinstance(setup, str) else setup).game


def survey(setup: GameSetup) -> EnvironmentSpec:
    """Read the specification of a game from an environment that is made and reset for this purpose."""
    environment = construct(setup)
    with environment_code(f"{setup.name} cannot be described"):
        shown = environment.reset(seed=0)
        agents = tuple(environment.possible_agents)
        observation_spaces = tuple(environment.observation_space(agent) for agent in agents)
        action_spaces = tuple(environment.action_space(agent) for agent in agents)
        own_state = None if setup.name in UNUSABLE_STATE else state_length(environment)
        viewed = own_state is not None and _viewed(setup, environment, shown)
        given = setup.teams or environment.metadata.get("teams")
    dispose(environment, setup)
    if isinstance(given, Mapping):  # the teams' names are not used
        given = list(given.values())
    names = tuple(str(agent) for agent in agents)
    if not names or len(set(names)) < len(names):
        raise GameError(f"{setup.name} has no seats, or two seats of the same name: {', '.join(names) or 'none'}.")
    seats = _seats(setup.name, names, observation_spaces, action_spaces)
    entry = known(setup.name)
    alike = given is not None or entry is None or entry.alike
    sides, roles, teams = sides_of(seats, teams_of(setup.name, names, given), alike)
    rivals = max(len(side.teams) for side in sides)
    joint = sum(role.features * len(role.seats) for role in roles)
    game = Game(
        name=setup.name,
        seats=names,
        teams=teams,
        sides=sides,
        roles=roles,
        turn_based=not isinstance(environment, ParallelEnv),
        state_size=joint if own_state is None else own_state + (rivals if rivals > 1 else 0),
    )
    return EnvironmentSpec(setup, game, agents, observation_spaces, action_spaces, own_state, viewed)


def state_length(environment: Environment) -> int | None:
    """Return the length of a reset environment's own flattened joint state; None if it has none."""
    try:
        return int(np.asarray(environment.state(), dtype=np.float32).size)
    except NO_STATE:
        return None


def _viewed(setup: GameSetup, environment: Environment, shown: Any) -> bool:
    """Return whether the state is the concatenation of the observations, judged by the game's family and the reset's result."""
    if setup.name.split("/")[0] not in VIEWS_ARE_STATE or setup.wrappers or not isinstance(environment, ParallelEnv):
        return False
    observations = [shown[0][agent] for agent in environment.possible_agents]
    return np.array_equal(np.asarray(environment.state()), np.concatenate(observations, axis=None))


def _seats(game: str, names: Sequence[str], observed: Sequence[Space], acted: Sequence[Space]) -> list[Seat]:
    """Describe the seats. Seats with equal spaces are of the same kind."""
    kinds: list[tuple[Space, Space]] = []
    seats = []
    for name, spaces in zip(names, zip(observed, acted, strict=True), strict=True):
        if spaces not in kinds:
            kinds.append(spaces)
        owner = f"{name} in {game}"
        seats.append(Seat(name, shape_of(spaces[0], owner), actions_of(spaces[1], owner), kinds.index(spaces)))
    return seats
