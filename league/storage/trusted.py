"""Whether code that a file names may run: what the user has trusted is remembered by its content.

The list is in the user's own state folder, `$XDG_STATE_HOME/marl-league/trusted.json`, by default under `~/.local/state`. It is
not kept with the leagues, because somebody else may have made these. An entry is the SHA-256 of a file and of the files that it
imports from its own folder, wherever they are. When one of them changes, the entry no longer holds.
"""

from __future__ import annotations

import ast
import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from envs import places
from envs.references import permit, permitted, refusal, refuse
from envs.sources import files_of, installed, of_python, split
from league.config.foreign import Reference
from league.errors import LeagueError
from league.storage.blobs import write_durably

FILE = "trusted.json"
NEIGHBOURS = 200
"""The most files whose imports are followed."""

HOW = (
    "Look at it first; then add --trust to this command (or name the code on the command line). "
    "It is remembered until the code changes"
)


@dataclass(frozen=True)
class Code:
    """Code on this machine.

    Attributes:
        path: The file that is run; the module's name where it is built into Python.
        sha256: Of the file, of the packages around it, and of what it imports from its own folder.
    """

    path: str
    sha256: str


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
    """Refuse, for this process, all code that a file names and the user does not trust; see `envs.references.refuse`.

    Code that is not on this machine is refused as well, since it may turn up later, but there is no sentence for it.

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
        if any(entry.get("sha256") == code.sha256 for entry in entries):
            permit(reference.code)
            continue
        known = any(entry.get("path") == code.path for entry in entries)
        why = "it has changed since you trusted it" if known else "it is not on your list of trusted code"
        sentence = f"{where} names code that would run, but {why}: {reference.setting} is {reference.code} ({code.path}). {HOW}"
        refuse(reference.code, sentence)
        sentences.append(sentence)
    return sentences


def remember(found: Sequence[Reference]) -> None:
    """Trust code: in this process, and in later ones as long as it does not change.

    Raises:
        LeagueError: The list of what is trusted cannot be read or written.
    """
    new = [vars(code) for reference in found if (code := code_of(reference.code)) is not None]
    for reference in found:
        permit(reference.code)
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
            permit(reference.code)
        self._found = found
        self._named = {reference.code: code_of(reference.code) for reference in found}

    def remember(self, warn: Callable[[str], None]) -> None:
        """Trust the code in later processes, too. A league that was opened meanwhile may not put other code in its place.

        Args:
            warn: Is told if the list of trusted code cannot be changed.
        """
        for reference, named in self._named.items():
            now = code_of(reference)
            if named is not None and (now is None or now.sha256 != named.sha256) and Path(named.path).is_file():
                places.remember({reference.rpartition(":")[0]: named.path})
        try:
            remember(self._found)
        except (OSError, LeagueError) as error:
            warn(f"the code of this league has to be trusted again when it is resumed: {error}")


def code_of(reference: str) -> Code | None:
    """Find the code of a reference without running it; None if there is none on this machine."""
    parts = split(reference)
    files = files_of(parts[0]) if parts is not None else None
    if parts is None or files is None:
        return None
    hashed = hashlib.sha256(b"" if files else parts[0].encode())
    for path in _imported(files):
        hashed.update(hashlib.sha256(path.read_bytes() if path.is_file() else b"").digest())
    return Code(str(files[-1]) if files else f"built into Python: {parts[0]}", hashed.hexdigest())


def state_folder() -> Path:
    """The user's own folder for what programs keep from one start to the next."""
    given = os.environ.get("XDG_STATE_HOME", "")
    return (Path(given) if os.path.isabs(given) else Path.home() / ".local" / "state") / "marl-league"


def _imported(files: Sequence[Path]) -> list[Path]:
    """Return files and all that they import from their own folders, in a fixed order; of installed code, only the files."""
    found = dict.fromkeys(files)
    waiting = [path for path in files if not installed(path) and not of_python(path)]
    while waiting and len(found) < NEIGHBOURS:
        for path in _neighbours(waiting.pop(0)):
            if path not in found:
                found[path] = None
                waiting.append(path)
    return list(found)


def _neighbours(path: Path) -> Iterator[Path]:
    """Yield the files and packages beside a file, or beside the packages around it, that its imports name."""
    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or "", *(f"{node.module or ''}.{alias.name}".lstrip(".") for alias in node.names)]
        for name in filter(None, names):
            for folder in _roots(path):
                place = folder.joinpath(*name.split("."))
                yield from (each.resolve() for each in (place.with_suffix(".py"), place / "__init__.py") if each.is_file())


def _roots(path: Path) -> Iterator[Path]:
    """Yield the folder of a file, and the folders around it as long as these are packages."""
    folder = path.parent
    yield folder
    while (folder / "__init__.py").is_file() and folder.parent != folder:
        folder = folder.parent
        yield folder


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
