"""Tickets and match results. A ticket is the one immutable decision that makes a match."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from envs.game import Game

Purpose = Literal["train", "tournament", "evaluation"]

LETTERS: dict[Purpose, str] = {"train": "l", "tournament": "t", "evaluation": "e"}
"""The letter of each purpose in a match id: `g007-t-000123` is match 123 of generation 7's tournament."""

SEEDS = 2**31
"""Seeds lie in [0, SEEDS), the range that every PettingZoo environment accepts."""


@dataclass(frozen=True)
class Ticket:
    """The decision that makes a match: the seating, who learns, the seed and the purpose. It never changes.

    Attributes:
        match: The match's id, unique in its league.
        generation: The generation in which it is played.
        purpose: The purpose of the match.
        seed: The seed of the environment and of the random numbers of every decision, in [0, 2**31). A training ticket covers
            many games; their random numbers come from the seed of the training task instead.
        players: The player of each team, in the order of `Game.teams`. In a *shared match*, in which several players hold seats
            of one team, the player of each seat, in the order of `Game.seats`.
        learns: Whether each of these players learns from this match.
        series: Id of the series, a set of games with paired seeds, to which it belongs.
        weights: Content hash of the weights of each of these players; "" for players without weights, such as bots.
        opening: The most random moves with which the match begins; 0 for none. They and their number follow from the seed, see
            `envs.openings.RandomMoves`. The actions in the match log include them and say how many they are.

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
    opening: int = field(default=0, compare=False)

    def __post_init__(self) -> None:
        if not len(self.players) == len(self.learns) == len(self.weights):
            raise ValueError(f"ticket {self.match}: players, learns and weights must name every team once, or every seat")
        if not 0 <= self.seed < SEEDS:
            raise ValueError(f"ticket {self.match}: the seed {self.seed} is not in [0, 2**31)")
        if self.purpose not in LETTERS:
            raise ValueError(f"ticket {self.match}: unknown purpose {self.purpose!r}; known: {', '.join(LETTERS)}")


@dataclass(frozen=True)
class Forfeit:
    """A player lost a match because it could not go on: it failed, was late, or chose what is not allowed.

    From this step on, random legal moves were made for it, so that the match came to an end.

    Attributes:
        player: The player.
        seat: The seat at which it happened.
        step: The step of the match, counted from 0.
        kind: The kind of fault, in a word.
        reason: A sentence without its subject.
    """

    player: str
    seat: str
    step: int
    kind: str
    reason: str


@dataclass(frozen=True)
class MatchResult:
    """The result of a ticket's match.

    Attributes:
        ticket: The ticket that was played.
        returns: Return of each team: the mean over its seats of the undiscounted sum of their rewards.
        steps: Number of steps of the arena.
        actions: All actions of all seats; see `tournaments.match.moves`.
        truncated: True if the game was truncated for some seat, for example by a time limit, rather than terminated.
        success: Whether the game was a success, 1 or 0, or a share; None if the game does not say. It is not in the match log.
        forfeits: The players that forfeited the match at its first fault; nearly always none or one. There are none in the
            match log of a league.
    """

    ticket: Ticket
    returns: tuple[float, ...]
    steps: int
    actions: bytes
    truncated: bool
    success: float | None = field(default=None, compare=False)
    forfeits: tuple[Forfeit, ...] = ()


def is_shared(game: Game, players: Sequence[str]) -> bool:
    """Whether the players of a ticket are those of seats, not of teams. With one seat per team both are the same."""
    return len(players) != len(game.teams)


def seat_players(game: Game, players: Sequence[str]) -> tuple[str, ...]:
    """The player of each seat, from the players of a ticket."""
    return tuple(players) if is_shared(game, players) else tuple(players[team] for team in game.team_of_seat)


def team_players(game: Game, players: Sequence[str]) -> tuple[str | None, ...]:
    """The player of each team, from the players of a ticket; None for a team that several players share."""
    if not is_shared(game, players):
        return tuple(players)
    held = [{players[seat] for seat in seats} for seats in game.teams]
    return tuple(next(iter(team)) if len(team) == 1 else None for team in held)


def match_id(generation: int, purpose: Purpose, number: int) -> str:
    """Make the id of a match. Ids sort in the order of scheduling: `g007-t-000123`."""
    return f"g{generation:03d}-{LETTERS[purpose]}-{number:06d}"


def series_id(generation: int, purpose: Purpose, number: int) -> str:
    """Make the id of a series from the number of its first match: `g007-t-s000122`."""
    return f"g{generation:03d}-{LETTERS[purpose]}-s{number:06d}"
