"""The payoff table: the scores of all players against one another, computed from outcomes only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from tournaments.rating.outcomes import Outcome
from tournaments.rating.results import PairRow, Results

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]

ENOUGH = 10
"""Minimal number of games between two players for their score to be used as evidence."""

NORMAL = 1.959964
"""The 97.5 % quantile of the standard normal distribution, which bounds a 95 % interval."""


@dataclass(frozen=True, eq=False)
class Payoff:
    """Results between P players; row against column.

    Attributes:
        players: The players, in the order of rows and columns.
        wins: int64 [P, P], games that the row won against the column.
        draws: int64 [P, P], symmetric.
        losses: int64 [P, P], the transpose of `wins`.
    """

    players: tuple[str, ...]
    wins: Counts
    draws: Counts
    losses: Counts

    @property
    def games(self) -> Counts:
        """int64 [P, P], games between each pair."""
        return self.wins + self.draws + self.losses

    @property
    def points(self) -> Floats:
        """float64 [P, P], wins plus half the draws."""
        return self.wins + self.draws / 2

    def score(self, player: str, opponent: str) -> float:
        """Return the player's score against the opponent, a draw counting ½; NaN if they never met."""
        return float(self.scores()[self.index(player), self.index(opponent)])

    def scores(self) -> Floats:
        """Return the scores, float64 [P, P]; NaN where two players never met.

        Laws:
            scores + scoresᵀ = 1 where they met.
        """
        return np.divide(self.points, self.games, out=np.full(self.games.shape, np.nan), where=self.games > 0)

    def shrunk(self, prior: float = 2.0) -> Floats:
        """Return scores that are shrunk towards ½ where games are few: (wins + draws/2 + prior/2) / (games + prior).

        This is the mean of a Beta posterior with the prior Beta(prior/2, prior/2). The default is the uniform prior. Players
        that never met score ½.

        Args:
            prior: Weight of the prior, in games; above 0.

        Returns:
            float64 [P, P] in (0, 1).

        Laws:
            shrunk + shrunkᵀ = 1; relabelling the players permutes rows and columns.

        Reference:
            Laplace (1774); AlphaStar's matchmaking (Vinyals et al., 2019) uses the raw share, which is 0 or 1 after one game.
        """
        return (self.points + prior / 2) / (self.games + prior)

    def index(self, player: str) -> int:
        """Return the row of a player.

        Raises:
            KeyError: The player is not in the table.
        """
        if player not in self.players:
            raise KeyError(f"{player!r} is not in the payoff table")
        return self.players.index(player)

    def restrict(self, players: Sequence[str]) -> Payoff:
        """Return the table of some players, in the order given; players that are not in this table get empty rows."""
        return Payoff(tuple(players), *(self._part(counts, players) for counts in (self.wins, self.draws, self.losses)))

    def met(self) -> Results:
        """The results of the pairs that met."""
        games = self.games
        one, other = np.nonzero(np.triu(games, 1))
        return Results(self.players, one, other, *(counts[one, other] for counts in (self.wins, self.draws, self.losses)))

    def __add__(self, other: Payoff) -> Payoff:
        """Return the table of both logs, its players sorted by name."""
        players = sorted({*self.players, *other.players})
        one, two = self.restrict(players), other.restrict(players)
        return Payoff(tuple(players), one.wins + two.wins, one.draws + two.draws, one.losses + two.losses)

    def _part(self, counts: Counts, players: Sequence[str]) -> Counts:
        rows = {player: row for row, player in enumerate(self.players)}
        here = [place for place, player in enumerate(players) if player in rows]
        there = [rows[players[place]] for place in here]
        part = np.zeros((len(players), len(players)), np.int64)
        part[np.ix_(here, here)] = counts[np.ix_(there, there)]
        return part


