"""What a user's script calls to make and describe games: whoever calls it names the code, so the code may run.

The project itself calls `envs.factory.make` and `envs.description.describe`, which permit nothing: what it makes may come from
somebody else's file.
"""

from __future__ import annotations

from typing import Any

from envs import factory
from envs.arena import Arena
from envs.description import StateKind
from envs.description import describe as _describe
from envs.game import Game, GameSetup
from envs.records import functions_in
from envs.references import name


def make(setup: GameSetup | str, copies: int, **settings: Any) -> Arena:
    """Make an arena of a game; see `envs.factory.make`.

    Raises:
        GameError: The game cannot be made, or a file named its code before and the user does not trust it.
    """
    return factory.make(named(setup), copies, **settings)


def describe(setup: GameSetup | str, state: StateKind = "joint") -> Game:
    """Describe a game; see `envs.description.describe`.

    Raises:
        GameError: The game cannot be described, or a file named its code before and the user does not trust it.
    """
    return _describe(named(setup), state)


def named(setup: GameSetup | str) -> GameSetup:
    """Permit the code of a game, of its options and of its wrappers.

    Raises:
        GameError: A file named it before, and the user does not trust it.
    """
    setup = GameSetup(setup) if isinstance(setup, str) else setup
    options = [dict(setup.options), *(dict(each) for _, each in setup.wrappers)]
    for code in (setup.name, *functions_in(options)):
        name(code)
    return setup
