"""What experiments leave in the home besides their leagues: a result and a page in `sweeps/<name>` or `scorecards/<name>`."""

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
CARDS = "scorecards"
RESULT_OF_CARD, PAGE_OF_CARD = "scorecard.json", "scorecard.html"


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
    _write(folder, {RESULT: _text(result), PAGE: page})


def folder_of_card(home: Path, subject: str) -> Path:
    """The folder of the score card of a player or a configuration."""
    return home / CARDS / subject.replace("/", ".")


def write_card(home: Path, subject: str, result: Mapping[str, Any], page: str) -> None:
    """Write a score card and its page; see `write`."""
    _write(folder_of_card(home, subject), {RESULT_OF_CARD: _text(result), PAGE_OF_CARD: page})


def _text(result: Mapping[str, Any]) -> str:
    return f"{json.dumps(result, indent=1, allow_nan=False)}\n"


def _write(folder: Path, files: Mapping[str, str]) -> None:
    with disk_has_room(f"the result could not be written to {folder}"):
        for name, text in files.items():
            write_durably(folder / name, text.encode())
