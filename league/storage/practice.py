"""What came of the training of a player against each opponent, and what players won from each other: sums over the log."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from league.population.situation import Practice
from league.storage.generation import TrainingRecord
from league.storage.store import Store
from tournaments.tickets import MatchResult


def practice_of(store: Store, learner: str) -> tuple[Practice, ...]:
    """The results of a player's training, by generation and opponent, the earliest first. Games against itself do not count."""
    query = (
        "SELECT generation, players, SUM(wins + draws + losses), SUM(wins), SUM(draws) FROM training WHERE learner = ? "
        "GROUP BY generation, players ORDER BY generation, players"
    )
    rows = store.select(query, (learner,), lambda row: (int(row[0]), tuple(json.loads(row[1])), *map(int, row[2:])))
    return tuple(_merged(learner, rows))


def summed(learner: str, records: Sequence[TrainingRecord]) -> tuple[Practice, ...]:
    """The same of records that are not committed yet."""
    mine = [record for record in records if record.learner == learner]
    rows = [
        (record.ticket.generation, record.ticket.players, record.wins + record.draws + record.losses, record.wins, record.draws)
        for record in sorted(mine, key=lambda record: record.ticket.players)
    ]
    return tuple(_merged(learner, rows))


def _merged(learner: str, rows: Iterable[tuple[Any, ...]]) -> list[Practice]:
    """One entry per generation and opponent. In games of several teams a game counts for each opponent in it."""
    found: dict[tuple[int, str], tuple[int, int, int]] = {}
    for generation, players, games, wins, draws in rows:
        for opponent in dict.fromkeys(name for name in players if name != learner):
            before = found.get((generation, opponent), (0, 0, 0))
            found[generation, opponent] = (before[0] + games, before[1] + wins, before[2] + draws)
    return [Practice(generation, opponent, *counts) for (generation, opponent), counts in found.items()]


def margins(store: Store, names: Sequence[str], more: Sequence[MatchResult] = ()) -> np.ndarray:
    """What each player won from each other on average in all matches of two teams, in units of reward.

    In a match the first team wins half the difference of the two returns from the second. Each player takes both teams equally
    often.

    Args:
        store: The league.
        names: The players, C of them.
        more: Matches that are not committed yet.

    Returns:
        float64 [C, C], antisymmetric; 0 for players that never met.
    """
    query = (
        "SELECT players, SUM(json_extract(returns, '$[0]') - json_extract(returns, '$[1]')), COUNT(*) FROM matches "
        "WHERE json_array_length(returns) = 2 GROUP BY players"
    )
    rows = store.select(query, (), lambda row: (json.loads(row[0]), float(row[1]), int(row[2])))
    two = [match for match in more if len(match.returns) == 2]
    rows += [(list(match.ticket.players), match.returns[0] - match.returns[1], 1) for match in two]
    return _table(rows, {name: place for place, name in enumerate(names)})


def _table(rows: Iterable[tuple[Any, float, int]], place: Mapping[str, int]) -> np.ndarray:
    won, games = np.zeros((2, len(place), len(place)))
    for players, points, count in rows:
        if isinstance(players, list) and len(players) == 2 and set(players) <= place.keys():
            here = place[players[0]], place[players[1]]
            won[here] += points / 2.0
            games[here] += count
    first = np.divide(won, games, out=np.zeros_like(won), where=games > 0)
    both = np.sign(games) + np.sign(games).T
    found = np.divide(first - first.T, both, out=np.zeros_like(first), where=both > 0)
    np.fill_diagonal(found, 0.0)
    return found
