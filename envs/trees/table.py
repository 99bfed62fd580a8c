"""The games that have a tree."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any

from envs.faults import GameError
from envs.options import plain_options
from envs.trees.matrix import matrix_tree, rps_tree
from envs.trees.openspiel import openspiel_tree
from envs.trees.tree import GameTree

TREES: dict[str, Callable[[Mapping[str, Any]], GameTree]] = {
    "classic/rps_v2": rps_tree,
    "native/matrix": matrix_tree,
    "openspiel/kuhn_poker": partial(openspiel_tree, "kuhn_poker"),
    "openspiel/leduc_poker": partial(openspiel_tree, "leduc_poker"),
    "openspiel/liars_dice": partial(openspiel_tree, "liars_dice"),
}
"""Game → function from the environment's options to its tree."""


def tree_of(name: str, options: Mapping[str, Any]) -> GameTree:
    """The tree of a game; a process writes it out once.

    Args:
        name: The game's name.
        options: The environment's options.

    Raises:
        GameError: The game has no tree, or not with these options.
    """
    if name not in TREES:
        raise GameError(f"{name} is not written out as a tree (known: {', '.join(TREES)})")
    return _written(name, json.dumps(plain_options(options, "options"), sort_keys=True))


@lru_cache(maxsize=4)
def _written(name: str, options: str) -> GameTree:
    return TREES[name](json.loads(options))
