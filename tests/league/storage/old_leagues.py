"""Leagues that earlier versions wrote, as archives, and what those versions made of them.

`tictactoe-format-1` was written by commit 05c64ed with `league run smoke --seed 3`, two players and two generations;
`tag-format-1` with `league run tag --seed 5`, two players that speak to each other and one generation. `rps-format-2` was
written by commit cd23189: rock-paper-scissors, with groups that learn by PPO, by A2C and with a memory, and two generations.
`wrapped-format-2` was written by commit 3a36a3c, the first with a write-ahead log and with options that keep their types: the
same game with options and a wrapper, two groups and two generations. `tictactoe-format-4` was written by commit 9340d3e, the
last of that format, with `league run smoke --seed 7`, two players and two generations.
"""

from __future__ import annotations

import json
import sqlite3
import tarfile
from contextlib import closing
from hashlib import sha256
from pathlib import Path

from safetensors.numpy import load_file

ARCHIVES = Path(__file__).with_name("leagues")

NAMES = {
    "tictactoe-format-1": "ancient",
    "tag-format-1": "talking",
    "rps-format-2": "grouped",
    "wrapped-format-2": "stacked",
    "tictactoe-format-4": "summed",
}
"""Archive → the name of the league in it."""

GENERATIONS = {"tictactoe-format-1": 2, "tag-format-1": 1, "rps-format-2": 2, "wrapped-format-2": 2, "tictactoe-format-4": 2}
"""Archive → the generations that are committed in it."""

# What the commit that wrote each league itself made of it with one generation more: `league resume NAME --generations N`. Two
# kinds of processors round differently.
ONE_MORE_BY_MAKER = {
    "GenuineIntel": {
        "tictactoe-format-1": {
            "generations": "6726bde223861deb",
            "players": "548dbe48b09dd846",
            "matches": "38962d9a76eccb7b",
            "training": "0c24730cf10e069a",
            "updates": "62fa7d54d33db72b",
            "ratings": "1edcd71715df3da0",
            "weights": "649c0783f3552fa4",
        },
        "tag-format-1": {
            "generations": "6dca205e4d047866",
            "players": "15767ee66a795d44",
            "matches": "30bae72e14206687",
            "training": "7350e120642aaa6a",
            "updates": "e4efde76d9d74211",
            "ratings": "92f6a5329a5c5199",
            "weights": "30243f101326bd6b",
        },
        "rps-format-2": {
            "generations": "dd5b8db0f7bec464",
            "players": "9b1157000093950f",
            "matches": "1701045751f66f9e",
            "training": "3af2d6e0a1371d4b",
            "updates": "9eabc1f065e1168d",
            "ratings": "38aa4be68815fda3",
            "weights": "ce994a14ccf45da5",
        },
        "wrapped-format-2": {
            "generations": "f7fc084da524db03",
            "players": "295d298719b2247e",
            "matches": "308a02c05c676a39",
            "training": "f2d8a40c7099de4e",
            "updates": "f3048abd81de62fd",
            "ratings": "1c1ea0aa38735c49",
            "weights": "ff73c538ad7a00ac",
        },
    },
    "AuthenticAMD": {
        "rps-format-2": {
            "generations": "dd5b8db0f7bec464",
            "players": "9b1157000093950f",
            "matches": "1701045751f66f9e",
            "training": "3af2d6e0a1371d4b",
            "updates": "b60d9852ed8c06d4",
            "ratings": "38aa4be68815fda3",
            "weights": "df8498205845d15e",
        },
        "tag-format-1": {
            "generations": "6dca205e4d047866",
            "players": "15767ee66a795d44",
            "matches": "30bae72e14206687",
            "training": "7350e120642aaa6a",
            "updates": "55fae47df4530c58",
            "ratings": "92f6a5329a5c5199",
            "weights": "96159682f00e8840",
        },
        "tictactoe-format-1": {
            "generations": "6726bde223861deb",
            "players": "548dbe48b09dd846",
            "matches": "38962d9a76eccb7b",
            "training": "0c24730cf10e069a",
            "updates": "ccc512e51bb010b2",
            "ratings": "1edcd71715df3da0",
            "weights": "47340e62d245e00a",
        },
        "wrapped-format-2": {
            "generations": "f7fc084da524db03",
            "players": "295d298719b2247e",
            "matches": "308a02c05c676a39",
            "training": "f2d8a40c7099de4e",
            "updates": "c15fd4b82c87804f",
            "ratings": "1c1ea0aa38735c49",
            "weights": "d26421d28ea10706",
        },
        "tictactoe-format-4": {
            "generations": "c1dbe71c4dc8961e",
            "players": "7003544b254e56c9",
            "matches": "8acb6cc3103699e1",
            "training": "6b6625a2a95eff38",
            "updates": "a18d4e97d5eaf798",
            "ratings": "bd5b2e0242eb0876",
            "weights": "a4b36f2ba880bb92",
        },
    },
}
"""Maker of the processor → archive → hashes."""


