"""An observer that writes what a league does into its folder, for the page that follows running leagues."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from league.execution.watcher import Progress, Watcher
from league.storage import pulse
from league.storage.generation import GenerationRow
from league.storage.pulse import Pulse
from tournaments.rating.elo import Ratings

PAUSE = 0.5
"""Seconds between two writings of the progress within a phase. A new phase is written at once."""


class Broadcast:
    """Passes everything on to another observer, and writes the state of the league."""

    def __init__(self, to: Watcher, folder: Path, workers: Callable[[], Mapping[str, int]]) -> None:
        """Prepare.

        Args:
            to: The other observer.
            folder: The folder of the league.
            workers: Returns how many tasks each worker has finished so far.
        """
        self._to, self._folder, self._workers = to, folder, workers
        self._pulse = Pulse(process=os.getpid(), generation=0, generations=0)
        self._written, self._began = 0.0, 0.0

    def generation(self, number: int, total: int) -> None:
        """See `Watcher`."""
        self._to.generation(number, total)
        self._tell(generation=number, generations=total)

    def phase(self, name: str) -> None:
        """See `Watcher`."""
        self._to.phase(name)
        self._began = time.monotonic()
        self._tell(phase=name, done=0, total=0)

    def progress(self, done: int, total: int) -> None:
        """See `Watcher`."""
        self._to.progress(done, total)
        if time.monotonic() - self._written >= PAUSE or done == total:
            self._tell(done=done, total=total)

    def trained(self, decisions: int) -> None:
        """See `Watcher`."""
        self._to.trained(decisions)
        self._tell(rate=decisions / max(time.monotonic() - self._began, 1e-9))

    def committed(self, row: GenerationRow, ratings: Ratings, progress: Progress) -> None:
        """See `Watcher`."""
        self._to.committed(row, ratings, progress)

    def warn(self, sentence: str) -> None:
        """See `Watcher`."""
        self._to.warn(sentence)
        self._tell(warning=sentence[:1000])

    def close(self) -> None:
        """The league has stopped."""
        pulse.remove(self._folder)

    def _tell(self, **changes: object) -> None:
        self._written = time.monotonic()
        self._pulse = self._pulse.model_copy(update={**changes, "workers": dict(self._workers())})
        pulse.write(self._pulse, self._folder)
