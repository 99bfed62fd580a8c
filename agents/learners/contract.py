"""The interface of a learner: its declaration, its input and its output.

This module loads neither torch nor numba, so commands that only read can know a learner's hyper-parameters and metrics.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

from agents.models.architecture import Decision
from envs.success import TOLD, Criterion

if TYPE_CHECKING:
    import numpy as np
    import torch
    from torch import Tensor

    from agents.acting.rollout import Experience, Explore
    from agents.acting.tally import Tally
    from agents.models.stack import Stack
    from envs.arena import Actor, Arena
    from envs.stopwatch import Stopwatch

Scale = Literal["linear", "logarithmic", "distance from 1"]
"""The scale on which a hyper-parameter changes: its value, its logarithm, or, for discounts, 1 minus its value."""

Shown = Literal["report", "view", "log", "store"]
"""Where a metric is shown. Each place includes the later ones: the report, MLflow's saved view, MLflow's log, the store."""


@dataclass(frozen=True)
class HyperSpec:
    """A hyper-parameter: a number that each player has for itself and that evolution may change.

    Attributes:
        name: Its name in configurations and in the store.
        default: Default of its initial value.
        low: Default of the lowest value that evolution may reach.
        high: Default of the highest value that evolution may reach.
        least: Lowest valid value.
        most: Highest valid value.
        scale: The scale of its mutations and of its charts.
        label: Its name in the report and in MLflow, in lower case.
        description: A short description.
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


OptionValue = bool | int | float | str


@dataclass(frozen=True)
class OptionSpec:
    """A choice that a learner offers. It is the same for all players of a group, and evolution does not change it.

    Attributes:
        name: Its name in configurations.
        default: Its default, whose type it has.
        description: A short description.
        least: Lowest valid number.
        most: Highest valid number.
        among: Valid texts; empty for numbers and for true or false.
    """

    name: str
    default: OptionValue
    description: str
    least: float = 0.0
    most: float = 1.0
    among: tuple[str, ...] = ()


@dataclass(frozen=True)
class MetricSpec:
    """A number that a learner reports of every player after every update.

    Attributes:
        name: Its name in reports and in the store.
        label: Title of its chart.
        unit: Its unit.
        good: Whether high or low values are better; empty if neither.
        shown: The place where it is shown.
        chart: Name of its chart in MLflow.
        gaps: Whether NaN is a valid value. NaN means that there was nothing to measure.
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
    """The amounts of experience and of optimisation. They are the same for all players of a league.

    Attributes:
        updates: Number of collections in one training.
        steps: Number of steps of every copy in a collection, T.
        epochs: Number of passes over a collection, for learners with several passes.
        minibatches: Number of optimiser steps per pass, for learners with several.
        value_weight: Weight of the value loss.
        max_gradient: Maximum norm of a player's gradient.
    """

    updates: int
    steps: int
    epochs: int = 4
    minibatches: int = 4
    value_weight: float = 0.5
    max_gradient: float = 0.5


class Incentives(Protocol):
    """How players explore, and what they are paid instead of the game's own reward. See `agents.rewards.incentives`.

    Attributes:
        facts: Names of the facts that the arena tells.
        used: Whether a learner has asked for a payment.
    """

    facts: tuple[str, ...]
    used: bool

    def explore(self) -> Explore | None:
        """What changes the actions of learning players in the next collection; None: as the learner does itself."""
        ...

    def pay(self, experience: Experience) -> Mapping[str, Tensor]:
        """Replace the reward of a collection by what players learn from. To be called once per collection, before learning.

        Returns:
            Metrics, [P] each.
        """
        ...

    def states(self) -> Sequence[Mapping[str, np.ndarray]]:
        """Per player, named arrays to keep. The caller of the learner stores them, not the learner."""
        ...


@dataclass(frozen=True)
class TrainingInput:
    """The input of a learner.

    Attributes:
        arena: Copies of the game.
        stack: The learning players; changed in place.
        states: The learner's stored state of each player, see `TrainingOutput`; empty for a player that has not learnt yet.
        owner: int64 [C, K], the player that holds each team and learns from it, or `agents.acting.routing.EMPTY`.
        opponents: Makes the actors of the other teams in a block of copies.
        hyper: The learner's hyper-parameters, [P] each.
        schedule: The amounts of experience and of optimisation.
        generator: The only source of randomness.
        watch: Measures the time of acting, stepping, recording, estimating and improving.
        identities: int64 [C, K], who holds each team, for critics that see it; see `agents.models.facts.with_facts`.
        options: The learner's options by name, complete.
        incentives: How players explore and what they are paid; None: as the learner and the game say.
        criterion: What counts as a success of a game.
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
    identities: Tensor | None = None
    options: Mapping[str, OptionValue] = field(default_factory=dict)
    incentives: Incentives | None = None
    criterion: Criterion = TOLD


