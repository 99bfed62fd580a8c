"""Writes a player of a league as a folder that works without this project."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from envs.description import survey
from league.errors import LeagueError
from league.evaluation.resolve import Named, resolve
from league.export.description import Exported, shipped
from league.export.seen import seen
from league.export.table import ALWAYS, EXPORTERS, SEEN


def exported(named: Named) -> Exported:
    """A player that `resolve` found, as exporters take it.

    Raises:
        LeagueError: The player has no networks.
    """
    contestant, config = named.contestant, named.config
    if config is None or contestant.architecture is None or contestant.weights is None or named.player is None:
        raise LeagueError(f"{named.name} has no networks that could be exported; players of leagues have")
    spec = survey(config.game.setup(), config.arena.state)
    return Exported(named.player.name, config.name, spec, contestant.architecture, contestant.temperature, contestant.weights)


def files(named: Named, form: str) -> dict[str, bytes]:
    """The files of an exported player by their names.

    Args:
        named: The player, from `league.evaluation.resolve.resolve`.
        form: A name of `EXPORTERS`.

    Raises:
        LeagueError: There is no such form, or the player cannot be exported in it.
    """
    if form not in EXPORTERS:
        raise LeagueError(f"there is no format {form!r} of an export; the formats are {', '.join(EXPORTERS)}")
    player = exported(named)
    assert named.config is not None
    made = EXPORTERS[form](player)
    used_to = json.dumps(seen(player, named.config.game.setup())).encode()
    return {**{name: shipped(name) for name in ALWAYS}, SEEN: used_to, **made}


def export(name: str, home: Path, folder: Path, form: str = "numpy") -> None:
    """Write a player as a folder; the same as `league export`.

    Args:
        name: The player: `LEAGUE/champion` or `LEAGUE/PLAYER`.
        home: Where leagues live.
        folder: A new folder.
        form: A name of `EXPORTERS`.

    Raises:
        LeagueError: There is no such player or form, or the folder exists.
    """
    write(files(resolve(name, home), form), folder)


def write(content: Mapping[str, bytes], folder: Path) -> None:
    """Write the files of an export.

    Raises:
        LeagueError: The folder exists and is not empty.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise LeagueError(f"{folder} exists already; give another folder with --out, or remove it")
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in content.items():
        (folder / name).write_bytes(data)
