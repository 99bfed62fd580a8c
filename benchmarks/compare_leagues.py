"""Compare two leagues on disk bit by bit: weights, match log, ratings, replays. The leagues are only read.

    python benchmarks/compare_leagues.py mlruns/leagues/before mlruns/leagues/after

The program prints `equal` with what was compared, or it prints the first difference and ends with exit code 1. Hashes are not
compared, because they depend on the names of the pieces of a player's weights, which changed between formats of the store.
Values are compared under their present names.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file

from agents.models.names import todays_name

HASHES = {"weights", "digest", "seal", "version", "config", "config_sha"}
"""Keys of a replay that are not compared: hashes, and facts about the program that wrote it."""

QUERIES = {
    "generations": "SELECT generation, champion, agent_steps, figures FROM generations ORDER BY generation",
    "players": "SELECT name, league_role, status, parent, operator, born, hyper, retired FROM players ORDER BY name",
    "matches": "SELECT match, generation, purpose, seed, series, players, returns, steps, truncated, actions FROM matches "
    "ORDER BY generation, match",
    "training": "SELECT * FROM training ORDER BY generation, ticket",
    "updates": 'SELECT * FROM updates ORDER BY generation, player, "update"',
    "ratings": "SELECT generation, player, elo, low, high, online, games, wins, draws, losses FROM ratings "
    "ORDER BY generation, player",
}


def main() -> None:
    """Compare the two folders given on the command line."""
    parser = argparse.ArgumentParser(description="Compare two leagues bit by bit.")
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    arguments = parser.parse_args()
    counts: dict[str, int] = {}
    for what, place, one, two in pairs(arguments.before, arguments.after):
        if one != two:
            print(f"{what} {place}: {short(one)} | {short(two)}")
            sys.exit(1)
        counts[what] = counts.get(what, 0) + 1
    print("equal:", ", ".join(f"{count} {what}" for what, count in counts.items()))


def pairs(before: Path, after: Path) -> Iterator[tuple[str, Any, Any, Any]]:
    """The compared items: kind of data, position, and the value in each league."""
    for what, query in QUERIES.items():
        for place, (one, two) in enumerate(zip_longest(rows(before, query), rows(after, query))):
            yield what, place, plain(one), plain(two)
    query = "SELECT name, weights FROM players WHERE weights <> '' ORDER BY name"
    for (name, one), (_, two) in zip(rows(before, query), rows(after, query), strict=True):
        yield "weights", name, arrays(before, one), arrays(after, two)
    files = [sorted(path.name for path in (folder / "replays").glob("*.gz")) for folder in (before, after)]
    yield "lists of replays", "", *files
    for name in files[0]:
        yield "replays", name, *(replay(folder / "replays" / name) for folder in (before, after))


def rows(league: Path, query: str) -> list[tuple[Any, ...]]:
    """The result of a query to a league's database, which is opened read-only."""
    uri = f"{(league / 'league.db').resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as database:
        return database.execute(query).fetchall()


def plain(row: tuple[Any, ...] | None) -> Any:
    """A row with its JSON parsed, so that differences in formatting do not count."""
    return row and tuple(json.loads(cell) if isinstance(cell, str) and cell[:1] in "[{" else cell for cell in row)


def arrays(league: Path, digest: str) -> list[tuple[str, tuple[int, ...], bytes]]:
    """Weights by their present names: name, shape, bytes."""
    found = {todays_name(name): value for name, value in load_file(league / "weights" / f"{digest}.safetensors").items()}
    return sorted((name, value.shape, np.ascontiguousarray(value).tobytes()) for name, value in found.items())


def replay(path: Path) -> Any:
    """A replay without its hashes."""
    return without_hashes(json.loads(gzip.decompress(path.read_bytes())))


def without_hashes(value: Any) -> Any:
    """Nested values without the keys of `HASHES`."""
    if isinstance(value, dict):
        return {key: without_hashes(inner) for key, inner in value.items() if key not in HASHES}
    return [without_hashes(inner) for inner in value] if isinstance(value, list) else value


def short(value: Any) -> str:
    """A value, shortened to fit a line."""
    text = repr(value)
    return text if len(text) <= 300 else f"{text[:300]} …"


if __name__ == "__main__":
    main()
