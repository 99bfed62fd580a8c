"""A stopwatch with named laps. A loop uses it to measure the time of its phases."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter


class Stopwatch:
    """Adds up the seconds of named phases. A loop calls `lap` at the end of each phase."""

    def __init__(self, clock: Callable[[], float] = perf_counter) -> None:
        """Start at once. `clock` returns seconds."""
        self.seconds: dict[str, float] = {}
        self._clock = clock
        self._last = clock()

    def start(self) -> None:
        """Start a lap; the time since the last lap is not counted."""
        self._last = self._clock()

    def lap(self, phase: str) -> None:
        """Add the time since the last lap to a phase."""
        now = self._clock()
        self.seconds[phase] = self.seconds.get(phase, 0.0) + now - self._last
        self._last = now
