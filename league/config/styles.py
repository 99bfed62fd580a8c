"""The styles of leagues by name. A style lists the stages of a generation. This module has only text, so it loads quickly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Final = Literal["last", "uniform", "equilibrium"]
"""What a league plays in the end: its best newest player, all players equally often, or the equilibrium of all its players."""


@dataclass(frozen=True)
class Style:
    """A kind of league.

    Attributes:
        stages: Names of `league.stages.table.STAGES`, in order.
        defaults: Defaults of settings, nested as in a configuration.
        final: What a league of this style plays in the end, which is what `league exploit` examines.
        about: What it is, with its source.
    """

    stages: tuple[str, ...]
    defaults: Mapping[str, Any] = field(default_factory=dict)
    final: Final = "last"
    about: str = ""


_BEGIN, _RATED, _END = ("matchmaking", "training", "freezing"), ("tournament", "rating"), ("commit", "report")
_PLAIN = (*_BEGIN, *_RATED, *_END)
_EVOLVING = (*_BEGIN, *_RATED, "evolution", *_END)
_ALONE = {"population": 1, "matchmaking": {"rule": "self-play", "self_play": 1.0}}

STYLES: dict[str, Style] = {
    "league": Style(_EVOLVING, about="training against a mixture of oneself and past players, with evolution"),
    "self-play": Style(
        _PLAIN,
        {"population": 1, "matchmaking": {"rule": "latest", "self_play": 0.0}},
        about="naive self-play: training against one's own latest snapshot (Samuel, 1959)",
    ),
    "fictitious": Style(
        _PLAIN,
        {"matchmaking": {"rule": "uniform", "self_play": 0.0, "latest": 10_000}},
        final="uniform",
        about="fictitious self-play: training against all past players equally often (Heinrich, Lanctot & Silver, 2015)",
    ),
    "openai-five": Style(
        _PLAIN,
        {"matchmaking": {"rule": "openai-five", "self_play": 0.8, "latest": 10_000}},
        about="80 % self-play, 20 % past players by their qualities (OpenAI et al., 2019)",
    ),
    "pfsp": Style(
        _PLAIN,
        {"matchmaking": {"rule": "pfsp-squared", "self_play": 0.5}},
        about="half self-play, half prioritised fictitious self-play (Vinyals et al., 2019)",
    ),
    "alphastar": Style(
        (*_BEGIN, *_RATED, "roles", *_END),
        {
            "population": [
                {"count": 1, "league_role": "main agent"},
                {"count": 1, "league_role": "main exploiter"},
                {"count": 2, "league_role": "league exploiter"},
            ],
            "matchmaking": {"rule": "alphastar", "latest": 10_000},
        },
        final="equilibrium",
        about="main agents, main exploiters and league exploiters, with checkpoints and resets (Vinyals et al., 2019)",
    ),
    "psro": Style(
        (*_BEGIN, "meta-game", "rating", "responses", *_END),
        {
            "population": 2,
            "matchmaking": {"rule": "nash", "self_play": 0.0, "latest": 10_000, "responses": "new"},
        },
        final="equilibrium",
        about="policy-space response oracles: best responses to a mixture of all players (Lanctot et al., 2017)",
    ),
    "evolution": Style(
        _EVOLVING,
        {"matchmaking": {"rule": "uniform", "self_play": 0.0}, "evolution": {"elite": 1, "replace": 1, "selection": 2}},
        about="training against past players, selection and mutation in every generation",
    ),
    "pbt": Style(
        _EVOLVING,
        {
            "matchmaking": {"rule": "pfsp-variance", "self_play": 0.5},
            "evolution": {"selection": 1, "operators": {"perturb": 1.0}},
        },
        about="population-based training: the worst copy better ones and perturb hyper-parameters (Jaderberg et al., 2017)",
    ),
    "ema": Style(
        (*_BEGIN, "averaging", *_RATED, *_END),
        {"population": 1, "matchmaking": {"rule": "average", "self_play": 0.5, "latest": 10_000}},
        about="training against oneself and an exponential average of one's own past weights",
    ),
    "magnet": Style(
        _PLAIN,
        {**_ALONE, "learner": "mmd"},
        about="self-play that is pulled towards a slowly moving reference policy (Sokota et al., 2023)",
    ),
}
"""The styles by name. To add one, add an entry."""


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


def with_style(values: Mapping[str, Any], style: object) -> dict[str, Any]:
    """Settings of a file to which a style is given on the command line: the style's settings replace those of the file.

    Hyper-parameters and options of another learner than the style's are left out.
    """
    if not (isinstance(style, str) and style in STYLES):
        return {**values, "style": style}
    defaults = STYLES[style].defaults
    usual = dict(values)
    if defaults.get("learner", usual.get("learner")) != usual.get("learner"):
        usual = {name: value for name, value in usual.items() if name not in ("hyper", "learner_options")}
    return {**over(usual, defaults), "style": style}
