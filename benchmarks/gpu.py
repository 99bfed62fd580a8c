"""What has to be known of a GPU, in at most eight minutes: does it compute what the CPU computes, and how fast is it.

    make gpu                                        on a machine with a GPU
    python benchmarks/gpu.py --rehearse             the same on the CPU, as if it were a GPU: it is short, and measures nothing

It compares twins step by step, and tournaments of untrained players of every kind, with the CPU. It trains every learner. Then
it measures training and tournaments, and runs a league of 64 players. The figures are written to `benchmarks/gpu.jsonl`, with
the name of the card. The goal is 10 million agent-steps a second on one H200.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch

from agents.learners.table import LEARNERS
from envs import compiling
from envs.conformance.compare import random_actions
from envs.factory import make
from envs.registry import games
from league import League, LeagueConfig, load_config
from league.bench.measure import measure_tournament, measure_training, play_tasks, train_task
from league.execution.tasks import play, train

FILE = Path(__file__).with_suffix(".jsonl")
CPU = torch.device("cpu")
STEPS, COPIES = 200, 64
CLOSE = 1e-3
"""How far observations and rewards of twins may differ, in their own units: positions of worlds move on from rounded ones."""

ALIKE = 0.98
"""Share of matches that have to end alike: where two actions are as probable, rounding decides."""

PLAYERS: dict[str, dict[str, Any]] = {
    "mlp": {},
    "local critic": {"policy.critic": "local"},
    "gru": {"policy.memory": "gru", "policy.memory_size": 16},
}
ROWS = (
    ("classic/connect_four_v3", 16, 16_384),
    ("classic/connect_four_v3", 64, 65_536),
    ("mpe2/simple_tag_v3", 16, 16_384),
)
"""Game, players, copies of the measurements of training."""


@contextmanager
def general(device: torch.device) -> Iterator[None]:
    """Let a CPU be treated like a GPU, if it stands for one."""
    before = compiling.serve
    if device.type == "cpu":
        compiling.serve = lambda device: False
    try:
        yield
    finally:
        compiling.serve = before


def configured(game: str, device: str, settings: Mapping[str, Any]) -> LeagueConfig:
    """A configuration for a comparison."""
    small = {"population": 2, "train.copies": 16, "train.steps": 16, "train.updates": 1, "tournament.games": 64}
    return load_config("smoke", {**small, "game.name": game, "game.options": {}, "compute.device": device, **settings})


def compare_twins(device: torch.device) -> Iterator[dict[str, Any]]:
    """Step every twin on both devices with the same actions."""
    for game in (known.name for known in games() if known.twin and known.installed):
        seeds = torch.arange(COPIES)
        one = make(game, COPIES, twin="always", device=CPU)
        with general(device):
            other = make(game, COPIES, twin="always", device=device)
            now, there, generator, worst = (
                one.restart(seeds),
                other.restart(seeds.to(device)),
                torch.Generator().manual_seed(0),
                0.0,
            )
            for step in range(STEPS):
                following = seeds + (step + 1) * COPIES
                actions = random_actions(one.game, now, generator)
                now = one.step(actions, following)
                there = other.step([each.to(device) for each in actions], following.to(device))
                pairs = [*zip(now.observation, there.observation, strict=True), (now.reward, there.reward)]
                worst = max(worst, *(float((a - b.cpu()).abs().max()) for a, b in pairs))
                if not torch.equal(now.acting, there.acting.cpu()):
                    worst = float("inf")
                    break
        yield {"row": "twin", "game": game, "steps": STEPS, "difference": worst, "passed": worst <= CLOSE}


def compare_matches(device: torch.device) -> Iterator[dict[str, Any]]:
    """Play the same tickets on both devices, with players of every kind."""
    for game in ("classic/connect_four_v3", "mpe2/simple_tag_v3"):
        for kind, settings in PLAYERS.items():
            found = []
            for where in (CPU, device):
                with general(where if where is device else torch.device("meta")):
                    tasks = play_tasks(configured(game, str(where), settings), 0)
                    found.append([result for task in tasks[:1] for result in play(task)])
            same = [a.actions == b.actions for a, b in zip(*found, strict=True)]
            share = sum(same) / len(same)
            yield {"row": "matches", "game": game, "player": kind, "alike": share, "passed": share >= ALIKE}


def train_all(device: torch.device) -> Iterator[dict[str, Any]]:
    """Train every learner on both devices.

    The random numbers of two devices differ, so the figures of the first update are only shown beside each other.
    """
    for learner in LEARNERS:
        game = "mpe2/simple_spread_v3" if learner == "ddpg" else "classic/tictactoe_v3"
        options = {"game.options": {"continuous_actions": True}} if learner == "ddpg" else {}
        figures = []
        sound = True
        for where in (CPU, device):
            with general(where if where is device else torch.device("meta")):
                task = train_task(configured(game, str(where), {"learner": learner, "train.updates": 4, **options}), 0)
                (first, *_) = train(task)
            figures.append(first.updates[-1])
            before = task.trainees[0].weights
            sound &= any((first.weights[name] != before[name]).any() for name in before)
            sound &= all(bool(np.isfinite(array).all()) for array in first.weights.values())
        shown = {name: [round(each[name], 4) for each in figures] for name in figures[0]}
        yield {"row": "learner", "learner": learner, "figures": shown, "passed": bool(sound)}


def measure(device: torch.device, seconds: float) -> Iterator[dict[str, Any]]:
    """Measure training, a tournament, and a league of 64 players."""
    for game, players, copies in ROWS:
        config = configured(game, str(device), {"population": players, "train.copies": copies // players, "train.steps": 64})
        figures = measure_training(config, seconds)
        yield {
            "row": "training",
            "game": game,
            "players": players,
            "copies": copies,
            "agent_steps_per_second": figures.per_second,
            "device_memory_mib": figures.peak_device_memory_mib,
        }
    config = configured(ROWS[0][0], str(device), {"tournament.copies": 16_384})
    yield {"row": "tournament", "game": ROWS[0][0], "games_per_second": measure_tournament(config, seconds).per_second}


def run_league(device: torch.device) -> Iterator[dict[str, Any]]:
    """Run a league of 64 players of connect four."""
    settings = {"population": 64, "stack": 64, "generations": 2, "compute.device": str(device), "compute.executor": "serial"}
    config = load_config("connect-four", {**settings, "name": "gpu", "tracking": False, "seed": 0})
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as home:
        result = League(config, home, progress=True).run()
        rows = result.store.generations()
        yield {
            "row": "league",
            "players": 64,
            "seconds": time.monotonic() - began,
            "training_seconds": [row.phases["training"] for row in rows],
            "agent_steps": [row.agent_steps for row in rows],
        }


def main() -> int:
    """Run everything and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rehearse", action="store_true", help="run on the CPU as if it were a GPU")
    parser.add_argument("--seconds", type=float, default=10.0, help="duration of each measurement")
    given = parser.parse_args()
    if not given.rehearse and not torch.cuda.is_available():
        print("There is no GPU that PyTorch can use here; --rehearse runs the comparisons on the CPU.", file=sys.stderr)
        return 2
    device = CPU if given.rehearse else torch.device("cuda")
    card = "rehearsal on the CPU" if given.rehearse else torch.cuda.get_device_name()
    parts = [compare_twins(device), compare_matches(device), train_all(device)]
    if not given.rehearse:
        parts += [measure(device, given.seconds), run_league(device)]
    failed = 0
    rows = []
    for part in parts:
        for row in part:
            rows.append({**row, "card": card, "torch": torch.__version__})
            failed += not row.get("passed", True)
            print(json.dumps(row), flush=True)
    if not given.rehearse:
        FILE.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    print(f"{failed} comparisons failed.")
    return int(failed > 0)


if __name__ == "__main__":
    raise SystemExit(main())
