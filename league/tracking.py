"""MLflow as a mirror of leagues. The store is the authority: this can be deleted and is made again by the next `sync`.

A league is a tree of runs: league → generations → gen-007, and league → players → main-03. Generations are mirrored one after
the other; the tag `generation` of the league's run is written after everything else of a generation, so that a sync killed in
the middle begins that generation again. Beginning again changes nothing: values and timestamps come from the store alone, and
MLflow keeps one of several equal points. mlflow is imported nowhere else in the project.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import sqlite3
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import envs
from comms import build
from envs.game import Game
from league import charts, pictures
from league.config import LeagueConfig
from league.players import stored_config
from league.results import standings_rows
from league.roster import Player, snapshot_name
from league.store import GenerationRow, RatingRow, Store
from tournaments.payoff import payoff
from tournaments.scores import Outcome, outcomes

DATABASE = "mlflow.db"
PARENT, NOTE = "mlflow.parentRunId", "mlflow.note.content"
FOLDERS = ("generations", "players")
POINTS, WORDS = 800, 100
"""Metrics, params and tags of one call; MLflow takes 1,000 things at most, and 100 of the latter two."""

GUIDE = """\
Leagues that play **{game}**. Each league is a run; open it with the arrow at its left: `generations` and `players` are inside.

* **Is the league getting better?** Chart `league/elo_best` and `league/elo_mean` of the league's run (0 Elo is the random player).
* **Who is who?** Show the runs under `players` (the eye at the left; by default only ten rows are drawn) and chart `player/elo`.
  A player's curve ends where it was replaced. Group by `league_role` for bands.
* **Is training healthy?** Show the runs under `generations`: `train/*` lays each generation's curves over one another.
* **Which generation did what?** Tick some of them and press *Compare*: parallel coordinates of `gen/*`, and the standings and
  payoff tables side by side.
* **Who beats whom, who descends from whom?** The image charts `payoff` and `lineage` of the league's run have a slider over
  generations.
"""


def sync(store: Store, home: Path, warn: Callable[[str], None]) -> None:
    """Add to MLflow what it lacks of a league, up to the last committed generation.

    May be called at any time and any number of times. Where MLflow fails the league goes on: the next call catches up.

    Args:
        store: The league.
        home: Where leagues live; the database and the artifacts go there too.
        warn: Told in a sentence why MLflow could not be brought up to date.

    Laws:
        idempotence: However often it is called or killed, MLflow ends with one point per metric and step.
    """
    if store.generation() < 0:
        return
    try:
        _Mirror(_connect(home.resolve()), store, home.resolve()).catch_up()
    except _failures() as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        warn(f"MLflow could not be brought up to date and will be after the next generation; the league goes on ({reason})")


@dataclass(frozen=True)
class _Mirror:
    """One league and the runs that show it."""

    client: Any
    store: Store
    home: Path
    _seen: dict[str, list[Outcome]] = field(default_factory=dict)

    @cached_property
    def config(self) -> LeagueConfig:
        return stored_config(self.store)

    @cached_property
    def game(self) -> Game:
        return envs.describe(self.config.game.setup())

    @cached_property
    def rows(self) -> list[GenerationRow]:
        return self.store.generations()

    @cached_property
    def players(self) -> list[Player]:
        return self.store.players()

    @cached_property
    def log(self) -> list[tuple[int, Outcome]]:
        """Every outcome of the match log with its generation."""
        return [
            (row.number, outcome) for row in self.rows for outcome in outcomes(self.game, self.store.matches(row.number))
        ]
