"""Trains players of games that have to be talked about, and controls that never had a channel. Writes `docs/communication.md`.

    python benchmarks/communication.py signal traffic-junction-easy [--seeds 0-4] [--only open] [--minutes 30]

A line is a preset with some settings. `open` is the player of the preset, and `control` is the same player trained without a
channel. The result is the success in the last tenth of the training. There the options of the game have their last values, and
actions are drawn as in training. The trained player of `signal` is also measured in new games, with its channel and with all
edges cut. What is reached is kept after every generation: the same command goes on, and writes the page.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

from agents.mutation import LINKS
from league import LeagueConfig, load_config
from league.bench.measure import train_task
from league.execution.tasks import Contestant, PlayTask, play
from pages import write_section
from seeds_in_one_stack import Course, last_tenth, span
from tournaments.schedule.formats import Plan, round_robin

REPORT = Path(__file__).with_suffix(".jsonl")
STATE = Path(__file__).parents[1] / "mlruns" / "communication"
GAMES = 5000
"""New games per seed, for players that are measured after training."""

POINTS = 10
"""Points of a curve in the report."""


@dataclass(frozen=True)
class Line:
    """A claim about learning.

    Attributes:
        preset: The preset.
        goal: Least success of the open player, the mean over the seeds.
        said: What the line claims, in words.
        settings: What is different from the preset.
        chance: Success without any information, known before any run; None if the game does not declare one.
        margin: Least difference from the control.
        cut: Whether the open player is also measured in new games with and without its channel.
    """

    preset: str
    goal: float
    said: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    chance: float | None = None
    margin: float = 0.10
    cut: bool = False


MEDIUM = {
    "game.options": {"difficulty": "medium", "arrival": 0.2},
    "game.schedule.arrival": {"first": 0.05, "begin": 4, "end": 30},
    "train.steps": 40,
    "train.annealing": {"begin": 35, "end": 76, "share": 0.05},
    "generations": 80,
}
HARD = {
    **MEDIUM,
    "game.options": {"difficulty": "hard", "arrival": 0.05},
    "game.schedule.arrival": {"first": 0.02, "begin": 4, "end": 30},
    "train.steps": 80,
}
LINES = {
    "signal": Line("signal", 0.98, "≥ 0.98 open; within 0.03 of chance with all edges cut", chance=0.5, cut=True),
    "traffic-junction-easy": Line("traffic-junction", 0.99, "≥ 0.99, and ≥ 0.10 above the control"),
    "traffic-junction-medium": Line("traffic-junction", 0.95, "≥ 0.95, and ≥ 0.10 above the control", MEDIUM),
    "traffic-junction-hard": Line("traffic-junction", 0.90, "≥ 0.90, and ≥ 0.10 above the control", HARD),
}


def configured(name: str, variant: str) -> LeagueConfig:
    """The configuration of the open player of a line, or of its control."""
    line = LINES[name]
    silent = {"comms.topology": "none"} if variant == "control" else {}
    return load_config(line.preset, {**line.settings, **silent, "name": f"{name}-{variant}"})


def cut_off(contestant: Contestant) -> Contestant:
    """The same player with the same weights, to whom no message arrives."""
    assert contestant.weights is not None
    weights = {name: np.zeros_like(value) if name.startswith(LINKS) else value for name, value in contestant.weights.items()}
    return replace(contestant, weights=weights)


def in_new_games(course: Course, *, cut: bool) -> list[float]:
    """Each seed's mean return in new games, the same games whether its edges are cut or not."""
    players = course.contestants()
    players = {name: cut_off(player) if cut else player for name, player in players.items()}
    players |= {"spare": next(iter(players.values()))}  # a tournament needs two
    tickets = round_robin(course.game, list(players), Plan(GAMES, seed=0))
    results = play(PlayTask(train_task(course.config, 0).arena, players, tickets, None))
    return [
        round(fmean(result.returns[0] for result in results if result.ticket.players == (name,)), 4)
        for name in map(str, course.seeds)
    ]


