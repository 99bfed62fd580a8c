"""Games of packages that know nothing of this project, each made by a function of at most ten lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Stranger:
    """A game of another package.

    Attributes:
        install: What pip is asked to install. `--no-deps` where a package asks for releases that nothing else works with.
        make: The function that makes the environment.
    """

    install: tuple[str, ...]
    make: Callable[..., Any]


def gobblet(render_mode: str | None = None) -> Any:
    """Gobblet: tic-tac-toe with pieces that swallow smaller ones."""
    import pettingzoo.utils
    from pettingzoo.utils import AgentSelector

    pettingzoo.utils.agent_selector = AgentSelector  # it was written for an older PettingZoo
    from gobblet import gobblet as game

    return game.env(render_mode=render_mode)


def fanorona() -> Any:
    """Fanorona: the board game of Madagascar."""
    import pettingzoo.utils
    from pettingzoo.utils import AgentSelector

    pettingzoo.utils.agent_selector = AgentSelector  # it was written for an older PettingZoo
    from env import fanorona_env as game

    return game.env(render_mode=None)


def cathedral() -> Any:
    """Cathedral: two players wall in a city."""
    from cathedral_rl import cathedral_v0

    return cathedral_v0.env(render_mode=None)


def football() -> Any:
    """Football on a plane, one against one."""
    from frondori_football import FootballEnv

    return FootballEnv()


def kitchen() -> Any:
    """Two chefs in a kitchen."""
    from frondori_kitchen import KitchenEnv

    return KitchenEnv()


def generals() -> Any:
    """Generals: two armies in the fog; the package leaves the limit on the length of a game to its users."""
    from generals.agents import RandomAgent
    from generals.envs import PettingZooGenerals

    class Limited(PettingZooGenerals):
        def step(self, actions: Any) -> Any:
            observations, rewards, ended, cut, infos = super().step(actions)
            late = self.game.time >= 200
            self.agents = [] if late else self.agents
            return observations, rewards, ended, dict.fromkeys(cut, late), infos

    return Limited({name: RandomAgent(id=name) for name in ("red", "blue")})


def drones() -> Any:
    """A swarm of drones that searches for a person in the sea."""
    from DSSE import DroneSwarmSearch

    return DroneSwarmSearch(grid_size=10, drone_amount=2, person_initial_position=(5, 5))


def snakes() -> Any:
    """Snakes of two teams; the package does not use the seed."""
    import numpy as np
    from pypzbattlesnake.env import BattleSnake

    class Seeded(BattleSnake):
        def reset(self, seed: int | None = None, options: Any = None) -> Any:
            self.drawn = np.random.default_rng(seed)
            return super().reset()

        def random_empty_position(self) -> Any:
            return tuple(self.drawn.choice(np.argwhere(self.as_array() == 0), axis=0))

    return Seeded(teams_count=2, team_snakes_count=2, size=(11, 11), render_mode=None)


def openspiel(name: str = "breakthrough") -> Any:
    """A game of OpenSpiel, through Shimmy."""
    import pyspiel
    from shimmy import OpenSpielCompatibilityV0

    return OpenSpielCompatibilityV0(env=pyspiel.load_game(name))


def kuhn_poker() -> Any:
    """The smallest poker of OpenSpiel."""
    return openspiel("kuhn_poker")


def othello() -> Any:
    """Othello of OpenSpiel."""
    return openspiel("othello")


def firefighters() -> Any:
    """Firefighters along a row of houses."""
    from cognac.env import RowFireFightingGraphEnvironment

    return RowFireFightingGraphEnvironment(n=4, max_steps=30)


def administrators() -> Any:
    """Administrators of a ring of machines."""
    import numpy as np
    from cognac.env import SysAdminNetworkEnvironment

    ring = np.roll(np.eye(4), 1, axis=1) + np.roll(np.eye(4), -1, axis=1)
    return SysAdminNetworkEnvironment(ring, max_steps=30)


def skyjo() -> Any:
    """Skyjo: the card game."""
    from rlskyjo.environment import skyjo_env

    return skyjo_env.env()


def pathfinding() -> Any:
    """Continuous pathfinding of many agents, in JAX."""
    from camar import camar_v0

    return camar_v0()


def crossing() -> Any:
    """Passengers who leave and enter a tram, for RLlib."""
    from collectivecrossing import CollectiveCrossingEnv

    return CollectiveCrossingEnv(config=None)


LOOSE = ("--no-deps", "--ignore-requires-python")
"""The package alone, where what it asks for cannot be had with releases of today."""

STRANGERS = {
    "gobblet": Stranger((*LOOSE, "gobblet-rl"), gobblet),
    "fanorona": Stranger((*LOOSE, "fanorona-aec"), fanorona),
    "cathedral": Stranger((*LOOSE, "cathedral-rl"), cathedral),
    "football": Stranger(("frondori-football",), football),
    "kitchen": Stranger(("frondori-kitchen",), kitchen),
    "generals": Stranger(("generals",), generals),
    "drones": Stranger(("DSSE",), drones),
    "snakes": Stranger(("pypzbattlesnake",), snakes),
    "openspiel": Stranger(("shimmy", "open_spiel"), openspiel),
    "kuhn_poker": Stranger(("shimmy", "open_spiel"), kuhn_poker),
    "othello": Stranger(("shimmy", "open_spiel"), othello),
    "firefighters": Stranger((*LOOSE, "cognac"), firefighters),
    "administrators": Stranger((*LOOSE, "cognac"), administrators),
    "skyjo": Stranger((*LOOSE, "rlskyjo"), skyjo),
    "pathfinding": Stranger((*LOOSE, "camar"), pathfinding),
    "crossing": Stranger((*LOOSE, "collectivecrossing"), crossing),
}
"""Name of the function → the game."""
