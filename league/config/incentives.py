"""How players explore and what they are paid, in a configuration: the sections `exploration` and `reward`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    field_validator,
    model_validator,
)

from agents.exploration.contract import Chosen
from agents.exploration.table import EXPLORATIONS, exploration_spec
from agents.learners.contract import HyperSpec, OptionValue
from agents.learners.table import options_given
from agents.rewards.contract import Term
from agents.rewards.table import HEAVIEST, TERMS, weight_spec
from envs.faults import GameError
from league.config.section import Section, known

TASK = "task"
"""The term that is the game's own reward."""


class ExplorationConfig(Section):
    """A way to explore. Its hyper-parameters are among those of the learner."""

    name: str = Field(description=f"one of {', '.join(EXPLORATIONS)}, or module:callable or path/to/file.py:callable")
    options: dict[str, StrictBool | StrictInt | StrictFloat | StrictStr] = Field(
        default_factory=dict, description="its options: {buckets: 4096}"
    )

    @field_validator("name")
    @classmethod
    def _known(cls, name: str) -> str:
        return name if ":" in name else known("way to explore", name, EXPLORATIONS)

    @model_validator(mode="after")
    def _options_exist(self) -> ExplorationConfig:
        if self.name in EXPLORATIONS:
            options_given(f"way to explore {self.name}", EXPLORATIONS[self.name].options, self.options)
        return self

    def chosen(self) -> Chosen:
        """The way to explore for the package `agents`."""
        return Chosen(self.name, self.options)


class RewardConfig(Section):
    """A term of the reward."""

    term: str = Field(description=f"one of {', '.join(TERMS)}, or module:callable or path/to/file.py:callable")
    name: str = Field("", description="its name, with which the weight is hyper.reward_NAME; default: the term's or function's")
    weight: Annotated[float, Field(ge=-HEAVIEST, le=HEAVIEST)] = Field(1.0, description="weight at first")
    info: str = Field("", description="key of the infos: the potential of progress; above 0 the constraint of safety is broken")
    function: str = Field("", description="module:callable: the potential of progress, or the constraint of safety")
    facts: list[str] = Field(default_factory=list, description="keys of the infos that the function sees")

    @model_validator(mode="before")
    @classmethod
    def _named(cls, values: Any) -> Any:
        """A term without a name has the name of its term or function."""
        if isinstance(values, Mapping) and not values.get("name") and isinstance(values.get("term"), str):
            return {**values, "name": values["term"].rpartition(":")[2]}
        return values

    @model_validator(mode="after")
    def _fits(self) -> RewardConfig:
        if not self.name.isidentifier():
            raise ValueError(f"name {self.name!r} must be a word of letters, digits and underscores")
        if ":" in self.term:
            if self.info or self.function:
                raise ValueError(
                    f"the function of a term of your own is the term itself, {self.term}: leave out info, function"
                )
            return self
        spec = TERMS[known("term", self.term, TERMS)]
        if spec.asks != bool(self.info or self.function) or (self.info and self.function):
            needs = "needs either info or function" if spec.asks else "has neither info nor function"
            raise ValueError(f"the term {self.term} {needs}")
        if self.facts and not self.function:
            raise ValueError("facts are for a function, and there is none")
        return self

    def as_term(self) -> Term:
        """The term for the package `agents`."""
        own = ":" in self.term
        facts = (self.info,) if self.info else tuple(self.facts)
        kind = "step" if own else TERMS[self.term].kind
        return Term(self.name, kind, "" if own else self.term, self.term if own else self.function, facts)


def _listed(values: Any, key: str) -> Any:
    """A list of sections: a name, or a mapping of names to settings, stands for a list of them."""
    if isinstance(values, str) or callable(values):
        values = [values]
    if isinstance(values, Mapping) and key not in values:
        values = [{name: inner} for name, inner in values.items()]
    elif isinstance(values, Mapping):
        values = [values]
    return [_entry(value, key) for value in values] if isinstance(values, (list, tuple)) else values


def _entry(value: Any, key: str) -> Any:
    """One section of a list: `rnd`, `{rnd: {hidden: 32}}`, `{task: 0.5}` and `{progress: {…}}` are spelt out."""
    if isinstance(value, str) or callable(value):
        return {key: value}
    if not isinstance(value, Mapping) or key in value or len(value) != 1:
        return value
    ((name, inner),) = value.items()
    if key == "name":
        return {"name": name, "options": {} if inner is None else inner}
    if isinstance(inner, (int, float)):
        return {"term": name, "weight": inner}
    return {"term": name, **inner} if isinstance(inner, Mapping) else {"term": name} if inner is None else value


def explorations(values: Any) -> Any:
    """The section `exploration` as a list of plain settings."""
    return _listed(values, "name")


def rewards(values: Any) -> Any:
    """The section `reward` as a list of plain settings."""
    return _listed(values, "term")


def _once(sections: list[Any]) -> list[Any]:
    names = [section.name for section in sections]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"{twice!r} is there twice; give one of them another name, or leave it out")
    return sections


Explorations = Annotated[list[ExplorationConfig], BeforeValidator(explorations), AfterValidator(_once)]
Rewards = Annotated[list[RewardConfig], BeforeValidator(rewards), AfterValidator(_once)]


def usual_reward() -> list[RewardConfig]:
    """The game's own reward and nothing else."""
    return [RewardConfig(term=TASK)]


def only_the_task(reward: Sequence[RewardConfig]) -> bool:
    """Whether players learn from the game's own reward and nothing else."""
    return [(each.term, each.weight) for each in reward] == [(TASK, 1.0)]


def terms_of(reward: Sequence[RewardConfig]) -> list[Term]:
    """The terms for the package `agents`; none if that is the game's own reward."""
    return [] if only_the_task(reward) else [each.as_term() for each in reward]


def facts_of(terms: Sequence[Term]) -> tuple[str, ...]:
    """The keys of the infos that terms need, each once."""
    return tuple(dict.fromkeys(fact for term in terms for fact in term.facts))


def hyper_of(exploration: Sequence[ExplorationConfig], reward: Sequence[RewardConfig]) -> list[HyperSpec]:
    """The hyper-parameters that ways to explore and terms of the reward add to those of a learner.

    Raises:
        GameError: The user's own way to explore cannot be found.
    """
    found = [spec for each in exploration for spec in exploration_spec(each.name).hyper]
    return found if only_the_task(reward) else [*found, *(weight_spec(each.name, each.weight) for each in reward)]


def hyper_names(values: Mapping[str, Any]) -> list[str]:
    """Names of these hyper-parameters of a group's settings, unchecked; none where they cannot be found."""
    found: list[str] = []
    for entry in explorations(values.get("exploration", [])) or []:
        try:
            found += [spec.name for spec in exploration_spec(str(entry["name"])).hyper]
        except (GameError, TypeError, KeyError):  # the later check reports it
            continue
    try:
        terms = [RewardConfig.model_validate(entry) for entry in rewards(values.get("reward", []))]
    except (ValueError, TypeError):
        return found
    return found if only_the_task(terms) else [*found, *(weight_spec(each.name, each.weight).name for each in terms)]


def options_of(chosen: ExplorationConfig) -> dict[str, OptionValue]:
    """All options of a way to explore."""
    spec = exploration_spec(chosen.name)
    return options_given(f"way to explore {chosen.name}", spec.options, chosen.options)