def payoff(outcomes: Iterable[Outcome], players: Sequence[str] | None = None) -> Payoff:
    """Count outcomes.

    Args:
        outcomes: Outcomes in any order, both sides of each comparison among them, as `tournaments.rating.outcomes.outcomes`
            returns them.
        players: Rows of the table; outcomes with other players are ignored. None takes all players, sorted by name.

    Returns:
        The table.

    Laws:
        The order of outcomes changes nothing. Points won equal points lost. The tables of two logs add up to the table of both.
    """
    outcomes = list(outcomes)
    names = sorted({outcome.player for outcome in outcomes}) if players is None else players
    rows = {player: row for row, player in enumerate(names)}
    counts = {score: np.zeros((len(rows), len(rows)), np.int64) for score in (1.0, 0.5, 0.0)}
    for outcome in outcomes:
        if outcome.player in rows and outcome.opponent in rows:
            counts[outcome.score][rows[outcome.player], rows[outcome.opponent]] += 1
    return Payoff(tuple(names), wins=counts[1.0], draws=counts[0.5], losses=counts[0.0])


def among(found: Results, players: Sequence[str]) -> Payoff:
    """Return the table of some players, in the order given; players without results get empty rows.

    Laws:
        The table among all players of a log's results is the table of the log.
    """
    size = len(players)
    place = np.full(len(found.players), -1)
    for row, player in enumerate(players):
        if player in found.place:
            place[found.place[player]] = row
    one, other = place[found.one], place[found.other]
    kept = (one >= 0) & (other >= 0)
    one, other = one[kept], other[kept]
    wins, draws, losses = np.zeros((3, size, size), np.int64)
    wins[one, other], losses[one, other], draws[one, other] = found.wins[kept], found.losses[kept], found.draws[kept]
    return Payoff(tuple(players), wins + losses.T, draws + draws.T, losses + wins.T)


def by_strength(table: Payoff) -> tuple[str, ...]:
    """Sort the players by their mean shrunk score against the others, the best first; equal ones by name."""
    if len(table.players) < 2:
        return table.players
    shrunk = table.shrunk()
    means = (shrunk.sum(1) - shrunk.diagonal()) / (len(table.players) - 1)
    return tuple(player for _, player in sorted(zip((-means).tolist(), table.players, strict=True)))


def exploitability(payoff: Payoff | Results, player: str) -> float:
    """Return a lower bound of a player's exploitability: how much it loses to the best other player of the table.

    This is the highest score of any other player against it, minus ½, and 0 if no score is above ½. Only opponents with at
    least `ENOUGH` games count, with scores shrunk as in `Payoff.shrunk`. A best response trained for the purpose may score
    more.

    Args:
        payoff: The results.
        player: A player of the table.

    Returns:
        Between 0 and ½.

    Raises:
        KeyError: The player is not in the table.

    Laws:
        The order of rows changes nothing. More points for an opponent never lower it.

    Reference:
        Lanctot et al. (2017), section 4: exploitability as NashConv. Here the best response is sought among the existing
        players.
    """
    if player not in payoff.players:
        raise KeyError(f"{player!r} is not in the payoff table")
    known = (record for record in payoff.met().against(player) if record.games >= ENOUGH)
    taken = ((record.losses + record.draws / 2 + 1) / (record.games + 2) - 0.5 for record in known)
    return max(0.0, *taken, 0.0)


def score_interval(points: float, games: float) -> tuple[float, float]:
    """Return the 95 % interval of a score, where a draw counts half a point.

    Args:
        points: Wins plus half the draws; 0 to `games`.
        games: Number of independent games, above 0.

    Returns:
        Lower and upper end, in [0, 1]. The interval is somewhat too wide if there are draws.

    Laws:
        The opponent's interval is the mirror image. The score lies inside. With more games and the same score it is narrower.

    Reference:
        Wilson (1927): the score interval of a proportion.
    """
    share, spare = points / games, NORMAL**2 / games
    middle = (share + spare / 2) / (1 + spare)
    half = NORMAL * sqrt(share * (1 - share) / games + spare / (4 * games)) / (1 + spare)
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))


def pairs(table: Payoff) -> list[PairRow]:
    """Return one row for every two different players, in the order of the table."""
    rows = []
    games, scores = table.games, table.scores()
    for i, player in enumerate(table.players):
        for j in range(i + 1, len(table.players)):
            counts = (int(table.wins[i, j]), int(table.draws[i, j]), int(table.losses[i, j]))
            score = float(scores[i, j]) if games[i, j] else None
            rows.append(PairRow(player, table.players[j], int(games[i, j]), *counts, score))
    return rows
