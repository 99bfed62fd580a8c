"""Leagues that somebody damaged: every command that reads answers, or says in a sentence why not.

For thousands of them: `python -m tests.league.cli.damage 2000 [SEED]`.
"""

import contextlib
import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from league import League, load_config
from tests import fuzzing
from tests.fuzzing import CODE, Case, answers
from tests.league.copying import SETTLED

READING = [
    ("list",), ("list", "--json"), ("standings", "smoke"), ("standings", "smoke", "--json"), ("payoff", "smoke"),
    ("payoff", "smoke", "--json"), ("lineage", "smoke"), ("lineage", "smoke", "--json"), ("report", "smoke"),
    ("replay", "list"), ("replay", "list", "smoke", "--json"), ("replay", "show", "smoke"), ("replay", "html", "smoke"),
]  # fmt: skip
PLAYING = [
    ("replay", "verify", "smoke"), ("resume", "smoke"), ("rename", "smoke", "other", "--yes"), ("delete", "smoke", "--yes"),
    ("tournament", "smoke/champion", "bot:random", "--games", "2", "--executor", "serial"),
    ("play", "classic/tictactoe_v3", "--against", "smoke/champion"), ("sync", "smoke"),
]  # fmt: skip
"""Commands that do more than read a league, and read it first."""

STRANGE: list[Any] = [
    None, 0, -1, 1, 2**62, 0.5, 1e308, "", "x", "main-01-g000", "bot:random", "[]", "{}", "[1]", '["a","b"]', '{"a":1}', "null",
    b"\xff\x00", "\x1b[2J", "9" * 400, "[" * 5000, "NaN", "&a [*a, *a]", "game: &a {options: *a}", *CODE,
    "name: canary.py:run\n",
]  # fmt: skip


def flip_bytes(path: Path, draw: random.Random) -> None:
    """Change some bytes of a database, most of them behind its head."""
    data = bytearray(path.read_bytes())
    for _ in range(draw.choice((1, 1, 3, 20, 200))):
        data[draw.randrange(100 if draw.random() < 0.05 else 4096, len(data))] = draw.randrange(256)
    path.write_bytes(data)


def change_cells(path: Path, draw: random.Random) -> None:
    """Change some values of a database: each table may hold anything."""
    with closing(sqlite3.connect(path)) as database, database:
        for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {trigger}")
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for _ in range(draw.choice((1, 1, 2, 5))):
            table = draw.choice(tables)
            columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
            (rows,) = database.execute(f"SELECT COUNT(*) FROM {table}").fetchone()
            with contextlib.suppress(sqlite3.IntegrityError, OverflowError):
                where = f"WHERE rowid IN (SELECT rowid FROM {table} LIMIT 1 OFFSET {draw.randrange(max(rows, 1))})"
                if draw.random() < 0.15:
                    database.execute(f"DELETE FROM {table} {where if draw.random() < 0.7 else ''}")
                else:
                    column = draw.choice(columns)
                    value = draw.choice(STRANGE)
                    database.execute(f'UPDATE {table} SET "{column}" = ? {where if draw.random() < 0.8 else ""}', (value,))


def change_facts(path: Path, draw: random.Random) -> None:
    """Change some characters of what a league was given at birth: its configuration and the description of its game."""
    with closing(sqlite3.connect(path)) as database, database:
        key = draw.choice(("config", "description"))
        (text,) = database.execute("SELECT value FROM league WHERE key = ?", (key,)).fetchone()
        for _ in range(draw.choice((1, 2, 5))):
            place = draw.randrange(len(text))
            text = text[:place] + draw.choice(("", "0", "9", "-", "[", "}", ":", "&a ", "*a", "\0", "x")) + text[place + 1 :]
        database.execute("UPDATE league SET value = ? WHERE key = ?", (text, key))


DAMAGE = [flip_bytes, change_cells, change_facts]


def cases(folder: Path, draw: random.Random) -> Iterator[Case]:
    """Damage a league again and again, and let a command read it."""
    whole, home = folder / "whole", folder / "home"
    League(load_config("smoke", {"tracking": False, "generations": 2}), whole).run()
    while True:
        damage = draw.choice(DAMAGE)
        command = draw.choice(READING if draw.random() < 0.8 else PLAYING)
        seed = draw.getrandbits(32)
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(whole, home, ignore=SETTLED)
        damage(home / "leagues/smoke/league.db", random.Random(seed))
        yield Case(f"{damage.__name__} {seed}, {' '.join(command)}", partial(answers, *command, "--home", home))


if __name__ == "__main__":
    fuzzing.main("databases")
