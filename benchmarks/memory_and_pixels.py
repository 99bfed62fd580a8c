"""Measures the benefit of memory and of convolutions, with one game for each and a control player.

    python benchmarks/memory_and_pixels.py [--seeds 0 1 2 3 4] [--only memory|pixels]

* memory: the first step shows a cue, and the answer is due 20 steps later. `policy.memory: gru` is compared with the same
  player without a memory.
* pixels: a noisy image has a small shape at a random position. `policy.encoder: cnn` is compared with a perceptron that has as
  many parameters.

Every player is trained for as many decisions as its control. It acts as in training and is measured in 500 games with itself.
Success is the share of right answers; chance is 0.5. The program prints one JSON line per seed and player, keeps it in
`memory_and_pixels.jsonl`, and writes `remarks.md`, which `figures.py --write` adds to `docs/figures.md`.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

import envs
from agents.models.spec import PlayerSpec
from league import LeagueConfig
from league.bench.measure import train_task
from league.execution.tasks import Contestant, PlayTask, play, train
from tournaments.schedule.formats import Plan, round_robin

GAMES = Path(__file__).parents[1] / "tests/envs/games"
RESULTS, REMARKS = (Path(__file__).with_name(name) for name in ("memory_and_pixels.jsonl", "remarks.md"))
MEASURED = 500

MEMORY: dict[str, Any] = {
    "game": {"name": f"{GAMES / 'recall.py'}:make_env", "options": {"steps": 20}},
    "train": {"copies": 32, "steps": 63, "updates": 160, "minibatches": 2},
    "hyper": {"learning_rate": 3e-3},
}
PIXELS: dict[str, Any] = {
    "game": {"name": f"{GAMES / 'pixels.py'}:make_env", "options": {"size": 14}},
    "train": {"copies": 16, "steps": 16, "updates": 15},
    "hyper": {"learning_rate": 2e-3},
}
PLAYERS: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "gru": ("memory", MEMORY, {"hidden": [32, 32], "memory": "gru", "memory_size": 32}),
    "no memory": ("memory", MEMORY, {"hidden": [64, 64]}),
    "cnn": ("pixels", PIXELS, {"hidden": [16], "encoder": "cnn"}),
    "mlp": ("pixels", PIXELS, {"hidden": [256, 215]}),
}


def measured(name: str, seed: int) -> dict[str, Any]:
    """Train one player from one seed, and count its right answers."""
    _, settings, policy = PLAYERS[name]
    config = LeagueConfig(name="measured", seed=seed, population=1, stack=1, policy=policy, **settings)
    game = envs.describe(config.game.setup())
    started = time.perf_counter()
    task = train_task(config, seed)
    (trained,) = train(task)
    seconds = time.perf_counter() - started
    twins = {player: Contestant(task.architecture, trained.weights) for player in ("one", "other")}
    tickets = round_robin(game, list(twins), Plan(MEASURED, seed))
    returns = np.array([result.returns for result in play(PlayTask(task.arena, twins, tickets, 64))])
    actors = [shape for piece, shape in PlayerSpec(game, task.architecture).parameters.shapes if not piece.startswith("critic")]
    return {
        "player": name,
        "seed": seed,
        "success": round(float((1.0 + returns.mean()) / 2.0), 4),
        "decisions": trained.decisions,
        "parameters of the actor": sum(int(np.prod(shape)) for shape in actors),
        "seconds of training": round(seconds, 1),
    }


def rows(seeds: Sequence[int], only: str | None) -> Iterator[dict[str, Any]]:
    """The results of all requested players, for every seed."""
    for seed in seeds:
        for name, (part, _, _) in PLAYERS.items():
            if only in (None, part):
                yield measured(name, seed)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=range(5))
    parser.add_argument("--only", choices=("memory", "pixels"))
    arguments = parser.parse_args()
    kept = [json.loads(line) for line in RESULTS.read_text("utf-8").splitlines()] if RESULTS.is_file() else []
    for row in rows(arguments.seeds, arguments.only):
        print(json.dumps(row), flush=True)
        kept = [one for one in kept if (one["player"], one["seed"]) != (row["player"], row["seed"])] + [row]
        RESULTS.write_text("".join(json.dumps(one) + "\n" for one in kept), "utf-8")
    REMARKS.write_text(section(kept), "utf-8")


def section(kept: Sequence[Mapping[str, Any]]) -> str:
    """The section of the page of figures."""
    lines = [
        "## Memory and pixels\n",
        "`benchmarks/memory_and_pixels.py` trains each player and its control for the same number of decisions, and counts",
        f"right answers in {MEASURED} games. Chance is 0.5. In the game of memory, the first step shows a cue, and the answer",
        "is due 20 steps later. In the game of pixels, a noisy image has a small shape at a random position.\n",
        "| player | game | decisions | weights of the actor | right answers, by seed | median |",
        "|---|---|--:|--:|---|--:|",
    ]
    for name, (part, _, _) in PLAYERS.items():
        ours = sorted((row for row in kept if row["player"] == name), key=lambda row: row["seed"])
        if ours:
            each, decisions, weights = (
                [row["success"] for row in ours],
                ours[0]["decisions"],
                ours[0]["parameters of the actor"],
            )
            listed = ", ".join(f"{row['seed']}: {row['success']:.3f}" for row in ours)
            lines.append(f"| {name} | {part} | {decisions:,} | {weights:,} | {listed} | {median(each):.3f} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
