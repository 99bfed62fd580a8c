"""Functions and classes from a notebook, written to a file, so that other processes and later sessions can find them.

A cell has no file of its own. What it defines is copied with all that it uses: imports, constants, other functions and classes
of the notebook. The name of the file ends with a hash of its content, so a changed definition is another one.
"""

from __future__ import annotations

import ast
import atexit
import builtins
import hashlib
import inspect
import linecache
import shutil
import symtable
import sys
import tempfile
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import numpy as np

from envs.faults import GameError
from envs.places import remember

NOTEBOOKS = "marl-league-"
"""How the names of the temporary folders begin into which definitions are written."""


def write_down(found: Any) -> str:
    """Write a function or class of a notebook to a file, and remember where it is.

    Args:
        found: A function or class that was defined in `__main__`.

    Returns:
        Its reference, `name_hash.py:name`.

    Raises:
        GameError: Its source is not known, or it uses a value that cannot be written down.
    """
    name = found.__name__
    parts: dict[str, str] = {}
    _collect(name, found, vars(sys.modules["__main__"]), parts)
    imports = [text for text in parts.values() if text.startswith(("import ", "from "))]
    text = "\n\n".join(["\n".join(imports), *(text for text in parts.values() if text not in imports)]).strip() + "\n"
    place = f"{name.lower()}_{hashlib.sha256(text.encode()).hexdigest()[:8]}.py"
    path = folder() / place
    path.write_text(text, encoding="utf-8")
    remember({place: str(path)})
    scope = vars(sys.modules["__main__"])
    _TOGETHER.update({part: (scope.get(part), place) for part in parts if part != name})
    return f"{place}:{name}"


_TOGETHER: dict[str, tuple[Any, str]] = {}
"""What was written into a file because the definition uses it, by name: the value and the newest such file."""


def written_with(found: Any) -> str:
    """Return the reference of a class of a notebook in the file of a definition that uses it; "" if there is none.

    A game is written down before its options. What it compares its options with is in its own file, so a class in the options
    has to be the one from there: another file would define another class of the same name.
    """
    value, place = _TOGETHER.get(found.__name__, (None, ""))
    return f"{place}:{found.__name__}" if value is found else ""


@cache
def folder() -> Path:
    """Make the folder of the files, which lasts as long as this process; a league keeps their texts."""
    made = tempfile.mkdtemp(prefix=NOTEBOOKS)
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return Path(made).resolve()


def written_here(path: Path) -> bool:
    """Return whether a file is one that this process wrote for a notebook. The folder is not made for the question."""
    return folder.cache_info().currsize > 0 and path.is_relative_to(folder())


def _collect(name: str, value: Any, scope: dict[str, Any], parts: dict[str, str]) -> None:
    """Add the text that defines a name, after that of everything it uses."""
    if name in parts:
        return
    if inspect.isclass(value) or inspect.isroutine(value) or isinstance(value, ModuleType):
        imported = _import_of(name, value)
        if imported:
            parts[name] = imported
            return
        source = _source(name, value)
        parts[name] = ""  # a function may use itself, and two functions each other
        for used in _names_used(source):
            if used in scope and used not in vars(builtins):
                _collect(used, scope[used], scope, parts)
        del parts[name]
        parts[name] = source if name == value.__name__ else f"{source}\n\n{name} = {value.__name__}"
        return
    parts[name] = _import_of(name, value) or _constant(name, value)


def _import_of(name: str, value: Any) -> str:
    """Return the statement that imports a value; "" if it was defined in the notebook."""
    if isinstance(value, ModuleType):
        return f"import {value.__name__} as {name}"
    module = getattr(value, "__module__", None)
    if not isinstance(module, str) or module == "__main__" or module not in sys.modules:
        return ""
    for known in (name, getattr(value, "__name__", "")):
        if vars(sys.modules[module]).get(known) is value:
            return f"from {module} import {known} as {name}"
    return ""


