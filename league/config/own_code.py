"""The user's own code of a league: which files there are, what they held when the league began, and where they are now.

A league keeps the place, the hash and the text of every file of the user's own that its configuration names. When the league is
opened from another folder, or was moved with its files, they are found again. Nothing here runs code.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from envs.notebook import NOTEBOOKS, folder, written_here
from envs.places import file_at, forget, missed, of_league, remember
from envs.references import was_named
from envs.sources import files_of, split
from league.errors import LeagueError

FACT = "sources"
"""The fact of a league under which its sources are stored."""

SHA256 = re.compile(r"[0-9a-f]{64}")

CODE = "code"
"""The folder in a league's folder that holds code for which there is no other file."""

LARGEST = 2**20
"""Bytes of the largest file whose text is kept."""

ABOVE = 4
"""Folders above that of a league that are searched: leagues, home, and the two around the home."""


DEEPEST = 32
"""Folders of a stored path, counted from its file, with which a file is looked for below those folders."""


@dataclass(frozen=True)
class Source:
    """A file of the user's own that a configuration names.

    Attributes:
        place: `path/to/file.py` or `module`, as the configuration names it.
        path: Its absolute path when the league began; "" if that is not known.
        sha256: Of its content at that time; "" if that is not known.
        text: Its content; "" if it was larger than `LARGEST`, or is not known.
    """

    place: str
    path: str = ""
    sha256: str = ""
    text: str = ""

    @property
    def notebook(self) -> bool:
        """True if it comes from a notebook, whose definitions have no file of their own."""
        return Path(self.path).parent.name.startswith(NOTEBOOKS)


def places_in(values: Any) -> list[str]:
    """List the files and modules that plain settings name, each once."""
    found = (split(text.removeprefix("bot:")) for text in _texts(values))
    return list(dict.fromkeys(parts[0] for parts in found if parts))


def _texts(values: Any) -> Iterator[str]:
    """Yield all texts in settings in which code may be named. Texts in options are no code unless they say so."""
    if isinstance(values, str):
        yield values
    elif isinstance(values, Mapping):
        for key, value in values.items():
            yield str(key)
            yield from _named_functions(value) if key in ("options", "wrappers") else _texts(value)
    elif isinstance(values, (list, tuple)):
        for value in values:
            yield from _texts(value)


def _named_functions(options: Any) -> Iterator[str]:
    """Yield the functions in the plain options of a game."""
    if isinstance(options, Mapping):
        for key, value in options.items():
            if key == "$callable":
                yield str(value)
            yield from _named_functions(value)
    elif isinstance(options, (list, tuple)):
        for value in options:
            yield from _named_functions(value)


def sources_of(values: Any) -> list[Source]:
    """Read the files of the user's own that settings name. Installed packages are found by their name and are not read."""
    sources = []
    for place in places_in(values):
        path = _found(place)
        if path is not None and not _installed(path):
            sources.append(Source(place, str(path), _hash(path), _text_of(path)))
    return sources


def to_text(sources: Sequence[Source]) -> str:
    """Sources as JSON; `from_text` reads it."""
    return json.dumps([asdict(source) for source in sources], ensure_ascii=False)


def from_text(text: str, where: str) -> list[Source]:
    """The inverse of `to_text`.

    Raises:
        LeagueError: The text is damaged.
    """
    try:
        sources = [Source(**{key: str(value) for key, value in entry.items()}) for entry in json.loads(text)]
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise LeagueError(f"what {where} says of its own code is damaged: {error}") from error
    for source in sources:
        if source.sha256 and not SHA256.fullmatch(source.sha256):
            raise LeagueError(f"what {where} says of its own code is damaged: {source.sha256!r:.80} is no hash")
        called = Path(source.path).name
        if not called.isprintable() or called == ".." or (source.text and not called):
            raise LeagueError(f"what {where} says of its own code is damaged: {source.path!r:.80} is no file")
        if source.text and hashlib.sha256(source.text.encode()).hexdigest() != source.sha256:
            raise LeagueError(
                f"what {where} says of its own code is damaged: the text of {source.place!r:.80} has another hash"
            )
    return sources


def look_again(values: Any, sources: Sequence[Source], league: Path) -> None:
    """Find the files of a stored league on this machine and remember where they are.

    A file with the stored content is preferred, wherever it is. Of a file that is gone, the text that the league keeps is used.

    Args:
        values: The league's settings, plain.
        sources: What the league keeps of its files; empty for a league of an earlier version.
        league: The league's folder.
    """
    kept = {source.place: source for source in sources}
    for place in places_in(values):
        if was_named(place):
            continue
        source = kept.get(place, Source(place))
        there = [path for path in dict.fromkeys(_candidates(source, league)) if path.is_file()]
        same = [path for path in there if _hash(path) == source.sha256]
        if same or there:
            _use(place, (same or there)[0])
        elif source.text:
            _use(place, write_text(source, folder()))
        else:
            missed(place, list(_candidates(source, league)))


