"""What code consists of: the files that a reference runs, read once, so that what was checked is what runs.

The files of a reference are its file, the packages around it, and, of own code, every file beside it that import statements
name, and what these import in turn. Nothing here runs code.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

from envs.sources import files_of, found_ordinarily, installed, of_python

MOST = 1000
"""The most files whose imports are followed."""

LARGEST = 2**25
"""Bytes of the largest file that is read as code."""

LARGEST_PARSED = 2**20
"""Bytes of the largest file whose import statements are read. Python needs a thousand times as much memory for it."""


class TooLarge(Exception):
    """A file is too large to be code; the message is a sentence."""


@dataclass(frozen=True)
class Code:
    """Code on this machine, as it was when it was read.

    Attributes:
        path: The file that is run; the module's name where it is built into Python.
        sha256: Of the file, of the packages around it, and of what it imports from its own folder.
        files: Own files and what they held; of a compiled extension, the SHA-256 only. Empty for what Python finds by itself.
        roots: Folders in which the top-level modules among these files are.
        more: SHA-256 of further files beside them that may be imported, although no import statement names them.
        named: Whether the user named the code, and with it the folder that it is in.
    """

    path: str
    sha256: str
    files: Mapping[Path, bytes] = field(default_factory=dict)
    roots: tuple[Path, ...] = ()
    more: frozenset[str] = frozenset()
    named: bool = False


def capture(place: str) -> Code | None:
    """Read the code of a module or of a file without running it; None if there is none on this machine.

    Args:
        place: A module's name, or the path of a file that ends in `.py`.

    Raises:
        TooLarge: One of its files is too large to be code.
    """
    files = files_of(place)
    if files is None:
        return None
    if not files:
        return Code(f"built into Python: {place}", hashlib.sha256(place.encode()).hexdigest())
    own = place.endswith(".py") or not found_ordinarily(place)
    roots = _roots_of(place, files[-1]) if own else ()
    found = with_imported(files, roots)
    hashed = hashlib.sha256()
    for content in found.values():
        hashed.update(hashlib.sha256(content).digest())
    kept = {path: kept_of(path, content) for path, content in found.items()} if own else {}
    return Code(str(files[-1]), hashed.hexdigest(), kept, roots)


def with_imported(files: Sequence[Path], roots: Sequence[Path]) -> dict[Path, bytes]:
    """Read files and all that they import from their own folders, in a fixed order; of installed code, only the files.

    Args:
        files: Where to begin.
        roots: Further folders in which imports are looked for.

    Raises:
        TooLarge: One of them is too large to be code.
    """
    found = {path: _read(path) for path in files}
    waiting = [path for path in files if not installed(path) and not of_python(path)]
    while waiting and len(found) < MOST:
        path = waiting.pop(0)
        for neighbour in _neighbours(path, found[path], roots):
            if neighbour not in found:
                found[neighbour] = _read(neighbour)
                waiting.append(neighbour)
    return found


def kept_of(path: Path, content: bytes) -> bytes:
    """What is kept of a file: its content, or the hash of a compiled extension, which only the system can load."""
    return content if path.suffix == ".py" else hashlib.sha256(content).digest()


def modules_at(place: Path) -> list[Path]:
    """The files that can be the module at a path without an ending, in Python's order."""
    return [place / "__init__.py", *(place.with_name(place.name + end) for end in (*EXTENSION_SUFFIXES, ".py"))]


def _read(path: Path) -> bytes:
    """The content of a file; nothing if it cannot be read."""
    try:
        if path.stat().st_size > LARGEST:
            raise TooLarge(f"{path} has more than {LARGEST >> 20} megabytes and is not read as code")
        return path.read_bytes() if path.is_file() else b""
    except OSError:
        return b""


def _neighbours(path: Path, content: bytes, roots: Sequence[Path]) -> Iterator[Path]:
    """Yield the files and packages beside a file, or beside the packages around it, that its imports name."""
    if path.suffix != ".py" or len(content) > LARGEST_PARSED:
        return
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    folders = list(dict.fromkeys((*_around(path), *roots)))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _at(folders, alias.name)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            above = [path.parents[node.level - 1]] if 0 < node.level <= len(path.parents) else []
            for alias in node.names:
                yield from _at([*above, *folders], f"{base}.{alias.name}".lstrip("."))


def _at(folders: Sequence[Path], name: str) -> Iterator[Path]:
    """Yield the files that an import of a dotted name may run, the packages on the way included."""
    parts = name.split(".")
    for folder in folders:
        for length in range(1, len(parts) + 1):
            place = folder.joinpath(*parts[:length])
            yield from (path for path in modules_at(place) if path.is_file())


def _around(path: Path) -> Iterator[Path]:
    """Yield the folder of a file, and the folders around it as long as these are packages."""
    folder = path.parent
    yield folder
    while (folder / "__init__.py").is_file() and folder.parent != folder:
        folder = folder.parent
        yield folder


def _roots_of(place: str, path: Path) -> tuple[Path, ...]:
    """The folders from which code can be imported by name."""
    if place.endswith(".py"):
        return tuple(_around(path))
    return ((path.parent if path.name == "__init__.py" else path).parents[place.count(".")],)