def _constant(name: str, value: Any) -> str:
    """Return the statement that defines a value again.

    Raises:
        GameError: The value cannot be written down.
    """
    if _is_literal(value):
        return f"{name} = {value!r}"
    module, expression = EXPRESSIONS.get(type(value), lambda _: ("", ""))(value)
    if not expression:
        raise GameError(
            f"the notebook's {name!r}, of the type {type(value).__name__}, cannot be written down with the league; "
            "put what uses it into a file of its own, and name it as path/to/file.py:callable"
        )
    return f"import {module}\n\n{name} = {expression}"


def _is_literal(value: Any) -> bool:
    """Return whether Python reads what it writes of a value as the same value."""
    try:
        again = ast.literal_eval(repr(value))
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return False
    return type(again) is type(value) and again == value


def _array(value: np.ndarray) -> tuple[str, str]:
    items = value.ravel().tolist()
    if not _is_literal(items):
        return "", ""
    return "numpy", f"numpy.array({items!r}, {value.dtype.str!r}).reshape({value.shape!r})"


EXPRESSIONS: dict[type, Callable[[Any], tuple[str, str]]] = {
    np.ndarray: _array,
    Fraction: lambda value: ("fractions", f"fractions.{value!r}"),
    Decimal: lambda value: ("decimal", f"decimal.{value!r}"),
    type(Path()): lambda value: ("pathlib", f"pathlib.Path({str(value)!r})"),
}
"""Type of a constant that is no literal → the module that is imported for it, and its text; "" if it has none."""


def _source(name: str, value: Any) -> str:
    """Return the text of a function or class, cut out of its cell.

    Raises:
        GameError: It is not found.
    """
    cells = ["".join(linecache.getlines(code.co_filename)) for code in _codes(value)]
    if vars(sys.modules["__main__"]).get(name) is value:  # the newest definition of that name, wherever it stands
        cells += reversed([_text_of(entry) for entry in linecache.cache.values()])
    for cell in cells:
        found = _definition(cell, {name, value.__name__})
        if found:
            return found
    raise GameError(
        f"the source of {name!r} is not known, so other processes could not find it; "
        "put it into a file, and name it as path/to/file.py:callable"
    )


def _text_of(entry: tuple[Any, ...]) -> str:
    """Return the text of a cell in Python's cache of lines; "" if the entry is that of a file, which has a time."""
    return "".join(entry[2]) if len(entry) == 4 and entry[1] is None else ""


def _definition(cell: str, names: set[str]) -> str:
    """Return the last statement of a cell that defines one of some names; "" if there is none."""
    try:
        tree = ast.parse(cell)
    except (SyntaxError, ValueError):
        return ""
    defined = [node for node in tree.body if names & _defined(node)]
    if not defined:
        return ""
    node = defined[-1]
    first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", []))])
    return "\n".join(cell.splitlines()[first - 1 : node.end_lineno]).strip()


def _defined(node: ast.stmt) -> set[str]:
    """Return the names that a statement defines: `class x`, `def x` and `x = …`."""
    if isinstance(node, ast.Assign):
        return {target.id for target in node.targets if isinstance(target, ast.Name)}
    return {node.name} if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) else set()


def _codes(value: Any) -> Iterator[CodeType]:
    """Yield the compiled code of a function, or of the methods of a class that stand in its own text."""
    if inspect.isfunction(value):
        yield value.__code__
    elif inspect.isclass(value):
        for part in vars(value).values():
            inner = getattr(part, "__func__", getattr(part, "fget", part))
            if inspect.isfunction(inner) and inner.__qualname__ == f"{value.__qualname__}.{inner.__name__}":
                yield inner.__code__


def _names_used(source: str) -> list[str]:
    """Return the global names that a text reads, in a fixed order."""
    waiting, names = [symtable.symtable(source, "cell", "exec")], set()
    while waiting:
        table = waiting.pop()
        waiting += table.get_children()
        for symbol in table.get_symbols():
            if symbol.is_referenced() and (symbol.is_global() or table.get_type() == "module"):
                names.add(symbol.get_name())
    return sorted(names)
