"""A suggestion and the shell commands in it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from league.analysis.history import History
from league.analysis.metrics import flatten
from league.storage.store import HOME, leagues

CONFIG = "config.yaml"
"""File name of the league's configuration in the folder of the report. Other leagues can be run from this file."""

MANY = 400
"""Number of games that can distinguish two players whose ratings differ by `progress.LITTLE` Elo points."""


@dataclass(frozen=True)
class Suggestion:
    """A finding in the figures, and a command that acts on it.

    Attributes:
        reason: The finding, and the purpose of the command. The sentence ends with a colon.
        command: The shell command.
    """

    reason: str
    command: str


def again(history: History, suffix: str, settings: Mapping[str, Any]) -> str:
    """The command that runs a league with other settings under a new name. It first writes the configuration to a file."""
    name, there = f"{history.name[:48]}-{suffix}", leagues(history.home)
    free = next(each for each in (name, *(f"{name}-{number}" for number in range(2, 10_000))) if each not in there)
    chosen = " ".join(f"--set {shlex.quote(f'{key}={value}')}" for key, value in flatten(settings).items())
    config, home = shlex.quote(str(history.folder / CONFIG)), home_of(history)
    return f"league report {name_of(history)}{home} && league run {config} --name {free} {chosen}{home}"


def tournament(history: History, opponent: str, games: int = MANY) -> str:
    """The command that plays games between the champion and an opponent."""
    champion = f"{history.name}/champion"
    return f"league tournament {champion} {shlex.quote(opponent)} --games {games}{home_of(history)}"


def name_of(history: History) -> str:
    """The league's name, quoted for the shell."""
    return shlex.quote(history.name)


def home_of(history: History) -> str:
    """The option `--home` with a space before it, or "" if the league is in the default home."""
    return "" if history.home == HOME else f" --home {shlex.quote(str(history.home))}"
