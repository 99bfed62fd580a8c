"""Measures how well learners learn tic-tac-toe. Each learner trains one player per seed, which then meets a random player.

In half of its training games the player meets itself, and in the other half a random player.

Run it from the project's folder:  python benchmarks/learners.py a2c --seeds 0 1 2 3 4
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean
from time import perf_counter

import envs
from league import LeagueConfig, load_config
from league.bench.measure import train_task
from league.config.load import parse_override
from league.execution.tasks import Contestant, PlayTask, TrainTask, play, train
from league.population.player import ANCHOR
from tournaments.rating.outcomes import outcomes
from tournaments.schedule.formats import Plan, round_robin

GAMES = 1000
"""Games against the random player; every side is taken equally often."""


def configured(learner: str, seed: int, settings: Sequence[str] = ()) -> LeagueConfig:
    """The preset tictactoe with one player and many short collections, because a2c takes only one step per collection."""
    chosen = {"learner": learner, "seed": seed, "population": 1, "train.updates": 1600, "train.steps": 16}
    return load_config("tictactoe", chosen | dict(map(parse_override, settings)))


def task_of(config: LeagueConfig) -> TrainTask:
    """A training task in which every second copy is played against the random player, in alternating seats."""
    task = train_task(config, 0)
    (trainee,) = task.trainees
    tickets = []
    for number, ticket in enumerate(trainee.tickets):
        if number % 2:
            seat = number // 2 % 2
            players, learns = ((trainee.name, ANCHOR), (True, False)) if seat == 0 else ((ANCHOR, trainee.name), (False, True))
            ticket = replace(ticket, players=players, learns=learns, weights=("", ""))
        tickets.append(ticket)
    return replace(task, trainees=[replace(trainee, tickets=tickets)], opponents={ANCHOR: Contestant(bot="random")})


def score(config: LeagueConfig, games: int = GAMES) -> float:
    """Train a player and let it meet a random player. Returns its share of the points; a draw counts half."""
    task, game = task_of(config), envs.describe(config.game.setup())
    name = task.trainees[0].name
    contestants = {name: Contestant(task.architecture, train(task)[0].weights), ANCHOR: Contestant(bot="random")}
    tickets = round_robin(game, list(contestants), Plan(games, config.seed))
    results = play(PlayTask(task.arena, contestants, tickets, copies=256))
    return fmean(outcome.score for outcome in outcomes(game, results) if outcome.player == name)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a row per learner and seed, and each learner's lowest and mean score."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("learners", nargs="*", default=["a2c"], help="names of learners, or module:callable")
    parser.add_argument("--seeds", nargs="+", type=int, default=list(range(5)), help="default: 0 1 2 3 4")
    parser.add_argument("--set", action="append", default=[], dest="settings", help="a setting KEY=VALUE of the configuration")
    chosen = parser.parse_args(arguments)
    print("learner  seed  score  seconds")
    for learner in chosen.learners:
        found = []
        for seed in chosen.seeds:
            begun = perf_counter()
            found.append(score(configured(learner, seed, chosen.settings)))
            print(f"{learner:7}  {seed:4}  {found[-1]:.3f}  {perf_counter() - begun:7.1f}", flush=True)
        print(f"{learner}: lowest {min(found):.3f}, mean {fmean(found):.3f} against {ANCHOR}, {GAMES} games per seed")


if __name__ == "__main__":
    main()
