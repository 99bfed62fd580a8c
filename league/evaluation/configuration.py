"""Reads the configuration of a league and the description of its game from the store.

Somebody else may have written the store. `stored_config` and `stored_game` run none of the code that it names. Everything that
makes a league or its players act calls `require_trust` first.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from envs.faults import GameError
from envs.game import Game
from league.config import own_code
from league.config.foreign import Reference, needed_to_play, plain, references
from league.errors import LeagueError
from league.storage.store import Store
from league.storage.trusted import refuse_untrusted, require
from league.version import __version__

if TYPE_CHECKING:
    from league.config.schema import LeagueConfig


def stored_config(store: Store) -> LeagueConfig:
    """The configuration that a league runs with. Its name is that of the league's folder, which may have been renamed.

    The files of the user's own that it names are looked for, from wherever this is called; see `league.config.own_code`. Code
    that is not trusted stays refused: the configuration is for looking.

    Raises:
        LeagueError: The configuration cannot be read, or a newer version of the project wrote it.
    """
    from league.config.schema import UnknownSettings, check  # not loaded by commands that need only the game

    with store.looking():
        values, kept = _values(store), sources(store)
        own_code.look_again(values, kept, store.folder)
        refuse_untrusted(_named(store, values), _called(store))
    try:
        config = check(values | {"name": store.name}, f"the configuration stored with {store.name}")
    except UnknownSettings as error:
        settings = ", ".join(error.settings)
        raise LeagueError(
            f"a newer version of the project wrote the league {store.name!r}: it has settings that version {__version__} does "
            f"not know ({settings}); use that version, or a newer one"
        ) from error
    refuse_untrusted(references(config.model_dump(mode="json")), _called(store))  # as it was read, it may name more
    return config


def require_trust(store: Store, *, playing: bool, trust: bool = False) -> None:
    """Make sure that the user trusts the code that a league names, before any of it runs.

    Args:
        store: The league.
        playing: Only games of its players are wanted. The code of its rules and learners is not needed.
        trust: Trust the code, and remember that.

    Raises:
        LeagueError: The code is not trusted, or the configuration cannot be read.
    """
    with store.looking():
        values, kept = _values(store), sources(store)
        found = _named(store, values)
    own_code.look_again(values, kept, store.folder)
    require(needed_to_play(found) if playing else found, _called(store), trust=trust)


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
        LeagueError: The description cannot be read, or the league has none and its game is code that is not trusted.
        GameError: The league has no description, and its game cannot be made.
    """
    text = store.fact("description", missing="")
    if text:
        try:
            return Game.from_json(text)
        except GameError as error:
            raise LeagueError(f"the description of the game of {store.name} cannot be read: {error}") from error
    from envs.description import describe  # only such leagues need the games

    require_trust(store, playing=True)
    config = stored_config(store)
    return describe(config.game.setup(), config.arena.state)


def _values(store: Store) -> dict[str, Any]:
    """The stored settings, unchecked."""
    return plain(store.fact("config"), f"the configuration stored with {store.name}")


def _called(store: Store) -> str:
    return f"the league {store.name!r}"


def _named(store: Store, values: dict[str, Any]) -> list[Reference]:
    """List the code that a league names: in its configuration, and in what it says of its players."""
    players = [_parsed(text) for text in store.mentions()]
    try:
        return references({**values, "players": players})
    except LeagueError as error:
        raise LeagueError(f"the configuration stored with {store.name} cannot be read: {error}") from error


def _parsed(text: str) -> Any:
    """Read an architecture, which is JSON; other texts stay as they are."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
