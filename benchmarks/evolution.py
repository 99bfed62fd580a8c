"""What evolution does: leagues with selection and mutation beside the same populations without, at equal steps.

    python benchmarks/evolution.py [--seeds 5] [--home FOLDER] [--generations 12]

The game is tic-tac-toe. Two beginnings are compared, each with five seeds:

* `usual`: the usual learning rate.
* `bad`: a learning rate of 1e-6 for everybody, with which hardly anything is learnt.

From each beginning three kinds of leagues run, with the same steps: `evolution` (the worst two of six are replaced by children
with perturbed or resampled hyper-parameters), `selection` (the children are clones, so nothing mutates) and `control` (nobody
is replaced). The champions of one seed and beginning then meet each other, `bot:random` and `bot:minimax-2` in one tournament.
What is printed: the mean difference of Elo and of the score against minimax-2 from the control, paired by seed, with the 95 %
interval of Student's distribution, and the learning rates of the last players.
"""

from __future__ import annotations

import argparse
import json
import math
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from league import League
from league.evaluation.tournament import Draw, hold
from tournaments.rating.student import students_quantile

STARTS = {"bad": {"start": 1e-6, "low": 1e-6, "high": 0.02}, "usual": {"start": 0.0005, "low": 1e-6, "high": 0.02}}
EVOLVING = {"replace": 2, "parents": "truncation", "operators": {"perturb": 1.0, "resample": 1.0}}
KINDS: dict[str, dict[str, Any]] = {
    "evolution": EVOLVING,
    "selection": EVOLVING | {"operators": {"clone": 1.0}},
    "control": EVOLVING | {"replace": 0},
}
BOTS = ["bot:random", "bot:minimax-2"]


def config(name: str, seed: int, start: str, kind: str, generations: int) -> dict[str, Any]:
    """The settings of one league."""
    return {
        "name": name,
        "seed": seed,
        "game": {"name": "classic/tictactoe_v3"},
        "generations": generations,
        "population": 6,
        "stack": 6,
        "policy": {"hidden": [32, 32]},
        "train": {"copies": 32, "steps": 32, "updates": 4, "epochs": 4, "minibatches": 8},
        "hyper": {"learning_rate": STARTS[start]},
        "tournament": {"games": 20, "past": 4, "bootstrap": 20, "replays": False},
        "evolution": KINDS[kind],
        "compute": {"executor": "serial"},
        "tracking": False,
    }


def measure(home: Path, start: str, seed: int, generations: int) -> dict[str, dict[str, float]]:
    """Run the three leagues of a beginning and a seed, and let their champions meet."""
    found: dict[str, dict[str, float]] = {}
    for kind in KINDS:
        name = f"{start}-{kind}-{seed}"
        result = League(config(name, seed, start, kind, generations), home, progress=False).run()
        rates = [player.hyper["learning_rate"] for player in result.store.players("active")]
        found[kind] = {
            "steps": float(sum(row.agent_steps for row in result.store.generations())),
            "log10_rate": float(np.mean(np.log10(rates))),
            "log10_rate_sd": float(np.std(np.log10(rates))),
        }
    names = [f"{start}-{kind}-{seed}/champion" for kind in KINDS]
    contest = hold([*names, *BOTS], home, games=200, seed=seed, executor="serial", draw=Draw(openings=3)).contest
    elo = {row.player: row.elo for row in contest.standings}
    scores = {(pair.player, pair.opponent): pair.score for pair in contest.pairs}
    scores |= {(pair.opponent, pair.player): None if pair.score is None else 1 - pair.score for pair in contest.pairs}
    for kind, name in zip(KINDS, names, strict=True):
        found[kind] |= {"elo": elo[name], "minimax": scores[name, BOTS[1]] or 0.0, "random": scores[name, BOTS[0]] or 0.0}
    return found


def interval(values: Sequence[float]) -> str:
    """The mean with its 95 % interval."""
    mean, count = float(np.mean(values)), len(values)
    if count < 2:
        return f"{mean:+.3f}"
    half = students_quantile(count - 1) * float(np.std(values, ddof=1)) / math.sqrt(count)
    return f"{mean:+.3f} ± {half:.3f}"


def main() -> None:
    """Run everything and print a table; each seed is written as it ends."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--generations", type=int, default=12)
    parser.add_argument("--home", type=Path, default=None)
    given = parser.parse_args()
    home = given.home or Path(tempfile.mkdtemp(prefix="evolution-"))
    for start in STARTS:
        runs = []
        for seed in range(given.seeds):
            runs.append(measure(home, start, seed, given.generations))
            print(json.dumps({"start": start, "seed": seed, **runs[-1]}), flush=True)
        for kind in KINDS:
            parts = [f"{start:6s} {kind:10s} log10 learning rate {interval([run[kind]['log10_rate'] for run in runs])}"]
            for figure in ("elo", "minimax", "random"):
                parts.append(f"{figure} {interval([run[kind][figure] for run in runs])}")
                if kind != "control":
                    parts.append(f"(from control {interval([run[kind][figure] - run['control'][figure] for run in runs])})")
            print("  ".join(parts), flush=True)


if __name__ == "__main__":
    main()
