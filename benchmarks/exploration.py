"""Measures how often players that explore reach the only reward of a deep chain, beside the same learners without exploration.

One player per seed trains in `native/deep_chain`. Then it plays without exploration, as in a tournament, and its successes are
counted. In the chain of 24 places, random play takes the right steps in one of 8,388,608 attempts.

Run it from the project's folder:  python benchmarks/exploration.py rnd ucb --seeds 0 1 2 3 4
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from statistics import fmean
from time import perf_counter
from typing import Any

import envs
from league import LeagueConfig
from league.bench.measure import train_task
from league.execution.tasks import Contestant, PlayTask, TrainTask, play, train
from tournaments.schedule.formats import Plan, round_robin

GAMES = 100
"""Games of the trained player."""


SETTINGS: dict[str, Any] = {
    "learner": "dqn",
    "policy": {"hidden": [64], "critic": "local", "normalise": False},
    "train": {"copies": 16, "steps": 8, "updates": 300, "epochs": 2, "minibatches": 4},
    "learner_options": {"warm_up": 64, "batch": 64, "exploration": 10_000},
}
HYPER = {"target_rate": 0.05, "learning_rate": 3e-3, "gamma": 0.95}
WEIGHTS = {"rnd": {"rnd_weight": 1.0}, "icm": {"icm_weight": 1.0}, "count": {"count_weight": 0.3}, "ucb": {"ucb_width": 0.1}}
"""Way to explore → its hyper-parameters. The control is the same learner with ε-greedy exploration alone."""


def configured(name: str, seed: int, *, explores: bool, length: int) -> LeagueConfig:
    """The configuration of a way to explore, or of its control."""
    game = {"name": "native/deep_chain", "options": {"length": length, "steps": 2 * length}}
    more = {"exploration": name, "hyper": HYPER | WEIGHTS[name]} if explores else {"hyper": HYPER}
    return LeagueConfig(name=name, seed=seed, population=1, game=game, **SETTINGS, **more)


def success(config: LeagueConfig) -> float:
    """Train a player and let it play. Returns the share of its games in which it found the reward."""
    task: TrainTask = train_task(config, 0)
    name, game = task.trainees[0].name, envs.describe(config.game.setup())
    contestant = Contestant(task.architecture, train(task)[0].weights)
    tickets = round_robin(game, [name, "bot:random"], Plan(2 * GAMES, config.seed))
    mine = [ticket for ticket in tickets if name in ticket.players]
    results = play(PlayTask(task.arena, {name: contestant, "bot:random": Contestant(bot="random")}, mine, None))
    return fmean(result.success or 0.0 for result in results if name in result.ticket.players)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a line per row, seed and control, and the lowest and highest success of each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="*", default=list(WEIGHTS), help=f"any of {', '.join(WEIGHTS)}")
    parser.add_argument("--seeds", nargs="+", type=int, default=list(range(5)), help="default: 0 1 2 3 4")
    parser.add_argument("--length", type=int, default=24, help="number of places of the chain; default: 24")
    chosen = parser.parse_args(arguments)
    print("exploration  seed  success  control  seconds")
    for name in chosen.rows:
        found = []
        for seed in chosen.seeds:
            begun = perf_counter()
            pair = [success(configured(name, seed, explores=explores, length=chosen.length)) for explores in (True, False)]
            found.append(pair)
            print(f"{name:11}  {seed:4}  {pair[0]:7.2f}  {pair[1]:7.2f}  {perf_counter() - begun:7.1f}", flush=True)
        explored, control = zip(*found, strict=True)
        print(f"{name}: lowest {min(explored):.2f}, mean {fmean(explored):.2f}; control: highest {max(control):.2f}")


if __name__ == "__main__":
    main()
