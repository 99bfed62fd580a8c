"""Which environment options a twin covers; for all others the stock game has to be used."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

DRAWING = frozenset({"render_mode", "screen_scaling", "screen_height", "dynamic_rescaling", "benchmark_data"})
"""Options that change pictures and reports and nothing of the game."""


class UnsupportedOptions(ValueError):
    """The twin does not cover an environment option: the stock game has to be used instead."""


def check_options(name: str, options: Mapping[str, Any], covered: Collection[str]) -> None:
    """Refuse options that change the game in a way its twin does not follow.

    Args:
        name: The game's name.
        options: Keyword arguments of the environment.
        covered: Options the twin follows; those of `DRAWING` are always allowed.

    Raises:
        UnsupportedOptions: An option is neither covered nor about drawing.
    """
    strange = sorted(set(options) - set(covered) - DRAWING)
    if strange:
        raise UnsupportedOptions(f"the twin of {name} does not cover the option {strange[0]!r}; use the stock game")


def cycles(name: str, options: Mapping[str, Any], default: int) -> int:
    """Read `max_cycles`, after how many rounds a game is cut off.

    Args:
        name: The game's name.
        options: Keyword arguments of the environment.
        default: What the stock environment takes where nothing is said.

    Raises:
        UnsupportedOptions: It is not a number of one or more.
    """
    value = options.get("max_cycles", default)
    if not isinstance(value, int) or value < 1:
        raise UnsupportedOptions(f"the twin of {name} needs max_cycles to be a whole number of at least 1, not {value!r}")
    return value
