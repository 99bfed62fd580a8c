"""Every setting, described: the page `docs/settings.md`, and the comments of a printed configuration.

Names, defaults, ranges and meanings are taken from the configuration's own declarations.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from agents.exploration.table import EXPLORATIONS
from agents.learners.contract import OptionSpec
from agents.learners.table import HYPER_PARAMETERS, LEARNERS
from league.config.schema import LeagueConfig, to_yaml

PAGE = """\
# Settings

A configuration is a YAML file. `league run CONFIG --print-config` prints one in which every setting is spelt out, and
`--set train.updates=4` changes a setting of a file or preset. Every setting but `name` and `game` may be left out.
This page is the output of `league settings`.
"""

UNITS = {
    "generations": "generations",
    "population": "players",
    "stack": "players",
    "arena.workers": "processes",
    "policy.hidden": "units",
    "policy.memory_size": "numbers",
    "comms.message_size": "numbers or symbols",
    "comms.symbols": "symbols",
    "comms.rounds": "rounds",
    "comms.channel.delay": "steps",
    "comms.channel.burst": "steps",
    "comms.channel.bits": "bits",
    "comms.channel.budget": "bits",
    "train.copies": "copies",
    "train.steps": "steps",
    "train.updates": "updates",
    "train.epochs": "passes",
    "train.minibatches": "minibatches",
    "train.starts.moves": "moves",
    "train.starts.share": "of the games",
    "train.starts.games": "matches",
    "matchmaking.self_play": "of the copies",
    "matchmaking.prior_games": "games",
    "matchmaking.latest": "players",
    "matchmaking.average": "of the average",
    "roles.self_play": "of the copies",
    "roles.pfsp": "of the copies",
    "roles.verification": "of the copies",
    "roles.even": "score",
    "roles.exploited": "score",
    "roles.forgotten": "score",
    "roles.beatable": "score",
    "roles.strong": "score",
    "roles.least": "generations",
    "roles.most": "generations",
    "roles.main_reset": "of the checkpoints",
    "roles.main_exploiter_reset": "of the checkpoints",
    "roles.league_exploiter_reset": "of the checkpoints",
    "roles.decay": "per game",
    "tournament.games": "games",
    "tournament.rounds": "rounds",
    "tournament.past": "players",
    "tournament.bootstrap": "replicates",
    "tournament.openings": "moves",
    "tournament.copies": "matches",
    "tournament.matches_per_task": "matches",
    "evaluation.threshold": "of the games",
    "evaluation.episodes": "games",
    "promotion.low": "Elo points",
    "promotion.high": "Elo points",
    "promotion.games": "games",
    "promotion.most": "games",
    "curriculum.*.self_play": "of the copies",
    "curriculum.*.success_threshold": "of the games",
    "curriculum.*.window": "games",
    "curriculum.*.min_episodes": "games per player",
    "curriculum.*.max_episodes": "games per player",
    "evolution.elite": "players",
    "evolution.replace": "players",
    "evolution.selection": "players",
    "compute.workers": "processes",
}
"""What the numbers of settings count; a test holds the names against the settings."""

UNITLESS = (
    "seed",
    "game.success.return_above",
    "curriculum.*.reward",
    "reward.*.weight",
    "policy.temperature",
    "comms.channel.loss",
    "comms.channel.noise",
    "train.value_weight",
    "train.max_gradient",
    "promotion.alpha",
    "promotion.beta",
    "evolution.operators",
)
"""Settings whose numbers count nothing; hyper-parameters are others."""

LISTS = {"reward": ["task"]}
"""Defaults of lists of sections that are not empty."""

OBVIOUS = ("text", "true or false", "keys with values")
"""Ranges that a comment leaves out."""

COLUMNS = ("setting", "default", "range", "unit", "meaning")


@dataclass(frozen=True)
class Setting:
    """A setting.

    Attributes:
        name: Its dotted name: `train.updates`.
        default: Its default, as it is written in YAML; `required` where there is none.
        allowed: Which values it takes.
        unit: What its numbers count or measure; empty where they measure nothing.
        meaning: What it does.
    """

    name: str
    default: str
    allowed: str
    unit: str
    meaning: str

    def comment(self) -> str:
        """The setting in one line."""
        allowed = "" if self.allowed in OBVIOUS else self.allowed
        unit = f" ({self.unit})" if self.unit else ""
        return "; ".join(part for part in (self.meaning, f"{allowed}{unit}") if part)


def settings() -> list[Setting]:
    """Every setting, in the order of the configuration."""
    schema = LeagueConfig.model_json_schema(mode="validation")
    return list(_settings(schema, schema["$defs"], ""))


def _settings(section: Mapping[str, Any], sections: Mapping[str, Any], before: str) -> Iterator[Setting]:
    for name, field in section["properties"].items():
        place = f"{before}{name}"
        inner, listed = _section(field, sections), _section(field.get("items", {}), sections)
        if place == "hyper":
            yield from _hyper()
        elif place == "learner_options":
            yield from _options()
        elif place == "exploration.*.options":
            yield from _options_of({name: way.options for name, way in EXPLORATIONS.items()}, f"{place}.")
        elif inner is not None:
            yield from _settings(inner, sections, f"{place}.")
        elif listed is not None:
            meaning = field.get("description", "")
            yield Setting(place, _plain(LISTS.get(place, [])), _allowed(field), "", meaning)
            yield from _settings(listed, sections, f"{place}.*.")
        else:
            given = field.get("default", [] if field.get("type") == "array" else {})
            default = "required" if name in section.get("required", ()) else _plain(given)
            yield Setting(place, default, _allowed(field), UNITS.get(place, ""), field.get("description", ""))


def _section(field: Mapping[str, Any], sections: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The section that a field is, if it is one."""
    reference = field.get("$ref", "").rpartition("/")[2]
    return sections.get(reference)


