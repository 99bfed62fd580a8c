"""Where the time of a loop goes, told by the loop itself: a stopwatch with named laps."""

from __future__ import annotations

from time import perf_counter


class Stopwatch:
    """Adds up the seconds of named phases; a loop calls `lap` at the end of each."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = perf_counter()

    def start(self) -> None:
        """Begin a lap now; what passed since the last one belongs to nobody."""
        self._last = perf_counter()

    def lap(self, phase: str) -> None:
        """Add the time since the last lap to a phase."""
        now = perf_counter()
        self.seconds[phase] = self.seconds.get(phase, 0.0) + now - self._last
        self._last = now
