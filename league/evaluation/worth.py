"""The values of a measurement of what messages are worth: scores with intervals, links and channels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import sqrt
from typing import Any, Literal

import numpy as np

from league.evaluation.probes import Probe
from tournaments.rating.payoff import NORMAL
from tournaments.rating.returns import MeanReturn

Measure = Literal["success", "return", "score"]
"""What a score is: the share of successful games, the mean return, or the score against the opponents."""


@dataclass(frozen=True)
class Score:
    """A mean over seeds.

    Attributes:
        mean: The mean.
        low: Lower end of the 95 % interval; None if there is no interval.
        high: Upper end of that interval.
    """

    mean: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Loss:
    """How much lower a score is than the score as the player is, on the same seeds.

    Attributes:
        mean: The mean difference; above 0 if something is lost.
        low: Lower end of the 95 % interval of the difference; None if there is no interval.
        high: Upper end of that interval.
    """

    mean: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class EdgeWorth:
    """What a link is worth.

    Attributes:
        speaker: The seat that speaks.
        listener: The seat that hears it.
        score_without: The score when this link alone is cut; None if it was not measured.
        low: Lower end of the 95 % interval.
        high: Upper end of that interval.
        lost: What is lost without the link; None if it was not measured.
        traffic: Mean absolute size of a message times the weight that the listener gave to it.
        weight: Mean weight that the listener gave to the speaker's messages.
    """

    speaker: str
    listener: str
    score_without: float | None
    low: float | None
    high: float | None
    lost: Loss | None
    traffic: float
    weight: float


@dataclass(frozen=True)
class ChannelWorth:
    """The score with another channel.

    Attributes:
        kind: loss (probability), delay (steps) or bits (of a number).
        value: The value.
        score: The score.
        low: Lower end of the 95 % interval.
        high: Upper end of that interval.
        lost: What is lost with this channel.
        bits_per_step: Bits that a team sends per step.
    """

    kind: str
    value: float
    score: float
    low: float | None
    high: float | None
    lost: Loss
    bits_per_step: float


@dataclass(frozen=True)
class Worth:
    """What a player's messages are worth. Every score is of the same seeds and against the same opponents.

    Attributes:
        player: The player.
        game: The game's name.
        measure: What a score is: the share of successful games, the mean return, or the score against the opponents.
        games: Number of games per condition.
        seed: The seed of the schedule and of all matches.
        opponents: The opponents; none in cooperative games.
        score: The score as the player is.
        low: Lower end of the 95 % interval.
        high: Upper end of that interval.
        score_cut: The score with all links cut.
        cut_low: Lower end of the 95 % interval.
        cut_high: Upper end of that interval.
        cut_lost: What is lost when all links are cut.
        score_trained_without: The score of the same settings trained without messages; None if it was not trained.
        without_low: Lower end of the 95 % interval.
        without_high: Upper end of that interval.
        without_lost: What is lost without messages in training.
        control: The player that was trained without messages, and where it is; "" if there is none.
        score_without_memory: The score if the memory is wiped before every decision; None for a player without a memory.
        memory_lost: What is lost by that.
        chance: The share of games in which seats succeed that know nothing, as the game declares it; None if it does not.
        bits_per_step: Bits that a team sends per step.
        edges: The links.
        channels: Other channels.
        probes: What each seat makes of what it is told, and of what it remembers.
        notes: What a reader has to know, in sentences.
    """

    player: str
    game: str
    measure: Measure
    games: int
    seed: int
    opponents: list[str]
    score: float
    low: float | None
    high: float | None
    score_cut: float
    cut_low: float | None
    cut_high: float | None
    cut_lost: Loss
    score_trained_without: float | None
    without_low: float | None
    without_high: float | None
    without_lost: Loss | None
    control: str
    score_without_memory: float | None
    memory_lost: Loss | None
    chance: float | None
    bits_per_step: float
    edges: list[EdgeWorth]
    channels: list[ChannelWorth]
    probes: list[Probe]
    notes: list[str]

    def plain(self) -> dict[str, Any]:
        """The result as plain values, as printed by `--json`."""
        return asdict(self)


def score_of(values: Sequence[float], kind: Measure) -> Score:
    """The mean of independent values, with its 95 % interval.

    Of successes it is Wilson's, which is also known if all games or none succeeded; otherwise Student's.

    Reference:
        Wilson (1927), "Probable inference, the law of succession, and statistical inference".
    """
    mean, count = float(np.mean(values)), len(values)
    if kind == "success":
        scale, square = 1 / (1 + NORMAL**2 / count), NORMAL**2 / count
        centre = scale * (mean + square / 2)
        half = scale * NORMAL * sqrt(mean * (1 - mean) / count + square / (4 * count))
        return Score(mean, max(centre - half, 0.0), min(centre + half, 1.0))
    found = MeanReturn(count, count, mean, float(((np.array(values) - mean) ** 2).sum()))
    return Score(mean, found.low, found.high)


def loss_of(opened: Sequence[float], other: Sequence[float]) -> Loss:
    """What is lost from one condition to another, from values on the same seeds, with Student's interval."""
    found = score_of([one - two for one, two in zip(opened, other, strict=True)], "return")
    return Loss(found.mean + 0.0, found.low, found.high)
