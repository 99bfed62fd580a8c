"""What a league runs with, as its store says: the configuration and the description of the game."""

from __future__ import annotations

import yaml

from envs.game import Game
from league.config.schema import LeagueConfig, check
from league.storage.store import Store


def stored_config(store: Store) -> LeagueConfig:
    """The configuration that a league runs with.

    Raises:
        LeagueError: It cannot be read.
    """
    return check(yaml.safe_load(store.fact("config")), f"the configuration stored with {store.name}")


def stored_game(store: Store) -> Game:
    """The description of a league's game. It is stored at the league's birth, so that reading needs no code of the game.

    Leagues of earlier versions have no description; it is then read off the environment.

    Raises:
        LeagueError: The description cannot be read.
        GameError: The league has none, and its game cannot be made.
    """
    text = store.fact("description", missing="")
    if text:
        return Game.from_json(text)
    import envs

    return envs.describe(stored_config(store).game.setup())
