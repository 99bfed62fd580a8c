"""Groups of a population in a configuration. A group has the settings that differ and inherits the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from agents.learners.table import DEFAULT, learner_spec
from envs.faults import GameError
from league.config.styles import over

INHERITED = ("learner", "learner_options", "policy", "comms", "hyper")
"""Settings that a group inherits from its league."""


def with_inherited(values: Mapping[str, Any]) -> dict[str, Any]:
    """A league's settings in which every group is complete.

    Args:
        values: Plain settings of a league, unchecked. Values of a wrong kind are not changed; the later check finds them.
    """
    population = values.get("population")
    if not isinstance(population, (list, tuple)):
        return dict(values)
    inherited = _spelt_out({key: _plain(values[key]) for key in INHERITED if key in values})
    return {**values, "population": [_group(_plain(group), inherited) for group in population]}


def _plain(value: Any) -> Any:
    """The explicitly set values of a section that was made in Python; any other value unchanged."""
    return value.model_dump(exclude_unset=True) if isinstance(value, BaseModel) else value


def _group(group: Any, inherited: Mapping[str, Any]) -> Any:
    """A group's settings, completed by those of its league. Only hyper-parameters that its learner has are inherited."""
    if not isinstance(group, Mapping):
        return group
    merged = over(inherited, _spelt_out(group))
    hyper, own = merged.get("hyper"), group.get("hyper")
    if merged.get("learner", DEFAULT) == inherited.get("learner", DEFAULT):
        return merged
    if "learner_options" in merged:  # options belong to one learner
        merged = {**merged, "learner_options": group.get("learner_options", {})}
    if not isinstance(hyper, Mapping):
        return merged
    names = {*_hyper_parameters(merged["learner"]), *(own if isinstance(own, Mapping) else ())}
    return {**merged, "hyper": {name: value for name, value in hyper.items() if name in names}}


def _hyper_parameters(learner: Any) -> list[str]:
    """Names of a learner's hyper-parameters; none if the learner cannot be found, which the later check reports."""
    try:
        return [spec.name for spec in learner_spec(str(learner)).hyper]
    except GameError:
        return []


def _spelt_out(values: Mapping[str, Any]) -> dict[str, Any]:
    """Settings in which a plain number for a hyper-parameter is replaced by a range that starts there."""
    hyper = values.get("hyper")
    if not isinstance(hyper, Mapping):
        return dict(values)
    ranges = {name: value if isinstance(value, Mapping) else {"start": value} for name, value in hyper.items()}
    return {**values, "hyper": ranges}
