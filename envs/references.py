"""Finds users' own callables by their name in text: `module:callable` or `path/to/file.py:callable`.

Finding a name runs its file, so `find` finds only what was permitted: what the user named on the command line, in a
configuration or in a script, and what the user trusts. Everything else is refused, wherever the name comes from; `refuse` says
why. Nothing else in the project imports a user's code. A permission holds for the process and for the workers that it starts.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import os
import sys
import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from envs import places
from envs.captured import Code, TooLarge, capture
from envs.faults import GameError, environment_code, nearest
from envs.neighbours import Kept, beside, forget_served, serve
from envs.notebook import write_down
from envs.places import file_at, searched
from envs.sources import files_of, split


class Permission(NamedTuple):
    """A permission: the files that a reference runs, and the callable's name in the last of them.

    Attributes:
        files: Their paths, or the place itself if there are no such files.
        attribute: The name; `EVERYTHING` permits all.
    """

    files: tuple[str, ...]
    attribute: str


EVERYTHING = "*"

_PERMITTED: dict[Permission, Code | None] = {}
"""What may be found, with the code as it was read; None if it was not read yet."""

_NAMED: dict[str, tuple[str, ...]] = {}
"""The places that the user named, and their files: nothing that a league says leads elsewhere from there."""

_REFUSED: dict[str, str] = {}
"""Places of code, by file, and the sentences that say why they are refused."""

_FOUND: dict[tuple[str, str, int], Callable[..., Any]] = {}
"""What was found before: by reference, working directory, and state of what is remembered of places."""

_LOADING: list[Path] = []
"""Files that are being loaded at the moment."""


def find(reference: str) -> Callable[..., Any]:
    """Find the callable that `reference` names.

    Raises:
        GameError: The reference is not permitted, or the file or module cannot be imported, has no such name, or the name is
            not callable.
    """
    known = (reference, os.getcwd(), places.changes())
    if known not in _FOUND:
        _FOUND[known] = _find(reference)
    return _FOUND[known]


def _find(reference: str) -> Callable[..., Any]:
    parts = split(reference)
    if parts is None:
        raise GameError(f"{reference!r} names no code: write module:callable or path/to/file.py:callable.")
    place, attribute = parts
    permission = _permission(reference)
    if permission is None:
        raise GameError(refusal(reference) or _nobody_asked(reference))
    if place.endswith(".py") and not file_at(place).is_file():
        raise GameError(f"There is no file {file_at(place)}{searched(place)}.")
    code = _read(permission, place)
    with environment_code(f"{reference} cannot be imported"):
        module = _file(file_at(place), code) if place.endswith(".py") and code is not None else _module(place, code)
    found = vars(module).get(attribute)
    if found is None:
        raise GameError(f"{place} has no {attribute!r}{nearest(attribute, vars(module))}")
    if not callable(found):
        raise GameError(f"{attribute!r} in {place} is not callable.")
    return found


def ours(reference: str) -> Callable[..., Any]:
    """Find a callable that a table of this project names. No text from outside may get here."""
    place, _, attribute = reference.rpartition(":")
    return vars(importlib.import_module(place))[attribute]


def refuse(reference: str, sentence: str) -> None:
    """Say why `find` refuses a reference, and others to the same file, unless it is permitted.

    Args:
        reference: The code.
        sentence: The message of the error.
    """
    if not permitted(reference):
        _REFUSED.setdefault(_last(reference), sentence)


def permit(reference: str, code: Code | None = None, *, named: bool = True) -> None:
    """Let `find` find a reference, even if it was refused. Names that are no references change nothing.

    Args:
        reference: The code.
        code: The code as it was read when it was checked; it runs as it was then. None reads it when it is found.
        named: Whether the user named it. Otherwise it is trusted by its content.
    """
    parts = split(reference)
    if parts is None:
        return
    if named:
        _NAMED[parts[0]] = _files(reference)
    _grant(Permission(_files(reference), parts[1]), None if code is None else replace(code, named=named))
    for key in (_last(reference), parts[0]):
        _REFUSED.pop(key, None)


def name(reference: str) -> None:
    """Permit what a user's own settings or script name, unless it was refused: then it comes from somebody else's file.

    Raises:
        GameError: It was refused.
    """
    if refusal(reference):
        raise GameError(refusal(reference))
    name_here(reference)


def name_here(reference: str) -> None:
    """Permit what the user names on the command line, in settings or in a script, where it is found from here.

    A league that was opened before may have said where its own file of that name is. The user did not mean that one. If there
    is no other, nothing is permitted, and the file is found only if it is trusted.
    """
    place = _place(reference)
    if places.of_league(place):
        theirs = places.remembered()[place]
        places.forget(place)
        if split(reference) is None or files_of(place) is None:
            places.remember({place: theirs}, of_league=True)
            return
    permit(reference)


def permitted(reference: str) -> bool:
    """Return whether a reference was permitted."""
    return _permission(reference) is not None


def was_named(place: str) -> bool:
    """Return whether the user named the file that a place leads to now, whatever in it."""
    return place in _NAMED and _NAMED[place] == _files(f"{place}:{EVERYTHING}")


def refusal(reference: str) -> str:
    """Return the sentence with which a reference is refused; "" if it is not, or nobody said why."""
    if not _REFUSED or permitted(reference):
        return ""
    return _REFUSED.get(_last(reference)) or _REFUSED.get(_place(reference), "")


def permissions() -> dict[Permission, Code | None]:
    """Return what is permitted in this process, for the processes that it starts."""
    return dict(_PERMITTED)


def take_over(given: Mapping[Permission, Code | None]) -> None:
    """Permit what is permitted in the process that started this one."""
    for permission, code in given.items():
        _grant(permission, code)


def forget_permissions() -> None:
    """Forget what was permitted and refused in this process."""
    for kept in (_PERMITTED, _NAMED, _REFUSED, _FOUND):
        kept.clear()
    forget_served()


def _grant(permission: Permission, code: Code | None) -> None:
    if code is not None:
        serve(code)
    _PERMITTED[permission] = code or _PERMITTED.get(permission)


def _permission(reference: str) -> Permission | None:
    """Return the permission that a reference has, if any."""
    if not _PERMITTED or split(reference) is None:
        return None
    asked = Permission(_files(reference), reference.rpartition(":")[2])
    return next((each for each in (asked, asked._replace(attribute=EVERYTHING)) if each in _PERMITTED), None)


def _read(permission: Permission, place: str) -> Code | None:
    """The code of a permission, which is read if that has not been done; None if it is in no file."""
    code = _PERMITTED[permission]
    if code is None:
        try:
            code = capture(place)
        except TooLarge as error:
            raise GameError(str(error)) from error
        code = None if code is None else replace(code, named=True)
        _PERMITTED[permission] = code
    if code is not None:
        serve(code)
    return code


def _nobody_asked(reference: str) -> str:
    return (
        f"{reference} is code that may not run: you have not named it on the command line, in a configuration or in a script, "
        "and it is not on your list of trusted code (in a script: envs.references.permit)"
    )


def _place(reference: str) -> str:
    return reference.rpartition(":")[0]


def _files(reference: str) -> tuple[str, ...]:
    """Return what a reference runs: its files, or its place if there are none."""
    place = _place(reference)
    found = files_of(place) if split(f"{place}:x") else None
    return tuple(map(str, found)) if found else (place,)


def _last(reference: str) -> str:
    """Return the file that a reference runs last, or its place if there is none."""
    return _files(reference)[-1]


def reference_to(function: Any) -> str:
    """Name a function or class in text, so that this and other processes can find it.

    Raises:
        GameError: It is not at the top level of a file.
    """
    called, module = getattr(function, "__qualname__", ""), getattr(function, "__module__", None)
    if not called or "<" in called or "." in called or not module:
        raise GameError(f"{function!r} cannot be named: only a function at the top level of a file can be found again")
    if module == "__main__" or module not in sys.modules or module.startswith(ALIAS):
        file = getattr(sys.modules.get(module), "__file__", None)
        if file is None and module == "__main__":
            return permit_what_ran(write_down(function))
        file = file or inspect.getsourcefile(function) or ""
        return permit_what_ran(f"{Path(file).resolve()}:{called}")
    return permit_what_ran(f"{module}:{called}")


def permit_what_ran(reference: str) -> str:
    """Permit a reference to a function or class that this process has got, and return it: its code has run already."""
    if not refusal(reference):
        permit(reference)
    return reference


def loading() -> Path | None:
    """Return the user's own file that is being loaded at the moment, if any. What it starts would start in each worker."""
    return _LOADING[-1] if _LOADING else None


def _module(place: str, code: Code | None) -> ModuleType:
    """Import a module. Own code is found by `envs.neighbours`, all else by Python."""
    module = importlib.import_module(place)
    file = getattr(module, "__file__", None)
    if code is not None and code.files and (file is None or Path(file).resolve() != Path(code.path)):
        raise ImportError(f"{file} was imported under the name {place} before, so {code.path} cannot be")
    return module


ALIAS = "own_"
"""How the names of modules begin that are loaded by their path."""


def _file(path: Path, code: Code) -> ModuleType:
    """Import a file by its path, once per process. The script that was started is not run again."""
    script = sys.modules["__main__"]
    if Path(getattr(script, "__file__", None) or "").resolve() == path:
        return script
    alias = f"{ALIAS}{path.stem}_{zlib.crc32(str(path).encode()):08x}"
    if alias in sys.modules:
        return sys.modules[alias]
    spec = importlib.util.spec_from_file_location(alias, path, loader=Kept(alias, path, code.files[path]))
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
