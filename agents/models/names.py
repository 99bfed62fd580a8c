"""What the pieces of a player's weights are called, today and in files that earlier versions wrote."""

from __future__ import annotations

RENAMED: dict[str, str] = {"ear": "encoder", "mouth": "message_head", "spread": "log_std"}
"""First parts of piece names in weights that earlier versions wrote, and what they are called today."""

MOMENTS = ("mean", "square")
"""First parts of the names of an optimiser's moments; the name of the piece follows."""


def todays_name(piece: str) -> str:
    """The name that a piece of a player's weights, or of its optimiser's moments, has today, for files of any version."""
    kind, dot, rest = piece.partition(".")
    if kind in MOMENTS:
        return f"{kind}{dot}{todays_name(rest)}"
    return f"{RENAMED.get(kind, kind)}{dot}{rest}"
