"""How much of a league's time goes to anything but training and tournaments: the preset connect-four, MLflow included."""

from __future__ import annotations

import argparse
import json
from tempfile import TemporaryDirectory

from envs.stopwatch import Stopwatch
from league import League, load_config
from league.progress import Silent

WORK = ("training", "tournament")
"""The phases in which tasks are run."""


class PhaseClock(Silent):
    """Adds up the seconds of each phase; what comes before a generation's first belongs to `beginning`."""

    def __init__(self) -> None:
        self.watch, self._phase = Stopwatch(), "beginning"

    def generation(self, number: int, total: int) -> None:
        """See `Watcher`."""
        self.phase("beginning")

    def phase(self, name: str) -> None:
        """See `Watcher`."""
        self.watch.lap(self._phase)
        self._phase = name


def main() -> None:
    """Run the league in a folder that is thrown away, and print where its time went."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--generations", type=int, help="fewer than the preset has")
    asked = parser.parse_args()
    changed = {"generations": asked.generations} if asked.generations else {}
    clock = PhaseClock()
    with TemporaryDirectory() as home:
        league = League(load_config("connect-four", changed), home, clock)
        clock.watch.start()
        league.run()
        clock.phase("ended")
    seconds = clock.watch.seconds
    total = sum(seconds.values())
    overhead = total - sum(seconds[phase] for phase in WORK)
    shares = {phase: spent / total for phase, spent in seconds.items()}
    print(json.dumps({"seconds": total, "overhead_seconds": overhead, "phases": shares}))


if __name__ == "__main__":
    main()
