"""The styles of leagues by name. A style lists the stages of a generation. This module has only text, so it loads quickly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Style:
    """A kind of league.

    Attributes:
        stages: Names of `league.stages.table.STAGES`, in order.
        defaults: Defaults of settings, nested as in a configuration.
    """

    stages: tuple[str, ...]
    defaults: Mapping[str, Any] = field(default_factory=dict)


STYLES: dict[str, Style] = {
    "league": Style(
        ("matchmaking", "training", "freezing", "tournament", "rating", "evolution", "commit", "report"),
    ),
}
"""`league`: every player trains against a mixture of itself and past players, chosen by the matchmaking rule; the population
evolves (Vinyals et al., 2019, for prioritised fictitious self-play; Jaderberg et al., 2017, for population-based training)."""


def with_defaults(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Complete plain settings with the defaults of their style.

    A user's own style has no defaults. Its code is not run here, so that a league can be read without it.
    """
    style = values.get("style")
    return over(STYLES[style].defaults, values) if isinstance(style, str) and style in STYLES else values


def over(defaults: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Complete nested settings: settings that `values` does not have are those of `defaults`."""
    merged = dict(defaults)
    for key, value in values.items():
        below = merged.get(key)
        merged[key] = over(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return merged
