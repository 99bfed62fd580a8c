"""Games of packages that know nothing of this project, each made by a function of at most ten lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Stranger:
    """A game of another package.

    Attributes:
        install: What pip is asked to install.
        make: The function that makes the environment.
    """

    install: tuple[str, ...]
    make: Callable[..., Any]


def gobblet(render_mode: str | None = None) -> Any:
    """Gobblet: tic-tac-toe with pieces that swallow smaller ones."""
    from gobblet import gobblet as game
    from pettingzoo.utils import AgentSelector

    game.agent_selector = AgentSelector  # it was written for an older PettingZoo
    return game.env(render_mode=render_mode)


def fanorona() -> Any:
    """Fanorona: the board game of Madagascar."""
    from env import fanorona_env as game
    from pettingzoo.utils import AgentSelector

    game.agent_selector = AgentSelector  # it was written for an older PettingZoo
    return game.env(render_mode=None)


def football() -> Any:
    """Football on a plane, one against one."""
    from frondori_football import FootballEnv

    return FootballEnv()


def kitchen() -> Any:
    """Two chefs in a kitchen."""
    from frondori_kitchen import KitchenEnv

    return KitchenEnv()


def generals() -> Any:
    """Generals: two armies in the fog."""
    from generals.agents import RandomAgent
    from generals.envs import PettingZooGenerals

    return PettingZooGenerals({name: RandomAgent(id=name) for name in ("red", "blue")})


def drones() -> Any:
    """A swarm of drones that searches for a person in the sea."""
    from DSSE import DroneSwarmSearch

    return DroneSwarmSearch(grid_size=10, drone_amount=2, person_initial_position=(5, 5))


def snakes() -> Any:
    """Snakes of two teams."""
    from pypzbattlesnake.env import BattleSnake

    return BattleSnake(teams_count=2, team_snakes_count=2, size=(11, 11), render_mode=None)


def breakthrough(name: str = "breakthrough") -> Any:
    """A game of OpenSpiel, through Shimmy."""
    import pyspiel
    from shimmy import OpenSpielCompatibilityV0

    return OpenSpielCompatibilityV0(env=pyspiel.load_game(name))


def firefighters() -> Any:
    """Firefighters along a row of houses."""
    from cognac.env import RowFireFightingGraphEnvironment

    return RowFireFightingGraphEnvironment(n=4, max_steps=30)


STRANGERS = {
    "gobblet": Stranger(("gobblet-rl",), gobblet),
    "fanorona": Stranger(("fanorona-aec",), fanorona),
    "football": Stranger(("frondori-football",), football),
    "kitchen": Stranger(("frondori-kitchen",), kitchen),
    "generals": Stranger(("generals",), generals),
    "drones": Stranger(("DSSE",), drones),
    "snakes": Stranger(("pypzbattlesnake",), snakes),
    "firefighters": Stranger(("networkx", "imageio", "--no-deps", "--ignore-requires-python", "cognac"), firefighters),
    "breakthrough": Stranger(("shimmy", "open_spiel"), breakthrough),
}
"""Name of the function → the game."""
