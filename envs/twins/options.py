"""The environment options that a twin supports. For all others the stock game has to be used."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

DRAWING = frozenset({"render_mode", "screen_scaling", "screen_height", "dynamic_rescaling", "benchmark_data"})
"""Options that affect pictures and messages only, not the game."""


class UnsupportedOptions(ValueError):
    """The twin does not support an environment option, so the stock game has to be used."""


def check_options(name: str, options: Mapping[str, Any], covered: Collection[str]) -> None:
    """Refuse options that change the game in a way that its twin does not follow.

    Args:
        name: The game's name.
        options: Keyword arguments of the environment.
        covered: Options that the twin supports; those of `DRAWING` are always allowed.

    Raises:
        UnsupportedOptions: An option is neither supported nor in `DRAWING`.
    """
    strange = sorted(set(options) - set(covered) - DRAWING)
    if strange:
        raise UnsupportedOptions(f"the twin of {name} does not cover the option {strange[0]!r}; use the stock game")


def cycles(name: str, options: Mapping[str, Any], default: int) -> int:
    """Read `max_cycles`, the number of rounds after which a game is truncated.

    Args:
        name: The game's name.
        options: Keyword arguments of the environment.
        default: The default of the stock environment.

    Raises:
        UnsupportedOptions: It is not an integer of at least 1.
    """
    return count(name, options, "max_cycles", default)


def count(name: str, options: Mapping[str, Any], option: str, default: int) -> int:
    """Read an option that is a count, such as a number of agents.

    Args:
        name: The game's name.
        options: Keyword arguments of the environment.
        option: The option to read.
        default: The default of the stock environment.

    Raises:
        UnsupportedOptions: It is not an integer of at least 1.
    """
    value = options.get(option, default)
    if not isinstance(value, int) or value < 1:
        raise UnsupportedOptions(f"the twin of {name} needs {option} to be a whole number of at least 1, not {value!r}")
    return value


def ratio(name: str, options: Mapping[str, Any], option: str, default: float) -> float:
    """Read a ratio.

    Args:
        name: The game's name.
        options: Keyword arguments of the environment.
        option: The option to read.
        default: The default of the stock environment.

    Raises:
        UnsupportedOptions: It is not a number from 0 to 1.
    """
    value = options.get(option, default)
    if not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise UnsupportedOptions(f"the twin of {name} needs {option} to be a number from 0 to 1, not {value!r}")
    return float(value)