def changes(values: Any, sources: Sequence[Source], league: Path) -> list[str]:
    """Say in sentences which files are not what they were when a league began, or are gone.

    Args:
        values: Settings, plain: those of the league, or others that name the same files.
        sources: What the league keeps of its files.
        league: The league's folder.
    """
    sentences = []
    for now in sources_of(values):
        was = next((source for source in sources if Path(source.place).name == Path(now.place).name), None)
        if was is None:
            continue
        spare = Path(now.path).parents[1]
        if was.sha256 != now.sha256:
            sentences.append(f"{now.path} has changed since the league {league.name!r} began; the league goes on with it")
        elif not was.notebook and (spare == league / CODE or written_here(spare)):
            tried = ", ".join(dict.fromkeys(str(path.parent) for path in _candidates(was, league)))
            sentences.append(f"{was.place} was not found in {tried}; its text as the league keeps it is used: {now.path}")
    return sentences


def write_text(source: Source, where: Path) -> Path:
    """Write the text of a file into a folder below `where`, and return its path.

    Raises:
        LeagueError: The folder is a link.
    """
    path = where / source.sha256[:8] / Path(source.path).name
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.parent.is_symlink() or where.is_symlink():
        raise LeagueError(f"{path.parent} is a link, through which code would be written elsewhere; delete it")
    path.unlink(missing_ok=True)
    with path.open("xb") as file:
        file.write(source.text.encode())
    return path


def keep_texts(sources: Sequence[Source], league: Path) -> None:
    """Write files that there are only for this process, as those of a notebook, into the league's folder, where they stay."""
    for source in sources:
        if written_here(file_at(source.place)):
            remember({source.place: str(write_text(source, league / CODE))}, of_league=of_league(source.place))


def look_from_here(values: Any, beside: Path | None = None) -> None:
    """Find the files that a user's own settings name: from the working directory, or beside the file of the settings.

    Args:
        values: The settings, plain.
        beside: The folder of the file that holds the settings; None if they come from Python.
    """
    for place in places_in(values):
        if not place.endswith(".py") or Path(place).is_absolute():
            continue
        if Path(place).is_file():
            forget(place)
        elif beside is not None and (beside / place).is_file():
            remember({place: str((beside / place).resolve())})


def _candidates(source: Source, league: Path) -> Iterator[Path]:
    """Yield the paths where a file may be, the most likely first."""
    found = _found(source.place)
    if found is not None:
        yield found
    yield league / CODE / source.sha256[:8] / Path(source.path or source.place).name
    stored = Path(source.path) if source.path else Path(source.place)
    if source.path and stored.suffix == ".py":
        yield stored
    if not source.path and not source.place.endswith(".py"):
        stored = Path(*source.place.split(".")).with_suffix(".py")
    parts = (stored.parts[1:] if stored.is_absolute() else stored.parts)[-DEEPEST:]
    for above in league.absolute().parents[:ABOVE]:
        for first in range(len(parts)):
            yield above.joinpath(*parts[first:])


def _found(place: str) -> Path | None:
    """The file of a place as `envs.references.find` would take it; None if there is none."""
    files = files_of(place)
    return files[-1] if files else None


def _installed(path: Path) -> bool:
    library = Path(json.__file__).resolve().parents[1]
    return path.is_relative_to(library) or any(part.endswith("-packages") for part in path.parts)


def _use(place: str, path: Path) -> None:
    """Remember a file if it is not where it is looked for anyway."""
    if _found(place) != path.resolve():
        remember({place: str(path.resolve())}, of_league=True)


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _text_of(path: Path) -> str:
    """The text of a file; "" if it is too large to be kept, or is no text."""
    if path.stat().st_size > LARGEST:
        return ""
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError:
        return ""


def functions_named(options: Any) -> Any:
    """Options of a configuration file in which the names of functions that can be found are said to be functions.

    Args:
        options: Plain options. A text like `rewards.py:sparse` names a function. So does `rewards:sparse` if there is such a
            module, and it is none of Python's own. `{$text: "rewards:sparse"}` remains a text.
    """
    if isinstance(options, dict):
        if len(options) == 1 and next(iter(options)) in ("$text", "$callable"):
            return options
        return {key: functions_named(value) for key, value in options.items()}
    if isinstance(options, list):
        return [functions_named(value) for value in options]
    parts = split(options) if isinstance(options, str) else None
    if parts is None:
        return options
    place = parts[0]
    known = place.endswith(".py") or (place.split(".")[0] not in sys.stdlib_module_names and _found(place) is not None)
    return {"$callable": options} if known else options
