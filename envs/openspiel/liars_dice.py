"""Liar's dice: each player has one die, bids rise, and a bid may be doubted."""

from __future__ import annotations

from typing import Any

from envs.openspiel.environment import OpenSpielEnv


def env(render_mode: str | None = None, **options: Any) -> OpenSpielEnv:
    """Make the game.

    Args:
        render_mode: "ansi" or None.
        options: OpenSpiel's parameters of `liars_dice`.
    """
    return OpenSpielEnv("liars_dice", options, render_mode)
