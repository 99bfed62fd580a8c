"""The parts of a replay, as they are in its file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from envs.game import GameSetup
from tournaments.tickets import Purpose


@dataclass(frozen=True)
class Profile:
    """Properties of a player when the match was played; unknown ones are None or "".

    Attributes:
        weights: Content hash of its weights.
        league_role: Main agent, exploiter, anchor …
        generation: Generation of birth.
        elo: Its rating, points above the anchor.
        elo_low: Lower end of the rating's interval.
        elo_high: Upper end.
    """

    weights: str = ""
    league_role: str = ""
    generation: int | None = None
    elo: float | None = None
    elo_low: float | None = None
    elo_high: float | None = None


@dataclass(frozen=True)
class ReplaySeat:
    """A seat of the game: PettingZoo's agent id, the index of its team, the name of its role, its player."""

    seat: str
    team: int
    role: str
    player: str


@dataclass(frozen=True)
class Decision:
    """The action of one seat at one step, with what its player computed.

    Attributes:
        seat: Index of the seat.
        action: The action, or the components of a continuous one.
        legal: The legal actions; None for continuous actions.
        probabilities: Probability of each action (continuous: the mean of each component); None if the player reports none.
        value: The critic's estimate of the seat's discounted future reward; None without a critic.
        message: The message that the seat sent; None if it sent none.
        heard: Speaker and weight of each message that the seat used. It is None, and not written, if the weights of the match's
            channels never change.
    """

    seat: int
    action: int | tuple[float, ...]
    legal: tuple[int, ...] | None
    probabilities: tuple[float | None, ...] | None = None
    value: float | None = None
    message: tuple[float | None, ...] | None = None
    heard: tuple[tuple[int, float], ...] | None = None

    def plain(self) -> dict[str, Any]:
        """The fields as they are written. What earlier versions did not know is written only where it is given."""
        fields = dict(vars(self))
        if self.heard is None:
            del fields["heard"]
        return fields


@dataclass(frozen=True)
class Channel:
    """An edge of the communication graph: the weight that the listening seat gives to the messages of the speaking seat.

    If the weights change from step to step, it is their mean.
    """

    speaker: int
    listener: int
    weight: float


@dataclass(frozen=True)
class View:
    """The visible state: a hash of all observations, and the elements of the picture (None if the game cannot be drawn)."""

    observation: str
    frame: dict[str, Any] | None


@dataclass(frozen=True)
class Step:
    """One step of the arena.

    Attributes:
        decisions: Decisions of the seats that acted, in order of seats.
        rewards: Reward of every seat, rounded to 6 decimals.
        terminated: Seats that terminated.
        truncated: Seats that were truncated.
        view: The visible state after the step.
    """

    decisions: tuple[Decision, ...]
    rewards: tuple[float, ...]
    terminated: tuple[bool, ...]
    truncated: tuple[bool, ...]
    view: View


@dataclass(frozen=True)
class Replay:
    """One match.

    Attributes:
        format: Version of the file format.
        setup: The game.
        match: The match's id.
        series: The series to which it belongs.
        seed: The match's seed.
        purpose: The purpose of the match.
        generation: The generation in which it was played.
        tags: The reasons for which it was kept: final, upset, longest, closest, pairing.
        seats: The seats and their players.
        players: Player → profile.
        opening: The visible state before the first step.
        steps: The steps.
        returns: Return of each team: mean over its seats of the summed rewards.
        channels: The communication graph; empty without communication.
        labels: Role → names of its actions; empty if the actions have numbers only.
        versions: Versions of Python and of the packages that played it.
        digest: sha256 of everything that re-execution can verify; see `digest`.
        seal: sha256 of the whole replay; see `sealed`.
        begins: How many first steps no player decided, because the match began with random moves. It is not written if it is 0.
    """

    format: Literal[2]
    setup: GameSetup
    match: str
    series: str
    seed: int
    purpose: Purpose
    generation: int
    tags: tuple[str, ...]
    seats: tuple[ReplaySeat, ...]
    players: dict[str, Profile]
    opening: View
    steps: tuple[Step, ...]
    returns: tuple[float, ...]
    channels: tuple[Channel, ...] = ()
    labels: dict[str, tuple[str, ...]] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    digest: str = ""
    seal: str = ""
    begins: int = 0

    def plain(self) -> dict[str, Any]:
        """The fields as they are written. What earlier versions did not know is written only where it is given."""
        fields = dict(vars(self))
        if not self.begins:
            del fields["begins"]
        return fields
