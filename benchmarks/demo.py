"""Trains the demo (the preset connect-four) and variants of it on several seeds, and measures how strong their champions are.

    python benchmarks/demo.py [--seeds 0-2] [--variant NAME SETTING=VALUE …]… [--games 400] [--home FOLDER] [--report FILE]

Every league runs in this process, on one core, without MLflow and replays. Its time is processor time, so it can be measured on
a machine that does other work meanwhile. The champion then plays `bot:minimax-2`, and the champion of the preset on the same
seed. What is finished is in the folder and in the report: the same command goes on.
"""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import sqrt
from pathlib import Path
from time import process_time
from typing import Any

import torch
import yaml

from league import League, load_config
from league.evaluation.tournament import hold
from league.execution.watcher import Silent
from seeds_in_one_stack import span

HOME = Path(__file__).parents[1] / "mlruns" / "demo"
YARDSTICK = "bot:minimax-2"
PRESET = "preset"
BARE = {"tracking": False, "tournament.replays": False, "compute.executor": "serial"}


@dataclass(frozen=True)
class Score:
    """A score over seat-balanced games, a draw as a half.

    Attributes:
        score: The share of the points, 0 to 1.
        half: Half the width of its 95 % interval (normal approximation).
        games: Number of games.
    """

    score: float
    half: float
    games: int


class Counter(Silent):
    """Adds up the decisions that were learnt from."""

    def __init__(self) -> None:
        self.agent_steps = 0

    def trained(self, decisions: int) -> None:
        """See `Watcher`."""
        self.agent_steps += decisions


def train(name: str, seed: int, changes: Mapping[str, Any], home: Path) -> dict[str, Any]:
    """Run one league. Returns its facts: its champion, processor seconds, and decisions that were learnt from."""
    shutil.rmtree(home / name, ignore_errors=True)  # of a measurement that was interrupted
    counter, begun = Counter(), process_time()
    league = League(load_config("connect-four", {**BARE, **changes, "name": name, "seed": seed}), home, counter)
    champion, seconds = league.run().champion, process_time() - begun
    rate = counter.agent_steps / seconds
    return {"champion": champion, "processor_seconds": seconds, "agent_steps": counter.agent_steps, "per_second": rate}


def score(one: str, other: str, home: Path, games: int) -> Score:
    """The score of the first player against the second."""
    played = hold([one, other], home, games=games, seed=1, executor="serial")
    won = [1.0 if a > b else 0.5 if a == b else 0.0 for a, b in (_returns(result, one, other) for result in played.results)]
    mean = sum(won) / len(won)
    spread = sqrt(sum((x - mean) ** 2 for x in won) / (len(won) - 1))
    return Score(mean, 1.96 * spread / sqrt(len(won)), len(won))


def _returns(result: Any, one: str, other: str) -> tuple[float, float]:
    """The returns of two players in a match."""
    got = dict(zip(result.ticket.players, result.returns, strict=True))
    return got[one], got[other]


def rows(report: Path) -> list[dict[str, Any]]:
    """What was measured before."""
    return [json.loads(line) for line in report.read_text("utf-8").splitlines()] if report.is_file() else []


def table(found: Sequence[Mapping[str, Any]]) -> str:
    """The table that is printed at the end: a line for every variant."""
    lines = [f"{'variant':24} {'seeds':>5} {'processor s':>11} {'steps/s':>8} {YARDSTICK:>16} {PRESET:>16}"]
    for name in dict.fromkeys(row["variant"] for row in found):
        of_it = [row for row in found if row["variant"] == name]
        seconds, rate = (sum(row[key] for row in of_it) / len(of_it) for key in ("processor_seconds", "per_second"))
        scores = [_pooled([row[key] for row in of_it if row.get(key)]) for key in ("yardstick", PRESET)]
        lines.append(f"{name:24} {len(of_it):5} {seconds:11.1f} {rate:8,.0f} {scores[0]:>16} {scores[1]:>16}")
    return "\n".join(lines)


def _pooled(scores: Sequence[Mapping[str, float]]) -> str:
    """The mean score over seeds with its interval, which holds for these seeds."""
    if not scores:
        return ""
    mean = sum(one["score"] for one in scores) / len(scores)
    return f"{mean:.3f} ± {sqrt(sum(one['half'] ** 2 for one in scores)) / len(scores):.3f}"


def main() -> None:
    """Train, play, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=span, default=span("0-2"), help="default: 0-2")
    parser.add_argument(
        "--variant",
        action="append",
        nargs="+",
        default=[],
        metavar=("NAME", "SETTING=VALUE"),
        help="the preset with other settings; may be repeated",
    )
    parser.add_argument("--alone", action="store_true", help="do not run the preset itself")
    parser.add_argument("--games", type=int, default=400, help="games of every pair of players; default: 400")
    parser.add_argument("--home", type=Path, default=HOME, help="where the leagues are kept")
    parser.add_argument("--report", type=Path, help="file of the measurements; default: demo.jsonl in that folder")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    report = asked.report or asked.home / "demo.jsonl"
    report.parent.mkdir(parents=True, exist_ok=True)
    variants = ({PRESET: {}} if not asked.alone else {}) | {
        name: {key: yaml.safe_load(value) for key, _, value in (one.partition("=") for one in settings)}
        for name, *settings in asked.variant
    }
    for seed in asked.seeds:
        for variant, changes in variants.items():
            known = rows(report)
            if any((row["variant"], row["seed"]) == (variant, seed) for row in known):
                continue
            name = f"{variant}-{seed}"
            row = {"variant": variant, "seed": seed, "settings": changes, **train(name, seed, changes, asked.home)}
            mine = f"{name}/{row['champion']}"
            row["yardstick"] = asdict(score(mine, YARDSTICK, asked.home, asked.games))
            first = next((one for one in known if (one["variant"], one["seed"]) == (PRESET, seed)), None)
            if first is not None:
                row[PRESET] = asdict(score(mine, f"{PRESET}-{seed}/{first['champion']}", asked.home, asked.games))
            with report.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
            print(json.dumps(row), flush=True)
    print(table([row for row in rows(report) if row["variant"] in variants and row["seed"] in asked.seeds]))


if __name__ == "__main__":
    main()
