"""Reads the configuration of a league and the description of its game from the store."""

from __future__ import annotations

import yaml

from envs.game import Game
from league.config.schema import LeagueConfig, check
from league.storage.store import Store


def stored_config(store: Store) -> LeagueConfig:
    """The configuration that a league runs with.

    Raises:
        LeagueError: The configuration cannot be read.
    """
    return check(yaml.safe_load(store.fact("config")), f"the configuration stored with {store.name}")


def stored_game(store: Store) -> Game:
    """The description of a league's game. It is stored when the league is created, so the game's code is not needed to read it.

    Leagues of earlier versions have no stored description. The environment is then made to describe it.

    Raises:
        LeagueError: The description cannot be read.
        GameError: The league has no description, and its game cannot be made.
    """
    text = store.fact("description", missing="")
    if text:
        return Game.from_json(text)
    import envs

    return envs.describe(stored_config(store).game.setup())