KINDS = {bool: "true or false", int: "a whole number", float: "a number"}


def _options() -> Iterator[Setting]:
    """The options of all learners."""
    yield from _options_of({name: learner.options for name, learner in LEARNERS.items()}, "learner_options.")


def _options_of(having: Mapping[str, Sequence[OptionSpec]], before: str) -> Iterator[Setting]:
    """Options, by the names of those that have them. Their settings' names begin with `before`."""
    users: dict[OptionSpec, list[str]] = {}
    for name, options in having.items():
        for option in options:
            users.setdefault(option, []).append(name)
    for option, names in users.items():
        allowed = " or ".join(option.among) or KINDS[type(option.default)]
        if not isinstance(option.default, (bool, str)):
            allowed += f" between {option.least:g} and {option.most:g}"
        about = f"{option.description} ({', '.join(names)})"
        yield Setting(f"{before}{option.name}", _plain(option.default), allowed, "", about)


def _hyper() -> Iterator[Setting]:
    """The hyper-parameters of all learners and ways to explore, and the weights of terms of the reward."""
    ways = [spec for way in EXPLORATIONS.values() for spec in way.hyper]
    for spec in {spec.name: spec for spec in (*ways, *HYPER_PARAMETERS.values())}.values():
        having = {name: learner.hyper for name, learner in LEARNERS.items()}
        having |= {name: way.hyper for name, way in EXPLORATIONS.items()}
        learners = [name for name, hyper in having.items() if spec.name in {each.name for each in hyper}]
        default = _plain({"start": spec.default, "low": spec.low, "high": spec.high})
        allowed = f"a number, or start, low and high between {spec.least:g} and {spec.most:g}"
        yield Setting(f"hyper.{spec.name}", default, allowed, "", f"{spec.description} ({', '.join(learners)})")
    about = "weight of the term NAME of the reward, where the reward is not the game's own alone"
    default = "its weight in reward; low and high are a quarter and four times of it, except for the task's"
    yield Setting("hyper.reward_NAME", default, "a number, or start, low and high", "", about)


def _plain(value: Any) -> str:
    """A value as YAML in one line."""
    return json.dumps(value, ensure_ascii=False).strip('"')


def _allowed(field: Mapping[str, Any]) -> str:
    """Which values a field takes, in words."""
    if "enum" in field:
        return " or ".join(map(_plain, field["enum"]))
    several = field.get("anyOf") or field.get("oneOf")
    if several:
        return " or ".join("nothing" if one.get("type") == "null" else _allowed(one) for one in several)
    if "$ref" in field:
        return "groups" if field["$ref"].endswith("/GroupConfig") else "settings of their own"
    match field.get("type"):
        case "integer":
            return f"whole numbers{_limits(field)}"
        case "number":
            return f"numbers{_limits(field)}"
        case "boolean":
            return "true or false"
        case "string":
            return "text"
        case "array":
            most = f", at most {field['maxItems']}" if "maxItems" in field else ""
            return f"a list of {_allowed(field['items']).replace('a list', 'lists')}{most}"
    values = field.get("additionalProperties")
    return f"keys with {_allowed(values) if isinstance(values, dict) else 'values'}"


def _limits(field: Mapping[str, Any]) -> str:
    """The limits of a number."""
    words = {"exclusiveMinimum": "above", "minimum": "from", "maximum": "to", "exclusiveMaximum": "to below"}
    return "".join(f" {word} {_number(field[key])}" for key, word in words.items() if key in field)


def _number(value: float) -> str:
    """A limit without needless zeros; a long power of two as such."""
    power = int(value).bit_length() - 1
    return f"2^{power}" if value == 2**power and value > 1e6 else f"{value:.10g}"


def page() -> str:
    """The reference of all settings, in Markdown."""
    rows = [COLUMNS, ("---",) * len(COLUMNS)]
    rows += [(f"`{each.name}`", f"`{each.default}`", each.allowed, each.unit, each.meaning) for each in settings()]
    lines = [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    return "\n".join([PAGE, *lines, ""])


def commented(config: LeagueConfig) -> str:
    """The resolved configuration as YAML with a comment for every setting; it loads to the same configuration."""
    text = to_yaml(config)
    lines, above = text.splitlines(), dict[int, str]()
    comments = {each.name: each.comment() for each in settings()}
    for place, key, value in _places(yaml.compose(text), ""):
        if place not in comments:
            continue
        line = key.start_mark.line
        ends_there = value.end_mark.line == line or (isinstance(value, yaml.CollectionNode) and not value.flow_style)
        if ends_there:
            lines[line] += f"  # {comments[place]}"
        else:
            above[line] = f"{' ' * key.start_mark.column}# {comments[place]}"
    return "".join(f"{above[number]}\n{line}\n" if number in above else f"{line}\n" for number, line in enumerate(lines))


def _places(node: Any, before: str) -> Iterator[tuple[str, yaml.Node, yaml.Node]]:
    """Dotted names of the settings in a mapping, with the nodes of their keys and values."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield f"{before}{key.value}", key, value
            yield from _places(value, f"{before}{key.value}.")
