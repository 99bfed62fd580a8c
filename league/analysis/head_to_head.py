"""What players scored against each other: records of meetings, exploitability, and circles of players that beat each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from league.population.player import is_bot
from tournaments.rating.payoff import ENOUGH, NORMAL, Payoff, score_interval

CLEAR = 0.7
"""If the 95 % interval of a score begins here or higher, the score is no luck: 10 of 10 points reach it, 18 of 20 do not."""

COIN = 0.25
"""Share of circles among triples of players that are all alike: by chance a quarter of the triples is a circle."""

TRIPLES = 10
"""Below so many triples their share of circles says too little to build on."""


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


@dataclass(frozen=True)
class Circularity:
    """How common circles are, among triples of players that met often enough, with leads that chance does not explain.

    Attributes:
        circles: Triples that are circles.
        triples: All of them.
        low: Lower end of the 95 % interval of the share of circles. Triples share pairs: only as many of them count as
            independent as fit into the pairs without sharing one.
    """

    circles: int
    triples: int
    low: float

    @property
    def clear(self) -> bool:
        """Whether there are more circles than chance explains."""
        return self.triples >= TRIPLES and self.low > COIN


def between(tables: Iterable[Payoff], players: Sequence[str]) -> Payoff:
    """The sum of several tables, between some players in the order given."""
    parts = [table.restrict(players) for table in tables]
    return Payoff(tuple(players), *(sum(getattr(part, name) for part in parts) for name in ("wins", "draws", "losses")))


def met_by(tables: Sequence[Payoff], player: str) -> Payoff:
    """The sum of several tables, between a player, who comes first, and everybody that it met."""
    met = {player: True}
    for table in tables:
        if player in table.players:
            games = table.games[table.index(player)].tolist()
            met |= {opponent: True for opponent, played in zip(table.players, games, strict=True) if played}
    return between(tables, list(met))


def meetings(table: Payoff, elo: Mapping[str, float]) -> list[Meeting]:
    """A player's record against everybody that it met, the hardest first.

    Args:
        table: See `met_by`.
        elo: Player → rating; whoever has none counts as 0.
    """
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


def circularity(table: Payoff) -> Circularity:
    """How common circles are among the players of a table."""
    # The interval of a score leaves one half out where the lead is that many standard deviations of as many even games.
    sure = (table.scores() - 0.5) * 2 * table.games**0.5 > NORMAL
    beats = (sure & (table.games >= ENOUGH)).astype(int)
    decided = beats + beats.T
    triples, found = int(((decided @ decided) * decided).sum()) // 6, int(((beats @ beats) * beats.T).sum()) // 3
    independent = min(triples, int(decided.sum()) // 2 // 3)
    low = score_interval(found / triples * independent, independent)[0] if independent else 0.0
    return Circularity(found, triples, low)
