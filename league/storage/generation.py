"""What the store is given and gives back, besides players and matches: plain values of one generation each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from league.population.player import Player
from tournaments.rating.elo import Rating
from tournaments.tickets import MatchResult, Ticket


@dataclass(frozen=True)
class TrainingRecord:
    """What came of one training ticket; `wins` and the like are the learner's, over all games of the ticket.

    In games of one team and in self-play there is nobody to win against: wins, draws and losses are 0.
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
    """All that one generation adds to a league; committed in one transaction.

    Attributes:
        number: The generation.
        champion: Name of the best frozen player so far.
        seconds: Wall time.
        agent_steps: Decisions that players learnt from.
        phases: Seconds spent in each phase.
        figures: Figures of the whole league: cyclicity and the like.
        players: Players that are new or changed.
        matches: Tournament results, appended to the match log.
        training: Results of the training tickets.
        updates: Player → its training figures, update by update.
        ratings: Every rated player as of now.
        online: Online Elo of every rated player.
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


@dataclass(frozen=True)
class GenerationRow:
    """What the store says of a committed generation."""

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
