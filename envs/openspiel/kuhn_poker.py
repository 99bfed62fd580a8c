"""Kuhn poker: three cards, one bet (Kuhn, 1950)."""

from __future__ import annotations

from typing import Any

from envs.openspiel.environment import OpenSpielEnv


def env(render_mode: str | None = None, **options: Any) -> OpenSpielEnv:
    """Make the game.

    Args:
        render_mode: "ansi" or None.
        options: OpenSpiel's parameters of `kuhn_poker`.
    """
    return OpenSpielEnv("kuhn_poker", options, render_mode)
