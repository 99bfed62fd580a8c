"""A league's champion as an MLflow model: this file, `policy.json` and `weights.safetensors` are all that it needs to act.

MLflow copies this file into the model and runs it when the model is loaded. So it stands alone: it imports nothing of the
project, and whoever loads the model needs what its `requirements.txt` names. It decides as
`agents.models.architecture` does, in numpy.

    import mlflow, pandas
    player = mlflow.pyfunc.load_model("models:/connect-four@champion")
    player.predict(pandas.DataFrame({"observation": [...], "action_mask": [...]}), params={"deterministic": True})

One row is one decision. Columns that go in, of a pandas DataFrame or a dictionary of lists:

* `observation`: what the environment shows the agent, or the same laid flat as gymnasium does; a dictionary with `observation`
  and `action_mask` as PettingZoo's board games give it.
* `action_mask`: 1 for every legal action, 0 for the others; None or left out where all are legal.
* `agent`: the agent's id, or its role; may be left out where the game has one role and nobody speaks.
* `group`: which copy of the game the agent is in. Agents of one team and one group hear each other; may be left out where
  everybody is in the same copy.

Columns that come out, in the same order of rows: `action`, as the environment takes it (a whole number, or numbers within
their bounds in lists of its shape), and `probabilities` of all actions (None where actions are continuous).

Params: `deterministic` takes the most probable action, or the mean; `seed` makes what is drawn repeatable.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pandas as pd
from mlflow.pyfunc import PythonModel
from safetensors.numpy import load_file

ACTIVATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {"tanh": np.tanh, "relu": lambda x: np.maximum(x, 0.0)}


class DeployedPlayer(PythonModel):
    """A frozen player: weights, and what `policy.json` says of its game and its networks."""

    def load_context(self, context: Any) -> None:
        """Read the model's files; MLflow calls it once."""
        self.policy: dict[str, Any] = json.loads(Path(context.artifacts["policy"]).read_text(encoding="utf-8"))
        self.weights: dict[str, np.ndarray] = load_file(context.artifacts["weights"])

    def predict(self, context: Any, model_input: pd.DataFrame, params: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """Decide for every row; see the head of this file.

        Raises:
            ValueError: A row names no agent of the game, or is no observation of it; says which.
        """
        rows = {
            name: list(model_input[name]) for name in ("observation", "action_mask", "agent", "group") if name in model_input
        }
        if "observation" not in rows:
            raise ValueError("there is no column 'observation'")
        count, asked = len(rows["observation"]), dict(params or {})
        agents = [self._agent(agent) for agent in rows.get("agent", [None] * count)]
        roles = [role for role, _ in agents]
        masks = rows.get("action_mask", [None] * count)
        seen = []
        for row, (role, shown) in enumerate(zip(roles, rows["observation"], strict=True)):
            try:
                shown, masks[row] = self._unwrapped(role, shown, masks[row])
                seen.append(self._flat(role, shown))
            except (TypeError, ValueError, OverflowError) as error:
                raise ValueError(f"row {row} is no observation of {role}: {error}") from error
        preferences = self._preferences(agents, seen, rows.get("group", [None] * count))
        for row, preference in enumerate(preferences):
            if not np.isfinite(preference).all():
                raise ValueError(f"row {row} is no observation of {roles[row]}: it holds what is not finite")
        generator = np.random.default_rng(asked.get("seed"))
        chosen = [
            self._choose(role, preference, mask, generator, deterministic=bool(asked.get("deterministic")))
            for role, preference, mask in zip(roles, preferences, masks, strict=True)
        ]
        return pd.DataFrame({"action": [action for action, _ in chosen], "probabilities": [odds for _, odds in chosen]})

    def _agent(self, name: object) -> tuple[str, str | None]:
        """The role and the seat of a row; no seat where it names its role, or nothing."""
        roles, seats = self.policy["roles"], self.policy["seats"]
        if _missing(name):
            if len(roles) > 1:
                raise ValueError(f"the column 'agent' must say who decides: {', '.join(seats)}")
            return next(iter(roles)), None
        if str(name) in seats:
            return seats[str(name)]["role"], str(name)
        if str(name) in roles:
            return str(name), None
        raise ValueError(f"{self.policy['game']} has no agent {str(name)!r}; its agents are {', '.join(seats)}")

    def _unwrapped(self, role: str, shown: Any, mask: Any) -> tuple[Any, Any]:
        """An observation and its mask, which PettingZoo's board games put into one dictionary."""
        if not isinstance(shown, Mapping):
            return shown, mask
        space = self.policy["roles"][role]["space"]
        keys = {key for key, _ in space["parts"]} if space["kind"] == "dict" else set()
        if "action_mask" not in keys:
            mask = shown.get("action_mask", mask)
        if "observation" in keys or (keys and "observation" not in shown):
            return shown, mask
        if "observation" not in shown:
            raise ValueError(f"the dictionary has no 'observation', but {', '.join(map(str, shown)) or 'nothing'}")
        return shown["observation"], mask

    def _flat(self, role: str, shown: Any) -> np.ndarray:
        """An observation as a row of numbers; one that is flat already is taken as it is."""
        facts = self.policy["roles"][role]
        space, features = facts["space"], facts["features"]
        if space.get("size") != features and np.asarray(shown, dtype=object).size == features:
            return np.asarray(shown, dtype=np.float32).reshape(-1)
        return _laid_flat(space, shown)

    def _preferences(
        self, agents: Sequence[tuple[str, str | None]], seen: Sequence[np.ndarray], groups: Sequence[object]
    ) -> list[np.ndarray]:
        """Logits or means of every row."""
        layers, found = self.policy["layers"], [np.empty(0)] * len(agents)
        silent: dict[str, list[int]] = defaultdict(list)
        speaking: dict[str, list[int]] = defaultdict(list)
        for row, (role, _) in enumerate(agents):
            (speaking if self.policy["roles"][role]["speaks"] else silent)[role].append(row)
        for role, rows in silent.items():
            out = self._network(f"actor.{role}", self._normalised(role, [seen[row] for row in rows]), layers)
            for place, row in enumerate(rows):
                found[row] = out[place]
        if speaking:
            hidden = {role: self._hidden(role, [seen[row] for row in rows]) for role, rows in speaking.items()}
            said = {
                row: message
                for role, rows in speaking.items()
                for row, message in zip(rows, np.tanh(self._linear(f"message_head.{role}.0", hidden[role])), strict=True)
            }
            heard = self._heard(agents, groups, said)
            for role, rows in speaking.items():
                heard_and_hidden = np.concatenate([hidden[role], np.stack([heard[row] for row in rows])], axis=1)
                out = self._network(f"actor.{role}", heard_and_hidden, layers - 1)
                for place, row in enumerate(rows):
                    found[row] = out[place]
        return found

    def _heard(
        self, agents: Sequence[tuple[str, str | None]], groups: Sequence[object], said: Mapping[int, np.ndarray]
    ) -> dict[int, np.ndarray]:
        """What arrives at every row that speaks: of each team-mate in its group its share; the absent say nothing."""
        teams: dict[tuple[object, int], dict[int, int]] = defaultdict(dict)
        for row in said:
            role, seat = agents[row]
            if seat is None:
                raise ValueError(f"seats of {role} speak to each other: the column 'agent' must name them, not their role")
            facts = self.policy["seats"][seat]
            group = None if _missing(groups[row]) else groups[row]
            if not isinstance(group, Hashable):
                raise ValueError(f"the column 'group' must hold numbers or names, not {group!r}")
            places = teams[group, facts["team"]]
            if facts["place"] in places:
                raise ValueError(f"{seat} decides twice in one game; the column 'group' must say which copy a row belongs to")
            places[facts["place"]] = row
        heard = {}
        for (_, team), places in teams.items():
            hears = np.asarray(self.policy["hears"][team], dtype=np.float32)
            for place, row in places.items():
                heard[row] = sum(hears[place, other] * said[speaker] for other, speaker in places.items())
        return heard

    def _choose(
        self, role: str, preference: np.ndarray, mask: Any, generator: np.random.Generator, *, deterministic: bool
    ) -> tuple[Any, list[float] | None]:
        """An action and the probabilities of all."""
        facts, temperature = self.policy["roles"][role], self.policy["temperature"]
        if facts["kind"] == "continuous":
            std = np.exp(self.weights[f"log_std.{role}"]) * temperature
            raw = preference if deterministic else preference + std * generator.standard_normal(len(preference))
            low, high = np.asarray(facts["low"]), np.asarray(facts["high"])
            bounded = np.clip((low + high) / 2 + raw * (high - low) / 2, low, high)
            return bounded.reshape(facts["shape"]).tolist(), None
        logits = preference.astype(np.float64) / temperature
        if not _missing(mask):
            legal = np.asarray(mask, dtype=np.float64).reshape(-1) > 0
            if legal.size != facts["actions"] or not legal.any():
                raise ValueError(f"the action mask of {role} must have {facts['actions']} entries, one of them at least 1")
            logits = np.where(legal, logits, -np.inf)
        odds = np.exp(logits - logits.max())
        odds /= odds.sum()
        action = int(odds.argmax()) if deterministic else int(generator.choice(len(odds), p=odds))
        return action + facts["first_action"], odds.tolist()

    def _hidden(self, role: str, seen: Sequence[np.ndarray]) -> np.ndarray:
        """What the seats of a speaking role make of their observations alone."""
        return ACTIVATIONS[self.policy["activation"]](self._linear(f"encoder.{role}.0", self._normalised(role, seen)))

    def _normalised(self, role: str, seen: Sequence[np.ndarray]) -> np.ndarray:
        """Observations [B, F], standardised where the player was trained so."""
        x = np.stack(seen)
        if not self.policy["normalise"]:
            return x
        mean, variance = self.weights[f"observation.{role}.mean"], self.weights[f"observation.{role}.variance"]
        return np.clip((x - mean) / np.sqrt(variance + np.float32(1e-8)), -self.policy["clip"], self.policy["clip"])

    def _network(self, prefix: str, x: np.ndarray, layers: int) -> np.ndarray:
        """A perceptron whose last layer is left linear."""
        for layer in range(layers):
            x = self._linear(f"{prefix}.{layer}", x)
            if layer < layers - 1:
                x = ACTIVATIONS[self.policy["activation"]](x)
        return x

    def _linear(self, name: str, x: np.ndarray) -> np.ndarray:
        return x @ self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]


