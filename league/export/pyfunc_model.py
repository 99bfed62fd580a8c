"""A league's champion as an MLflow model. It needs only this file and the files among its artifacts to act.

MLflow copies this file into the model and runs it when the model is loaded. Therefore the file imports nothing of the project.
To load the model, install the packages in its `requirements.txt`. The artifacts `player.py` and others choose the actions.

    import mlflow, pandas
    player = mlflow.pyfunc.load_model("models:/connect-four@champion")
    player.predict(pandas.DataFrame({"observation": [...], "action_mask": [...]}), params={"deterministic": True})

One row is one decision. The input is a pandas DataFrame or a dictionary of lists. Its columns:

* `observation`: the agent's observation as the environment gives it, or the same observation flattened as by gymnasium. A
  dictionary with `observation` and `action_mask`, as from PettingZoo's board games, is also accepted.
* `action_mask`: 1 for every legal action, 0 for the others. It may be None or left out if all actions are legal.
* `agent`: the agent's id or its role. It may be left out if the game has one role and no agent sends messages.
* `group`: the copy of the game. Agents of the same team and group receive each other's messages. It may be left out if all rows
  are of the same copy.
* `begins`: only for players with a memory; true if the agent's game begins at this row. The process remembers the observations
  of an agent in a group from call to call, until a row with `begins` for this agent. So it does for messages that arrive later.
* `position`: only if an agent's links follow from its position in the game: its coordinates.

The output has the same order of rows. Its columns are `action`, in the environment's format (an integer, or a nested list of
numbers within their bounds), and `probabilities` of all actions (None if actions are continuous).

Params: `deterministic` chooses the most probable action or the mean. `seed` makes random choices repeatable.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import mlflow
import numpy as np
import pandas as pd
from mlflow.pyfunc import PythonModel
from safetensors.numpy import load_file

COLUMNS = "observation", "action_mask", "agent", "group", "begins", "position"


class DeployedPlayer(PythonModel):
    """A frozen player."""

    def load_context(self, context: Any) -> None:
        """Read the model's files; MLflow calls it once."""
        policy = Path(context.artifacts["policy"])
        facts, weights = json.loads(policy.read_text(encoding="utf-8")), load_file(context.artifacts["weights"])
        self.code = _package(policy.parent)
        self.player = self.code.Player(facts, weights, policy.parent)
        self.plain = importlib.import_module(f"{self.code.__package__}.spaces").plain

    def predict(self, context: Any, model_input: pd.DataFrame, params: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """Choose an action for every row; the beginning of this file describes the columns.

        Raises:
            ValueError: A row has an unknown agent or an observation that does not fit. The message names the row.
        """
        given = {
            name: [None if _missing(value) else value for value in model_input[name]] for name in COLUMNS if name in model_input
        }
        if "observation" not in given:
            raise ValueError("there is no column 'observation'")
        asked, nothing = dict(params or {}), [None] * len(given["observation"])
        columns = zip(*(given.get(name, nothing) for name in COLUMNS), strict=True)
        rows = [
            self.code.Row(observation, agent, mask, group, bool(begins), position)
            for observation, mask, agent, group, begins, position in columns
        ]
        generator = np.random.default_rng(asked.get("seed"))
        decisions = self.player.decide(rows, generator, deterministic=bool(asked.get("deterministic")))
        odds = [None if one.probabilities is None else one.probabilities.tolist() for one in decisions]
        return pd.DataFrame({"action": [self.plain(one.action) for one in decisions], "probabilities": odds})


def _package(folder: Path) -> Any:
    """The artifacts as a package, of which `player.py` is loaded."""
    name = f"player_in_{folder.resolve().as_posix().encode().hex()}"
    if name not in sys.modules:
        package = ModuleType(name)
        package.__path__ = [str(folder)]
        sys.modules[name] = package
    return importlib.import_module(f"{name}.player")


def _missing(value: object) -> bool:
    """True for None and for the values that pandas uses for missing data."""
    return value is None or value is pd.NA or (isinstance(value, (float, np.floating)) and bool(value != value))


mlflow.models.set_model(DeployedPlayer())
