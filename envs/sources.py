"""The files that a reference such as `module:callable` would run, found without running anything."""

from __future__ import annotations

import importlib.util
import sys
import sysconfig
from functools import cache
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path

from envs.places import file_at, root_of

OURS = ("agents", "comms", "envs", "league", "tournaments")
"""The packages of this project."""

OWN_CODE = "own code"
"""What the specification of a module says as its `loader_state` if it is loaded by `envs.neighbours`."""


def split(reference: str) -> tuple[str, str] | None:
    """Split `module:callable` or `path/to/file.py:callable` into the place and the attribute.

    Args:
        reference: Any text.

    Returns:
        The place and the attribute; None if the text cannot name a callable.
    """
    place, colon, attribute = reference.rpartition(":")
    named = place.endswith(".py") or all(part.isidentifier() for part in place.split("."))
    return (place, attribute) if colon and named and attribute.isidentifier() and "\0" not in place else None


def files_of(place: str) -> tuple[Path, ...] | None:
    """List the files that an import of a module or of a file would run.

    The parts of a dotted name are searched one by one. `importlib.util.find_spec` would import the packages around a module.

    Args:
        place: A module's name, or the path of a file that ends in `.py`.

    Returns:
        The files, those of the surrounding packages first. The tuple is empty for a module that is built into Python. None if
        there is no such module or file.
    """
    if place.endswith(".py"):
        path = file_at(place)
        return (path,) if path.is_file() else None
    files: list[Path] = []
    first, *rest = place.split(".")
    spec, name = _top(first, place), first
    for part in rest:
        if spec is None or spec.submodule_search_locations is None:
            return None
        files += _file_of(spec)
        name = f"{name}.{part}"
        spec = PathFinder.find_spec(name, list(spec.submodule_search_locations))
    return None if spec is None else (*files, *_file_of(spec))


def of_python(path: Path) -> bool:
    """Return whether a file belongs to Python's standard library."""
    return path.is_relative_to(_STANDARD) and not installed(path)


def installed(path: Path) -> bool:
    """Return whether a file belongs to an installed package."""
    return any(path.is_relative_to(folder) for folder in _INSTALLED)


def found_ordinarily(place: str) -> bool:
    """Return whether Python finds a module by itself: it is installed, a part of Python, or on `sys.path`."""
    spec = _ordinary(place.split(".")[0])
    return spec is not None and spec is _top(place.split(".")[0], place) and spec.loader_state != OWN_CODE


def _top(name: str, place: str) -> ModuleSpec | None:
    """Find a top-level module: what Python finds by itself, then where it was remembered, then in the working directory.

    Nothing in the working directory takes the place of an installed module or of one of Python's own.
    """
    spec = _ordinary(name)
    if spec is not None and spec.loader_state != OWN_CODE and (spec.loader is not None or name in sys.modules):
        return spec
    folders = [str(folder) for folder in (root_of(place), Path.cwd()) if folder is not None]
    here = PathFinder.find_spec(name, folders)
    return here if spec is None or (here is not None and here.loader is not None) else spec  # a folder alone is no module


@cache
def _ordinary_frozen(name: str) -> ModuleSpec | None:
    return PathFinder.find_spec(name, [str(_STANDARD)])


def _ordinary(name: str) -> ModuleSpec | None:
    """Find a top-level module as Python does, without importing it."""
    try:
        spec = importlib.util.find_spec(name)
    except (ValueError, ImportError):  # a module that was made by hand has no specification
        return None
    frozen = spec is not None and spec.origin == "frozen"  # kept inside Python, as `os` is; its source is a file all the same
    return _ordinary_frozen(name) or spec if frozen else spec


def _file_of(spec: ModuleSpec) -> list[Path]:
    return [Path(spec.origin).resolve()] if spec.origin is not None and spec.has_location else []


_STANDARD = Path(sysconfig.get_path("stdlib")).resolve()
_INSTALLED = [
    Path(folder).resolve()
    for folder in dict.fromkeys(
        [
            *(sysconfig.get_path(name) for name in ("purelib", "platlib")),
            *(path for path in sys.path if path.endswith("-packages")),
        ]
    )
]
