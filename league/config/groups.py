"""Groups of a population in a configuration: a group says what is different about it, and the league says the rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from agents.learners.table import DEFAULT, learner_spec
from envs.faults import GameError
from league.config.styles import over

INHERITED = ("learner", "policy", "hyper")
"""Settings that a group takes from its league where it does not say otherwise."""


def with_inherited(values: Mapping[str, Any]) -> dict[str, Any]:
    """A league's settings in which every group is complete.

    Args:
        values: Plain settings of a league, unchecked. Values of a wrong kind stay as they are, for the check to find.
    """
    population = values.get("population")
    if not isinstance(population, (list, tuple)):
        return dict(values)
    inherited = _spelt_out({key: _plain(values[key]) for key in INHERITED if key in values})
    return {**values, "population": [_group(_plain(group), inherited) for group in population]}


def _plain(value: Any) -> Any:
    """What is said in a section that was made in Python, without its defaults; any other value as it is."""
    return value.model_dump(exclude_unset=True) if isinstance(value, BaseModel) else value


def _group(group: Any, inherited: Mapping[str, Any]) -> Any:
    """A group's settings laid over those of its league. A group with another learner takes the hyper-parameters that it has."""
    if not isinstance(group, Mapping):
        return group
    merged = over(inherited, _spelt_out(group))
    hyper, own = merged.get("hyper"), group.get("hyper")
    if not isinstance(hyper, Mapping) or merged.get("learner", DEFAULT) == inherited.get("learner", DEFAULT):
        return merged
    names = {*_hyper_parameters(merged["learner"]), *(own if isinstance(own, Mapping) else ())}
    return {**merged, "hyper": {name: value for name, value in hyper.items() if name in names}}


def _hyper_parameters(learner: Any) -> list[str]:
    """Names of a learner's hyper-parameters; none of one that cannot be found, which the check will say."""
    try:
        return [spec.name for spec in learner_spec(str(learner)).hyper]
    except GameError:
        return []


def _spelt_out(values: Mapping[str, Any]) -> dict[str, Any]:
    """Settings in which a number that stands for a hyper-parameter's range is that range's start."""
    hyper = values.get("hyper")
    if not isinstance(hyper, Mapping):
        return dict(values)
    ranges = {name: value if isinstance(value, Mapping) else {"start": value} for name, value in hyper.items()}
    return {**values, "hyper": ranges}
