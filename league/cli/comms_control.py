"""The control of `league comms`: the same settings trained without messages, in a league of its own.

It has the same seed and as many generations as the measured player had when it was frozen. Its name is a hash of its settings:
two leagues with the same settings share it, and it is trained once. It can be interrupted and goes on, as every league.
"""

from __future__ import annotations

from pathlib import Path

from league.config.schema import LeagueConfig, check
from league.errors import LeagueError
from league.evaluation.resolve import Named, resolve
from league.execution.watcher import Watcher
from league.storage.store import Store, leagues

FOLDER = "controls"
"""Folder beside the leagues in which the controls are."""

SHOWN = 16
"""Letters of the hash in the name of a control."""


def silent(config: LeagueConfig) -> LeagueConfig:
    """The same settings without messages."""
    values = config.model_dump(mode="json")
    values["comms"] = {"topology": "none"}
    if isinstance(values["population"], list):
        for group in values["population"]:
            group.pop("comms", None)
    values |= {"tracking": False, "name": "silent"}
    values["tournament"]["replays"] = False
    found = check(values, "the settings without messages")
    return found.model_copy(update={"name": f"silent-{found.identity()[:SHOWN]}"})


def folder_of(home: Path) -> Path:
    """The folder of the controls."""
    return home / FOLDER


def trained_without(named: Named, home: Path, watcher: Watcher, *, train: bool) -> Named | None:
    """The champion of the control, as of the generation in which a player was frozen.

    Args:
        named: A player of a league.
        home: The folder of the leagues.
        watcher: Told of the progress of the training.
        train: Train the control, or what is missing of it. Otherwise it is used only if it exists.

    Returns:
        The champion; None if it was not trained.
    """
    from league.manager import League

    if named.config is None or named.player is None:
        raise LeagueError(f"{named.name} is no player of a league")
    generation = named.player.frozen
    if generation is None:
        raise LeagueError(
            f"{named.name} still learns; what messages are worth is measured of frozen players, such as LEAGUE/champion"
        )
    config, where = silent(named.config), folder_of(home)
    config = config.model_copy(update={"generations": generation + 1})
    done = Store.open(where, config.name).generation() if config.name in leagues(where) else -1
    if done < generation:
        if not train:
            return None
        where.mkdir(parents=True, exist_ok=True)
        League(config, where, watcher).run(resume=True)
    champion = Store.open(where, config.name).champion(generation)
    return resolve(f"{config.name}/{champion}", where)
