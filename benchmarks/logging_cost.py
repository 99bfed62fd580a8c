"""How much MLflow slows a league of five minutes: connect-four with 76 generations, with tracking and without, in turn.

    python benchmarks/logging_cost.py --rounds 3

Four things are compared: the seconds of the whole command; those until the last generation is committed, which is what
training and tournaments take; the processor seconds of all processes; and the pace, which is the seconds of the whole command
for each processor second of the league and its workers. These do the same work in every run: where a shared machine is a tenth
faster in one run than in the next, the pace differs by half a per cent. It counts what MLflow makes them wait, and all that is
left to do at the end. `processor_per_generation` is how many processor seconds more a generation takes with MLflow: most of
them are the sync worker's, which has the lowest priority and takes what the league leaves. Nothing else may run meanwhile, or
the seconds mean nothing. A run takes five minutes on two cores, a round two runs. The league's home is fresh in every run, and
with `--existing` it already has MLflow's database. `slower_by` of the command is to be at most 0.02.
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
"""PR_SET_CHILD_SUBREAPER of `prctl`: processes that outlive their parents become ours, and are counted when they end."""

LEAGUE = "measured"

GENERATIONS = 76
"""So many take five minutes on two cores."""


@dataclass(frozen=True)
class Cost:
    """What a run took, in seconds.

    Attributes:
        command: From the command to its end.
        committed: In generations, until the last was committed.
        processor: Processor time of all its processes.
        pace: `command`, for each processor second of everything on the machine that runs at the usual priority, which the
            sync worker does not.
    """

    command: float
    committed: float
    processor: float
    pace: float


def run(settings: Sequence[str], generations: int, *, existing: bool) -> Cost:
    """Run the league in a folder that is thrown away."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        if existing:
            client.connect(home)
        command = [sys.executable, "-m", "league.cli.main", "run", "connect-four", "--name", LEAGUE, "--home", folder]
        command += [word for setting in (*settings, f"generations={generations}") for word in ("--set", setting)]
        before, busy, begun = _processor(), _busy(), time.monotonic()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        ended = time.monotonic()
        with suppress(ChildProcessError):  # until there are none
            while True:
                os.wait()
        rows = Store.open(home, LEAGUE).generations()
        seconds = ended - begun
        return Cost(seconds, sum(row.seconds for row in rows), _processor() - before, seconds / (_busy() - busy))


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _busy() -> float:
    """Processor time, since the machine started, of all that ran at the usual priority or a higher one."""
    with open("/proc/stat", encoding="ascii") as file:
        return int(file.readline().split()[1]) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Run the leagues and print medians, and the ratio of the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="runs with and without MLflow")
    parser.add_argument("--existing", action="store_true", help="let MLflow's database be there already")
    parser.add_argument("--once", choices=["true", "false"], help="one league, with MLflow or without, and what it took")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="change a setting of the league")
    parser.add_argument("--generations", type=int, default=GENERATIONS, help="of the league")
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
