"""Circles among players: A beats B, B beats C, C beats A. Where they are strong, no ranking tells the truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tournaments.rating.payoff import ENOUGH, Payoff


@dataclass(frozen=True)
class Cycle:
    """Three players of whom each beats the next, and the last the first.

    Attributes:
        players: The circle, begun with the player whose name comes first.
        scores: What each scored against the next.
        games: How many games stand behind each score.
        strength: The smallest of the three scores, few games shrunk towards ½, less ½: above 0, at most ½.
    """

    players: tuple[str, str, str]
    scores: tuple[float, float, float]
    games: tuple[int, int, int]
    strength: float


def cycles(table: Payoff, enough: int = ENOUGH) -> list[Cycle]:
    """Every circle of three, the strongest first.

    Args:
        table: The results.
        enough: Pairs with fewer games do not count.

    Returns:
        Each circle once; equal ones by their players' names.

    Laws:
        The order of rows changes nothing. Every score is above ½. There are none where the players can be put in a row so that
        each beats all behind it.

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
        # The first is the one whose name comes first, so that each circle is met once.
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
