"""Measures the preset connect-four, MLflow included: its rate, and the time outside training and tournaments."""

from __future__ import annotations

import argparse
import json
import resource
from collections.abc import Mapping
from tempfile import TemporaryDirectory

from envs.stopwatch import Stopwatch
from league import League, load_config
from league.execution.executors import cores
from league.execution.watcher import Silent

WORK = ("training", "tournament")
"""The phases that run tasks."""

BARE = {"tracking": False, "tournament.replays": False}
"""Settings of a league that writes only its store."""


class PhaseClock(Silent):
    """Adds up the seconds of each phase. Time before the first phase of a generation belongs to `beginning`."""

    def __init__(self) -> None:
        self.watch, self._phase, self.agent_steps = Stopwatch(), "beginning", 0

    def generation(self, number: int, total: int) -> None:
        """See `Watcher`."""
        self.phase("beginning")

    def trained(self, decisions: int) -> None:
        """See `Watcher`."""
        self.agent_steps += decisions

    def phase(self, name: str) -> None:
        """See `Watcher`."""
        self.watch.lap(self._phase)
        self._phase = name


def measure(changes: Mapping[str, object]) -> tuple[Mapping[str, float], int]:
    """Run the league in a temporary folder. Returns the seconds of each phase, and the decisions that were learnt from."""
    clock = PhaseClock()
    with TemporaryDirectory() as home:
        league = League(load_config("connect-four", changes), home, clock)
        clock.watch.start()
        league.run()
        clock.phase("ended")
    return clock.watch.seconds, clock.agent_steps


def processor_seconds() -> float:
    """Seconds that this process and its ended children have had a core."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


def main() -> None:
    """Run the league, and print the time of each phase."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--generations", type=int, help="number of generations; default: that of the preset")
    parser.add_argument("--clock", choices=["wall", "processor"], default="wall", help="the seconds of the rate")
    parser.add_argument("--bare", action="store_true", help="also run it without MLflow and replays, to measure their cost")
    asked = parser.parse_args()
    changes = {"generations": asked.generations} if asked.generations else {}
    begun = processor_seconds()
    seconds, agent_steps = measure(changes)
    total, worked = sum(seconds.values()), processor_seconds() - begun
    spent = total * cores() if asked.clock == "wall" else worked
    found = {
        "seconds": total,
        "agent_steps_per_second_and_core": agent_steps / spent,
        "processor_seconds": worked,
        "overhead_seconds": total - sum(seconds[phase] for phase in WORK),
        "phases": {phase: spent / total for phase, spent in seconds.items()},
    }
    if asked.bare:
        bare = sum(measure({**changes, **BARE})[0].values())
        found |= {"bare_seconds": bare, "slower_by": total / bare - 1}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
