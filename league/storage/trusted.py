"""Whether code that a file names may run: what the user has trusted is remembered by its content.

The list is in the user's own state folder, `$XDG_STATE_HOME/marl-league/trusted.json`, by default under `~/.local/state`. It is
not kept with the leagues, because somebody else may have made these. An entry is the SHA-256 of a file and of the files that it
imports from its own folder, wherever they are, with the name of the callable that was trusted. When one of the files changes,
the entry no longer holds. What was read to compute the hash is what runs; see `envs.captured`.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from envs import places
from envs.captured import Code, TooLarge, capture
from envs.neighbours import further
from envs.references import name_here, permit, permitted, refusal, refuse
from envs.sources import split
from league.config.foreign import Reference
from league.errors import LeagueError
from league.storage.blobs import write_durably

FILE = "trusted.json"

HOW = (
    "Look at it first; then add --trust to this command (or name the code on the command line). "
    "It is remembered until the code changes"
)


def require(found: Sequence[Reference], where: str, *, trust: bool = False) -> None:
    """Make sure, before anything runs, that the user trusts the code that a file names.

    Args:
        found: The code.
        where: The file, for the sentence: "the league 'mine'".
        trust: Trust all of it, and remember that.

    Raises:
        LeagueError: Code is not trusted; the message names it, its file and what to do. Nothing has run.
    """
    if trust:
        remember(found)
    refused = refuse_untrusted(found, where)
    if refused:
        raise LeagueError(refused[0])


def refuse_untrusted(found: Sequence[Reference], where: str) -> list[str]:
    """Permit, for this process, the code that a file names and the user trusts, and say why the rest is refused.

    There is no sentence for code that is not on this machine. It is refused all the same, since it may turn up later.

    Args:
        found: The code.
        where: The file, for the sentence.

    Returns:
        Sentences about the code that is there and is not trusted.
    """
    sentences = []
    for reference in found:
        if permitted(reference.code):
            continue
        code = code_of(reference.code)
        if code is None:
            tried = places.searched(reference.code.rpartition(":")[0])
            refuse(reference.code, f"{reference.code} is named by {where}, and it was not found from {Path.cwd()}{tried}")
            continue
        entries = _entries()
        same = [entry for entry in entries if entry.get("sha256") == code.sha256 and _trusts(entry, reference)]
        if same:
            more = frozenset(sha256 for entry in same for sha256 in entry.get("more", ()))
            permit(reference.code, replace(code, more=more), named=False)
            continue
        known = any(entry.get("path") == code.path and _trusts(entry, reference) for entry in entries)
        why = "it has changed since you trusted it" if known else "it is not on your list of trusted code"
        sentence = f"{where} names code that would run, but {why}: {reference.setting} is {reference.code} ({code.path}). {HOW}"
        refuse(reference.code, sentence)
        sentences.append(sentence)
    return sentences


def remember(found: Sequence[Reference], known: dict[str, Code | None] | None = None) -> None:
    """Trust code: in this process, and in later ones as long as it does not change.

    Args:
        found: The code.
        known: What it consisted of when the user named it; by default it is read now.

    Raises:
        LeagueError: The list of what is trusted cannot be read or written.
    """
    read = {reference: code_of(reference.code) if known is None else known[reference.code] for reference in found}
    new = [_entry(reference, code) for reference, code in read.items() if code is not None]
    for reference, code in read.items():
        permit(reference.code, code, named=known is not None)
    if not new or all(entry in _entries() for entry in new):
        return
    with _locked():
        kept = [entry for entry in _entries() if entry not in new]
        write_durably(_file(), json.dumps({"format": 1, "trusted": [*kept, *new]}, indent=1).encode())


class NamedCode:
    """The code of settings that the user gave, in a file of their own or in Python, as it was when they gave it."""

    def __init__(self, found: Sequence[Reference]) -> None:
        """Permit the code for this process.

        Raises:
            LeagueError: Some of it was refused before: the settings are those of a league that names code that is not trusted.
        """
        for reference in found:
            refused = refusal(reference.code)
            if refused:
                raise LeagueError(refused)
        for reference in found:
            if not permitted(reference.code):
                name_here(reference.code)
        self._found = [reference for reference in found if permitted(reference.code)]
        self._named = {reference.code: code_of(reference.code) for reference in self._found}
        for reference in self._found:
            permit(reference.code, self._named[reference.code])

    def remember(self, warn: Callable[[str], None]) -> None:
        """Trust the code in later processes, too. A league that was opened meanwhile may not put other code in its place.

        Args:
            warn: Is told if the list of trusted code cannot be changed.
        """
        for reference, named in self._named.items():
            now = code_of(reference)
            if named is None:
                continue
            if now is not None and now.sha256 == named.sha256:  # it may have moved into the league's folder
                self._named[reference] = now
            elif Path(named.path).is_file():
                places.remember({reference.rpartition(":")[0]: named.path})
        try:
            remember(self._found, self._named)
        except (OSError, LeagueError) as error:
            warn(f"the code of this league has to be trusted again when it is resumed: {error}")


def code_of(reference: str) -> Code | None:
    """Find the code of a reference without running it; None if there is none on this machine.

    Raises:
        LeagueError: It is too large to be code.
    """
    parts = split(reference)
    try:
        return None if parts is None else capture(parts[0])
    except TooLarge as error:
        raise LeagueError(str(error)) from error


def state_folder() -> Path:
    """The user's own folder for what programs keep from one start to the next."""
    given = os.environ.get("XDG_STATE_HOME", "")
    return (Path(given) if os.path.isabs(given) else Path.home() / ".local" / "state") / "marl-league"


def _name_of(reference: Reference) -> str:
    return reference.code.rpartition(":")[2]


def _trusts(entry: dict[str, Any], reference: Reference) -> bool:
    """Return whether an entry is for the callable of a reference. Lists of earlier versions do not say which callable it is."""
    return entry.get("name", _name_of(reference)) == _name_of(reference)


def _entry(reference: Reference, code: Code) -> dict[str, Any]:
    more = further(code)
    return {"path": code.path, "sha256": code.sha256, "name": _name_of(reference), **({"more": more} if more else {})}


def _file() -> Path:
    return state_folder() / FILE


def _entries() -> list[dict[str, Any]]:
    """Read what is trusted.

    Raises:
        LeagueError: The list cannot be read.
    """
    try:
        entries = json.loads(_file().read_bytes())["trusted"]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise LeagueError(f"{_file()}, the list of the code that you trust, cannot be read; delete it to begin anew") from error
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


@contextmanager
def _locked() -> Iterator[None]:
    """Let one process at a time change the list."""
    folder = state_folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