@dataclass(frozen=True)
class TrainingOutput:
    """The output of a learner, besides the changed stack.

    Attributes:
        reports: One report per update, with the learner's metrics and those of every learner, [P] each.
        tally: The results of the finished games of each copy.
        states: Per player, the state that the learner needs when the player continues to learn, such as an optimiser's
            moments, target networks or a replay buffer. No other code reads it.
    """

    reports: Sequence[Mapping[str, Tensor]]
    tally: Tally
    states: Sequence[Mapping[str, np.ndarray]]


Train = Callable[[TrainingInput], TrainingOutput]


@dataclass(frozen=True)
class LearnerSpec:
    """The declaration of a learner.

    Attributes:
        name: Its name in configurations: a name of the table, `module:callable`, or `path/to/file.py:callable`.
        code: The location of its code, `module:callable`. It is loaded when training begins.
        hyper: Its hyper-parameters.
        metrics: The metrics that it reports of each update, besides `agents.learners.table.COMMON`.
        about: A short description, which the report shows.
        options: Its options.
        decision: How its players turn preferences into actions; see `agents.models.architecture.Architecture`.
        critic: Whether its players have a critic of their own. If not, what it learns about values is in its state.
        speaks: Whether its players can send messages and have a memory.
        actions: The kind of actions that it can learn; "" for both.
    """

    name: str
    code: str
    hyper: tuple[HyperSpec, ...]
    metrics: tuple[MetricSpec, ...]
    about: str = ""
    options: tuple[OptionSpec, ...] = ()
    decision: Decision = "sample"
    critic: bool = True
    speaks: bool = True
    actions: Literal["discrete", "continuous", ""] = ""


@dataclass(frozen=True)
class Learner:
    """A user's own learner: its code together with its declaration. The decorator `learner` makes it."""

    train: Train
    hyper: tuple[HyperSpec, ...]
    metrics: tuple[MetricSpec, ...]
    options: tuple[OptionSpec, ...] = ()
    decision: Decision = "sample"
    critic: bool = True

    def __call__(self, given: TrainingInput) -> TrainingOutput:
        """Train a stack of players."""
        return self.train(given)


def learner(
    *,
    hyper: Sequence[HyperSpec],
    metrics: Sequence[MetricSpec],
    options: Sequence[OptionSpec] = (),
    decision: Decision = "sample",
    critic: bool = True,
) -> Callable[[Train], Learner]:
    """Declare a function to be a learner, as a decorator.

    Args:
        hyper: Its hyper-parameters; those of `agents.learners.table` or others.
        metrics: The metrics that it reports of each update, besides `agents.learners.table.COMMON`.
        options: Its options.
        decision: How its players turn preferences into actions; see `agents.models.architecture.Architecture`.
        critic: Whether its players have critics.

    Example:
        >>> @learner(hyper=(LEARNING_RATE, GAMMA), metrics=(ENTROPY,))
        ... def mine(given: TrainingInput) -> TrainingOutput: ...
    """
    return lambda train: Learner(train, tuple(hyper), tuple(metrics), tuple(options), decision, critic)
