"""Checks of what a learner returned from training."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from math import isfinite

from torch import Tensor

from agents.learners.contract import TrainingInput, TrainingOutput
from agents.learners.table import COMMON, OPTIONAL, learner_spec
from agents.models.layout import UnfitWeights
from agents.models.stack import Stack
from league.errors import LeagueError


@contextmanager
def fitting(players: Iterable[str]) -> Iterator[None]:
    """Say in a sentence that what players' learners kept does not belong to their networks.

    Args:
        players: The names of the players.

    Raises:
        LeagueError: It does not.
    """
    try:
        yield
    except UnfitWeights as error:
        raise LeagueError(f"what the learner of {either(players)} kept cannot be used: {error}") from error


def either(players: Iterable[str]) -> str:
    """Names in a sentence."""
    return " or ".join(players)


def with_incentives(learner: str, given: TrainingInput, output: TrainingOutput) -> TrainingOutput:
    """Add what the ways to explore keep to the states of the players.

    Raises:
        LeagueError: The learner never asked what its players are paid.
    """
    if given.incentives is None:
        return output
    if not given.incentives.used:
        raise LeagueError(
            f"the learner {learner!r} learns from the game's own reward: it has to call given.incentives.pay(experience) "
            "after each collection, or the settings exploration and reward have to be left out"
        )
    kept = given.incentives.states()
    return replace(output, states=[{**own, **explored} for own, explored in zip(output.states, kept, strict=True)])


def check_reports(learner: str, reports: Sequence[Mapping[str, Tensor]]) -> None:
    """Compare the metrics that a learner reported with those that it declares.

    Raises:
        LeagueError: Metrics are missing, or there are undeclared ones.
    """
    declared = {metric.name for metric in (*learner_spec(learner).metrics, *COMMON)}
    optional = {metric.name for metric in OPTIONAL}
    for report in reports:
        if set(report) - optional != declared - optional:
            raise LeagueError(
                f"the learner {learner!r} declares the metrics {', '.join(sorted(declared))}, "
                f"but reported {', '.join(sorted(report))}"
            )


def check_finite(learner: str, players: Sequence[str], stack: Stack, reports: Sequence[Mapping[str, Tensor]]) -> None:
    """Check that training has not diverged.

    Raises:
        LeagueError: The weights of a player are not finite. The message names the player and the update.
    """
    metrics = [metric.name for metric in learner_spec(learner).metrics if not metric.gaps]
    for index, name in enumerate(players):
        if not bool(stack.parameters[index].isfinite().all()):
            broken = (any(not isfinite(float(report[metric][index])) for metric in metrics) for report in reports)
            first = next((number for number, bad in enumerate(broken) if bad), len(reports) - 1)
            raise LeagueError(
                f"the training of {name} diverged in update {first}: its weights are no longer numbers; "
                "try a lower hyper.learning_rate (and hyper.learning_rate.high), or a lower train.max_gradient"
            )
