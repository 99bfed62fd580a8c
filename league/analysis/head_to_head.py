"""What the champion scored against each player that it met."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from league.analysis.metrics import Chronicle
from league.population.player import is_bot
from tournaments.rating.payoff import ENOUGH, score_interval

CLEAR = 0.7
"""Lower end of a score's 95 % interval from which on a high score is no luck: 10 of 10 points reach it, 18 of 20 do not."""


@dataclass(frozen=True)
class Meeting:
    """A player's record against an opponent; the score counts a draw ½, `low` and `high` are its 95 % interval.

    Attributes:
        opponent: Whom it met.
        elo: The opponent's rating.
        games: Games between the two.
        wins: Won of them.
        draws: Drawn.
        losses: Lost.
        score: Share of the points.
        low: Lower end of the interval.
        high: Upper end.
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

    @property
    def sure(self) -> bool:
        """Whether chance alone does not explain who is ahead: the interval leaves one half out."""
        return not self.low <= 0.5 <= self.high

    @property
    def counts(self) -> bool:
        """Whether there are enough games to build on."""
        return self.games >= ENOUGH


def meetings(chronicle: Chronicle) -> list[Meeting]:
    """The champion's record against everybody it met, the hardest first."""
    table, elo = chronicle.champions_meetings, _elo(chronicle)
    found = []
    for column, opponent in enumerate(table.players[1:], 1):
        wins, draws, losses = (int(counts[0, column]) for counts in (table.wins, table.draws, table.losses))
        games, points = wins + draws + losses, wins + draws / 2
        low, high = score_interval(points, games)
        found.append(Meeting(opponent, elo.get(opponent, 0.0), games, wins, draws, losses, points / games, low, high))
    return sorted(found, key=lambda meeting: (meeting.score, -meeting.elo, meeting.opponent))


def lost(found: Sequence[Meeting]) -> list[Meeting]:
    """Those in which the opponent is ahead, the worst first."""
    return [meeting for meeting in found if meeting.score < 0.5]


def anchors(found: Sequence[Meeting]) -> list[Meeting]:
    """Those with scripted players, the strongest first."""
    return sorted((meeting for meeting in found if is_bot(meeting.opponent)), key=lambda meeting: -meeting.elo)


def _elo(chronicle: Chronicle) -> dict[str, float]:
    return {rating.player: rating.elo for rating in chronicle.ratings}
