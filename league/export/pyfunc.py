"""Makes the parts of a champion's model. The model works without this project.

A model has these parts: the code of `league.export.pyfunc_model` and of `league.export.shipped`, the file `policy.json` with a
description of game and networks, and the weights that are needed to act. Nothing is pickled. `league.tracking.model_folder`
makes the folder of an MLflow model from these parts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

import numpy as np
import safetensors.numpy

from agents.models.spec import PlayerSpec
from envs.description import EnvironmentSpec, survey
from league.config.schema import LeagueConfig
from league.execution.architectures import architecture_of
from league.export.description import POLICY, Exported, as_json
from league.population.player import Player
from league.storage.generation import GenerationRow

CODE, WEIGHTS = "pyfunc_model.py", "weights.safetensors"

NEEDED = ("mlflow", "numpy", "pandas", "safetensors")
"""Packages that the model's code imports."""

LONGEST_EXAMPLE = 4096
"""Maximum number of values in the example of an input. Above it, the model has no example."""

INPUTS = (("observation", "any", True), ("action_mask", "any", False), ("agent", "string", False), ("group", "any", False))
BEGINS = ("begins", "any", False)
"""The input column that only players read that carry something from decision to decision."""

POSITION = ("position", "any", False)
"""The input column that only players read whose links follow from positions."""

OUTPUTS = (("action", "any", True), ("probabilities", "any", False))
PARAMS = (("deterministic", "boolean", False), ("seed", "long", None))

ABOUT = """\
Champions of the league **{league}**, which plays **{game}**. Each version is the best player of a generation.

    import mlflow, pandas{module}
    mlflow.set_tracking_uri("{uri}")
    player = mlflow.pyfunc.load_model("models:/{league}@champion"{copy})
    player.predict(pandas.DataFrame({{"observation": [...], "action_mask": [...], "agent": [...]}}))

The alias `champion` is the newest version, and `gen-007` is the champion of generation 7. The beginning of `{code}` in a
model's folder explains the columns.
"""

COPIED = {"module": ", tempfile", "copy": ", dst_path=tempfile.mkdtemp()"}
"""What `ABOUT` says besides where a folder's name has % with two digits: MLflow cannot load a model from there, but a copy."""


@dataclass(frozen=True)
class ModelParts:
    """The parts of a champion's model. `league.tracking` turns them into an MLflow model.

    Attributes:
        code: The file `CODE`, which loads and runs the model.
        artifacts: The files that the code reads, by name: `policy.json`, `WEIGHTS`, the files of `league.export.shipped`, and
            files of the user's own code.
        needed: Packages that the code imports.
        inputs: Input columns of the model: name, type, and whether the column is required.
        example: An example input with `columns` and `data` (row by row), or None if it would be too long.
        facts: Facts that identify the champion; `weights` is the content hash of all its weights.
        created: Time at which it became champion, in the store's format.
    """

    code: bytes
    artifacts: Mapping[str, bytes]
    needed: tuple[str, ...]
    inputs: tuple[tuple[str, str, bool], ...]
    example: dict[str, Any] | None
    facts: dict[str, Any]
    created: str


@dataclass(frozen=True)
class Deployment:
    """Makes the models of a league's champions.

    Attributes:
        config: The league's configuration.
    """

    config: LeagueConfig

    @cached_property
    def spec(self) -> EnvironmentSpec:
        """The game, and the spaces of its seats."""
        return survey(self.config.game.setup(), self.config.arena.state)

    def parts(self, champion: Player, weights: Mapping[str, np.ndarray], row: GenerationRow) -> ModelParts:
        """The parts of a champion's model.

        Args:
            champion: The player.
            weights: Its weights.
            row: The generation in which it became champion.

        Raises:
            LeagueError: The weights do not belong to the champion's networks.
        """
        architecture = architecture_of(champion, self.config, self.spec.game)
        temperature = self.config.groups[champion.group].policy.temperature
        exported = Exported(champion.name, self.config.name, self.spec, architecture, temperature, weights)
        return ModelParts(
            code=_code(CODE),
            artifacts={
                POLICY: as_json(exported.policy()),
                WEIGHTS: safetensors.numpy.save(exported.acting_weights),
                **exported.code,
                **exported.own_code,
            },
            needed=(*NEEDED, *(["torch"] if exported.own_code else [])),
            inputs=inputs(exported.player),
            example=example(exported.player),
            facts={
                "league": self.config.name,
                "game": self.config.game.name,
                "player": champion.name,
                "generation": row.number,
                "weights": champion.weights,
                "columns": f"explained at the beginning of {CODE}",
            },
            created=row.committed_at,
        )


def inputs(player: PlayerSpec) -> tuple[tuple[str, str, bool], ...]:
    """Input columns of a model: name, type, and whether the column is required."""
    begins = (BEGINS,) if player.carried_size else ()
    return (*INPUTS, *begins, *((POSITION,) if player.dynamic else ()))


def example(player: PlayerSpec) -> dict[str, Any] | None:
    """An example input in which every observation is zero, or None if it would be too long."""
    game = player.game
    if sum(role.features * len(role.seats) for role in game.roles) > LONGEST_EXAMPLE:
        return None
    rows: list[list[Any]] = []
    for number, seat in enumerate(game.seats):
        role = game.roles[game.role_of_seat[number]]
        legal = [1] * role.actions.size if role.actions.kind == "discrete" else None
        begins = [True] if player.carried_size else []
        place = [[0.0] * game.position_size] if player.dynamic else []
        rows.append([[0.0] * role.features, legal, seat, 0, *begins, *place])
    return {"columns": [name for name, *_ in inputs(player)], "data": rows}


@cache
def _code(name: str) -> bytes:
    return files("league.export").joinpath(name).read_bytes()
