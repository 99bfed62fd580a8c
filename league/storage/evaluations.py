"""Evaluations of a league's players that a user asked for: JSON files in the folder `evaluations` of the league.

They are no results of the league. They can be made again, and the league does not depend on them.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from league.errors import LeagueError

FOLDER = "evaluations"
LARGEST = 2**24
"""Bytes of the largest evaluation that is read."""

Evaluation = TypeVar("Evaluation")

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


def save(folder: Path, name: str, value: Mapping[str, Any]) -> Path:
    """Write an evaluation, in place of an earlier one of the same name.

    Args:
        folder: The league's folder.
        name: Name of the evaluation; the file is `name.json`.
        value: The evaluation. Numbers that are not finite are not allowed.
    """
    if not NAME.fullmatch(name):
        raise ValueError(f"an evaluation cannot be called {name!r}")
    path = folder / FOLDER / f"{name}.json"
    path.parent.mkdir(exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)  # a link of this name would lead elsewhere
    with temporary.open("x", encoding="utf-8") as file:
        json.dump(value, file, indent=1, allow_nan=False)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    return path


def load(folder: Path, name: str) -> dict[str, Any] | None:
    """Read an evaluation; None if there is none of this name.

    Raises:
        LeagueError: The file is damaged.
    """
    path = folder / FOLDER / f"{name}.json"
    if not path.is_file():
        return None
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError("it is too large")
        value = json.loads(path.read_text("utf-8"))
        if not isinstance(value, dict):
            raise ValueError("it is no object")
    except (ValueError, RecursionError) as error:
        raise LeagueError(f"{path} is damaged ({error}); delete it, and repeat the evaluation") from error
    return value


def read(folder: Path, name: str, kind: type[Evaluation]) -> Evaluation | None:
    """Read an evaluation as a value of its class; None if there is none of this name.

    Raises:
        LeagueError: The file is damaged.
    """
    value = load(folder, name)
    if value is None:
        return None
    try:
        return TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(map(str, fault["loc"]))
        path = folder / FOLDER / f"{name}.json"
        raise LeagueError(f"{path} is damaged ({where}: {fault['msg']}); delete it, and repeat the evaluation") from error


def names(folder: Path) -> list[str]:
    """The names of all evaluations of a league, sorted."""
    found = (folder / FOLDER).glob("*.json")
    return sorted(path.stem for path in found if NAME.fullmatch(path.stem) and path.is_file())
