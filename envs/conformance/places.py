"""The file and line of an environment's own code, for sentences about values that it returned."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any


def defined_at(environment: Any, method: str) -> str:
    """Return where an environment defines a method, as ` (in games/mine.py, line 12)`; "" if that is not known."""
    function = getattr(type(environment.unwrapped), method, None)
    code = getattr(inspect.unwrap(function), "__code__", None) if callable(function) else None
    if code is None:
        return ""
    path = Path(code.co_filename)
    near = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    return f" (in {near}, line {code.co_firstlineno})"
