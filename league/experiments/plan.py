"""The leagues of an experiment: every combination of settings, with every seed."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from itertools import product
from typing import Any

from envs.references import name as permit_named
from league.config.foreign import references
from league.config.load import load_config, with_values
from league.config.own_code import look_from_here
from league.config.schema import LeagueConfig, check
from league.config.section import written
from league.config.yaml_file import read_text
from league.errors import LeagueError
from league.evaluation.sweeps import label
from league.population.player import LEAGUE_NAME

MOST = 10_000
"""The most leagues of a plan."""

LONGEST = 64
"""Characters of the longest name of a league."""

NOT_VARIED = ("name", "seed", "tracking", "compute")
"""Settings that a grid cannot vary: they change no result, or each league has its own."""

Make = Callable[[Mapping[str, Any]], LeagueConfig]
"""Makes a configuration in which settings have other values, by dotted names."""


@dataclass(frozen=True)
class Planned:
    """A league of a plan.

    Attributes:
        values: The values of its setting by dotted names.
        config: Its configuration.
    """

    values: Mapping[str, Any]
    config: LeagueConfig

    @property
    def setting(self) -> str:
        """The setting in words."""
        return label(self.values)


@dataclass(frozen=True)
class Plan:
    """The leagues of an experiment.

    Attributes:
        name: The experiment's name.
        settings: The values of each setting.
        leagues: The leagues: the first seed of every setting, then the second seed of every setting, and so on.
        seeds: The seeds.
    """

    name: str
    settings: list[dict[str, Any]]
    leagues: list[Planned]
    seeds: list[int]

    @property
    def base(self) -> LeagueConfig:
        """The configuration of the first league."""
        return self.leagues[0].config


def plan(
    make: Make, same: Mapping[str, Any], grid: Mapping[str, Sequence[Any]], seeds: int | Sequence[int], name: str = ""
) -> Plan:
    """Plan an experiment.

    Args:
        make: Makes the configurations; see `maker`.
        same: Settings that all leagues have, by dotted names.
        grid: Dotted names of settings and the values that each takes. All combinations are planned.
        seeds: The seeds, or their number; they are then counted from the seed of the configuration.
        name: The experiment's name; by default that of the configuration.

    Raises:
        LeagueError: A setting is wrong, or the leagues cannot be compared: they play different games.
    """
    _check(grid)
    settings = [written(dict(zip(grid, values, strict=True))) for values in product(*grid.values())]
    base = make({**same, **settings[0]})
    name = name or base.name
    if not LEAGUE_NAME.fullmatch(name):
        raise LeagueError(f"{name!r} is not a valid name for an experiment: use letters, digits, '.', '_' and '-'")
    chosen = [base.seed + number for number in range(seeds)] if isinstance(seeds, int) else list(seeds)
    if not chosen or len(set(chosen)) < len(chosen):
        raise LeagueError("an experiment needs at least one seed, and every seed once")
    if len(settings) * len(chosen) > MOST:
        raise LeagueError(f"these are {len(settings) * len(chosen):,} leagues; at most {MOST:,} can be planned")
    named = _names(name, settings, chosen)
    configs = [make({**same, **values}) for values in settings]
    leagues = [
        Planned(values, config.model_copy(update={"name": named[place, seed], "seed": seed}))
        for seed in chosen
        for place, (values, config) in enumerate(zip(settings, configs, strict=True))
    ]
    for each in leagues:
        _check_comparable(leagues[0], each)
    return Plan(name, settings, leagues, chosen)


def maker(source: str | Mapping[str, Any] | LeagueConfig) -> Make:
    """What makes the configurations of an experiment."""
    if isinstance(source, str):
        return lambda values: load_config(source, values)
    plain = source.model_dump(exclude_unset=True) if isinstance(source, LeagueConfig) else dict(source)

    def make(values: Mapping[str, Any]) -> LeagueConfig:
        settings = with_values(deepcopy(plain), values)
        look_from_here(settings)
        for reference in references(settings):
            permit_named(reference.code)
        config = check(settings)
        look_from_here(config.model_dump(mode="json"))
        return config

    return make


def parse_grid(text: str) -> tuple[str, list[Any]]:
    """Read `train.epochs=2,4`; the values are YAML, separated by commas.

    Raises:
        LeagueError: There is no `=`, or no value.
    """
    key, equals, values = text.partition("=")
    found = read_text(f"[{values}]", f"--grid {text!r}") if equals else None
    if not found or not key.strip() or not all(part.strip() for part in key.split(".")):
        raise LeagueError(f"--grid {text!r} should look like train.epochs=2,4")
    return key.strip(), found


def _check(grid: Mapping[str, Sequence[Any]]) -> None:
    for key, values in grid.items():
        if isinstance(values, str) or not isinstance(values, Sequence) or not values:
            raise LeagueError(f"the grid of {key} should be a list of values, not {values!r:.60}")
        if key.partition(".")[0] in NOT_VARIED:
            raise LeagueError(f"a grid cannot vary {key}; it may vary every setting but {', '.join(NOT_VARIED)}")
        if len({_text(value) for value in values}) < len(values):
            raise LeagueError(f"the grid of {key} has a value twice")


def _check_comparable(one: Planned, other: Planned) -> None:
    """Make sure that the champions of two leagues can meet."""
    if one.config.game.played != other.config.game.played:
        raise LeagueError(
            f"the leagues {one.setting} and {other.setting} play different games, and their champions could not meet; "
            "game.schedule may differ, and nothing else of the game"
        )
    if one.config.arena.state != other.config.arena.state:
        raise LeagueError("a grid cannot vary arena.state, because the champions of all leagues play in one arena")


def _names(name: str, settings: Sequence[Mapping[str, Any]], seeds: Sequence[int]) -> dict[tuple[int, int], str]:
    """(setting, seed) → the name of a league: `cup-epochs-2-s0`."""
    last = Counter(key.rpartition(".")[2] for key in settings[0])
    words = [
        "-".join(
            _word(key if last[key.rpartition(".")[2]] > 1 else key.rpartition(".")[2], value) for key, value in each.items()
        )
        for each in settings
    ]
    counts, long = Counter(words), max(len(f"-s{seed}") for seed in seeds)
    found = {}
    for place, (word, values) in enumerate(zip(words, settings, strict=True)):
        if counts[word] > 1 or len(name) + 1 + len(word) + long > LONGEST:
            word = hashlib.sha256(_text(values).encode()).hexdigest()[:8]
        for seed in seeds:
            end = f"{f'-{word}' if word else ''}-s{seed}"
            found[place, seed] = f"{name[: LONGEST - len(end)]}{end}"
    return found


def _word(key: str, value: Any) -> str:
    cleaned = re.sub(r"[^A-Za-z0-9.]+", "-", f"{key}-{label({'': value})[1:]}")
    return cleaned.strip("-.")


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=repr)
