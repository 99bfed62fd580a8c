"""Games and their interface. `make` makes an arena, `describe` describes a game, and `games` lists the known games.

Reading order: `game` (the description of a game) with `options` (their types are kept) and `arena` (the interface: N copies
that are stepped together), `registry` (names of games) with `references` (users' own code), `sources` (its files), `places`,
`neighbours`, `notebook` (where they are), `makers` (what makes an environment) and `faults`, `description` (describes a game
from its environment) with `spaces`, `combined` (several choices as one) and `teams`, `wrapping`, `shelf` (environments that are
kept for later use), `processes` (workers) and `threads` (one each), `factory` (makes arenas). Arenas are in two packages:
`stock` (any PettingZoo environment) and `twins` (games as batched tensor programs). `native` has games of this project.
`conformance` checks that environments meet the requirements, `bots` are scripted players, `rendering` draws games and names
actions, `compiling` compiles loops, `stopwatch` measures time.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from envs.description import describe
    from envs.factory import make
    from envs.faults import GameError
    from envs.registry import games

__all__ = ["GameError", "describe", "games", "make"]

_HOMES = {"GameError": "envs.faults", "describe": "envs.description", "games": "envs.registry", "make": "envs.factory"}

PROJECT = "marl-league"
"""Tells this package from others of its name; see `league.importing`."""


def __getattr__(name: str) -> Any:
    """Load a public name at first use, so that commands which only read stay quick."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
