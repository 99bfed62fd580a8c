"""Settings that come from somebody else's file: reading them without running the code that they name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from envs.sources import split
from league.config.yaml_file import read_text
from league.errors import LeagueError

MOST = 100_000
"""Values that a stored configuration may hold. A text of a few lines can stand for billions of them."""

MOST_CODE = 10_000
"""Pieces of code that settings may name. Each is looked for on the disk."""

LONGEST = 2**22
"""Characters of the longest stored settings; reading them takes about a second per million."""

RUN_BY_LEAGUES = (
    "style",
    "learner",
    "exploration.",
    "reward.",
    "curriculum.",
    "matchmaking.",
    "tournament.format",
    "evolution.",
)
"""Settings whose code only a league runs that goes on. Playing a game of its players does without it."""


@dataclass(frozen=True)
class Reference:
    """Code that a file names.

    Attributes:
        setting: The dotted name of the setting: `game.name`.
        code: `module:callable` or `path/to/file.py:callable`.
    """

    setting: str
    code: str


def references(values: Any) -> list[Reference]:
    """List the code that plain settings name: every text that can be read as `module:callable`, whatever its setting is for.

    A list of the settings that may name code would have to be kept up to date; this one cannot miss any.

    Args:
        values: Mappings, lists and plain values, at most `MOST`.

    Raises:
        LeagueError: There are more values, as in settings that contain themselves, or they name too much code.
    """
    found: dict[Reference, None] = {}
    for number, (setting, value) in enumerate(_flat(values)):
        if number > MOST:
            raise LeagueError(f"these settings hold more than {MOST} values, or contain themselves; nothing was read")
        if isinstance(value, str):
            code = value.removeprefix("bot:")
            if split(code) is not None:
                found[Reference(setting, code)] = None
        if len(found) > MOST_CODE:
            raise LeagueError(f"these settings name more than {MOST_CODE} pieces of code; nothing was read")
    return list(found)


def needed_to_play(found: list[Reference]) -> list[Reference]:
    """Return the references without those that only a league runs that goes on."""
    return [each for each in found if not each.setting.startswith(RUN_BY_LEAGUES)]


def plain(text: str, where: str) -> dict[str, Any]:
    """Read stored settings, unchecked.

    Args:
        text: YAML.
        where: What it is, for the sentence.

    Raises:
        LeagueError: It holds no settings.
    """
    if len(text) > LONGEST:
        raise LeagueError(f"{where} is damaged: it has more than {LONGEST >> 20} million characters")
    try:
        values = read_text(text, "the text")
    except LeagueError as error:
        raise LeagueError(f"{where} is damaged: {error}") from error
    if not isinstance(values, dict):
        raise LeagueError(f"{where} is damaged: it holds no settings")
    return values


def _flat(values: Any) -> Iterator[tuple[str, Any]]:
    """Yield the dotted name and the value of everything in nested settings; keys of mappings are values, too."""
    waiting = [("", values)]
    while waiting:
        place, value = waiting.pop()
        yield place, value
        if isinstance(value, Mapping):
            for key, inner in value.items():
                waiting += [(_joined(place, key), inner), (place, key)]
        elif isinstance(value, (list, tuple)):
            waiting += [(_joined(place, number), inner) for number, inner in enumerate(value)]


def _joined(place: str, key: object) -> str:
    return f"{place}.{key}" if place else str(key)
