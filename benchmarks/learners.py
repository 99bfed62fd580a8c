"""Measures what learners learn, beside controls that must not. Writes `docs/learners.md`.

    python benchmarks/learners.py tictactoe [LEARNER …] [--only trained] [--seeds 0-4] [--set KEY=VALUE]
    python benchmarks/learners.py spread speaker-listener [--minutes 30]

In `tictactoe` every player meets itself in half of its training games and a random player in the other half; the result is its
score against the random player in new games. `spread` and `speaker-listener` have continuous actions; the result is the return
in the last tenth of the training. The players of all seeds train in one stack and never meet. What was measured is kept in
`learners.jsonl`; the page is written from it.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import sqrt
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import envs
from league import LeagueConfig, load_config
from league.bench.measure import train_task
from league.config.load import parse_override
from league.execution.tasks import Contestant, PlayTask, TrainTask, play, train
from league.population.player import ANCHOR
from pages import write_section
from seeds_in_one_stack import Course, last_tenth, span
from tournaments.rating.outcomes import outcomes
from tournaments.schedule.formats import Plan, round_robin

REPORT = Path(__file__).with_suffix(".jsonl")
STATE = Path(__file__).parents[1] / "mlruns" / "learners"
GAMES = 1000
"""Games of each player against the random player; every side is taken equally often."""

STUDENT = {2: 12.706, 3: 4.303, 4: 3.182, 5: 2.776, 6: 2.571, 7: 2.447, 8: 2.365, 9: 2.306, 10: 2.262}
"""Number of seeds → factor of the standard error for a 95 % interval (Student 1908)."""

MARK = 0.95
"""Score against the random player that every learner of tictactoe should reach."""

POINTS = 12
"""Points of a curve in the report."""

TICTACTOE: dict[str, dict[str, Any]] = {
    "ppo": {"train.updates": 300, "policy.temperature": 0.2, "hyper.entropy": 0.05, "hyper.learning_rate": 2e-3},
    "a2c": {"train.updates": 1600, "policy.temperature": 0.2, "hyper.entropy": 0.1},
    "a3c": {"train.updates": 1200, "policy.temperature": 0.2, "hyper.entropy": 0.1, "hyper.learning_rate": 6e-3},
    "dqn": {"train.updates": 300},
    "sac": {"train.updates": 400, "policy.temperature": 0.1},
}
"""Learner of discrete actions → settings that differ from `configured`. Each learner takes the settings that suit it."""

STILL = {"hyper.learning_rate": {"start": 0, "low": 0, "high": 0}, "train.updates": 10}
"""Settings of the control. Its weights do not change, so it needs no long training."""


def configured(learner: str, seed: int, settings: Sequence[str] = ()) -> LeagueConfig:
    """The preset tictactoe with one player and many short collections, because a2c takes only one step per collection."""
    chosen = {"learner": learner, "seed": seed, "population": 1, "train.updates": 1600, "train.steps": 16}
    return load_config("tictactoe", chosen | dict(map(parse_override, settings)))


def task_of(configs: Sequence[LeagueConfig]) -> TrainTask:
    """A training task of one player per configuration; the configurations differ in their seeds.

    Every second copy is played against the random player, in alternating seats.
    """
    first, trainees = train_task(configs[0], 0), []
    for config in configs:
        (trainee,) = train_task(config, 0).trainees
        name, tickets = f"seed-{config.seed}", []
        for number, ticket in enumerate(trainee.tickets):
            seat = number // 2 % 2 if number % 2 else None
            players = tuple(ANCHOR if seat is not None and place != seat else name for place in range(2))
            learns = tuple(player == name for player in players)
            tickets.append(replace(ticket, players=players, learns=learns, weights=("", "")))
        trainees.append(replace(trainee, name=name, tickets=tickets))
    return replace(first, trainees=trainees, opponents={ANCHOR: Contestant(bot="random")})


def scores(configs: Sequence[LeagueConfig], games: int = GAMES) -> tuple[list[float], list[int]]:
    """Train a player per configuration and let each meet a random player.

    Returns:
        Each player's share of the points, in which a draw is a half; and the size of its learner's state on disk, in bytes.
    """
    task, game, found, sizes = task_of(configs), envs.describe(configs[0].game.setup()), [], []
    for config, trainee, result in zip(configs, task.trainees, train(task), strict=True):
        own = Contestant(task.architecture, result.weights, config.groups[0].policy.temperature)
        contestants = {trainee.name: own, ANCHOR: Contestant(bot="random")}
        tickets = round_robin(game, list(contestants), Plan(games, config.seed))
        results = play(PlayTask(task.arena, contestants, tickets, copies=256))
        points = [outcome.score for outcome in outcomes(game, results) if outcome.player == trainee.name]
        found.append(round(fmean(points), 4))
        sizes.append(sum(array.nbytes for array in result.state.values()))
    return found, sizes


def score(config: LeagueConfig, games: int = GAMES) -> float:
    """Train one player and let it meet a random player; see `scores`."""
    return scores([config], games)[0][0]


@dataclass(frozen=True)
class Case:
    """A comparison of trainings on one game, at equal settings of the game.

    Attributes:
        game: The game.
        said: What should come out.
        settings: Settings of all trainings.
        kinds: Name → settings of one training.
    """

    game: str
    said: str
    kinds: Mapping[str, Mapping[str, Any]]
    settings: Mapping[str, Any] = field(default_factory=dict)

    def configured(self, name: str, kind: str) -> LeagueConfig:
        """The configuration of one training."""
        options = {"continuous_actions": True}
        given = {
            "name": f"{name}-{kind.replace(' ', '-')}",
            "game": {"name": self.game, "options": options},
            "evolution": {"replace": 0},
        }
        return LeagueConfig.model_validate(given | {**self.settings} | {**self.kinds[kind]})


SHORT = {"copies": 16, "steps": 25, "updates": 20, "epochs": 1, "minibatches": 20}
OFF_POLICY = {"train": SHORT, "generations": 12, "learner_options": {"batch": 128, "replay": 40_000}}
CASES = {
    "spread": Case(
        "mpe2/simple_spread_v3",
        "sac and ddpg come within 10 % of ppo's return, or are better in fewer agent-steps",
        {
            "ppo": {"train": {"copies": 64, "steps": 25, "updates": 20}, "generations": 12},
            "sac": OFF_POLICY | {"learner": "sac"},
            "ddpg": OFF_POLICY | {"learner": "ddpg"},
        },
        {"policy": {"critic": "local", "activation": "relu"}},
    ),
    "speaker-listener": Case(
        "mpe2/simple_speaker_listener_v4",
        "MADDPG, ddpg with centralised critics, beats independent ddpg",
        {
            "maddpg": OFF_POLICY
            | {"generations": 24, "learner": "ddpg", "policy": {"critic": "centralised", "activation": "relu"}},
            "independent ddpg": OFF_POLICY
            | {"generations": 24, "learner": "ddpg", "policy": {"critic": "local", "activation": "relu"}},
        },
    ),
}


def tictactoe(learner: str, variant: str, seeds: Sequence[int], settings: Sequence[str]) -> dict[str, Any]:
    """The row of a learner of tictactoe, or of its control."""
    chosen = TICTACTOE.get(learner, {}) | (STILL if variant == "control" else {})
    told = [f"{name}={json.dumps(value)}" for name, value in chosen.items()] + list(settings)
    configs, begun = [configured(learner, seed, told) for seed in seeds], time.process_time()
    found, sizes = scores(configs)
    task = configs[0].train
    return {
        "case": "tictactoe",
        "kind": learner,
        "variant": variant,
        "seeds": list(seeds),
        "score": found,
        "steps per seed": task.copies * task.steps * task.updates,
        "processor seconds": round(time.process_time() - begun, 1),
        "state KiB": round(fmean(sizes) / 1024, 1),
        "settings": told,
    }


def course_row(case: str, kind: str, course: Course) -> dict[str, Any]:
    """The row of a training on one game, as far as it got."""
    every = max(1, len(course.rows) // POINTS)
    return {
        "case": case,
        "kind": kind,
        "variant": "trained",
        "seeds": course.seeds,
        "generations": [len(course.rows), course.config.generations],
        "return": last_tenth(course.rows, "game_return"),
        "decisions per seed": course.rows[-1]["decisions"] // len(course.seeds),
        "curve": [
            [row["decisions"] // len(course.seeds), round(fmean(row["game_return"]), 3)]
            for row in course.rows[every - 1 :: every]
        ],
        "processor seconds": course.rows[-1]["seconds"],
    }


def interval(values: Sequence[float], digits: int = 3) -> str:
    """The mean with its 95 % interval over seeds."""
    if len(values) not in STUDENT:
        return f"{fmean(values):.{digits}f}"
    return f"{fmean(values):.{digits}f} ± {STUDENT[len(values)] * stdev(values) / sqrt(len(values)):.{digits}f}"


def tictactoe_table(kept: Sequence[Mapping[str, Any]]) -> str:
    """The section about tictactoe."""
    lines = [
        f"| learner | score by seed | mean, 95 % over seeds | at least {MARK} | steps per seed | processor seconds "
        "| learner's state, KiB |",
        "|---|---|--:|---|--:|--:|--:|",
    ]
    for row in kept:
        name = row["kind"] if row["variant"] == "trained" else f"{row['kind']}, learning rate 0"
        held = "" if row["variant"] == "control" else "yes" if fmean(row["score"]) >= MARK else "**no**"
        said = ", ".join(f"{value:.3f}" for value in row["score"])
        cost = f"{row['steps per seed']:,} | {row['processor seconds']:,.0f} | {row['state KiB']:,.0f}"
        lines.append(f"| {name} | {said} | {interval(row['score'])} | {held} | {cost} |")
    return "\n".join(lines)


def case_table(name: str, kept: Sequence[Mapping[str, Any]]) -> str:
    """The section about one game with continuous actions."""
    lines = [
        f"{CASES[name].game}: {CASES[name].said}.",
        "",
        "| training | return by seed | mean, 95 % over seeds | decisions per seed | processor seconds | |",
        "|---|---|--:|--:|--:|---|",
    ]
    for row in kept:
        said = ", ".join(f"{value:.2f}" for value in row["return"])
        done, wanted = row["generations"]
        rest = "" if done == wanted else f"unfinished: {done} of {wanted} generations"
        lines.append(
            f"| {row['kind']} | {said} | {interval(row['return'], 2)} | {row['decisions per seed']:,} "
            f"| {row['processor seconds']:,.0f} | {rest} |"
        )
    lines += ["", "Mean return over the seeds after so many decisions per seed:", ""]
    for row in kept:
        lines.append(f"* {row['kind']}: " + ", ".join(f"{steps / 1e3:,.0f}k: {value:.2f}" for steps, value in row["curve"]))
    return "\n".join(lines)


def keep(report: Path, row: Mapping[str, Any]) -> None:
    """Put a row into the report, in place of the one before, and write its section of the page."""
    kept = [json.loads(text) for text in report.read_text("utf-8").splitlines()] if report.is_file() else []
    name = row["case"], row["kind"], row["variant"]
    kept = [one for one in kept if (one["case"], one["kind"], one["variant"]) != name] + [dict(row)]
    order = [*(("tictactoe", kind) for kind in TICTACTOE), *((case, kind) for case in CASES for kind in CASES[case].kinds)]
    kept.sort(key=lambda one: (order.index((one["case"], one["kind"])), one["variant"] == "control"))
    report.write_text("".join(json.dumps(one) + "\n" for one in kept), "utf-8")
    mine = [one for one in kept if one["case"] == row["case"]]
    write_section(
        "learners.md", row["case"], tictactoe_table(mine) if row["case"] == "tictactoe" else case_table(row["case"], mine)
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, print a row per training, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="+", help="cases, and learners or trainings to which they are restricted")
    parser.add_argument("--seeds", type=span, default=span("0-4"), help="default: 0-4")
    parser.add_argument("--only", choices=("trained", "control"), help="default: both")
    parser.add_argument(
        "--set", action="append", default=[], dest="settings", help="a setting KEY=VALUE of tictactoe; not kept"
    )
    parser.add_argument("--report", type=Path, default=REPORT)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop after this time; the same command goes on")
    asked = parser.parse_intermixed_args(arguments)
    end = time.monotonic() + 60 * asked.minutes
    wanted = [name for name in asked.names if name != "tictactoe" and name not in CASES]
    if "tictactoe" in asked.names:
        for learner in wanted or TICTACTOE:
            for variant in ("trained", "control"):
                if asked.only in (None, variant):
                    row = tictactoe(learner, variant, asked.seeds, asked.settings)
                    print(json.dumps(row), flush=True)
                    if not asked.settings and learner in TICTACTOE:
                        keep(asked.report, row)
    for name in (name for name in asked.names if name in CASES):
        for kind in (kind for kind in CASES[name].kinds if kind in wanted or not wanted):
            course = Course(CASES[name].configured(name, kind), asked.seeds, STATE)
            for row in course.advance():
                print(json.dumps({"case": name, "kind": kind, **row}), flush=True)
                if time.monotonic() > end:
                    break
            if course.rows:
                keep(asked.report, course_row(name, kind, course))


if __name__ == "__main__":
    main()
