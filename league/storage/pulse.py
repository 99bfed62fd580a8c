"""What a running league does at present: a small file in its folder, for those who watch. No result depends on it."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from league.errors import LeagueError
from league.storage.links import require_plain

FILE = "pulse.json"
LARGEST = 2**16


class Pulse(BaseModel):
    """What a league does.

    Attributes:
        process: The process that runs it.
        generation: The generation that is made.
        generations: How many the league should have.
        phase: The phase of the generation.
        done: Number of finished tasks of the phase.
        total: Number of tasks of the phase; 0 if it has none.
        rate: Agent-steps a second of the last training; 0 before the first.
        workers: Worker → number of tasks that it has finished in this generation.
        warning: The last warning; empty if there was none.
    """

    model_config = ConfigDict(frozen=True)
    process: int
    generation: int
    generations: int
    phase: str = ""
    done: int = 0
    total: int = 0
    rate: float = 0.0
    workers: dict[str, int] = {}
    warning: str = ""

    @property
    def alive(self) -> bool:
        """Whether the process still exists on this machine."""
        try:
            os.kill(self.process, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True


def write(pulse: Pulse, folder: Path) -> None:
    """Replace the pulse of a league. A failure is no reason to stop the league."""
    path = folder / FILE
    with suppress(OSError, LeagueError):
        require_plain(path)
        unfinished = path.with_name(f".{FILE}.{pulse.process}")
        unfinished.write_text(pulse.model_dump_json(), encoding="utf-8")
        unfinished.replace(path)


def read(folder: Path) -> Pulse | None:
    """The pulse of a league; None if there is none that can be read."""
    path = folder / FILE
    try:
        require_plain(path)
        if path.stat().st_size > LARGEST:
            return None
        return Pulse.model_validate_json(path.read_bytes())
    except (OSError, LeagueError, ValidationError):
        return None


def remove(folder: Path) -> None:
    """Remove the pulse of a league that has stopped."""
    with suppress(OSError):
        (folder / FILE).unlink(missing_ok=True)
