"""Names of actions: of known games by their number, and of any game by the position, if the environment gives them.

An environment may have `action_names`: a sequence of names, a mapping from actions to names, or a method that is called with an
agent and returns one of the two for the present position.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from envs.faults import GameError, environment_code
from envs.game import Role
from envs.rendering.stones import go_points

SIDES, ROWS = ("left", "middle", "right"), ("top", "middle", "bottom")
MOVES = ("stay", "left", "right", "down", "up")


def _words(number: int) -> tuple[str, ...]:
    return tuple(f"say {letter}" for letter in "ABCDEFGHIJ"[:number])


def _words_and_moves(number: int) -> tuple[str, ...]:
    """Combine every word with every move; the moves vary fastest."""
    return tuple(f"{word}, {move}" for word in _words(number) for move in MOVES)


LABELS: dict[str, tuple[tuple[str, ...], ...]] = {
    "classic/connect_four_v3": (tuple(f"column {number}" for number in range(7)),),
    "classic/go_v5": tuple(go_points(size) for size in (19, 13, 9, 7, 5)),
    "classic/leduc_holdem_v4": (("call", "raise", "fold", "check"),),
    "classic/rps_v2": (("rock", "paper", "scissors"), ("rock", "paper", "scissors", "spock", "lizard")),
    "classic/texas_holdem_no_limit_v6": (("fold", "check or call", "raise by half the pot", "raise by the pot", "all in"),),
    "classic/texas_holdem_v4": (("call", "raise", "fold", "check"),),
    "classic/tictactoe_v3": (tuple(f"{row} {side}" for side in SIDES for row in ROWS),),
    "mpe2/collect_treasure_v1": (MOVES,),
    "mpe2/simple_adversary_v3": (MOVES,),
    "mpe2/simple_crypto_v3": (_words(4),),
    "mpe2/simple_formation_v1": (MOVES,),
    "mpe2/simple_line_v1": (MOVES,),
    "mpe2/simple_push_v3": (MOVES,),
    "mpe2/simple_reference_v3": (_words_and_moves(10),),
    "mpe2/simple_speaker_listener_v4": (_words(3), MOVES),
    "mpe2/simple_spread_v3": (MOVES,),
    "mpe2/simple_tag_v3": (MOVES,),
    "mpe2/simple_v3": (MOVES,),
    "mpe2/simple_world_comm_v3": (_words_and_moves(4), MOVES),
    "openspiel/kuhn_poker": (("pass", "bet"),),
    "openspiel/leduc_poker": (("fold", "call", "raise"),),
}
"""Game → names of the actions of each kind of role. Kinds differ in their number of actions."""


def labels(name: str, role: Role) -> tuple[str, ...]:
    """Return the names of a role's actions; empty if unknown, for example if an option changes the actions.

    Args:
        name: The game's name.
        role: One of its roles.
    """
    kinds = LABELS.get(name, ()) if role.actions.kind == "discrete" else ()
    return next((names for names in kinds if len(names) == role.actions.size), ())


MOST_NAMES = 256
"""Maximal number of an agent's names that are kept for one position."""

LONGEST_NAME = 60
"""Maximal length of a name in characters."""

NamesHere = Mapping[str, Mapping[str, str]]
"""Agent → action → name, in one position. Everything is text, as in JSON."""


def names_here(env: Any) -> dict[str, dict[str, str]]:
    """Return the names that an environment gives to the actions of the agents that act in the present position.

    Args:
        env: The unwrapped environment.

    Returns:
        See `NamesHere`; empty if the environment gives none.
    """
    given = getattr(env, "action_names", None)
    if given is None:
        return {}
    acting = getattr(env, "agent_selection", None)
    names: dict[str, dict[str, str]] = {}
    try:
        with environment_code("action_names failed"):
            for agent in env.agents if acting is None else [acting]:
                names[str(agent)] = _by_number(given(agent) if callable(given) else given)
    except GameError:
        return {}  # a game can be played and shown without names
    return names


def _by_number(given: Mapping[Any, Any] | Sequence[Any]) -> dict[str, str]:
    pairs = list(given.items() if isinstance(given, Mapping) else enumerate(given))[:MOST_NAMES]
    return {str(int(action)): str(name)[:LONGEST_NAME] for action, name in pairs}


def called(action: int, names: Sequence[str], here: Mapping[str, str]) -> str:
    """Name an action: by the position, else by its number in the role's names, else as a number.

    Args:
        action: The action.
        names: The names of all actions of the role; empty if they have none.
        here: What `names_in` returns.
    """
    known = here.get(str(action))
    return known if known is not None else names[action] if 0 <= action < len(names) else str(action)


def names_in(frame: Mapping[str, Any] | None, agent: str) -> dict[str, str]:
    """Return the names of an agent's actions in a frame; empty if it has none. The frame may come from somebody else's file."""
    names = (frame or {}).get("names")
    mine = names.get(agent) if isinstance(names, Mapping) else None
    return {str(action): str(name)[:LONGEST_NAME] for action, name in mine.items()} if isinstance(mine, Mapping) else {}
