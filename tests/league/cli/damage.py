"""Leagues that somebody damaged: every command that reads answers, or says in a sentence why not.

For thousands of them: `python -m tests.league.cli.damage 2000 [SEED]`.
"""

import contextlib
import io
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from league import League, load_config
from league.cli import main

READING = [
    ("list",), ("list", "--json"), ("standings", "smoke"), ("standings", "smoke", "--json"), ("payoff", "smoke"),
    ("payoff", "smoke", "--json"), ("lineage", "smoke"), ("lineage", "smoke", "--json"), ("report", "smoke"),
    ("replay", "list"), ("replay", "show", "smoke"),
]  # fmt: skip
STRANGE: list[Any] = [
    None, 0, -1, 1, 2**62, 0.5, 1e308, "", "x", "main-01-g000", "bot:random", "[]", "{}", "[1]", '["a","b"]', '{"a":1}', "null",
    b"\xff\x00", "\x1b[2J", "9" * 400, "[" * 5000, "NaN", "&a [*a, *a]", "game: &a {options: *a}",
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


def answer(*words: str) -> tuple[int, str]:
    """Run a command in this process; its exit status and what it said on standard error.

    Raises:
        Exception: What a person would see as a traceback.
    """
    err, argv = io.StringIO(), sys.argv
    sys.argv = ["league", *words]
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(err):
            main.main()
    except SystemExit as end:
        return int(end.code or 0), err.getvalue()
    finally:
        sys.argv = argv
    return 0, err.getvalue()


def run() -> None:
    """Damage a league thousands of times, and count."""
    wanted, seed = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
    draw, codes, slowest = random.Random(seed), {0: 0, 2: 0}, 0.0
    with tempfile.TemporaryDirectory() as place:
        whole, home = Path(place) / "whole", Path(place) / "home"
        League(load_config("smoke", {"tracking": False, "generations": 2}), whole).run()
        for number in range(wanted):
            shutil.rmtree(home, ignore_errors=True)
            shutil.copytree(whole, home)
            DAMAGE[number % len(DAMAGE)](home / "leagues/smoke/league.db", draw)
            command, begun = draw.choice(READING), time.monotonic()
            try:
                code, said = answer(*command, "--home", str(home))
                codes[code] += 1
                if "do not fit together" in said:
                    print(f"{number} {command}: {said.strip()[:200]}")
            except Exception:
                print(f"damage {number}, seed {seed}, {command}")
                raise
            slowest = max(slowest, time.monotonic() - begun)
    print(f"{wanted} damaged leagues: {codes[0]} answers, {codes[2]} sentences; the slowest took {slowest:.2f} s")


if __name__ == "__main__":
    run()
