"""The folder of an experiment, `<home>/sweeps/<name>`: its result and its page. Its leagues are among all leagues."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from league.errors import LeagueError, disk_has_room
from league.storage.blobs import write_durably
from league.storage.links import lock_file

SWEEPS = "sweeps"
RESULT, PAGE = "sweep.json", "sweep.html"


@contextmanager
def held(home: Path, name: str) -> Iterator[Path]:
    """Hold the folder of a sweep, which is created if it does not exist, while the block runs.

    Raises:
        LeagueError: Another process holds it.
    """
    folder = home / SWEEPS / name
    folder.mkdir(parents=True, exist_ok=True)
    with lock_file(folder / "lock") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LeagueError(f"another process is running the sweep {name!r}; wait for it or stop it first") from error
        yield folder


def write(folder: Path, result: Mapping[str, Any], page: str) -> None:
    """Write the result and the page.

    Raises:
        LeagueError: The disk is full.
    """
    with disk_has_room(f"the result could not be written to {folder}"):
        write_durably(folder / RESULT, f"{json.dumps(result, indent=1, allow_nan=False)}\n".encode())
        write_durably(folder / PAGE, page.encode())
