"""Standings: ratings together with the players' properties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tournaments.rating.elo import Ratings


@dataclass(frozen=True)
class Entrant:
    """Properties of a player.

    Attributes:
        league_role: Main agent, exploiter, anchor …
        generation: Generation of birth.
        parent: The player from which it descends; None for founders and bots.
        weights: Content hash of its weights; "" without weights.
    """

    league_role: str = ""
    generation: int | None = 0
    parent: str | None = None
    weights: str = ""


@dataclass(frozen=True)
class Standing:
    """A row of the standings, as `league standings --json` prints it; Elo points above the anchor."""

    player: str
    league_role: str
    generation: int | None
    parent: str | None
    elo: float
    elo_low: float
    elo_high: float
    games: int
    wins: int
    draws: int
    losses: int
    score: float
    weights: str


def standings(ratings: Ratings, entrants: Mapping[str, Entrant]) -> list[Standing]:
    """Join ratings with entrants.

    Args:
        ratings: The ratings.
        entrants: Player → its properties; missing players get the defaults of `Entrant`.

    Returns:
        Rows in the order of the ratings: best first.
    """
    rows = []
    for rating in ratings.rows:
        entrant = entrants.get(rating.player, Entrant())
        rows.append(
            Standing(
                player=rating.player,
                league_role=entrant.league_role,
                generation=entrant.generation,
                parent=entrant.parent,
                elo=rating.elo,
                elo_low=rating.low,
                elo_high=rating.high,
                games=rating.games,
                wins=rating.wins,
                draws=rating.draws,
                losses=rating.losses,
                score=rating.score,
                weights=entrant.weights,
            )
        )
    return rows
