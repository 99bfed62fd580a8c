"""Finds users' own callables by their name in text: `module:callable` or `path/to/file.py:callable`.

Resolving a name runs its file, so a configuration must be trusted like code. The working directory is searched too.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from envs.faults import GameError, environment_code, nearest


def find(reference: str) -> Callable[..., Any]:
    """Find the callable that `reference` names.

    Raises:
        GameError: The file or module cannot be imported, has no such name, or the name is not callable.
    """
    place, _, attribute = reference.rpartition(":")
    with environment_code(f"{reference} cannot be imported"):
        module = _file(Path(place).resolve()) if place.endswith(".py") else _module(place)
    found = vars(module).get(attribute)
    if found is None:
        raise GameError(f"{place} has no {attribute!r}{nearest(attribute, vars(module))}")
    if not callable(found):
        raise GameError(f"{attribute!r} in {place} is not callable.")
    return found


def _module(place: str) -> ModuleType:
    """Import a module, also from the working directory."""
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    return importlib.import_module(place)


def _file(path: Path) -> ModuleType:
    """Import a file by its path, once per process."""
    alias = f"own_{path.stem}_{zlib.crc32(str(path).encode()):08x}"
    if alias in sys.modules:
        return sys.modules[alias]
    if not path.is_file():
        raise GameError(f"There is no file {path}.")
    spec = importlib.util.spec_from_file_location(alias, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[alias] = module  # dataclasses look up their own module while it is being executed
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[alias]
        raise
    return module
