"""How much MLflow slows a league: the preset connect-four with tracking and without, in turn, with one seed.

Three things are compared: the seconds of the whole command; those until the last generation is committed, which is what
training and tournaments take; and the processor seconds of all processes, which a busy machine spoils least. The league's home
is fresh in every run, and with `--existing` it already has MLflow's database.
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
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from league.store import Store
from league.tracking import Tracker

ADOPT = 36
"""PR_SET_CHILD_SUBREAPER of `prctl`: processes that outlive their parents become ours, and are counted when they end."""

LEAGUE = "measured"


@dataclass(frozen=True)
class Cost:
    """What a run took, in seconds.

    Attributes:
        command: From the command to its end.
        committed: In generations, until the last was committed.
        processor: Processor time of all its processes.
    """

    command: float
    committed: float
    processor: float


def run(settings: Sequence[str], *, existing: bool) -> Cost:
    """Run the league in a folder that is thrown away."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        if existing:
            with closing(Tracker(Store(home / "leagues" / LEAGUE), home)) as tracker:
                tracker.prepare()
        command = [sys.executable, "-m", "league.cli", "run", "connect-four", "--name", LEAGUE, "--home", folder]
        command += [word for setting in settings for word in ("--set", setting)]
        before, begun = _processor(), time.monotonic()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        ended = time.monotonic()
        with suppress(ChildProcessError):  # until there are none
            while True:
                os.wait()
        rows = Store.open(home, LEAGUE).generations()
        return Cost(ended - begun, sum(row.seconds for row in rows), _processor() - before)


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Run the leagues and print medians, and the ratio of the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="runs with and without MLflow")
    parser.add_argument("--existing", action="store_true", help="let MLflow's database be there already")
    parser.add_argument("--once", choices=["true", "false"], help="one league, with MLflow or without, and what it took")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="change a setting of the league")
    asked = parser.parse_args()
    ctypes.CDLL(None).prctl(ADOPT, 1, 0, 0, 0)
    if asked.once:
        print(json.dumps(asdict(run([*asked.set, f"tracking={asked.once}"], existing=asked.existing))))
        return
    costs: dict[str, list[Cost]] = {"true": [], "false": []}
    for round_ in range(asked.rounds):
        for tracking in ("true", "false") if round_ % 2 else ("false", "true"):
            costs[tracking].append(run([*asked.set, f"tracking={tracking}"], existing=asked.existing))
            print(json.dumps({"tracking": tracking, **asdict(costs[tracking][-1])}), file=sys.stderr, flush=True)
    found = {}
    for what in ("command", "committed", "processor"):
        with_mlflow, without = (median(getattr(cost, what) for cost in costs[tracking]) for tracking in ("true", "false"))
        found[what] = {"seconds": with_mlflow, "without": without, "slower_by": with_mlflow / without - 1}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
