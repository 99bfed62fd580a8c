"""The ticket, the one immutable decision that makes a match, and the result that comes back for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Purpose = Literal["train", "tournament", "evaluation"]

LETTERS: dict[Purpose, str] = {"train": "l", "tournament": "t", "evaluation": "e"}
"""How each purpose is written in a match id: `g007-t-000123` is match 123 of generation 7's tournament."""

SEEDS = 2**31
"""Seeds lie in [0, SEEDS): what every PettingZoo environment accepts."""


@dataclass(frozen=True)
class Ticket:
    """Who sits where, who learns, which seed, and why the match is played. Nothing in it changes once it is written.

    Attributes:
        match: The match's id, unique in its league.
        generation: The generation it is played in.
        purpose: Why it is played.
        seed: Decides the game's own chance and the noise of every decision, in [0, 2**31). Training tickets stand for
            many games at once, whose chance comes from the seed of their training task.
        players: The player of each team, in the order of `Game.teams`.
        learns: Whether each team's player learns from this match.
        series: Id of the series of games with paired seeds that it belongs to.
        weights: Content hash of each team's player, "" where there is none (a bot): who exactly sat there.

    Raises:
        ValueError: The lengths disagree, the seed is out of range or the purpose is unknown.
    """

    match: str
    generation: int
    purpose: Purpose
    seed: int
    players: tuple[str, ...]
    learns: tuple[bool, ...]
    series: str
    weights: tuple[str, ...]

    def __post_init__(self) -> None:
        if not len(self.players) == len(self.learns) == len(self.weights):
            raise ValueError(f"ticket {self.match}: players, learns and weights must name every team once")
        if not 0 <= self.seed < SEEDS:
            raise ValueError(f"ticket {self.match}: the seed {self.seed} is not in [0, 2**31)")
        if self.purpose not in LETTERS:
            raise ValueError(f"ticket {self.match}: unknown purpose {self.purpose!r}; known: {', '.join(LETTERS)}")


@dataclass(frozen=True)
class MatchResult:
    """What came of a ticket.

    Attributes:
        ticket: The ticket that was played.
        returns: Return of each team: the mean over its seats of the undiscounted sum of their rewards.
        steps: Steps of the arena the game took.
        actions: Every action of every seat; see `tournaments.match.moves`.
        truncated: True where a seat was cut off (a time limit) rather than finished.
    """

    ticket: Ticket
    returns: tuple[float, ...]
    steps: int
    actions: bytes
    truncated: bool


def match_id(generation: int, purpose: Purpose, number: int) -> str:
    """The id of a match, sorting as it was scheduled: `g007-t-000123`."""
    return f"g{generation:03d}-{LETTERS[purpose]}-{number:06d}"


def series_id(generation: int, purpose: Purpose, number: int) -> str:
    """The id of a series, named after the number of its first match: `g007-t-s000122`."""
    return f"g{generation:03d}-{LETTERS[purpose]}-s{number:06d}"
