"""Groups of a population in a configuration. A group has the settings that differ and inherits the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from agents.learners.table import DEFAULT, learner_spec
from envs.faults import GameError
from league.config.incentives import explorations, hyper_names, rewards
from league.config.styles import over

INHERITED = ("learner", "learner_options", "policy", "comms", "exploration", "reward", "hyper")
"""Settings that a group inherits from its league."""

INCENTIVES = {"exploration": explorations, "reward": rewards}
"""Settings that are lists of sections, and what makes lists of them."""


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
    """A group's settings, completed by those of its league. Only hyper-parameters that it has itself are inherited."""
    if not isinstance(group, Mapping):
        return group
    merged = over(inherited, _spelt_out(group))
    hyper, own = merged.get("hyper"), group.get("hyper")
    same_learner = merged.get("learner", DEFAULT) == inherited.get("learner", DEFAULT)
    if same_learner and all(merged.get(key) == inherited.get(key) for key in INCENTIVES):
        return merged
    if not same_learner and "learner_options" in merged:  # options belong to one learner
        merged = {**merged, "learner_options": group.get("learner_options", {})}
    if not isinstance(hyper, Mapping):
        return merged
    names = {
        *_hyper_parameters(merged.get("learner", DEFAULT)),
        *hyper_names(merged),
        *(own if isinstance(own, Mapping) else ()),
    }
    return {**merged, "hyper": {name: value for name, value in hyper.items() if name in names}}


def _hyper_parameters(learner: Any) -> list[str]:
    """Names of a learner's hyper-parameters; none if the learner cannot be found, which the later check reports."""
    try:
        return [spec.name for spec in learner_spec(str(learner)).hyper]
    except GameError:
        return []


def _spelt_out(values: Mapping[str, Any]) -> dict[str, Any]:
    """Settings in which lists and ranges stand for what may be written in short."""
    values = dict(values)
    for key, listed in INCENTIVES.items():
        if key in values:
            values[key] = listed(values[key])
    hyper = values.get("hyper")
    if not isinstance(hyper, Mapping):
        return values
    ranges = {name: value if isinstance(value, Mapping) else {"start": value} for name, value in hyper.items()}
    return {**values, "hyper": ranges}
