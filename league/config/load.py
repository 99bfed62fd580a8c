"""Loads configurations from presets, YAML files, and `--set KEY=VALUE`."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from envs.references import name_here
from league.config.faults import hint
from league.config.foreign import references
from league.config.own_code import functions_named, look_from_here
from league.config.schema import LeagueConfig, check, with_game_spelt_out
from league.config.styles import with_style
from league.config.yaml_file import read_file, read_text
from league.errors import LeagueError
from league.paths import expanded


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
        where, text = f"preset {source}", resources.files("league.config.presets").joinpath(f"{source}.yaml").read_text()
        values = read_text(text, where)
    else:
        where, values = source, read_file(_file(source))
    if not isinstance(values, dict):
        found = {None: "is empty", list: "is a list"}.get(values if values is None else type(values), "is a single value")
        raise LeagueError(f"{where} {found} and has no settings; it should begin with `name:` and `game:`")
    return configured(values, overrides or {}, where, expanded(source).parent)


def configured(values: dict[str, Any], overrides: Mapping[str, Any], where: str, beside: Path | None = None) -> LeagueConfig:
    """Make a configuration of plain values, some of which are replaced.

    Args:
        values: The settings; mappings in them are changed in place.
        overrides: Dotted keys and their values: `{"train.updates": 4}`.
        where: What to call the settings in errors.
        beside: The folder in which files are looked for that the settings name; None looks only in the working directory.

    Raises:
        LeagueError: In one sentence: what is wrong, where, and what is allowed.
    """
    if "style" in overrides:
        values = with_style(values, overrides["style"])
    values = with_values(values, overrides)
    look_from_here(values, beside)
    for reference in references(values):
        name_here(reference.code)
    return check(with_functions(values), where)


def with_values(values: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Plain settings in which some have other values.

    Args:
        values: The settings; mappings in them are changed in place.
        overrides: Dotted keys and their values.

    Raises:
        LeagueError: A key leads into a value that is no section.
    """
    for key, value in overrides.items():
        values = dict(with_game_spelt_out(values))
        _set(values, key, value)
    return dict(with_game_spelt_out(values))


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
        raise LeagueError(f"--set {_short(text)!r} should look like train.updates=4")
    if not all(part.strip() for part in key.split(".")):
        raise LeagueError(f"--set {_short(text)!r}: a part of the key {key!r} is empty; it should look like train.updates=4")
    return key.strip(), read_text(value, f"--set {_short(text)!r}")


def _short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else f"{text[:most]}…"


def _file(source: str) -> Path:
    """The file of a configuration.

    Raises:
        LeagueError: There is none.
    """
    path = expanded(source)
    if not path.is_file() and not path.is_dir():
        known = ", ".join(presets())
        raise LeagueError(f"{source!r} is neither a file nor a preset{hint(source, presets())} (presets: {known})")
    return path


def _set(values: dict[str, Any], key: str, value: Any) -> None:
    *path, last = key.split(".")
    for part in path:
        inner = values.setdefault(part, {})
        if not isinstance(inner, dict):
            raise LeagueError(f"--set {key}: {part} is a value, not a section")
        values = inner
    values[last] = value