def _laid_flat(space: Mapping[str, Any], shown: Any) -> np.ndarray:
    """An observation of a space as a row of numbers, in gymnasium's order."""
    kind = space["kind"]
    if kind == "dict":
        if not isinstance(shown, Mapping) or any(key not in shown for key, _ in space["parts"]):
            raise ValueError(f"it must be a dictionary with {', '.join(repr(key) for key, _ in space['parts'])}")
        return np.concatenate([_laid_flat(part, shown[key]) for key, part in space["parts"]])
    if kind == "tuple":
        if not isinstance(shown, (list, tuple)) or len(shown) != len(space["parts"]):
            raise ValueError(f"it must be a list of {len(space['parts'])} things")
        return np.concatenate([_laid_flat(part, one) for part, one in zip(space["parts"], shown, strict=True)])
    flat = np.asarray(shown, dtype=np.float64).reshape(-1)
    if flat.size != space["size"]:
        raise ValueError(f"it must have {space['size']} number{'s' * (space['size'] != 1)}, not {flat.size}")
    if kind == "numbers":
        return flat.astype(np.float32)
    return np.concatenate([_one_hot(*one) for one in zip(flat, space["first"], space["count"], strict=True)])


def _one_hot(value: float, first: int, count: int) -> np.ndarray:
    if not (value.is_integer() and first <= value < first + count):
        raise ValueError(f"{value:g} is none of the whole numbers from {first} to {first + count - 1}")
    return np.eye(1, count, int(value) - first, dtype=np.float32)[0]


def _missing(value: object) -> bool:
    """True for None and what pandas fills in where nothing is."""
    return value is None or value is pd.NA or (isinstance(value, (float, np.floating)) and bool(value != value))


mlflow.models.set_model(DeployedPlayer())
