"""The places of users' own files on this machine, by the name that is used in text.

A configuration names a file as its author saw it: relative to a working directory, or on another machine. `remember` says where
the file is. Without that it is searched from the working directory. What is remembered holds for this process and for the
workers that it starts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path

_REMEMBERED: dict[str, str] = {}
_OF_LEAGUES: set[str] = set()
_MISSED: dict[str, list[Path]] = {}
_CHANGES = count()
_NOW = [next(_CHANGES)]


def remember(places: Mapping[str, str], *, of_league: bool = False) -> None:
    """Say where files are.

    Args:
        places: `path/to/file.py` or a module's name, as in a reference → the absolute path of the file.
        of_league: Whether a league says so, which somebody else may have made. A user who names such a place means another.
    """
    _REMEMBERED.update(places)
    (_OF_LEAGUES.update if of_league else _OF_LEAGUES.difference_update)(places)
    _NOW[0] = next(_CHANGES)


def changes() -> int:
    """Return a number that is another one as soon as something else is remembered."""
    return _NOW[0]


def remembered() -> dict[str, str]:
    """Return what `remember` was told."""
    return dict(_REMEMBERED)


def of_league(place: str) -> bool:
    """Return whether it was a league that said where a file is."""
    return place in _OF_LEAGUES


def forget(*places: str) -> None:
    """Forget where some files are; all, if none is named."""
    for place in places or (*_REMEMBERED, *_MISSED):
        _REMEMBERED.pop(place, None)
        _MISSED.pop(place, None)
        _OF_LEAGUES.discard(place)
    _NOW[0] = next(_CHANGES)


def missed(place: str, tried: Sequence[Path]) -> None:
    """Say where a file was looked for in vain, for the error message of whoever needs it."""
    _MISSED[place] = list(dict.fromkeys(tried))


def searched(place: str) -> str:
    """Return where a file was looked for, as the end of an error message; "" if it was not looked for elsewhere."""
    tried = _MISSED.get(place)
    return f" (it was looked for as {', '.join(map(str, tried))})" if tried else ""


def file_at(place: str) -> Path:
    """Return the absolute path of a file.

    Args:
        place: `path/to/file.py`, as in a reference.
    """
    return Path(_REMEMBERED.get(place, place)).expanduser().resolve()


def root_of(place: str) -> Path | None:
    """Return the folder from which a remembered module can be imported by its name; None if it is not remembered.

    Args:
        place: The module's name, `module` or `package.module`.
    """
    known = _REMEMBERED.get(place)
    if known is None:
        return None
    path = Path(known)
    return (path.parent if path.name == "__init__.py" else path).parents[place.count(".")]
