"""Files of weights that somebody changed, most of them so that their hash fits: who uses them says what is wrong.

For thousands of them: `python -m tests.league.storage.weights 1000 [SEED]`.
"""

import hashlib
import json
import random
import shutil
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy

from league import League, load_config
from tests import fuzzing
from tests.fuzzing import CODE, Case, answers
from tests.league.copying import SETTLED

USING = [
    ("tournament", "smoke/champion", "bot:random", "--games", "2", "--executor", "serial"),
    ("play", "classic/tictactoe_v3", "--against", "smoke/champion"),
    ("resume", "smoke", "--generations", "3"),
    ("report", "smoke"),
    ("standings", "smoke"),
    ("replay", "verify", "smoke"),
    ("sync", "smoke"),
]
NUMBERS = (np.nan, np.inf, -np.inf, 1e38, -1e38, 0.0)
KINDS = ("float16", "float64", "int8", "int64", "uint8", "bool")
STRANGE: list[Any] = [None, -1, 2**62, [], {}, "", "F99", [[1]], [2**40, 2**40], [-1], "x" * 5000, *CODE]


def flip_bytes(data: bytes, draw: random.Random) -> bytes:
    """Change some bytes, or cut the file."""
    changed = bytearray(data)
    for _ in range(draw.choice((1, 3, 50))):
        changed[draw.randrange(8 if draw.random() < 0.2 else len(changed))] = draw.randrange(256)
    return bytes(changed[: draw.randrange(len(changed))] if draw.random() < 0.2 else changed)


def change_head(data: bytes, draw: random.Random) -> bytes:
    """Change something in the description of the arrays."""
    (length,) = struct.unpack("<Q", data[:8])
    head = json.loads(data[8 : 8 + length])
    name = draw.choice(list(head))
    match draw.randrange(3):
        case 0:
            head[name] = draw.choice(STRANGE)
        case 1 if isinstance(head[name], dict):
            head[name][draw.choice(list(head[name]))] = draw.choice(STRANGE)
        case _:
            head[str(draw.choice(STRANGE))] = head.pop(name)
    text = json.dumps(head).encode()
    return struct.pack("<Q", len(text)) + text + data[8 + length :]


def change_arrays(data: bytes, draw: random.Random) -> bytes:
    """Give an array another shape, kind or name, other numbers, or take it away."""
    arrays = safetensors.numpy.load(data)
    name = draw.choice(list(arrays))
    array = arrays[name].copy()
    match draw.randrange(6):
        case 0:
            array.reshape(-1)[draw.randrange(array.size) : None : draw.choice((1, 7))] = draw.choice(NUMBERS)
            arrays[name] = array
        case 1:
            arrays[name] = array.astype(draw.choice(KINDS))
        case 2:
            arrays[name] = array.reshape(-1)[: draw.randrange(array.size + 1)].copy()
        case 3:
            arrays[name] = np.zeros(draw.choice(((0,), (1, 1, 1, 1), (3, 0, 2), (10**6,))), array.dtype)
        case 4:
            del arrays[name]
        case _:
            arrays[draw.choice(("x", "actor.9", "\0", "encoder.."))] = arrays.pop(name)
    return safetensors.numpy.save(arrays)


CHANGES = [flip_bytes, change_head, change_arrays]


def put(folder: Path, path: Path, data: bytes, *, fitting: bool) -> None:
    """Put a changed file in place of a league's own; a fitting one under its hash, which the database then has, too."""
    if not fitting:
        path.write_bytes(data)
        return
    path.unlink()
    digest = hashlib.sha256(data).hexdigest()
    (path.parent / f"{digest}.safetensors").write_bytes(data)
    column = "weights" if path.parent.name == "weights" else "learner_state"
    with closing(sqlite3.connect(folder / "league.db")) as database, database:
        database.execute("DROP TRIGGER IF EXISTS frozen_stay")
        database.execute(f"UPDATE players SET {column} = ? WHERE {column} = ?", (digest, path.stem))


def cases(folder: Path, draw: random.Random) -> Iterator[Case]:
    """Change files of weights and of learner states again and again, and let a command use them."""
    whole, home = folder / "whole", folder / "home"
    League(load_config("smoke", {"tracking": False, "generations": 2}), whole).run()
    while True:
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(whole, home, ignore=SETTLED)
        league, seed = home / "leagues/smoke", draw.getrandbits(32)
        change, command, fitting = (
            draw.choice(CHANGES),
            draw.choice(USING[:-1] if draw.random() < 0.95 else USING),
            draw.random() < 0.8,
        )
        own = random.Random(seed)
        for path in sorted((league / own.choice(("weights", "weights", "learner_states"))).iterdir()):
            put(league, path, change(path.read_bytes(), own), fitting=fitting)
        what = f"{change.__name__} {seed}{', with its hash' if fitting else ''}, {' '.join(command)}"
        yield Case(what, partial(answers, *command, "--home", home))


if __name__ == "__main__":
    fuzzing.main("weights")
