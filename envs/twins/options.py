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
    return count(name, options, "max_cycles", default)


def count(name: str, options: Mapping[str, Any], option: str, default: int) -> int:
    """Read how many of something there are.

    Args:
        name: The game's name.
        options: Keyword arguments of the environment.
        option: The one to read.
        default: What the stock environment takes where nothing is said.

    Raises:
        UnsupportedOptions: It is not a number of one or more.
    """
    value = options.get(option, default)
    if not isinstance(value, int) or value < 1:
        raise UnsupportedOptions(f"the twin of {name} needs {option} to be a whole number of at least 1, not {value!r}")
    return value


def ratio(name: str, options: Mapping[str, Any], option: str, default: float) -> float:
    """Read a part of a whole.

    Args:
        name: The game's name.
        options: Keyword arguments of the environment.
        option: The one to read.
        default: What the stock environment takes where nothing is said.

    Raises:
        UnsupportedOptions: It is not a number from 0 to 1.
    """
    value = options.get(option, default)
    if not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise UnsupportedOptions(f"the twin of {name} needs {option} to be a number from 0 to 1, not {value!r}")
    return float(value)
