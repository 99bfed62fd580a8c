"""Users' own functions in a configuration, named `module:callable` or `path/to/file.py:callable`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from envs import references
from envs.faults import GameError, environment_code
from envs.game import Game
from envs.references import find
from league.errors import LeagueError

if TYPE_CHECKING:
    from envs.bots.own import RememberingBot
    from envs.bots.turn import Bot


def load(reference: str, what: str) -> Callable[..., Any]:
    """Find a function that a configuration names. If a call of it fails, the error message names the function.

    Args:
        reference: The name of the function.
        what: Its purpose in one or two words, for messages.

    Raises:
        LeagueError: The function cannot be found.
    """
    try:
        function = find(reference)
    except GameError as error:
        raise LeagueError(f"the {what} {reference!r} cannot be used: {error}") from error

    @functools.wraps(function)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        with environment_code(f"the {what} {reference} failed"):
            return function(*args, **kwargs)

    return guarded


def reference_to(function: Callable[..., Any]) -> str:
    """The name of a function, with which another process can find it.

    Raises:
        LeagueError: It is not a top-level function of a module.
    """
    try:
        return references.reference_to(function)
    except GameError as error:
        raise LeagueError(str(error)) from error


def bot_of(name: str, game: Game) -> Bot | RememberingBot:
    """Find a bot of the project or a user's own bot. If a user's own bot fails, the error message names it.

    Raises:
        GameError: The project has no such bot, or the bot cannot play this game.
        LeagueError: The user's own bot cannot be found.
    """
    from envs.bots.registry import find_bot  # deferred, because only playing needs torch

    try:
        return find_bot(name, game)
    except GameError as error:
        if ":" not in name:
            raise
        raise LeagueError(f"the bot {name!r} cannot be used: {error}") from error
