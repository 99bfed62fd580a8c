"""Compares a centralised critic with a local one at equal steps. Writes its part of `docs/communication.md`.

    python benchmarks/critics.py [GAME …] [--seeds 0-4] [--minutes 30]

Both trainings of a game have the same settings but for the critic. In games of one team the return is that of the last tenth of
the training. In the others, where the opponent learns as well, the trained players of both kinds meet: each seed's return, on
each side, is the mean over games against all seeds of the other kind. What is reached is kept after every generation: the same
command goes on, and writes the page.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Mapping, Sequence
from itertools import product
from math import sqrt
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from league import LeagueConfig
from league.bench.measure import train_task
from league.execution.tasks import PlayTask, play
from pages import write_section
from seeds_in_one_stack import Course, last_tenth, span
from tournaments.schedule.formats import Plan, round_robin

REPORT = Path(__file__).with_suffix(".jsonl")
STATE = Path(__file__).parents[1] / "mlruns" / "communication"
CRITICS = ("centralised", "local")
MATCHES = 200
"""Games of each pair of a centralised and a local player."""

STUDENT = {2: 12.706, 3: 4.303, 4: 3.182, 5: 2.776, 6: 2.571, 7: 2.447, 8: 2.365, 9: 2.306, 10: 2.262}
"""Number of seeds → factor of the standard error for a 95 % interval (Student 1908)."""

SETTINGS: dict[str, dict[str, Any]] = {
    "mpe2/simple_tag_v3": {"train": {"copies": 64, "steps": 50, "updates": 5}, "generations": 25},
    "mpe2/simple_reference_v3": {"train": {"copies": 64, "steps": 25, "updates": 10}, "generations": 40},
    "classic/leduc_holdem_v4": {"train": {"copies": 128, "steps": 32, "updates": 5}, "generations": 40},
    "mpe2/simple_spread_v3": {"train": {"copies": 64, "steps": 25, "updates": 10}, "generations": 40},
}
"""Game → settings of the training. Everything else is a league's default."""


def configured(game: str, critic: str) -> LeagueConfig:
    """The configuration of one side of the comparison."""
    name = f"critic-{game.partition('/')[2]}-{critic}"
    return LeagueConfig.model_validate({**SETTINGS[game], "name": name, "game": {"name": game}, "policy": {"critic": critic}})


def met(one: Course, other: Course) -> dict[str, dict[str, list[float]]]:
    """Critic → name of a side → each seed's mean return on this side against all seeds of the other critic."""
    kinds = dict(zip(CRITICS, (one, other), strict=True))
    players = {name: player for kind, course in kinds.items() for name, player in course.contestants(f"{kind} ").items()}
    game = one.game
    tickets = [
        ticket
        for ticket in round_robin(game, list(players), Plan(MATCHES, seed=0))
        if len({name.split()[0] for name in ticket.players}) == 2
    ]
    got: dict[tuple[str, str], list[float]] = {}
    for result in play(PlayTask(train_task(one.config, 0).arena, players, tickets, None)):
        for team, name in enumerate(result.ticket.players):
            got.setdefault((name, game.sides[game.side_of_team[team]].name), []).append(result.returns[team])
    sides = [side.name for side in game.sides]
    return {
        kind: {side: [round(fmean(got[f"{kind} {seed}", side]), 4) for seed in course.seeds] for side in sides}
        for kind, course in kinds.items()
    }


def records(game: str, courses: Sequence[Course]) -> list[dict[str, Any]]:
    """The rows of the report: one for each critic."""
    finished = all(course.finished for course in courses)
    between = met(*courses) if finished and not courses[0].game.cooperative else None
    return [
        {
            "game": game,
            "critic": critic,
            "seeds": course.seeds,
            "generations": [len(course.rows), course.config.generations],
            "decisions per seed": course.rows[-1]["decisions"] // len(course.seeds),
            "processor minutes": round(course.rows[-1]["seconds"] / 60, 1),
            "returns": between[critic] if between else {"everybody": last_tenth(course.rows, "game_return")},
            "explained variance": last_tenth(course.rows, "explained_variance"),
            "squared error": [round(2 * loss, 4) for loss in last_tenth(course.rows, "value_loss")],
        }
        for critic, course in zip(CRITICS, courses, strict=True)
        if course.rows
    ]


def interval(values: Sequence[float]) -> str:
    """The mean with its 95 % interval over seeds."""
    if len(values) not in STUDENT:
        return f"{fmean(values):.3g}"
    return f"{fmean(values):.3f} ± {STUDENT[len(values)] * stdev(values) / sqrt(len(values)):.3f}"


def table(kept: Sequence[Mapping[str, Any]]) -> str:
    """The section of the page."""
    lines = [
        "| game | critic | return, 95 % over seeds | explained variance | squared error of the critic | decisions per seed | |",
        "|---|---|---|---|---|--:|---|",
    ]
    for row in kept:
        returns = "; ".join(
            f"{'' if len(row['returns']) == 1 else side + ': '}{interval(values)}" for side, values in row["returns"].items()
        )
        done, wanted = row["generations"]
        rest = "" if done == wanted else f"unfinished: {done} of {wanted} generations"
        lines.append(
            f"| {row['game']} | {row['critic']} | {returns} | {interval(row['explained variance'])} "
            f"| {interval(row['squared error'])} | {row['decisions per seed']:,} | {rest} |"
        )
    return "\n".join(lines)


def keep(report: Path, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Put rows into the report, in place of those before."""
    kept = [json.loads(text) for text in report.read_text("utf-8").splitlines()] if report.is_file() else []
    new = {(row["game"], row["critic"]) for row in rows}
    kept = [one for one in kept if (one["game"], one["critic"]) not in new] + [dict(row) for row in rows]
    order = list(product(SETTINGS, CRITICS))
    kept.sort(key=lambda one: order.index((one["game"], one["critic"])))
    report.write_text("".join(json.dumps(one) + "\n" for one in kept), "utf-8")
    return kept


def main() -> None:
    """Train, report, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("games", nargs="*", choices=[[], *SETTINGS], metavar="GAME", help=f"default: {', '.join(SETTINGS)}")
    parser.add_argument("--seeds", type=span, default=span("0-4"), help="default: 0-4")
    parser.add_argument("--report", type=Path, default=REPORT)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop after this time; the same command goes on")
    asked = parser.parse_args()
    end = time.monotonic() + 60 * asked.minutes
    for game in asked.games or SETTINGS:
        courses = [Course(configured(game, critic), asked.seeds, STATE) for critic in CRITICS]
        for course in courses:
            for row in course.advance():
                print(json.dumps({"game": game, "critic": course.config.policy.critic, **row}), flush=True)
                if time.monotonic() > end:
                    break
        write_section("communication.md", "critics", table(keep(asked.report, records(game, courses))))
        if time.monotonic() > end:
            break


if __name__ == "__main__":
    main()
