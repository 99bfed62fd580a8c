"""Loads configurations from presets, YAML files, and `--set KEY=VALUE`."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from league.config.own_code import functions_named, look_from_here
from league.config.schema import LeagueConfig, check
from league.errors import LeagueError


def presets() -> list[str]:
    """The names of the presets, which are configurations of the project."""
    return sorted(
        entry.name.removesuffix(".yaml")
        for entry in resources.files("league.config.presets").iterdir()
        if entry.name.endswith(".yaml")
    )


def load_config(source: str, overrides: Mapping[str, Any] | None = None) -> LeagueConfig:
    """Read a preset or a YAML file, with some values replaced.

    Args:
        source: A preset's name or the path of a YAML file.
        overrides: Dotted keys and their values: `{"train.updates": 4}`.

    Raises:
        LeagueError: The configuration is invalid. The message says what is wrong, where, and what is allowed.
    """
    if source in presets():
        text, where = resources.files("league.config.presets").joinpath(f"{source}.yaml").read_text(), f"preset {source}"
    else:
        path = Path(source)
        if not path.is_file():
            nearest = get_close_matches(source, presets(), n=1, cutoff=0.0)[0]
            raise LeagueError(
                f"{source!r} is neither a file nor a preset; did you mean {nearest!r}? (presets: {', '.join(presets())})"
            )
        text, where = _text(path), source
    try:
        values = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f", line {mark.line + 1}" if mark else ""
        raise LeagueError(f"{where}{place} is not valid YAML: {getattr(error, 'problem', None) or error}") from error
    if not isinstance(values, dict):
        raise LeagueError(f"{where} has no settings; it should begin with `name:` and `game:`")
    return configured(values, overrides or {}, where, Path(source).parent)


def configured(values: dict[str, Any], overrides: Mapping[str, Any], where: str, beside: Path | None = None) -> LeagueConfig:
    """Make a configuration of plain values, some of which are replaced.

    Args:
        values: The settings; they are changed in place.
        overrides: Dotted keys and their values: `{"train.updates": 4}`.
        where: What to call the settings in errors.
        beside: The folder in which files are looked for that the settings name; None looks only in the working directory.

    Raises:
        LeagueError: In one sentence: what is wrong, where, and what is allowed.
    """
    for key, value in overrides.items():
        _set(values, key, value)
    look_from_here(values, beside)
    return check(with_functions(values), where)


def with_functions(values: Mapping[str, Any]) -> dict[str, Any]:
    """Settings from a file, in which functions that the game's options and wrappers name are said to be functions."""
    game = values.get("game")
    if not isinstance(game, Mapping):
        return dict(values)
    named = {key: functions_named(value) if key in ("options", "wrappers") else value for key, value in game.items()}
    return {**values, "game": named}


def parse_override(text: str) -> tuple[str, Any]:
    """Read `key.sub=value`; the value is YAML.

    Raises:
        LeagueError: There is no `=`.
    """
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise LeagueError(f"--set {text!r} should look like train.updates=4")
    try:
        return key.strip(), yaml.safe_load(value)
    except yaml.YAMLError as error:
        raise LeagueError(f"--set {text!r}: the value is not valid YAML") from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise LeagueError(f"{path} is not valid YAML: it is not a text file") from error


def _set(values: dict[str, Any], key: str, value: Any) -> None:
    *path, last = key.split(".")
    for part in path:
        inner = values.setdefault(part, {})
        if not isinstance(inner, dict):
            raise LeagueError(f"--set {key}: {part} is a value, not a section")
        values = inner
    values[last] = value
