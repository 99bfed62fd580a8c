"""The names of the pieces of a player's weights, now and in files of earlier versions."""

from __future__ import annotations

RENAMED: dict[str, str] = {"ear": "encoder", "mouth": "message_head", "spread": "log_std"}
"""First part of a piece's name in files of earlier versions → its present name."""

MOMENTS = ("mean", "square")
"""First part of the name of an optimiser's moment. The name of the piece follows."""


def todays_name(piece: str) -> str:
    """The present name of a piece of a player's weights, or of its optimiser's moments, for files of any version."""
    kind, dot, rest = piece.partition(".")
    if kind in MOMENTS:
        return f"{kind}{dot}{todays_name(rest)}"
    return f"{RENAMED.get(kind, kind)}{dot}{rest}"
