"""Figures of a league, of its generations and of its players, as pure functions of the stored data.

A figure has the name of its chart in MLflow, such as `gen/progress_best`. Times are in milliseconds since 1970, UTC.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from statistics import fmean
from typing import Any

import numpy as np

from league.execution.watcher import Progress
from league.population.player import Player, is_bot, is_founder, is_mutant, is_snapshot, learns
from league.storage.generation import GenerationRow, RatingRow
from tournaments.rating.cycles import cyclicity
from tournaments.rating.elo import Rating, Ratings
from tournaments.rating.payoff import Payoff
from tournaments.rating.results import Results
from tournaments.rating.standings import SideReturn

MANY = 50
"""If more players than this were ever born, only survivors and champions are shown."""

LEAGUE_FIGURES = ("cyclicity", "success")
"""Stored figures that are charted. Ratings are not among them: with every generation all of them are fitted anew."""


def millis(committed_at: str) -> int:
    """The time of a commit in milliseconds since 1970, UTC."""
    return int(datetime.fromisoformat(committed_at).replace(tzinfo=UTC).timestamp() * 1000)


def begun(row: GenerationRow) -> int:
    """The time at which a generation began, in milliseconds since 1970, UTC."""
    return millis(row.committed_at) - int(row.seconds * 1000)


def flatten(values: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Nested settings as dotted keys and texts, such as `train.updates: 16`. Settings that are None are left out."""
    flat: dict[str, str] = {}
    for key, value in values.items():
        if isinstance(value, Mapping):
            flat |= flatten(value, f"{prefix}{key}.")
        elif value is not None:
            flat[f"{prefix}{key}"] = value if isinstance(value, str) else json.dumps(value)
    return flat


def best_player(ratings: Ratings) -> str:
    """The player with the highest rating that is not an anchor."""
    return _best(ratings).player


def measure_league(table: Results, ratings: Ratings, newest: Collection[str]) -> dict[str, float]:
    """Figures of the whole league at the end of a generation, as they are committed.

    Args:
        table: Results of all tournaments so far.
        ratings: Ratings fitted to them.
        newest: Names of the players that were frozen in this generation.
    """
    elo = [row.elo for row in ratings.rows if row.player in newest]
    return {
        "elo_best": _best(ratings).elo,
        "elo_mean": float(np.mean(elo)),
        "elo_spread": float(np.max(elo) - np.min(elo)),
        "cyclicity": cyclicity(table),
    }


def league_figures(row: GenerationRow) -> dict[str, float]:
    """Figures of the whole league as of a generation, as they are charted."""
    found = {f"league/{name}": row.figures[name] for name in LEAGUE_FIGURES if name in row.figures}
    training = row.phases.get("training", 0.0)
    return found | ({"league/agent_steps_per_second": row.agent_steps / training} if training > 0 else {})


def progress_figures(found: Progress, newest: Collection[float]) -> dict[str, float]:
    """Figures of a generation's champion that can be compared over the generations, as they are charted.

    Args:
        found: The figures of the champion.
        newest: The published progress of the players that were frozen in the generation.
    """
    known = {
        "league/progress": found.points,
        "league/progress_mean": fmean(newest) if newest else None,
        "league/score_vs_bots": found.bots,
        "league/score_vs_previous_champion": found.against_previous,
    }
    return {name: value for name, value in known.items() if value is not None} | return_figures("league", found.returns)


def return_figures(kind: str, returns: Sequence[SideReturn]) -> dict[str, float]:
    """Mean returns as they are charted: `league/return`, or `league/return_predator` if the game has several sides.

    Args:
        kind: `league` for those of the champion, `player` for those of any player.
        returns: The mean return on each side.
    """
    found: dict[str, float] = {}
    for each in returns:
        name = f"{kind}/return" if len(returns) == 1 else f"{kind}/return_{each.side}"
        found[name] = each.mean
        found |= {f"{name}_{end}": value for end, value in (("low", each.low), ("high", each.high)) if value is not None}
    return found


def generation_figures(
    row: GenerationRow, progress: Collection[float], table: Payoff, newest: Collection[str], before: Collection[str]
) -> dict[str, float]:
    """Figures of the players that one generation froze.

    Args:
        row: The generation.
        progress: The published progress of these players.
        table: Results of this generation's tournament.
        newest: Names of the players that were frozen in this generation.
        before: Names of the players that were frozen in the generation before.
    """
    games, scores = table.games, table.scores()
    against = [
        float(scores[i, j])
        for i, player in enumerate(table.players)
        for j, opponent in enumerate(table.players)
        if player in newest and opponent in before and games[i, j]
    ]
    found = {"gen/seconds": row.seconds}
    if progress:
        found |= {"gen/progress_best": max(progress), "gen/progress_mean": fmean(progress)}
    if against:
        found["gen/score_vs_previous"] = fmean(against)
    return found


def generation_facts(row: GenerationRow, players: Sequence[Player], opponents: Sequence[str]) -> dict[str, str]:
    """Facts about a generation, such as the names of its new players. Empty facts are left out.

    Args:
        row: The generation.
        players: All players of the league.
        opponents: Opponents of its players in training, except themselves.
    """
    born = [player for player in players if player.born == row.number and is_mutant(player)]
    facts = {
        "champion": [row.champion],
        "parents": sorted({player.parent for player in born if player.parent}),
        "mutated": [f"{player.name} ({player.operator})" for player in born],
        "retired": [player.name for player in players if player.retired == row.number],
        "opponents": opponents,
    }
    return {name: ", ".join(values) for name, values in facts.items() if values}


def player_figures(
    rating: RatingRow, progress: float | None, returns: Sequence[SideReturn], hyper: Mapping[str, float]
) -> dict[str, float]:
    """A player's figures in a generation.

    Args:
        rating: The rating of the snapshot that was frozen in it, whose record counts.
        progress: The snapshot's published progress; None if it has none.
        returns: The snapshot's mean return on each side.
        hyper: The hyper-parameters.
    """
    found = return_figures("player", returns) | ({} if progress is None else {"player/progress": progress})
    if rating.games:
        found["player/score"] = (rating.wins + rating.draws / 2) / rating.games
        found["player/draw_rate"] = rating.draws / rating.games
    return found | {f"player/{name}": value for name, value in hyper.items()}


def shown(players: Sequence[Player], rows: Sequence[GenerationRow]) -> list[Player]:
    """The players that get a chart: anchors, the first `MANY` players, and later players that survived a selection or won.

    The decision is made when the first snapshot of a player is rated. Therefore the charts do not depend on the time at which
    they are made.

    Args:
        players: All players, in order of birth.
        rows: The generations so far.
    """
    anchors = [player for player in players if player.status == "anchor"]
    born = [player for player in players if learns(player)]
    measured = {player.parent for player in players if is_snapshot(player)}
    champions = {row.champion for row in rows}
    won = {player.parent for player in players if player.name in champions}
    late = [
        player
        for player in born[MANY:]
        if player.name in won or (player.name in measured and player.retired != first_measured(player))
    ]
    return [*anchors, *born[:MANY], *late]


def first_measured(player: Player) -> int:
    """The first generation in which a player is frozen and rated: 0 for a founder, the one after its birth for a child."""
    return (player.born or 0) + (not is_founder(player))


def _best(ratings: Ratings) -> Rating:
    return next(row for row in ratings.rows if not is_bot(row.player))
