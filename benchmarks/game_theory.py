"""Exploitability of the styles in games whose equilibria are known: `python benchmarks/game_theory.py [ROW …] [--seeds 0 1]`.

Each row is a league of one style on one game, run in a temporary folder by one process. It prints NashConv (the sum over
players; OpenSpiel's exploitability is half of it) of the league's final mixture, processor seconds and wall seconds. The figure
of uniform play is printed first, as a check: 0.917 in Kuhn poker and 4.747 in Leduc poker.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from envs.trees.table import tree_of
from envs.trees.values import nash_conv, uniform_policy
from league import League
from league.config.load import configured
from league.evaluation.best_response import Budget
from league.evaluation.exploitability import exploit

QUIET = {"tracking": False, "compute": {"executor": "serial"}}
RPS = {"name": "classic/rps_v2", "options": {"max_cycles": 1}}
CYCLES = {"name": "native/matrix", "options": {"actions": 5, "payoff_seed": 0}}
SMALL = {
    "policy": {"hidden": [16]},
    "hyper": {"learning_rate": 0.01, "entropy": {"start": 0.0, "low": 0.0}, "gamma": {"start": 1.0, "low": 0.9, "high": 1.0}},
    "train": {"copies": 64, "steps": 4, "updates": 30},
    "tournament": {"games": 200, "replays": False, "bootstrap": 20},
}
POKER = {
    "policy": {"hidden": [128, 128]},
    "learner_options": {"follow": 0.01},
    "hyper": {
        "learning_rate": 0.0005,
        "clip": 0.1,
        "entropy": {"start": 0.2, "high": 0.5},
        "magnet": 0.1,
        "gamma": {"start": 1.0, "low": 0.9, "high": 1.0},
    },
    "tournament": {"games": 200, "past": 2, "replays": False, "bootstrap": 20},
}


def falling(end: int, entropy: float, magnet: float, rate: float) -> dict[str, Any]:
    """Schedules that decrease by equal factors up to a generation."""
    ends = {"begin": 0, "end": end, "curve": "geometric"}
    return {
        "annealing": {**ends, "share": rate},
        "anneal": {"entropy": {**ends, "share": entropy}, "magnet": {**ends, "share": magnet}},
    }


SMOOTH = {
    **SMALL,
    "population": 2,
    "hyper": {**SMALL["hyper"], "entropy": {"start": 0.5, "low": 0.0, "high": 1.0}},
    "train": {
        **SMALL["train"],
        "anneal": {"entropy": {"begin": 0, "end": 40, "share": 0.1, "curve": "geometric"}},
    },
    "tournament": {"games": 2, "past": 2, "replays": False, "bootstrap": 20},
}

ROWS: dict[str, Mapping[str, Any]] = {
    "rps self-play": {"game": RPS, "style": "self-play", "generations": 20, **SMALL},
    "rps fictitious": {"game": RPS, "style": "fictitious", "generations": 60, **SMOOTH},
    "rps psro": {"game": RPS, "style": "psro", "generations": 8, **SMALL},
    "cycles self-play": {"game": CYCLES, "style": "self-play", "generations": 20, **SMALL},
    "cycles fictitious": {"game": CYCLES, "style": "fictitious", "generations": 60, **SMOOTH},
    "cycles psro": {"game": CYCLES, "style": "psro", "generations": 10, **SMALL},
    "kuhn magnet": {
        "game": {"name": "openspiel/kuhn_poker"},
        "style": "magnet",
        "generations": 15,
        **POKER,
        "policy": {"hidden": [64, 64]},
        "train": {"copies": 1024, "steps": 8, "updates": 50, "epochs": 2, **falling(14, 0.02, 0.1, 0.1)},
    },
    "leduc magnet": {
        "game": {"name": "openspiel/leduc_poker"},
        "style": "magnet",
        "generations": 18,
        **POKER,
        "train": {"copies": 2048, "steps": 16, "updates": 60, "epochs": 2, **falling(17, 0.03, 0.1, 0.1)},
    },
}


def main() -> None:
    """Run the rows that are named, or all of them, for every seed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"default: all of {', '.join(map(repr, ROWS))}")
    parser.add_argument("--seeds", nargs="*", type=int, default=[0])
    given = parser.parse_args()
    unknown = set(given.rows) - set(ROWS)
    if unknown:
        parser.error(f"there is no row {', '.join(sorted(unknown))}")
    for name in ("openspiel/kuhn_poker", "openspiel/leduc_poker"):
        tree = tree_of(name, {})
        print(f"{name}: uniform play {nash_conv(tree, uniform_policy(tree)):.3f}", flush=True)
    for row in given.rows or ROWS:
        for seed in given.seeds:
            measure(row, seed)


def measure(row: str, seed: int) -> None:
    """Run one league and print its line."""
    begun, used = time.monotonic(), time.process_time()
    with tempfile.TemporaryDirectory() as home:
        config = configured({"name": "measured", "seed": seed, **QUIET, **ROWS[row]}, {}, row)
        League(config, home, progress=False).run()
        passed, spent = time.monotonic() - begun, time.process_time() - used
        found = exploit("measured", Path(home), Budget())
    print(
        f"{row:18s} seed {seed}  NashConv {found.nash_conv:.4f} {'exact' if found.exact else 'at least'}  "
        f"{len(found.players)} players in the mixture  {spent:.0f} s of processor  {passed:.0f} s",
        flush=True,
    )


if __name__ == "__main__":
    main()
