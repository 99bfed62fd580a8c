"""Before anything is written: is everything there that a configuration names?"""

from __future__ import annotations

import torch

import envs
from agents import OPERATORS, Operator
from envs.game import Game
from league.config import LeagueConfig
from league.errors import LeagueError
from league.matchmaking import RULES, Rule
from league.references import load
from league.tasks import bot_of


def check_parts(config: LeagueConfig, game: Game) -> None:
    """Find the bots, functions, twin and device of a league.

    Raises:
        LeagueError: One of them is not there.
        GameError: A bot is not there or cannot play the game, or the game has no twin although one is insisted on.
    """
    for anchor in config.tournament.anchors:
        bot_of(anchor.removeprefix("bot:"), game)
    rule_of(config.matchmaking.rule)
    for operator in config.evolution.operators:
        operator_of(operator)
    check_device(config.compute.device)
    if config.arena.twin == "always":
        envs.make(config.game.setup(), 1, twin="always").close()


def rule_of(name: str) -> Rule:
    """A matchmaking rule by its name.

    Raises:
        LeagueError: There is none.
    """
    return RULES[name] if name in RULES else load(name, "matchmaking rule")


def operator_of(name: str) -> Operator:
    """A mutation operator by its name.

    Raises:
        LeagueError: There is none.
    """
    return OPERATORS[name] if name in OPERATORS else load(name, "mutation operator")


def check_device(name: str) -> None:
    """Make sure of a device.

    Raises:
        LeagueError: This machine, or this PyTorch, does not have it.
    """
    device = torch.device(name)
    here = torch.cuda.device_count()
    if device.type == "cuda" and (device.index or 0) >= here:
        allowed = ", ".join(["cpu", *(f"cuda:{index}" for index in range(here))])
        raise LeagueError(f"compute.device is {name!r}, but PyTorch finds no such device here; there is {allowed}")
