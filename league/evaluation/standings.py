"""A league's standings, read from its store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from league.evaluation.configuration import stored_game
from league.population.player import ANCHOR, Player, entrant_of
from league.storage.generation import RatingRow
from league.storage.store import Store
from tournaments.rating.elo import Rating, Ratings
from tournaments.rating.standings import Standing
from tournaments.rating.standings import standings as join
from tournaments.rating.undecided import reason_of, undecided


def standings(store: Store, generation: int | None = None) -> list[Standing]:
    """The standings as of a generation; the default is the last one. Empty before the first commit."""
    rows = store.ratings(store.generation() if generation is None else generation)
    return standings_of(rows, store.players())


def why_undecided(store: Store, rows: Sequence[Standing]) -> str | None:
    """Say in a sentence why the standings tell no two players apart; None if they do.

    Args:
        store: The league. Its matches are read only where nobody is ahead of anybody.
        rows: The standings as of the last generation.
    """
    if not rows or any(row.wins != row.losses for row in rows):
        return None
    return reason_of(undecided(stored_game(store), store.matches(store.generation())))


def standings_of(rows: Sequence[RatingRow], players: Sequence[Player]) -> list[Standing]:
    """The standings from the ratings as of one generation and from all players of the league."""
    return join(ratings_of(rows), {player.name: entrant_of(player) for player in players})


def ratings_of(rows: Sequence[RatingRow]) -> Ratings:
    """Stored ratings in the form of `tournaments.rating`."""
    return Ratings(
        ANCHOR,
        tuple(
            Rating(
                row.player,
                row.elo,
                row.low,
                row.high,
                row.games,
                row.wins,
                row.draws,
                row.losses,
                (row.wins + row.draws / 2) / row.games if row.games else 0.5,
            )
            for row in rows
        ),
    )


def standings_rows(store: Store, generation: int | None = None) -> list[dict[str, Any]]:
    """The standings of a league as plain values, as printed by `--json`."""
    return plain_rows(standings(store, generation))


def plain_rows(rows: Sequence[Standing]) -> list[dict[str, Any]]:
    """Standings as plain values."""
    return [asdict(row) for row in rows]
