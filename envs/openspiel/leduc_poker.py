"""Leduc hold'em: six cards, two rounds of bets (Southey et al., 2005)."""

from __future__ import annotations

from typing import Any

from envs.openspiel.environment import OpenSpielEnv


def env(render_mode: str | None = None, **options: Any) -> OpenSpielEnv:
    """Make the game.

    Args:
        render_mode: "ansi" or None.
        options: OpenSpiel's parameters of `leduc_poker`.
    """
    return OpenSpielEnv("leduc_poker", options, render_mode)