def record(name: str, variant: str, course: Course) -> dict[str, Any]:
    """The row of the report: what the training of all seeds of a line came to so far."""
    rows, config = course.rows, course.config
    seeds, copies = len(course.seeds), config.train.copies * config.train.steps * config.train.updates
    every = max(1, len(rows) // POINTS)
    found: dict[str, Any] = {
        "line": name,
        "variant": variant,
        "seeds": course.seeds,
        "generations": [len(rows), config.generations],
        "steps per seed": copies * len(rows),
        "processor minutes": round(rows[-1]["seconds"] / 60, 1),
        "success": last_tenth(rows, "success"),
        "curve": [[(row["generation"] + 1) * copies, round(fmean(row["success"]), 3)] for row in rows[every - 1 :: every]],
        "decisions per seed": rows[-1]["decisions"] // seeds,
    }
    if LINES[name].cut and variant == "open" and course.finished:
        found |= {"new games": in_new_games(course, cut=False), "new games, cut": in_new_games(course, cut=True)}
    return found


def verdict(line: Line, own: Mapping[str, Any], control: Mapping[str, Any] | None) -> str:
    """Whether a line holds, as far as it was measured."""
    if own["generations"][0] < own["generations"][1]:
        return "unfinished"
    mean = fmean(own.get("new games", own["success"]))
    if line.cut and line.chance is not None:
        return "holds" if mean >= line.goal and abs(fmean(own["new games, cut"]) - line.chance) <= 0.03 else "**does not hold**"
    if mean < line.goal:
        return "**does not hold**"
    if control is None or control["generations"][0] < control["generations"][1]:
        return "success holds; control not finished"
    return "holds" if mean >= fmean(control["success"]) + line.margin else "**does not hold**"


def table(kept: Sequence[Mapping[str, Any]]) -> str:
    """The section of the page."""
    lines = [
        "| line | player | success by seed | mean | steps of the game per seed | processor minutes, all seeds | claim | |",
        "|---|---|---|--:|--:|--:|---|---|",
    ]
    by = {(row["line"], row["variant"]): row for row in kept}
    for (name, variant), row in by.items():
        line, cost = LINES[name], f"{row['steps per seed']:,} | {row['processor minutes']:g}"
        if variant == "open":
            claim = f"{line.said} | {verdict(line, row, by.get((name, 'control')))}"
            lines.append(_cells(name, "last tenth of the training", row["success"], f"{cost} | {claim}"))
            lines += [_cells(name, key, row[key], " | | | ") for key in ("new games", "new games, cut") if key in row]
        else:
            lines.append(_cells(name, "trained without a channel", row["success"], f"{cost} | | "))
    lines += ["", "Curves, the mean over the seeds at a number of steps of the game per seed:", ""]
    for row in kept:
        points = ", ".join(f"{steps / 1e3:,.0f}k: {value:.3f}" for steps, value in row["curve"])
        lines.append(f"* {row['line']}, {row['variant']}: {points}")
    return "\n".join(lines)


def _cells(name: str, what: str, values: Sequence[float], rest: str) -> str:
    return f"| {name} | {what} | {', '.join(f'{value:.3f}' for value in values)} | {fmean(values):.3f} | {rest} |"


def keep(report: Path, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Put a row into the report, in place of the one before."""
    kept = [json.loads(text) for text in report.read_text("utf-8").splitlines()] if report.is_file() else []
    kept = [one for one in kept if (one["line"], one["variant"]) != (row["line"], row["variant"])] + [dict(row)]
    kept.sort(key=lambda one: (list(LINES).index(one["line"]), one["variant"] != "open"))
    report.write_text("".join(json.dumps(one) + "\n" for one in kept), "utf-8")
    return kept


def courses(lines: Sequence[str], only: str | None, seeds: Sequence[int]) -> Iterator[tuple[str, str, Course]]:
    """The trainings that were asked for."""
    for name in lines:
        for variant in ("open", "control"):
            if only in (None, variant) and not (variant == "control" and LINES[name].cut):
                yield name, variant, Course(configured(name, variant), seeds, STATE)


def main() -> None:
    """Train, report, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lines", nargs="+", choices=list(LINES))
    parser.add_argument("--seeds", type=span, default=span("0-4"), help="default: 0-4")
    parser.add_argument("--only", choices=("open", "control"))
    parser.add_argument("--report", type=Path, default=REPORT)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop after this time; the same command goes on")
    asked = parser.parse_args()
    end = time.monotonic() + 60 * asked.minutes
    for name, variant, course in courses(asked.lines, asked.only, asked.seeds):
        for row in course.advance():
            print(json.dumps({"line": name, "variant": variant, **row}), flush=True)
            if time.monotonic() > end:
                break
        if course.rows:
            write_section("communication.md", "lines", table(keep(asked.report, record(name, variant, course))))
        if time.monotonic() > end:
            break


if __name__ == "__main__":
    main()
