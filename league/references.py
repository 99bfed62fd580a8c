"""Functions of one's own in a configuration: written down as `module:callable` or `path/to/file.py:callable`."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from envs.references import find
from league.errors import LeagueError


def load(reference: str, what: str) -> Callable[..., Any]:
    """Find the function a configuration names.

    Raises:
        LeagueError: It cannot be found.
    """
    try:
        return find(reference)
    except ValueError as error:
        raise LeagueError(f"the {what} {reference!r} cannot be used: {error}") from error


def reference_to(function: Callable[..., Any]) -> str:
    """Write a function down so that another process can find it.

    Raises:
        LeagueError: It is no top-level function of a module.
    """
    name = getattr(function, "__qualname__", "")
    if not name or "<" in name or "." in name:
        raise LeagueError(f"{function!r} cannot be used here: only a function at the top level of a file can be found again")
    if function.__module__ == "__main__" or function.__module__ not in sys.modules:
        return f"{Path(inspect.getsourcefile(function) or '').resolve()}:{name}"
    return f"{function.__module__}:{name}"
