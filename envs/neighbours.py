"""Files beside a user's own file can be imported by it, and equal names beside two files do not mix."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from envs.sources import OURS

_BROUGHT: dict[Path, dict[str, ModuleType]] = {}
"""Folder → modules in it that were imported by files of this folder."""


@contextmanager
def beside(folder: Path) -> Iterator[None]:
    """Load a file: its folder is searched first, and modules of the same name beside other files are put aside.

    Afterwards the folder is searched last, for imports inside functions.

    Args:
        folder: The file's folder.
    """
    for other, modules in _BROUGHT.items():
        for name, module in modules.items():
            if other != folder and sys.modules.get(name) is module:
                del sys.modules[name]
    mine = _BROUGHT.setdefault(folder, {})
    sys.modules.update(mine)
    before, place = set(sys.modules), str(folder)
    sys.path.insert(0, place)
    importlib.invalidate_caches()  # a file may have been written a moment ago
    try:
        yield
    finally:
        sys.path.remove(place)
        new = [name for name in sys.modules if name not in before]
        mine.update({name: sys.modules[name] for name in new if _lies_in(sys.modules[name], folder)})
        if place not in sys.path:
            sys.path.append(place)


def _lies_in(module: ModuleType, folder: Path) -> bool:
    """Return whether a module is a user's own file in a folder or below it."""
    file = getattr(module, "__file__", None)
    if not file or module.__name__.split(".")[0] in OURS:  # nothing beside a user's file replaces them
        return False
    path = Path(file).resolve()
    return path.is_relative_to(folder) and not any(part.endswith("-packages") for part in path.parts)
