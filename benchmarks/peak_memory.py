"""Measure the memory that the training of a game takes: one collection and one update, each game in a process of its own.

    python benchmarks/peak_memory.py butterfly/cooperative_pong_v6 magent2/gather_v5 --copies 4 --steps 16

A line of JSON for each game is printed, and appended to `benchmarks/peak_memory.jsonl`: the commit, the most memory that the
process ever had, of which what it had before training (libraries, and the first environment), and the processor time of both.
To compare with another version, run this file in a checkout of that version.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "peak_memory.jsonl"


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("games", nargs="+", metavar="GAME")
    parser.add_argument("--copies", type=int, default=4)
    parser.add_argument("--steps", type=int, default=16)
    parser.add_argument("--learner", default="ppo")
    parser.add_argument("--here", action="store_true", help="measure the one game in this process, and print one line")
    asked = parser.parse_args()
    if asked.here:
        print(json.dumps(measured(asked.games[0], asked.copies, asked.steps, asked.learner)))
        return
    commit = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True, cwd=ROOT, check=True)
    for game in asked.games:
        sizes = ["--copies", str(asked.copies), "--steps", str(asked.steps), "--learner", asked.learner]
        quiet = {"SDL_VIDEODRIVER": "dummy", "SDL_AUDIODRIVER": "dummy", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
        command = [sys.executable, str(Path(__file__).resolve()), game, *sizes, "--here"]
        ended = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **quiet}, check=False)
        lines = ended.stdout.strip().splitlines() or ["{}"]
        row = {"commit": commit.stdout.strip(), **(json.loads(lines[-1]) if ended.returncode == 0 else {"game": game})}
        if ended.returncode:
            row["ended"] = f"{ended.returncode}: {(ended.stderr.strip().splitlines() or [''])[-1][:300]}"
        print(json.dumps(row), flush=True)
        with RESULTS.open("a", encoding="utf-8") as results:
            results.write(f"{json.dumps(row)}\n")


def measured(game: str, copies: int, steps: int, learner: str) -> dict[str, Any]:
    """Train one player for one update, and measure."""
    from league.cli.rehearsal import configuration, shortened
    from league.config.schema import check
    from league.execution.watcher import Silent
    from league.manager import League

    values = shortened(configuration(game, {"population": [{"count": 1, "learner": learner}]})).model_dump()
    values["train"] |= {"copies": copies, "steps": steps, "minibatches": 4}
    values["tournament"] |= {"replays": False}
    values["population"] = [{"count": 1, "learner": learner}]
    begun, before = time.process_time(), peak()
    with tempfile.TemporaryDirectory() as home:
        League(check(values, "the league that is measured"), Path(home), Silent()).run()
    return {
        "game": game,
        "learner": learner,
        "copies": copies,
        "steps": steps,
        "peak_mb": peak(),
        "before_mb": before,
        "processor_seconds": round(time.process_time() - begun, 1),
    }


def peak() -> int:
    """Return the most megabytes that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


if __name__ == "__main__":
    main()
