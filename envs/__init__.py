"""Games and their interface. `make` makes an arena, `describe` describes a game, and `games` lists the known games.

Reading order: `game` (the description of a game) with `options` (their types are kept) and `records` and `arena` (the
interface: N copies that are stepped together) with `states` (joint states, kept once per game), `registry` (names of games)
with `references` (users' own code, and what of it may run), `sources` (its files), `places`, `notebook` (where they are),
`captured` (what is in them), `neighbours` (imports among them), `makers` (what makes an environment) and `faults`,
`description` (describes a game from its environment) with `spaces`, `combined` (several choices as one), `positions`,
`own_states`, `success` (what counts as one), `teams`, `aims` (can they be right), `wrapping`, `dead_steps` (what agents do that
have ended), `shelf` (environments that are kept for later use), `processes` (workers) with `tidying` and `threads` (one each),
`factory` (makes arenas), `naming` (what users call). Arenas are in two packages: `stock` (any PettingZoo environment) and
`twins` (games as batched tensor programs); `openings` lets their games begin elsewhere, with `random_numbers`. `native` has
games of this project. `conformance` checks that environments meet the requirements, `bots` are scripted players, `programs` are
players outside this program, `rendering` draws games and names actions, `compiling` compiles loops, `stopwatch` measures time.
`openspiel` has games of OpenSpiel, and `trees` writes small games out, for exact figures.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from envs.faults import GameError
    from envs.naming import describe, make
    from envs.registry import games

__all__ = ["GameError", "describe", "games", "make"]

_HOMES = {"GameError": "envs.faults", "describe": "envs.naming", "games": "envs.registry", "make": "envs.naming"}

PROJECT = "marl-league"
"""Tells this package from others of its name; see `league.importing`."""


def __getattr__(name: str) -> Any:
    """Load a public name at first use, so that commands which only read stay quick."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
