"""Finds users' own callables by their name in text: `module:callable` or `path/to/file.py:callable`.

Resolving a name runs its file, so a name is trusted like code. The working directory is searched too. A name that comes from a
file of somebody else's is refused with `refuse`, and `find` then raises an error; `permit` lets it be found. Nothing else in
the project imports a user's code, so that what is refused here does not run.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from envs.faults import GameError, environment_code, nearest
from envs.neighbours import beside
from envs.notebook import write_down
from envs.places import file_at, root_of, searched
from envs.sources import OURS, files_of, split

_PERMITTED: set[str] = set()
_REFUSED: dict[str, str] = {}
"""Places of code, by name and by file, and for those that are refused the sentence that says why. They hold for the process."""

_LOADING: list[Path] = []
"""Files that are being loaded at the moment."""


def find(reference: str) -> Callable[..., Any]:
    """Find the callable that `reference` names.

    Raises:
        GameError: The reference is refused, or the file or module cannot be imported, has no such name, or the name is not
            callable.
    """
    parts = split(reference)
    if parts is None:
        raise GameError(f"{reference!r} names no code: write module:callable or path/to/file.py:callable.")
    place, attribute = parts
    refused = refusal(reference)
    if refused:
        raise GameError(refused)
    if place.endswith(".py") and not file_at(place).is_file():
        raise GameError(f"There is no file {file_at(place)}{searched(place)}.")
    with environment_code(f"{reference} cannot be imported"):
        module = _file(file_at(place)) if place.endswith(".py") else _module(place)
    found = vars(module).get(attribute)
    if found is None:
        raise GameError(f"{place} has no {attribute!r}{nearest(attribute, vars(module))}")
    if not callable(found):
        raise GameError(f"{attribute!r} in {place} is not callable.")
    return found


def refuse(reference: str, sentence: str) -> None:
    """Let `find` raise an error for a reference, and for others to the same file, unless the code is permitted.

    Args:
        reference: The code.
        sentence: The message of the error.
    """
    if not permitted(reference):
        _REFUSED.setdefault(_key(reference), sentence)


def permit(reference: str) -> None:
    """Let `find` find a reference, even if it was refused or will be. Names that are no references change nothing."""
    if split(reference) is None:
        return
    _PERMITTED.add(_key(reference))
    for key in (_key(reference), _place(reference)):
        _REFUSED.pop(key, None)


def permitted(reference: str) -> bool:
    """Return whether a reference was permitted."""
    return _key(reference) in _PERMITTED


def refusal(reference: str) -> str:
    """Return the sentence with which a reference is refused; "" if it is not."""
    if not _REFUSED or permitted(reference):
        return ""
    return _REFUSED.get(_key(reference)) or _REFUSED.get(_place(reference), "")


def forget_permissions() -> None:
    """Forget what was permitted and refused in this process."""
    _PERMITTED.clear()
    _REFUSED.clear()


def _place(reference: str) -> str:
    return reference.rpartition(":")[0]


def _key(reference: str) -> str:
    """Return what a reference is known by: the file that it runs last, or its place if there is no such file."""
    parts = split(reference)
    files = files_of(parts[0]) if parts else None
    return str(files[-1]) if files else _place(reference)


def reference_to(function: Any) -> str:
    """Name a function or class in text, so that another process can find it.

    Raises:
        GameError: It is not at the top level of a file.
    """
    name, module = getattr(function, "__qualname__", ""), getattr(function, "__module__", None)
    if not name or "<" in name or "." in name or not module:
        raise GameError(f"{function!r} cannot be named: only a function at the top level of a file can be found again")
    if module == "__main__" or module not in sys.modules or module.startswith(ALIAS):
        file = getattr(sys.modules.get(module), "__file__", None)
        if file is None and module == "__main__":
            return write_down(function)
        file = file or inspect.getsourcefile(function) or ""
        return f"{Path(file).resolve()}:{name}"
    return f"{module}:{name}"


def loading() -> Path | None:
    """Return the user's own file that is being loaded at the moment, if any. What it starts would start in each worker."""
    return _LOADING[-1] if _LOADING else None


def _module(place: str) -> ModuleType:
    """Import a module, also from where it was remembered and from the working directory. The project's own need neither."""
    if place.split(".")[0] in OURS:
        return importlib.import_module(place)
    for folder in (Path.cwd(), root_of(place)):
        if folder is not None and str(folder) not in sys.path:
            sys.path.insert(0, str(folder))
    return importlib.import_module(place)


ALIAS = "own_"
"""How the names of modules begin that are loaded by their path."""


def _file(path: Path) -> ModuleType:
    """Import a file by its path, once per process. The script that was started is not run again."""
    script = sys.modules["__main__"]
    if Path(getattr(script, "__file__", None) or "").resolve() == path:
        return script
    alias = f"{ALIAS}{path.stem}_{zlib.crc32(str(path).encode()):08x}"
    if alias in sys.modules:
        return sys.modules[alias]
    spec = importlib.util.spec_from_file_location(alias, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[alias] = module  # dataclasses look up their own module while it is being executed
    _LOADING.append(path)
    try:
        with beside(path.parent):
            spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[alias]
        raise
    finally:
        _LOADING.pop()
    return module
