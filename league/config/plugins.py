"""Functions of one's own in a configuration: written down as `module:callable` or `path/to/file.py:callable`."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from envs.faults import GameError, environment_code
from envs.game import Game
from envs.references import find
from league.errors import LeagueError

if TYPE_CHECKING:
    from torch import Tensor

    from envs.bots.turn import Bot, Turn


def load(reference: str, what: str) -> Callable[..., Any]:
    """Find the function a configuration names; called, it says whose fault it is if it fails.

    Args:
        reference: Its name.
        what: What it is for, in a word or two.

    Raises:
        LeagueError: It cannot be found.
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
    """Write a function down so that another process can find it.

    Raises:
        LeagueError: It is no top-level function of a module.
    """
    name = getattr(function, "__qualname__", "")
    if not name or "<" in name or "." in name:
        raise LeagueError(f"{function!r} cannot be used here: only a function at the top level of a file can be found again")
    if function.__module__ == "__main__" or function.__module__ not in sys.modules:
        return f"{Path(inspect.getsourcefile(function) or '').resolve()}:{name}"
    return f"{function.__module__}:{name}"


def bot_of(name: str, game: Game) -> Bot:
    """Find a bot, of the house or of one's own; one's own is named where it fails.

    Raises:
        GameError: There is none in the house, or it cannot play this game.
        LeagueError: There is none of one's own.
    """
    from torch import Tensor  # loaded by those who play

    from envs.bots.registry import find_bot

    if ":" not in name:
        return find_bot(name, game)
    own = load(name, "bot")

    def bot(turn: Turn) -> Tensor:
        chosen = own(turn)
        if not isinstance(chosen, Tensor):
            raise LeagueError(f"the bot {name} answered with a {type(chosen).__name__}, not with a tensor of actions")
        return chosen

    return bot
