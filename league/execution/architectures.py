"""Converts the architecture of a player between text, for the store, and an `Architecture`."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from functools import lru_cache

import numpy as np
from pydantic import TypeAdapter, ValidationError

from agents.models.architecture import Architecture
from agents.mutation import LINKS
from envs.game import Game
from league.config.schema import LeagueConfig
from league.errors import LeagueError
from league.population.player import Player

LATER = ("speech", "critic_sees", "decision", "has_critic")
"""Fields that the first architectures did not have."""


def to_text(architecture: Architecture) -> str:
    """An architecture as canonical JSON: equal architectures have equal texts.

    Later fields are left out at their defaults, so that networks which earlier versions had keep the text that these wrote.
    """
    usual = asdict(Architecture())
    facts = {name: value for name, value in asdict(architecture).items() if name not in LATER or value != usual[name]}
    return json.dumps(facts, sort_keys=True, separators=(",", ":"))


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
        return _of_format_1(config, game)
    try:
        return _read(player.architecture)
    except ValidationError as error:
        raise LeagueError(f"the architecture of {player.name} cannot be read: {error.errors()[0]['msg']}") from error


def _of_format_1(config: LeagueConfig, game: Game) -> Architecture:
    """The networks of the players of a league of format 1, in which links were not in the weights."""
    architecture, links = config.architecture(game), config.links(game)
    if architecture.speech is None:
        return architecture
    hears = []
    for side in game.sides:
        graph = links.get(f"{LINKS}{side.name}")
        weights = None if graph is None else graph.astype(np.float64) / np.maximum(graph.sum(1, keepdims=True), 1.0)
        hears.append(None if weights is None else tuple(map(tuple, weights.tolist())))
    return replace(architecture, hears=tuple(hears), speech=None)


@lru_cache(maxsize=256)
def _read(text: str) -> Architecture:
    return TypeAdapter(Architecture).validate_json(text)
