"""Cycles among players: A beats B, B beats C, C beats A. Where they are strong, no ranking describes the players."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tournaments.rating.payoff import ENOUGH, Payoff
from tournaments.rating.results import Results


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


def cyclicity(table: Payoff | Results) -> float:
    """Measure how far the players are from a ranking: the share of triples that beat one another in a cycle.

    Only triples with three decided pairs count: the players met, and their scores are not ½. The result is 0 if no triple is
    decided, 1/4 on average for coin flips, and 1 for rock, paper, scissors.

    Reference:
        Kendall and Babington Smith (1940), "On the method of paired comparisons": circular triads. Latapy (2008), "Main-memory
        triangle computations", for the order: where pairs lead from the player with fewer opponents to the one with more,
        nobody has many, and each triple has one way a → b → c with a short cut a → c.
    """
    from scipy.sparse import csr_array  # deferred, because the import takes long

    met = table.met()
    size = len(met.players)
    decided = np.flatnonzero(met.wins != met.losses)
    one, other, won = met.one[decided], met.other[decided], met.wins[decided] > met.losses[decided]
    opponents = np.bincount(np.concatenate([one, other]), minlength=size)
    turned = (opponents[one] > opponents[other]) | ((opponents[one] == opponents[other]) & (one > other))
    few, many = np.where(turned, other, one), np.where(turned, one, other)
    up, down = (
        csr_array((np.ones(int(chosen.sum()), np.int64), (few[chosen], many[chosen])), shape=(size, size))
        for chosen in (won ^ turned, ~(won ^ turned))
    )
    either = up + down
    triples = int(((either @ either) * either).sum())
    circular = int(((up @ up) * down).sum()) + int(((down @ down) * up).sum())
    return circular / triples if triples else 0.0


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
