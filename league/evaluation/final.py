"""What a league plays in the end: one player or a mixture of its players, as its style says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from league.config.schema import LeagueConfig
from league.config.styles import STYLES, Final
from league.population.meta_solvers import SOLVERS, solved
from league.population.player import AVERAGE, Player
from league.storage import roster
from league.storage.practice import margins
from league.storage.store import Store
from tournaments.tickets import MatchResult

NASH = "nash"
"""The solver of leagues whose style ends with an equilibrium and whose matchmaking rule is none."""


def final_of(config: LeagueConfig) -> Final:
    """How a league of this configuration ends; a user's own style ends with its best newest player."""
    style = STYLES.get(config.style)
    return "last" if style is None else style.final


def final_mixture(store: Store, config: LeagueConfig) -> dict[str, float]:
    """What a committed league plays: player → weight. The weights add up to 1.

    Args:
        store: The league.
        config: Its configuration.
    """
    return mixture_of(store, config, roster.all_frozen(store), roster.ranking(store))


def mixture_of(
    store: Store,
    config: LeagueConfig,
    frozen: Sequence[Player],
    ranked: Sequence[str],
    more: Sequence[MatchResult] = (),
) -> dict[str, float]:
    """What a league plays after a generation that may not be committed yet.

    Args:
        store: The league.
        config: Its configuration.
        frozen: All frozen players.
        ranked: The names of the rated players, the best first.
        more: Matches that are not committed yet.
    """
    names, kind = [player.name for player in frozen], final_of(config)
    if kind == "last":
        last = max(player.frozen or 0 for player in frozen)
        newest = {player.name for player in frozen if player.frozen == last and player.operator != AVERAGE}
        return {next(name for name in ranked if name in newest): 1.0}
    if kind == "uniform":
        return dict.fromkeys(names, 1.0 / len(names))
    rule = config.matchmaking.rule
    weights = solved(rule if rule in SOLVERS else NASH, margins(store, names, more))
    return _without_dust(dict(zip(names, weights, strict=True)))


DUST = 1e-9
"""Weights of a mixture that are below it are left out."""


def _without_dust(weights: Mapping[str, float]) -> dict[str, float]:
    kept = {name: float(weight) for name, weight in weights.items() if weight > DUST}
    total = float(np.sum(list(kept.values())))
    return {name: weight / total for name, weight in kept.items()}
