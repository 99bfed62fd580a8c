"""A league's standings, read from its store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from envs.faults import GameError
from envs.game import Game
from league.errors import LeagueError
from league.evaluation.configuration import stored_game
from league.population.player import ANCHOR, Player, entrant_of
from league.storage.generation import RatingRow
from league.storage.results import mean_returns, sums_in
from league.storage.store import Store
from tournaments.rating.elo import Rating, Ratings
from tournaments.rating.evidence import together
from tournaments.rating.game_theory import MetaRanking, meta_ranking
from tournaments.rating.results import total
from tournaments.rating.returns import Returns, added, returns_of
from tournaments.rating.standings import Standing
from tournaments.rating.standings import standings as join
from tournaments.rating.sums import Sums
from tournaments.rating.transitivity import Transitivity, transitivity
from tournaments.rating.undecided import reason_of, undecided


def standings(store: Store, generation: int | None = None) -> list[Standing]:
    """The standings as of a generation; the default is the last one. Empty before the first commit."""
    last = store.generation() if generation is None else generation
    return standings_of(store.ratings(last), store.players(), returns_until(store, last))


def why_undecided(store: Store, rows: Sequence[Standing]) -> str | None:
    """Say in a sentence why the standings tell no two players apart; None if they do.

    Args:
        store: The league. Its matches are read only where nobody is ahead of anybody.
        rows: The standings as of the last generation.
    """
    if not rows or any(row.wins != row.losses for row in rows):
        return None
    game = described(store)
    return None if game is None else reason_of(undecided(game, store.matches(store.generation())))


def fit_of(store: Store, rows: Sequence[Standing]) -> Transitivity | None:
    """How well the ratings of a league describe its results.

    Args:
        store: The league.
        rows: Its standings as of the last generation.

    Returns:
        None if the league has no description of its game, and its code is not trusted or fails.
    """
    known = _sums(store) if rows else None
    if known is None:
        return None
    results, seen = total([sums.results for sums in known]), together([sums.evidence for sums in known])
    return transitivity(results, _elo(rows), seen, store.newest().figures.get("cyclicity"))


def meta_game_of(store: Store, rows: Sequence[Standing]) -> list[MetaRanking]:
    """Nash averaging and α-rank of the best players of a league; the arguments are those of `fit_of`."""
    known = _sums(store) if rows else None
    return [] if known is None else meta_ranking(total([sums.results for sums in known]), _elo(rows))


def _elo(rows: Sequence[Standing]) -> dict[str, float]:
    return {row.player: row.elo for row in rows}


def _sums(store: Store) -> list[Sums] | None:
    game = described(store)
    return None if game is None else list(sums_in(store, game).values())


def standings_of(rows: Sequence[RatingRow], players: Sequence[Player], returns: Returns | None = None) -> list[Standing]:
    """The standings from the ratings and mean returns as of one generation and from all players of the league."""
    return join(ratings_of(rows), {player.name: entrant_of(player) for player in players}, returns)


def returns_until(store: Store, last: int) -> Returns:
    """The mean returns of all players up to a generation.

    In a league of an earlier format they are computed from the match log, for generations that are not in the store.
    """
    return added(returns for number, returns in returns_by_generation(store).items() if number <= last)


def returns_by_generation(store: Store) -> dict[int, Returns]:
    """The mean returns in the matches of each generation."""
    found = mean_returns(store)
    missing = [number for number in range(store.generation() + 1) if number not in found]
    game = described(store) if missing else None
    if missing and game is None:
        return {}
    found |= {number: returns_of(game, store.matches(number)) for number in missing if game is not None}
    return dict(sorted(found.items()))


def described(store: Store) -> Game | None:
    """The game of a league; None if the league has no description of it, and its code is not trusted or fails."""
    try:
        return stored_game(store)
    except (LeagueError, GameError):
        return None


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


def plain_rows(rows: Sequence[Standing]) -> list[dict[str, Any]]:
    """Standings as plain values, as printed by `--json`."""
    return [asdict(row) for row in rows]
