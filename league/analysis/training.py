"""Summaries of a generation's training: learning curves, training opponents, and a record for every ticket."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from agents.learners.table import METRICS, SUCCESS, metric_spec
from envs.game import Game
from league.execution.tasks import Trained
from league.population.player import is_bot
from league.storage.generation import TrainingRecord
from tournaments.tickets import Ticket

ITSELF, AGES = "itself", ((1, "1 generation old"), (3, "2 or 3 generations old"))
OLDER = "4 generations old or more"
"""Kinds of opponents that are not bots. The age is the number of generations since a snapshot was frozen."""


@dataclass(frozen=True)
class TrainingSummary:
    """The summary of a generation's training.

    Attributes:
        curves: The mean of each metric in each update, from `training_curves`.
        met: Kind of opponent (from `opponent_kind`) → number of games against it.
        games: Learning player → number of its training games.
        opponents: The names of all opponents that did not train in this generation, sorted.
    """

    curves: Sequence[Mapping[str, float]]
    met: Mapping[str, float]
    games: Mapping[str, int]
    opponents: Sequence[str] = ()


def summarise(
    generation: int,
    training: Sequence[TrainingRecord],
    updates: Mapping[str, Sequence[Mapping[str, float]]],
    born: Mapping[str, int | None],
) -> TrainingSummary:
    """Summarise a generation's training. A game against several opponents is divided equally among them.

    Args:
        generation: The generation.
        training: Its training records.
        updates: Player → training metrics of each update.
        born: Player → generation of birth.
    """
    met: dict[str, float] = {}
    games: Counter[str] = Counter()
    for record in training:
        games[record.learner] += record.games
        others = [name for name in record.ticket.players if name != record.learner]
        kinds = [opponent_kind(name, generation, born) for name in others] or [ITSELF]
        for kind in kinds:
            met[kind] = met.get(kind, 0.0) + record.games / len(kinds)
    named = {name for record in training for name in record.ticket.players}
    return TrainingSummary(training_curves(updates), met, dict(games), sorted(named - games.keys()))


def training_curves(updates: Mapping[str, Sequence[Mapping[str, float]]]) -> list[dict[str, float]]:
    """For each update: chart → mean of its metric over the players that report it."""
    curves = []
    for number in range(max(map(len, updates.values()), default=0)):
        rows = [figures[number] for figures in updates.values() if number < len(figures)]
        metrics = map(metric_spec, dict.fromkeys([*METRICS, *(name for row in rows for name in row)]))
        values = {
            metric.chart: [row[metric.name] for row in rows if metric.name in row]
            for metric in metrics
            if metric.shown != "store"
        }
        curves.append({chart: fmean(found) for chart, found in values.items() if found})
    return curves


def opponent_kind(opponent: str, generation: int, born: Mapping[str, int | None]) -> str:
    """The kind of a training opponent: a bot's name, or how many generations ago the opponent was frozen.

    Args:
        opponent: Its name.
        generation: The present generation.
        born: Player → generation of birth.
    """
    if is_bot(opponent):
        return opponent
    age = generation - (born.get(opponent) or 0)
    return next((kind for most, kind in AGES if age <= most), OLDER)


def finite_updates(trained: Mapping[str, Trained]) -> dict[str, list[dict[str, float]]]:
    """Training metrics per player and update, without undefined values (such as a mean return when no game ended)."""
    gaps = {metric.name for metric in METRICS.values() if metric.gaps}
    return {
        name: [
            {key: value for key, value in update.items() if key not in gaps or math.isfinite(value)}
            for update in result.updates
        ]
        for name, result in trained.items()
    }


def success_figure(updates: Mapping[str, Sequence[Mapping[str, float]]]) -> dict[str, float]:
    """The share of the training games that were a success, the mean over players and updates; empty if the game does not say.

    Args:
        updates: Player → training metrics of each update.
    """
    found = [figures[SUCCESS.name] for rows in updates.values() for figures in rows if SUCCESS.name in figures]
    return {SUCCESS.name: fmean(found)} if found else {}


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
