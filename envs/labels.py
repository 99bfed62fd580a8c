"""What the actions of known games are called."""

from __future__ import annotations

from envs.game import Role

SIDES, ROWS = ("left", "middle", "right"), ("top", "middle", "bottom")
MOVES = ("stay", "left", "right", "down", "up")

LABELS: dict[str, tuple[str, ...]] = {
    "classic/connect_four_v3": tuple(f"column {number}" for number in range(7)),
    "classic/leduc_holdem_v4": ("call", "raise", "fold", "check"),
    "classic/rps_v2": ("rock", "paper", "scissors"),
    "classic/tictactoe_v3": tuple(
        f"{row} {side}" for side in ("left", "middle", "right") for row in ("top", "middle", "bottom")
    ),
    "mpe2/simple_adversary_v3": MOVES,
    "mpe2/simple_push_v3": MOVES,
    "mpe2/simple_spread_v3": MOVES,
    "mpe2/simple_tag_v3": MOVES,
}
"""Names of the actions, in order, of games in which all roles have the same."""


def labels(name: str, role: Role) -> tuple[str, ...]:
    """The names of a role's actions; empty where nobody has named them, as with an option that gives it others.

    Args:
        name: The game's name.
        role: One of its roles.
    """
    found = LABELS.get(name, ())
    return found if role.actions.kind == "discrete" and len(found) == role.actions.size else ()
