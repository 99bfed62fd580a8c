"""Converts the sums of a generation's matches to rows of the database and back. Columns of numbers are stored as JSON."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from league.storage.rows import return_rows, to_json
from tournaments.rating.evidence import Evidence
from tournaments.rating.results import Results
from tournaments.rating.returns import Returns
from tournaments.rating.sums import Sums

REAL = ("squares", "products", "sizes", "shared", "apart")
"""Columns of numbers that need not be whole."""

OF_SEATS = ("partners", "shared", "apart")
"""Columns with an entry for each seat. The others have one for each pair."""


def add_sums(database: sqlite3.Connection, generation: int, sums: Sums) -> None:
    """Write the sums of a generation's matches, inside a transaction."""
    database.executemany("INSERT INTO returns VALUES (?, ?, ?, ?, ?, ?, ?)", return_rows(generation, sums.returns))
    add_results(database, generation, sums)


def add_results(database: sqlite3.Connection, generation: int, sums: Sums) -> None:
    """Write the sums of a generation's matches except for the mean returns, inside a transaction."""
    row = (generation, _to_text(sums.results), _to_text(sums.evidence))
    database.execute("INSERT INTO results VALUES (?, ?, ?)", row)


def results_of(row: Sequence[Any]) -> tuple[int, Results, Evidence]:
    """A row of `results` as generation, results and evidence.

    Raises:
        ValueError: The row is damaged.
    """
    generation, met, seen = row
    if type(generation) is not int or not isinstance(met, str) or not isinstance(seen, str):
        raise ValueError(f"the results of generation {generation!r:.40} are none")
    results, evidence = Results(**_columns(met, Results)), Evidence(**_columns(seen, Evidence))
    for part in (results, evidence):
        if any(((end < 0) | (end >= len(part.players))).any() for end in (part.one, part.other)):
            raise ValueError(f"the results of generation {generation} name players that are not in them")
    if ((evidence.seats < -1) | (evidence.seats >= len(evidence.partners))).any():
        raise ValueError(f"the evidence of generation {generation} names seats that are not in it")
    return generation, results, evidence


def same(one: Results | Evidence | Returns, other: Results | Evidence | Returns) -> bool:
    """Whether two sums are equal, to the bit."""
    if isinstance(one, dict) or isinstance(other, dict):
        return one == other
    return _to_text(one) == _to_text(other)


def _to_text(value: Results | Evidence) -> str:
    columns = {field.name: getattr(value, field.name) for field in fields(value)}
    return to_json({name: column.tolist() if isinstance(column, np.ndarray) else column for name, column in columns.items()})


def _columns(text: str, kind: type[Results | Evidence]) -> dict[str, Any]:
    """The columns of results or of evidence, by name.

    Raises:
        ValueError: They are something else, or of different length.
    """
    found = json.loads(text)
    if not isinstance(found, dict) or found.keys() != {field.name for field in fields(kind)}:
        raise ValueError(f"columns by name are {text!r:.40}")
    players = found.pop("players")
    if not isinstance(players, list) or not all(isinstance(name, str) for name in players):
        raise ValueError(f"a list of names is {players!r:.40}")
    columns = {name: _column(name, values) for name, values in found.items()}
    for some in (columns.keys() & set(OF_SEATS), columns.keys() - set(OF_SEATS)):
        if len({len(columns[name]) for name in some}) > 1:
            raise ValueError(f"columns of different length are {text!r:.40}")
    return {"players": tuple(players), **columns}


def _column(name: str, values: Any) -> NDArray[np.generic]:
    wide = (2,) if name == "seats" else ()
    column = np.array(values) if values else np.zeros((0, *wide), np.int64)
    if column.shape[1:] != wide or column.dtype.kind not in ("if" if name in REAL else "i"):
        raise ValueError(f"the column {name} is {values!r:.40}")
    return column.astype(np.float64 if name in REAL else np.int64)
