"""Scores between players: records against opponents, exploitability, and circles of players that beat each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from league.population.player import is_bot
from tournaments.rating.dependence import worth
from tournaments.rating.evidence import Evidence
from tournaments.rating.payoff import ENOUGH, NORMAL, Payoff, score_interval
from tournaments.rating.results import PairRow

CLEAR = 0.7
"""A score is clear if its 95 % interval begins at this value or above: 10 of 10 points are clear, 18 of 20 are not."""

COIN = 0.25
"""Expected share of circles among triples of equal players: by chance, a quarter of the triples are circles."""

TRIPLES = 10
"""Minimum number of triples for a reliable share of circles."""


@dataclass(frozen=True)
class Meeting:
    """A player's record against an opponent.

    Attributes:
        opponent: The opponent.
        elo: The opponent's rating in Elo points.
        games: Number of games between the two.
        wins: Number of games that the player won.
        draws: Number of draws.
        losses: Number of games that the player lost.
        score: Share of the points, 0 to 1; a draw counts ½.
        low: Lower end of the 95 % interval of the score.
        high: Upper end of the 95 % interval.
        worth: Number of independent games that the games are worth; the interval rests on these.
    """

    opponent: str
    elo: float
    games: int
    wins: int
    draws: int
    losses: int
    score: float
    low: float
    high: float
    worth: float

    @property
    def sure(self) -> bool:
        """Whether the lead is significant: the interval does not contain one half."""
        return not self.low <= 0.5 <= self.high

    @property
    def counts(self) -> bool:
        """Whether there is enough evidence for a reliable score."""
        return self.worth >= ENOUGH


@dataclass(frozen=True)
class Circularity:
    """The share of circles among triples of players that met often enough and in which all three leads are significant.

    Attributes:
        circles: Number of triples that are circles.
        triples: Number of triples.
        low: Lower end of the 95 % interval of the share of circles. Triples that share a pair are not independent. The interval
            therefore uses the largest number of triples that could exist without a shared pair.
    """

    circles: int
    triples: int
    low: float

    @property
    def clear(self) -> bool:
        """Whether there are significantly more circles than by chance."""
        return self.triples >= TRIPLES and self.low > COIN


def meetings(
    records: Iterable[PairRow], elo: Mapping[str, float], independent: Mapping[str, float] | None = None
) -> list[Meeting]:
    """A player's records against all its opponents. The opponent with the lowest score comes first.

    Args:
        records: The records, from `Results.against`.
        elo: Player → rating; a player without a rating counts as 0.
        independent: Opponent → the independent games that the record is worth; None takes all games as independent.
    """
    found = []
    for each in records:
        enough = each.games if independent is None else independent[each.opponent]
        score = (each.wins + each.draws / 2) / each.games
        interval = score_interval(score * enough, enough)
        counts = each.games, each.wins, each.draws, each.losses
        found.append(Meeting(each.opponent, elo.get(each.opponent, 0.0), *counts, score, *interval, enough))
    return sorted(found, key=lambda meeting: (meeting.score, -meeting.elo, meeting.opponent))


def lost(found: Sequence[Meeting]) -> list[Meeting]:
    """The records in which the opponent is ahead, the lowest score first."""
    return [meeting for meeting in found if meeting.score < 0.5]


def anchors(found: Sequence[Meeting]) -> list[Meeting]:
    """The records against scripted players, the highest rating first."""
    return sorted((meeting for meeting in found if is_bot(meeting.opponent)), key=lambda meeting: -meeting.elo)


def circularity(table: Payoff, seen: Evidence | None = None) -> Circularity:
    """The share of circles among the players of a table.

    Args:
        table: The results.
        seen: The evidence of the same games; None takes them as independent.
    """
    games = worth(table, seen)
    # The interval of a score excludes one half if the lead is larger than this multiple of the standard deviation under p = ½.
    sure = (table.scores() - 0.5) * 2 * games**0.5 > NORMAL
    beats = (sure & (games >= ENOUGH)).astype(int)
    decided = beats + beats.T
    triples, found = int(((decided @ decided) * decided).sum()) // 6, int(((beats @ beats) * beats.T).sum()) // 3
    independent = min(triples, int(decided.sum()) // 2 // 3)
    low = score_interval(found / triples * independent, independent)[0] if independent else 0.0
    return Circularity(found, triples, low)
