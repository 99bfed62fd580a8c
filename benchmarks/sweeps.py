"""Measures how often a sweep finds a difference: between two settings that are equal, and between two that are not.

Equal settings are `stack: 1` and `stack: 2`: they train the same players in other tasks, and so with other random numbers.
Settings that are not equal are the learning rates 1e-6 and 1e-3. Every repetition has seeds of its own. The leagues are small.

The third measurement kills a sweep of two settings and five seeds on the command line, with all its processes, whenever some
more of its generations are committed. It then compares the table with that of a sweep that nobody touched.

Run it from the project's folder:  python benchmarks/sweeps.py equal --repetitions 20
                                   python benchmarks/sweeps.py rates
                                   python benchmarks/sweeps.py killed
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from league import Sweep
from league.evaluation.sweeps import SweepResult
from league.storage.store import Store, leagues

SMALL: dict[str, Any] = {
    "population": 2,
    "generations": 2,
    "policy.hidden": [16],
    "train.copies": 32,
    "train.steps": 16,
    "train.updates": 24,
    "tournament.games": 4,
    "tournament.bootstrap": 20,
    "tournament.anchors": ["bot:random"],
    "tournament.replays": False,
    "evolution.replace": 0,
    "hyper.learning_rate.low": 1e-6,
    "tracking": False,
}
GRIDS: dict[str, dict[str, list[Any]]] = {
    "equal": {"stack": [1, 2]},
    "rates": {"hyper.learning_rate.start": [1e-6, 1e-3]},
}


def repetition(kind: str, number: int, seeds: int, home: Path) -> SweepResult:
    """One sweep, on seeds that no other repetition has."""
    own = range(number * seeds, (number + 1) * seeds)
    sweep = Sweep("tictactoe", GRIDS[kind], list(own), name=f"{kind}-{number}", settings=SMALL, executor="serial", home=home)
    return sweep.run()


KILLED_AFTER = (1, 5, 9, 14)
"""Numbers of committed generations after which a sweep is killed; it has twenty."""


def command(home: Path) -> list[str]:
    """`league sweep` with two settings and five seeds, in processes."""
    settings = [part for key, value in SMALL.items() for part in ("--set", f"{key}={json.dumps(value)}")]
    league = Path(sys.executable).with_name("league")
    return [str(league), "sweep", "tictactoe", "--grid", "train.epochs=2,4", *settings, "--workers", "2", "--home", str(home)]


def committed(home: Path) -> int:
    """Number of committed generations of all leagues."""
    return sum(Store.open(home, name).generation() + 1 for name in leagues(home))


def killed(folder: Path) -> bool:
    """Kill a sweep again and again, and compare its table with that of one that nobody touched."""
    for number in KILLED_AFTER:
        process = subprocess.Popen(command(folder / "killed"), stderr=subprocess.DEVNULL, start_new_session=True)
        while process.poll() is None and committed(folder / "killed") < number:
            time.sleep(0.01)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        print(f"killed with {committed(folder / 'killed')} of 20 generations committed", flush=True)
    tables = []
    for name in ("killed", "whole"):
        subprocess.run(command(folder / name), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        tables.append((folder / name / "sweeps" / "tictactoe" / "sweep.json").read_bytes())
    return tables[0] == tables[1]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a row per repetition, and in how many a difference was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=[*GRIDS, "killed"])
    parser.add_argument("--repetitions", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=5, help="seeds per setting and repetition; default: 5")
    chosen = parser.parse_args(arguments)
    if chosen.kind == "killed":
        with tempfile.TemporaryDirectory(prefix="sweeps-") as folder:
            print(f"the tables are {'the same' if killed(Path(folder)) else 'different'}")
        return
    found = 0
    print("repetition  advantage  95 %               p  found  vs random  seconds")
    for number in range(chosen.repetitions):
        begun = perf_counter()
        with tempfile.TemporaryDirectory(prefix="sweeps-") as home:
            result = repetition(chosen.kind, number, chosen.seeds, Path(home))
        (each,) = result.differences
        found += each.found
        span = "–" if each.low is None or each.high is None else f"{each.low:+.3f} … {each.high:+.3f}"
        print(
            f"{number:10}  {each.advantage:9.3f}  {span:15}  {each.p:.3f}  {each.found!s:5}  {result.anchor_score:9.3f}  "
            f"{perf_counter() - begun:7.1f}",
            flush=True,
        )
    print(f"{chosen.kind}: a difference was found in {found} of {chosen.repetitions} repetitions")


if __name__ == "__main__":
    main()
