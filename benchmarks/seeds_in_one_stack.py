"""Trains one player per seed, all in one stack, generation after generation, and can go on where it was interrupted.

The players never meet and share nothing but the time of the processor. Each begins with the weights that its own seed makes. A
generation is a training task as `league run` makes it, without matches and without evolution.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isnan
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from agents.models.spec import PlayerSpec
from envs.description import describe
from league import LeagueConfig
from league.bench.measure import train_task
from league.execution.initialisation import initialise_weights
from league.execution.tasks import Arrays, Contestant, Trained, train

KEPT = ("success", "game_return", "explained_variance", "value_loss", "entropy")
"""Metrics of training that are kept, where the learner reports them: means over the collections of a generation."""


@dataclass(frozen=True)
class Player:
    """A player of one seed: its weights, and the state of its learner."""

    weights: Arrays
    state: Arrays


class Course:
    """The training of one configuration from several seeds, with a folder for what was reached.

    Attributes:
        rows: One row per generation so far: its number, the decisions and the seconds of processor that all players together
            took until its end, and each metric of `KEPT` by seed.
    """

    def __init__(self, config: LeagueConfig, seeds: Sequence[int], folder: Path) -> None:
        """Open the course, or continue it if the folder has one."""
        self.config, self.seeds = config.model_copy(update={"population": len(seeds), "stack": len(seeds)}), list(seeds)
        self.game = describe(config.game.setup(), config.arena.state)
        self.spec = PlayerSpec(self.game, self.config.architecture(self.game))
        self._file = folder / f"{config.name}-{'-'.join(map(str, seeds))}-{self.config.identity()[:8]}.safetensors"
        self.rows: list[dict[str, Any]] = []
        self.players = [Player(initialise_weights(self.spec, seed, self.config.links(self.game)), {}) for seed in seeds]
        if self._file.is_file():
            self._load()

    @property
    def finished(self) -> bool:
        """Whether all generations of the configuration are done."""
        return len(self.rows) >= self.config.generations

    def contestants(self, prefix: str = "") -> dict[str, Contestant]:
        """The players by the names of their seeds, to be seated in matches."""
        return {
            f"{prefix}{seed}": Contestant(self.spec.architecture, player.weights)
            for seed, player in zip(self.seeds, self.players, strict=True)
        }

    def advance(self) -> Iterator[dict[str, Any]]:
        """Train generation after generation to the end. Yields the row of each, when it is on disk."""
        while not self.finished:
            number, started = len(self.rows), time.process_time()
            results = train(self._task(number))
            self.players = [Player(result.weights, result.state) for result in results]
            row = self._row(number, results, time.process_time() - started)
            self.rows.append(row)
            self._save()
            yield row

    def _task(self, number: int) -> Any:
        task, annealed = train_task(self.config, number), self.config.train.annealed
        trainees = [
            replace(trainee, weights=player.weights, state=player.state, hyper=annealed(trainee.hyper, number))
            for trainee, player in zip(task.trainees, self.players, strict=True)
        ]
        return replace(task, arena=replace(task.arena, setup=self.config.game.training_setup(number)), trainees=trainees)

    def _row(self, number: int, results: Sequence[Trained], seconds: float) -> dict[str, Any]:
        before = self.rows[-1] if self.rows else {"decisions": 0, "seconds": 0.0}
        means = {name: [_mean(result.updates, name) for result in results] for name in KEPT}
        return {
            "generation": number,
            "decisions": before["decisions"] + sum(result.decisions for result in results),
            "seconds": round(before["seconds"] + seconds, 1),
            **{name: values for name, values in means.items() if not all(map(isnan, values))},
        }

    def _save(self) -> None:
        """Write the players and the rows into one file, in place of the one before."""
        arrays: dict[str, np.ndarray] = {}
        for seed, player in zip(self.seeds, self.players, strict=True):
            for part, values in (("weights", player.weights), ("state", player.state)):
                arrays |= {f"{seed}/{part}/{name}": np.ascontiguousarray(value) for name, value in values.items()}
        self._file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self._file.with_suffix(".unfinished")
        save_file(arrays, unfinished, {"rows": json.dumps(self.rows)})
        os.replace(unfinished, self._file)

    def _load(self) -> None:
        arrays = load_file(self._file)
        with safe_open(self._file, "numpy") as opened:
            self.rows = json.loads(opened.metadata()["rows"])
        self.players = [Player(_part(arrays, f"{seed}/weights/"), _part(arrays, f"{seed}/state/")) for seed in self.seeds]


def _part(arrays: Mapping[str, np.ndarray], prefix: str) -> dict[str, np.ndarray]:
    return {name.removeprefix(prefix): arrays[name] for name in arrays if name.startswith(prefix)}


def _mean(updates: Sequence[Mapping[str, float]], name: str) -> float:
    """The mean of a metric over the collections that have one."""
    values = [update[name] for update in updates if not isnan(update.get(name, float("nan")))]
    return round(fmean(values), 5) if values else float("nan")


def last_tenth(rows: Sequence[Mapping[str, Any]], metric: str) -> list[float]:
    """Each seed's mean of a metric over the last tenth of the generations, at least one."""
    late = rows[-max(1, len(rows) // 10) :]
    return [round(fmean(row[metric][place] for row in late), 4) for place in range(len(late[0][metric]))]


def span(text: str) -> list[int]:
    """Seeds like 0-4 or 0,3,7."""
    if "-" in text:
        first, last = map(int, text.split("-"))
        return list(range(first, last + 1))
    return list(map(int, text.split(",")))
