"""What a learner declares, what it is given and what it gives back.

Neither torch nor numba is loaded here, so that commands that only read can know the hyper-parameters and metrics of a learner.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    import torch
    from torch import Tensor

    from agents.acting.rollout import Tally
    from agents.models.stack import Stack
    from envs.arena import Actor, Arena
    from envs.stopwatch import Stopwatch

Scale = Literal["linear", "logarithmic", "distance from 1"]
"""What a step in a hyper-parameter is measured by: its value, its logarithm, or, for discounts, 1 minus its value."""

Shown = Literal["report", "view", "log", "store"]
"""Where a metric is shown. Each place includes the later ones: the report, MLflow's saved view, MLflow's log, the store."""


@dataclass(frozen=True)
class HyperSpec:
    """A hyper-parameter: a number that each player has for itself and that evolution may change.

    Attributes:
        name: Its name in configurations and in the store.
        default: Where it starts if the configuration does not say.
        low: Lowest value that evolution may take it to, if the configuration does not say.
        high: Highest such value.
        least: Lowest value that makes sense at all.
        most: Highest such value.
        scale: How mutation moves it and charts draw it.
        label: What it is called in the report and in MLflow, in lower case.
        description: What it does, in a few words.
        charted: Whether MLflow's saved view has a chart of it.
    """

    name: str
    default: float
    low: float
    high: float
    least: float
    most: float
    scale: Scale
    label: str
    description: str
    charted: bool = False


@dataclass(frozen=True)
class MetricSpec:
    """A number that a learner reports of every player after every update.

    Attributes:
        name: Its name in reports and in the store.
        label: Title of its chart.
        unit: What it is measured in.
        good: Which way is better; empty where neither is.
        shown: Where it is shown.
        chart: Name of its chart in MLflow.
        gaps: Whether NaN is a possible value and means that there was nothing to measure.
    """

    name: str
    label: str
    unit: str
    good: Literal["high", "low", ""]
    shown: Shown
    chart: str
    gaps: bool = False


@dataclass(frozen=True)
class Schedule:
    """How much is played and how often it is learnt from; the same for all players of a league.

    Attributes:
        updates: Collections in one training.
        steps: Steps of every copy in a collection, T.
        epochs: Passes over a collection, for learners that make several.
        minibatches: Optimiser steps in a pass, for learners that make several.
        value_weight: Weight of the value loss.
        max_gradient: Longest gradient, per player.
    """

    updates: int
    steps: int
    epochs: int = 4
    minibatches: int = 4
    value_weight: float = 0.5
    max_gradient: float = 0.5


@dataclass(frozen=True)
class TrainingInput:
    """What a learner is given.

    Attributes:
        arena: Copies of the game.
        stack: The players that learn, changed in place.
        states: What the learner kept of each player, see `TrainingOutput`; empty for a player that has not learnt yet.
        owner: int64 [C, K], the player that holds each team and learns from it, or `agents.acting.routing.EMPTY`.
        opponents: Whoever acts for the other teams in a block of copies.
        hyper: The learner's hyper-parameters, [P] each.
        schedule: How much, how often.
        generator: All the randomness there is.
        watch: Told how long acting, stepping, recording, estimating and improving take.
    """

    arena: Arena
    stack: Stack
    states: Sequence[Mapping[str, np.ndarray]]
    owner: Tensor
    opponents: Callable[[slice], Sequence[Actor]]
    hyper: Mapping[str, Tensor]
    schedule: Schedule
    generator: torch.Generator
    watch: Stopwatch


@dataclass(frozen=True)
class TrainingOutput:
    """What a learner gives back, besides the stack it changed.

    Attributes:
        reports: One per update: the learner's metrics and those that every learner has, [P] each.
        tally: The games each copy finished.
        states: Per player, whatever the learner wants to find again when the player goes on learning: an optimiser's
            moments, target networks, remembered experience. Nobody else looks into it.
    """

    reports: Sequence[Mapping[str, Tensor]]
    tally: Tally
    states: Sequence[Mapping[str, np.ndarray]]


Train = Callable[[TrainingInput], TrainingOutput]


@dataclass(frozen=True)
class LearnerSpec:
    """A learner as others see it.

    Attributes:
        name: Its name in configurations: a name of the table, `module:callable`, or `path/to/file.py:callable`.
        code: Where its code is, `module:callable`; loaded when somebody trains.
        hyper: Its hyper-parameters.
        metrics: What it reports of each update, besides `agents.learners.table.COMMON`.
        about: What it is, in a few words; the report takes it from here.
    """

    name: str
    code: str
    hyper: tuple[HyperSpec, ...]
    metrics: tuple[MetricSpec, ...]
    about: str = ""


@dataclass(frozen=True)
class Learner:
    """A learner of one's own: its code together with what it declares. Made by `learner`."""

    train: Train
    hyper: tuple[HyperSpec, ...]
    metrics: tuple[MetricSpec, ...]

    def __call__(self, given: TrainingInput) -> TrainingOutput:
        """Train a stack of players."""
        return self.train(given)


def learner(*, hyper: Sequence[HyperSpec], metrics: Sequence[MetricSpec]) -> Callable[[Train], Learner]:
    """Declare the function below to be a learner.

    Args:
        hyper: Its hyper-parameters; those of `agents.learners.table` or others.
        metrics: What it reports of each update, besides `agents.learners.table.COMMON`.

    Example:
        >>> @learner(hyper=(LEARNING_RATE, GAMMA), metrics=(ENTROPY,))
        ... def mine(given: TrainingInput) -> TrainingOutput: ...
    """
    return lambda train: Learner(train, tuple(hyper), tuple(metrics))
