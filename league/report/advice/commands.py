"""A suggestion, and the commands in it, as they are to be typed."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from league.analysis.history import History
from league.analysis.metrics import flatten
from league.storage.store import HOME, leagues

CONFIG = "config.yaml"
"""The league's configuration, written beside its report: other leagues can be run from it."""

MANY = 400
"""Games that are enough to tell two players apart that are `progress.LITTLE` Elo points from each other."""


@dataclass(frozen=True)
class Suggestion:
    """What the figures say, and a command that does something about it.

    Attributes:
        reason: What the figures say, and what the command is for.
        command: The command, as it is to be typed.
    """

    reason: str
    command: str


def again(history: History, suffix: str, settings: Mapping[str, Any]) -> str:
    """The command that runs a league with other settings under a new name; the configuration is written down first."""
    name, there = f"{history.name[:48]}-{suffix}", leagues(history.home)
    free = next(each for each in (name, *(f"{name}-{number}" for number in range(2, 10_000))) if each not in there)
    chosen = " ".join(f"--set {shlex.quote(f'{key}={value}')}" for key, value in flatten(settings).items())
    config, home = shlex.quote(str(history.folder / CONFIG)), home_of(history)
    return f"league report {name_of(history)}{home} && league run {config} --name {free} {chosen}{home}"


def tournament(history: History, opponent: str, games: int = MANY) -> str:
    """The command that lets the champion meet an opponent."""
    champion = f"{history.name}/champion"
    return f"league tournament {champion} {shlex.quote(opponent)} --games {games}{home_of(history)}"


def name_of(history: History) -> str:
    """The league's name."""
    return shlex.quote(history.name)


def home_of(history: History) -> str:
    """The option that names the home, with a space before it; "" where the usual one is meant."""
    return "" if history.home == HOME else f" --home {shlex.quote(str(history.home))}"
