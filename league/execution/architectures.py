"""Converts the architecture of a player between text, for the store, and an `Architecture`."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import lru_cache

from pydantic import TypeAdapter, ValidationError

from agents.models.architecture import Architecture
from envs.game import Game
from league.config.schema import LeagueConfig
from league.errors import LeagueError
from league.population.player import Player


def to_text(architecture: Architecture) -> str:
    """An architecture as canonical JSON: equal architectures have equal texts."""
    return json.dumps(asdict(architecture), sort_keys=True, separators=(",", ":"))


def architecture_of(player: Player, config: LeagueConfig, game: Game) -> Architecture:
    """The networks of a player.

    Args:
        player: The player; not an anchor.
        config: The configuration of its league. It decides for players of older leagues, which have no architecture of their
            own.
        game: The league's game.

    Raises:
        LeagueError: The stored text is not an architecture.
    """
    if not player.architecture:
        return config.architecture(game)
    try:
        return _read(player.architecture)
    except ValidationError as error:
        raise LeagueError(f"the architecture of {player.name} cannot be read: {error.errors()[0]['msg']}") from error


@lru_cache(maxsize=256)
def _read(text: str) -> Architecture:
    return TypeAdapter(Architecture).validate_json(text)
