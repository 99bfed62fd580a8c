"""Reads the configuration of a league and the description of its game from the store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from envs.game import Game
from league.config import own_code
from league.config.yaml_file import read_text
from league.errors import LeagueError
from league.storage.store import Store
from league.version import __version__

if TYPE_CHECKING:
    from league.config.schema import LeagueConfig


def stored_config(store: Store) -> LeagueConfig:
    """The configuration that a league runs with. Its name is that of the league's folder, which may have been renamed.

    The files of the user's own that it names are looked for, from wherever this is called; see `league.config.own_code`.

    Raises:
        LeagueError: The configuration cannot be read, or a newer version of the project wrote it.
    """
    from league.config.schema import UnknownSettings, check  # not loaded by commands that need only the game

    values = _values(store)
    own_code.look_again(values, sources(store), store.folder)
    try:
        return check(values | {"name": store.name}, f"the configuration stored with {store.name}")
    except UnknownSettings as error:
        settings = ", ".join(error.settings)
        raise LeagueError(
            f"a newer version of the project wrote the league {store.name!r}: it has settings that version {__version__} does "
            f"not know ({settings}); use that version, or a newer one"
        ) from error


def find_code_of(replay: Path) -> None:
    """Find the user's own files for a replay of a league, so that it can be played again from any folder.

    Args:
        replay: The file. Nothing is done for one that is in no league's folder.

    Raises:
        LeagueError: The league cannot be read.
    """
    folder = replay.absolute().parent.parent
    if (folder / "league.db").is_file():
        store = Store(folder)
        own_code.look_again(_values(store), sources(store), folder)


def sources(store: Store) -> list[own_code.Source]:
    """What a league keeps of the files of the user's own that it names; nothing for a league of an earlier version.

    Raises:
        LeagueError: It is damaged.
    """
    return own_code.from_text(store.fact(own_code.FACT, missing="[]"), f"the league {store.name!r}")


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

    config = stored_config(store)
    return envs.describe(config.game.setup(), config.arena.state)


def _values(store: Store) -> dict[str, Any]:
    """The stored settings, unchecked."""
    where = f"the configuration stored with {store.name}"
    try:
        values = read_text(store.fact("config"), "the text")
    except LeagueError as error:
        raise LeagueError(f"{where} is damaged: {error}") from error
    if not isinstance(values, dict):
        raise LeagueError(f"{where} is damaged: it holds no settings")
    return values
