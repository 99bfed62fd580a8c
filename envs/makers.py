"""Which callables may be called to make an environment."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FunctionType, MethodType
from typing import Any

from pettingzoo.utils.env import AECEnv, ParallelEnv

from envs.faults import GameError
from envs.sources import of_python


def require_maker(name: str, found: Callable[..., Any]) -> None:
    """Make sure that a callable can be the maker of an environment, before it is called with options.

    It can if it is a class of environments, a function that is written in Python, or something that calls such a class or
    function: a `functools.partial`, a bound method, a decorated function, an object with `__call__`. Functions that are built
    into Python or belong to its standard library, such as `os.system`, make no environments.

    Args:
        name: The game's name.
        found: What the name refers to.

    Raises:
        GameError: It is no maker.
    """
    made_of = _innermost(found)
    if inspect.isclass(made_of):
        if not issubclass(made_of, (AECEnv, ParallelEnv)):
            raise GameError(f"{name} is a class, but no AECEnv or ParallelEnv of PettingZoo; it is not called.")
        return
    if not isinstance(made_of, FunctionType) or _of_python(made_of):
        raise GameError(f"{name} is no function that makes an environment: it belongs to Python itself; it is not called.")


def _inner(found: Any) -> Any:
    """Return what a decorated callable keeps as `__wrapped__`; None if it keeps nothing."""
    return getattr(found, "__wrapped__", None)


def _of_python(function: FunctionType) -> bool:
    file = function.__code__.co_filename
    return file.startswith("<frozen ") or of_python(Path(file).resolve())


def _innermost(found: Any) -> Any:
    """Return the function or class that a callable calls in the end."""
    for _ in range(_LAYERS):
        if isinstance(found, partial):
            found = found.func
        elif isinstance(found, MethodType):
            found = found.__func__
        elif isinstance(found, FunctionType) or inspect.isclass(found):
            inner = vars(found).get("__wrapped__")
            if inner is None or inspect.isclass(found):
                return found
            found = inner
        else:  # an object of a class with `__call__`, which may be a decorator that keeps what it wraps
            found = vars(type(found)).get("__call__") if _inner(found) is None else _inner(found)
    return None


_LAYERS = 32
"""The most wrappers around a function that are looked through."""