def maker() -> str:
    """The maker of this machine's processor, as the system names it; "" if it does not."""
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text().splitlines() if facts.is_file() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("vendor_id")), "")


LATER_METRICS = ("success", "value_error", "games", "judged", "intrinsic_reward", "designed_reward", "prediction_error")
"""Metrics of updates that the versions which wrote the archives did not report."""

QUERIES = {
    "generations": "SELECT generation, champion, agent_steps, figures FROM generations ORDER BY generation",
    "players": "SELECT name, league_role, status, parent, operator, born, hyper, retired FROM players ORDER BY name",
    "matches": "SELECT match, generation, purpose, seed, series, players, returns, steps, truncated, hex(actions) FROM matches "
    "ORDER BY generation, match",
    "training": "SELECT * FROM training ORDER BY generation, ticket",
    "updates": 'SELECT * FROM updates ORDER BY generation, player, "update"',
    "ratings": "SELECT generation, player, elo, online, games, wins, draws, losses FROM ratings ORDER BY generation, player",
}


def unpack(archive: str, home: Path) -> Path:
    """Put an old league into a home; its folder."""
    with tarfile.open(ARCHIVES / f"{archive}.tar.gz") as file:
        file.extractall(home / "leagues", filter="data")
    return home / "leagues" / NAMES[archive]


def fingerprint(league: Path) -> dict[str, str]:
    """One hash a table and one of all weights; without seconds, and without the names that pieces of weights have.

    The intervals of ratings are left out: today's know of series and of shared episodes. Later metrics are left out, too.
    """
    with closing(sqlite3.connect(league / "league.db")) as database:
        hashes = {table: _short([*map(_as_then, database.execute(query))]) for table, query in QUERIES.items()}
        owners = database.execute("SELECT name, weights FROM players WHERE weights <> '' ORDER BY name").fetchall()
    return hashes | {"weights": _short([(name, _pieces(league, digest)) for name, digest in owners])}


def _as_then(row: tuple[object, ...]) -> tuple[object, ...]:
    """A row without the metrics that earlier versions did not report."""
    return tuple(_without_later(value) if isinstance(value, str) and value.startswith('{"') else value for value in row)


def _without_later(text: str) -> str:
    figures = json.loads(text)
    kept = {name: value for name, value in figures.items() if name not in LATER_METRICS}
    return text if len(kept) == len(figures) else json.dumps(kept, separators=(",", ":"))


def _pieces(league: Path, digest: str) -> list[str]:
    """Hashes of a player's arrays, in the order of the hashes."""
    arrays = load_file(league / "weights" / f"{digest}.safetensors").values()
    return sorted(sha256(repr(array.shape).encode() + array.tobytes()).hexdigest() for array in arrays)


def _short(value: object) -> str:
    return sha256(repr(value).encode()).hexdigest()[:16]
