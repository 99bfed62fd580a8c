"""What a generation's figures mean to the league: pure functions from results to rows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from envs.game import Game
from league.execution.tasks import Trained
from league.population.player import Player, is_bot
from league.storage.store import Store, TrainingRecord
from tournaments.rating.elo import Rating, Ratings
from tournaments.rating.payoff import Payoff, cyclicity
from tournaments.tickets import Ticket


def best_player(ratings: Ratings) -> str:
    """The best rated player that is no anchor."""
    return next(row.player for row in ratings.rows if not is_bot(row.player))


def latest_snapshot(player: Player, everybody: Sequence[Player]) -> str | None:
    """The frozen player an active one was last: its newest snapshot, else the one it descends from, else None."""
    mine = [p for p in everybody if p.status == "historical" and p.parent == player.name]
    return max(mine, key=lambda p: p.born or 0).name if mine else player.parent


def worth_meeting(store: Store, count: int) -> list[Player]:
    """Past players that new ones are measured against: the best by rating, and others spread evenly over time.

    Half of the places go to the best, so that newcomers meet what they must beat; the rest tie the generations together.
    """
    past = store.players("historical")
    if len(past) <= count:
        return past
    rank = {row.player: place for place, row in enumerate(store.ratings(store.generation()))}
    best = sorted(past, key=lambda player: rank.get(player.name, len(rank)))[: -(-count // 2)]
    rest = [player for player in past if player not in best]
    spread = [rest[int(place)] for place in np.linspace(0, len(rest) - 1, count - len(best)).round()]
    chosen = {player.name for player in [*best, *spread]}
    return [player for player in past if player.name in chosen]


def league_figures(table: Payoff, ratings: Ratings, generation: int) -> dict[str, float]:
    """Figures of the whole league as of a generation."""
    newest = [row.elo for row in ratings.rows if row.player.endswith(f"-g{generation:03d}")]
    best: Rating = next(row for row in ratings.rows if not is_bot(row.player))
    return {
        "elo_best": best.elo,
        "elo_mean": float(np.mean(newest)),
        "elo_spread": float(np.max(newest) - np.min(newest)),
        "cyclicity": cyclicity(table),
    }


def update_figures(trained: Mapping[str, Trained]) -> dict[str, list[dict[str, float]]]:
    """Training figures per player and update, without those that do not exist (a return where no game ended)."""
    return {
        name: [
            {key: value for key, value in update.items() if key != "game_return" or math.isfinite(value)}
            for update in result.updates
        ]
        for name, result in trained.items()
    }


def training_records(
    game: Game, tickets: Mapping[str, Sequence[Ticket]], trained: Mapping[str, Trained]
) -> list[TrainingRecord]:
    """One record per training ticket."""
    return [
        _record(game, learner, ticket, int(result.games[row]), result.returns[row], result.wins[row])
        for learner, result in trained.items()
        for row, ticket in enumerate(tickets[learner])
    ]


def _record(game: Game, learner: str, ticket: Ticket, games: int, returns: np.ndarray, wins: np.ndarray) -> TrainingRecord:
    own = [team for team, learns in enumerate(ticket.learns) if learns]
    mean = float(returns[own].mean() / games) if games else None
    if len(own) > 1 or len(game.teams) == 1 or not game.symmetric:
        return TrainingRecord(ticket, learner, games, 0, 0, 0, mean)
    won, lost = int(wins[own[0]].sum()), int(wins[:, own[0]].sum())
    met = games * (len(game.teams) - 1)
    return TrainingRecord(ticket, learner, games, won, met - won - lost, lost, mean)
