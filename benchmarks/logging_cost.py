"""Measures how much MLflow slows a league of five minutes: connect-four with 76 generations, with and without tracking in turn.

    python benchmarks/logging_cost.py --rounds 3

Four quantities are compared:

* the seconds of the whole command;
* the seconds until the last generation is committed, which is the time of training and tournaments;
* the processor seconds of all processes;
* the pace, which is the seconds of the whole command per processor second of the league and its workers.

The league and its workers do the same work in every run. If a shared machine is ten per cent faster in one run than in the
next, the pace differs by only half a per cent. The pace includes the time for which MLflow makes them wait, and the work that
is left at the end. `processor_per_generation` is the number of additional processor seconds per generation with MLflow. Most of
them belong to the sync worker, which has the lowest priority and uses time that the league does not need.

No other program may run during the measurement. A run takes five minutes on two cores, and a round is two runs. The league's
home is empty in every run; with `--existing` it already has MLflow's database. `slower_by` of the command should be at most
0.02.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from league.storage.store import Store
from league.tracking import client

ADOPT = 36
"""PR_SET_CHILD_SUBREAPER of `prctl`: processes that outlive their parents become children of this one, and are counted."""

LEAGUE = "measured"

GENERATIONS = 76
"""Number of generations that take five minutes on two cores."""


@dataclass(frozen=True)
class Cost:
    """The times of a run, in seconds.

    Attributes:
        command: Time from the start of the command to its end.
        committed: Sum of the times of the generations, until the last commit.
        processor: Processor time of all its processes.
        pace: `command`, divided by the processor time of all programs on the machine that run at the usual priority. The sync
            worker does not.
    """

    command: float
    committed: float
    processor: float
    pace: float


def run(settings: Sequence[str], generations: int, *, existing: bool) -> Cost:
    """Run the league in a temporary folder."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        if existing:
            client.connect(home)
        command = [sys.executable, "-m", "league.cli.main", "run", "connect-four", "--name", LEAGUE, "--home", folder]
        command += [word for setting in (*settings, f"generations={generations}") for word in ("--set", setting)]
        before, busy, begun = _processor(), _busy(), time.monotonic()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        ended = time.monotonic()
        with suppress(ChildProcessError):  # raised when there are no more children
            while True:
                os.wait()
        rows = Store.open(home, LEAGUE).generations()
        seconds = ended - begun
        return Cost(seconds, sum(row.seconds for row in rows), _processor() - before, seconds / (_busy() - busy))


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _busy() -> float:
    """Processor time since the machine started of all programs with the usual priority or a higher one."""
    with open("/proc/stat", encoding="ascii") as file:
        return int(file.readline().split()[1]) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Run the leagues and print medians, and the ratio of the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="runs with and without MLflow")
    parser.add_argument("--existing", action="store_true", help="start with an existing MLflow database")
    parser.add_argument(
        "--once", choices=["true", "false"], help="run only one league, with or without MLflow, and print its times"
    )
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="change a setting of the league")
    parser.add_argument("--generations", type=int, default=GENERATIONS, help="number of generations")
    asked = parser.parse_args()
    ctypes.CDLL(None).prctl(ADOPT, 1, 0, 0, 0)
    if asked.once:
        print(json.dumps(asdict(run([*asked.set, f"tracking={asked.once}"], asked.generations, existing=asked.existing))))
        return
    costs: dict[str, list[Cost]] = {"true": [], "false": []}
    for round_ in range(asked.rounds):
        for tracking in ("true", "false") if round_ % 2 else ("false", "true"):
            costs[tracking].append(run([*asked.set, f"tracking={tracking}"], asked.generations, existing=asked.existing))
            print(json.dumps({"tracking": tracking, **asdict(costs[tracking][-1])}), file=sys.stderr, flush=True)
    found: dict[str, object] = {}
    for what in (field.name for field in fields(Cost)):
        with_mlflow, without = (median(getattr(cost, what) for cost in costs[tracking]) for tracking in ("true", "false"))
        found[what] = {"with": with_mlflow, "without": without, "slower_by": with_mlflow / without - 1}
    more = median(cost.processor for cost in costs["true"]) - median(cost.processor for cost in costs["false"])
    found["processor_per_generation"] = more / asked.generations
    print(json.dumps(found))


if __name__ == "__main__":
    main()
