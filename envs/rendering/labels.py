"""Names of the actions of known games."""

from __future__ import annotations

from envs.game import Role

SIDES, ROWS = ("left", "middle", "right"), ("top", "middle", "bottom")
MOVES = ("stay", "left", "right", "down", "up")


def _words(number: int) -> tuple[str, ...]:
    return tuple(f"say {letter}" for letter in "ABCDEFGHIJ"[:number])


def _words_and_moves(number: int) -> tuple[str, ...]:
    """Combine every word with every move; the moves vary fastest."""
    return tuple(f"{word}, {move}" for word in _words(number) for move in MOVES)


LABELS: dict[str, tuple[tuple[str, ...], ...]] = {
    "classic/connect_four_v3": (tuple(f"column {number}" for number in range(7)),),
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
