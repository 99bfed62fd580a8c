"""Cycles among players: A beats B, B beats C, C beats A. Where they are strong, no ranking describes the players."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tournaments.rating.payoff import ENOUGH, Payoff


@dataclass(frozen=True)
class Cycle:
    """Three players of whom each beats the next, and the last beats the first.

    Attributes:
        players: The cycle, starting with the player whose name comes first.
        scores: The score of each player against the next.
        games: The number of games behind each score.
        strength: The smallest of the three scores, shrunk towards ½ where games are few, minus ½; in (0, ½].
    """

    players: tuple[str, str, str]
    scores: tuple[float, float, float]
    games: tuple[int, int, int]
    strength: float


def cycles(table: Payoff, enough: int = ENOUGH) -> list[Cycle]:
    """Find all cycles of three players, the strongest first.

    Args:
        table: The results.
        enough: Pairs with fewer games are ignored.

    Returns:
        Each cycle once; equally strong ones are sorted by their players' names.

    Laws:
        The order of rows changes nothing. Every score is above ½. There are no cycles if the players can be ordered such that
        each beats all that follow.

    Reference:
        Kendall and Babington Smith (1940): circular triads.
    """
    order = sorted(table.players)
    table = table.restrict(order)
    games, scores, shrunk = table.games, table.scores(), table.shrunk()
    beats = (games >= enough) & (table.wins > table.losses)
    found = []
    for first, second in zip(*map(np.ndarray.tolist, np.nonzero(beats)), strict=True):
        thirds = np.flatnonzero(beats[second] & beats[:, first])
        # Requiring that the first player has the first name finds each cycle once instead of three times.
        for third in thirds[thirds > first].tolist() if second > first else ():
            links = ((first, second), (second, third), (third, first))
            found.append(
                Cycle(
                    (order[first], order[second], order[third]),
                    (float(scores[links[0]]), float(scores[links[1]]), float(scores[links[2]])),
                    (int(games[links[0]]), int(games[links[1]]), int(games[links[2]])),
                    float(min(shrunk[link] for link in links)) - 0.5,
                )
            )
    return sorted(found, key=lambda cycle: (-cycle.strength, cycle.players))
