"""The data of one generation that the store writes and reads, except players and matches, as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from league.population.player import Player
from tournaments.rating.elo import Rating
from tournaments.rating.sums import Sums
from tournaments.tickets import MatchResult, Ticket


@dataclass(frozen=True)
class TrainingRecord:
    """The result of one training ticket. Wins, draws and losses are those of the learning player in all games of the ticket.

    In games of one team and in self-play there is no opponent, so wins, draws and losses are 0.
    """

    ticket: Ticket
    learner: str
    games: int
    wins: int
    draws: int
    losses: int
    mean_return: float | None


@dataclass(frozen=True)
class Generation:
    """All data that one generation adds to a league. It is committed in one transaction.

    Attributes:
        number: The number of the generation.
        champion: Name of the best frozen player so far.
        seconds: Wall-clock time in seconds.
        agent_steps: Number of decisions that players learnt from.
        phases: Seconds of each phase.
        figures: Figures of the whole league, such as cyclicity.
        players: Players that are new or changed.
        matches: Tournament results. They are appended to the match log.
        training: Results of the training tickets.
        updates: Player → its training metrics of each update.
        ratings: Present ratings of all rated players.
        online: Online Elo of all rated players.
        sums: The sums of this generation's matches; None leaves it to readers to compute them from the match log.
        progress: Player → its published progress, for the players that are frozen in this generation and for earlier ones whose
            progress is not in the store yet.
    """

    number: int
    champion: str
    seconds: float
    agent_steps: int
    phases: Mapping[str, float]
    figures: Mapping[str, float]
    players: Sequence[Player]
    matches: Sequence[MatchResult]
    training: Sequence[TrainingRecord]
    updates: Mapping[str, Sequence[Mapping[str, float]]]
    ratings: Sequence[Rating]
    online: Mapping[str, float] = field(default_factory=dict)
    sums: Sums | None = None
    progress: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class GenerationRow:
    """The store's row of a committed generation."""

    number: int
    champion: str
    seconds: float
    agent_steps: int
    phases: Mapping[str, float]
    figures: Mapping[str, float]
    committed_at: str


@dataclass(frozen=True)
class RatingRow:
    """A player's rating as of a generation; `online` is its online Elo."""

    generation: int
    player: str
    elo: float
    low: float
    high: float
    online: float
    games: int
    wins: int
    draws: int
    losses: int
