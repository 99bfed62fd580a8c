"""A league's champion as an MLflow model. It needs only this file, `policy.json` and `weights.safetensors` to act.

MLflow copies this file into the model and runs it when the model is loaded. Therefore the file imports nothing of the project.
To load the model, install the packages in its `requirements.txt`. The model computes in numpy what `agents.models.forward`
computes in PyTorch.

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

import json
from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pandas as pd
from mlflow.pyfunc import PythonModel
from safetensors.numpy import load_file

ACTIVATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {"tanh": np.tanh, "relu": lambda x: np.maximum(x, 0.0)}


@dataclass(frozen=True)
class Conversation:
    """What surrounds the messages of a call: columns of the input, by row, and random numbers."""

    groups: Sequence[object]
    begins: Sequence[object]
    positions: Sequence[Any]
    generator: np.random.Generator
    certain: bool


class DeployedPlayer(PythonModel):
    """A frozen player: its weights, and the description of its game and networks from `policy.json`."""

    def load_context(self, context: Any) -> None:
        """Read the model's files; MLflow calls it once."""
        self.policy: dict[str, Any] = json.loads(Path(context.artifacts["policy"]).read_text(encoding="utf-8"))
        self.weights: dict[str, np.ndarray] = load_file(context.artifacts["weights"])
        self.memory: dict[Hashable, np.ndarray] = {}
        self.encoders: dict[str, Any] = {
            role: _own_encoder(context.artifacts["encoder"], facts["encoder"], _below(self.weights, f"encoder.{role}."))
            for role, facts in self.policy["roles"].items()
            if (facts["encoder"] or {}).get("kind") == "own"
        }
        self.speech: Any = None
        if self.policy["speech"] is not None:
            code = _code_in(context.artifacts["speech"], "speech_of_this_player")
            own = _own_speech(self.policy, self.weights, context.artifacts)
            self.speaker = code.Speaker
            self.speech = code.Speech(self.policy["speech"], self.weights, ACTIVATIONS[self.policy["activation"]], own)

    def predict(self, context: Any, model_input: pd.DataFrame, params: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """Choose an action for every row; the beginning of this file describes the columns.

        Raises:
            ValueError: A row has an unknown agent or an observation that does not fit. The message names the row.
        """
        names = "observation", "action_mask", "agent", "group", "begins", "position"
        rows = {name: list(model_input[name]) for name in names if name in model_input}
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
        generator = np.random.default_rng(asked.get("seed"))
        groups, begins, positions = (rows.get(name, [None] * count) for name in ("group", "begins", "position"))
        talk = Conversation(groups, begins, positions, generator, certain=bool(asked.get("deterministic")))
        preferences = self._preferences(agents, seen, talk)
        for row, preference in enumerate(preferences):
            if not np.isfinite(preference).all():
                raise ValueError(f"row {row} is no observation of {roles[row]}: it has values that are not finite")
        chosen = [
            self._choose(role, preference, mask, generator, deterministic=bool(asked.get("deterministic")))
            for role, preference, mask in zip(roles, preferences, masks, strict=True)
        ]
        return pd.DataFrame({"action": [action for action, _ in chosen], "probabilities": [odds for _, odds in chosen]})

    def _agent(self, name: object) -> tuple[str, str | None]:
        """The role and the seat of a row. The seat is None if the row gives a role or no agent."""
        roles, seats = self.policy["roles"], self.policy["seats"]
        if _missing(name):
            if len(roles) > 1:
                raise ValueError(f"the column 'agent' must name the agent of each row: {', '.join(seats)}")
            return next(iter(roles)), None
        if str(name) in seats:
            return seats[str(name)]["role"], str(name)
        if str(name) in roles:
            return str(name), None
        raise ValueError(f"{self.policy['game']} has no agent {str(name)!r}; its agents are {', '.join(seats)}")

    def _unwrapped(self, role: str, shown: Any, mask: Any) -> tuple[Any, Any]:
        """The observation and the mask of a row. PettingZoo's board games put both into one dictionary."""
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
        """An observation as a flat array. An observation that is already flat is not changed."""
        facts = self.policy["roles"][role]
        space, features = facts["space"], facts["features"]
        if space.get("size") != features and np.asarray(shown, dtype=object).size == features:
            return np.asarray(shown, dtype=np.float32).reshape(-1)
        return _laid_flat(space, shown)

    def _preferences(
        self,
        agents: Sequence[tuple[str, str | None]],
        seen: Sequence[np.ndarray],
        talk: Conversation,
    ) -> list[np.ndarray]:
        """The logits (discrete actions) or means (continuous actions) of every row."""
        found, groups, begins = [np.empty(0)] * len(agents), talk.groups, talk.begins
        silent: dict[str, list[int]] = defaultdict(list)
        speaking: dict[str, list[int]] = defaultdict(list)
        for row, (role, _) in enumerate(agents):
            (speaking if self.policy["roles"][role]["speaks"] else silent)[role].append(row)
        hidden = {role: self._hidden(role, [seen[row] for row in rows]) for role, rows in {**silent, **speaking}.items()}
        if self.policy["memory"]:
            keys = [_key(agent, group) for agent, group in zip(agents, groups, strict=True)]
            if len(set(keys)) < len(keys):
                raise ValueError("an agent decides twice in one game; the column 'group' must say which copy a row belongs to")
            for role, rows in {**silent, **speaking}.items():
                hidden[role] = self._remembered(role, hidden[role], [(keys[row], begins[row]) for row in rows])
        for role, rows in silent.items():
            out = self._network(f"actor.{role}", hidden[role], self.policy["roles"][role]["layers"])
            for place, row in enumerate(rows):
                found[row] = out[place]
        if speaking:
            known = self._heard(agents, {role: (rows, hidden[role]) for role, rows in speaking.items()}, talk)
            for role, rows in speaking.items():
                out = self._network(
                    f"actor.{role}", np.stack([known[row] for row in rows]), self.policy["roles"][role]["layers"]
                )
                for place, row in enumerate(rows):
                    found[row] = out[place]
        return found

    def _heard(
        self,
        agents: Sequence[tuple[str, str | None]],
        speaking: Mapping[str, tuple[Sequence[int], np.ndarray]],
        talk: Conversation,
    ) -> dict[int, np.ndarray]:
        """What each row's agent knows after it heard its team-mates in the group. Absent ones say nothing."""
        order, hidden, speakers, decided = [], [], [], set()
        for role, (rows, known) in speaking.items():
            for row, mine in zip(rows, known, strict=True):
                seat = agents[row][1]
                if seat is None:
                    raise ValueError(f"seats of {role} send messages: the column 'agent' must name the seat, not the role")
                group = _plain_group(talk.groups[row])
                if (seat, group) in decided:
                    raise ValueError(
                        f"{seat} decides twice in one game; the column 'group' must say which copy a row belongs to"
                    )
                decided.add((seat, group))
                facts, begins, position = self.policy["seats"][seat], talk.begins[row], talk.positions[row]
                fresh = not _missing(begins) and bool(begins)
                speakers.append(
                    self.speaker(role, facts["team"], facts["place"], group, fresh, None if _missing(position) else position)
                )
                order.append(row)
                hidden.append(mine)
        assert self.speech is not None
        return dict(zip(order, self.speech.talk(speakers, hidden, talk.generator, certain=talk.certain), strict=True))

    def _choose(
        self, role: str, preference: np.ndarray, mask: Any, generator: np.random.Generator, *, deterministic: bool
    ) -> tuple[Any, list[float] | None]:
        """The action of a row and the probabilities of all actions."""
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
        """The output of a role's encoder, [B, F]. Without an encoder, the observations themselves."""
        x, encoder = self._normalised(role, seen), self.policy["roles"][role]["encoder"]
        if encoder is None:
            return x
        if encoder["kind"] == "mlp":
            return ACTIVATIONS[self.policy["activation"]](self._linear(f"encoder.{role}.0", x))
        if encoder["kind"] == "own":
            return self.encoders[role](x)
        images = x.reshape(-1, *encoder["shape"])
        for number, (kernel, stride, padding) in enumerate(encoder["layers"]):
            images = np.pad(images, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
            patches = np.lib.stride_tricks.sliding_window_view(images, (kernel, kernel), axis=(1, 2))[:, ::stride, ::stride]
            images = np.maximum(self._linear(f"encoder.{role}.{number}", patches.reshape(*patches.shape[:3], -1)), 0.0)
        return np.moveaxis(images, -1, 1).reshape(len(images), -1)

    def _remembered(self, role: str, x: np.ndarray, rows: Sequence[tuple[Hashable, object]]) -> np.ndarray:
        """The new memory of each row, [B, H], from a gated recurrent unit. It is stored for the next call."""
        nothing = np.zeros(self.policy["memory"], np.float32)
        fresh = [not _missing(begins) and bool(begins) for _, begins in rows]
        before = np.stack(
            [nothing if new else self.memory.get(key, nothing) for (key, _), new in zip(rows, fresh, strict=True)]
        )
        given, recalled = self._linear(f"memory.{role}.input", x), self._linear(f"memory.{role}.hidden", before)
        (reset_in, update_in, new_in), (reset, update, new) = np.split(given, 3, axis=1), np.split(recalled, 3, axis=1)
        reset, update = (1.0 / (1.0 + np.exp(-gate)) for gate in (reset_in + reset, update_in + update))
        new = np.tanh(new_in + reset * new)
        after: np.ndarray = new + update * (before - new)
        self.memory.update({key: carried for (key, _), carried in zip(rows, after, strict=True)})
        return after

    def _normalised(self, role: str, seen: Sequence[np.ndarray]) -> np.ndarray:
        """Observations [B, F], standardised if the player was trained with standardised observations."""
        x = np.stack(seen)
        if not self.policy["normalise"]:
            return x
        mean, variance = self.weights[f"observation.{role}.mean"], self.weights[f"observation.{role}.variance"]
        return np.clip((x - mean) / np.sqrt(variance + np.float32(1e-8)), -self.policy["clip"], self.policy["clip"])

    def _network(self, prefix: str, x: np.ndarray, layers: int) -> np.ndarray:
        """The output of a perceptron with a linear last layer."""
        for layer in range(layers):
            x = self._linear(f"{prefix}.{layer}", x)
            if layer < layers - 1:
                x = ACTIVATIONS[self.policy["activation"]](x)
        return x

    def _linear(self, name: str, x: np.ndarray) -> np.ndarray:
        return x @ self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]


def _key(agent: tuple[str, str | None], group: object) -> Hashable:
    """The key of an agent's memory: its seat (or its role if there is no seat) and its group."""
    return agent[1] or agent[0], _plain_group(group)


def _plain_group(group: object) -> Hashable:
    """A group as it can be looked up; None if it is not given."""
    group = None if _missing(group) else group
    if not isinstance(group, Hashable):
        raise ValueError(f"the column 'group' must hold numbers or names, not {group!r}")
    return group


def _below(weights: Mapping[str, np.ndarray], prefix: str) -> dict[str, np.ndarray]:
    """The weights whose names begin with a prefix, by the rest of the name."""
    return {name.removeprefix(prefix): value for name, value in weights.items() if name.startswith(prefix)}


def _code_in(path: str, name: str) -> Any:
    """Run a file of the model as a module."""
    import importlib.util
    import sys

    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ValueError(f"{path} cannot be loaded")
    code = importlib.util.module_from_spec(spec)
    sys.modules[name] = code
    spec.loader.exec_module(code)
    return code


def _own_speech(
    policy: Mapping[str, Any], weights: Mapping[str, np.ndarray], artifacts: Mapping[str, str]
) -> dict[str, Callable[..., Any]]:
    """The user's own aggregation and topology as functions of arrays. They need torch and the packages that they import."""
    if "aggregation" not in artifacts and "topology" not in artifacts:
        return {}
    import torch

    def in_numpy(function: Callable[..., Any]) -> Callable[..., np.ndarray]:
        def call(*arrays: np.ndarray) -> np.ndarray:
            with torch.no_grad():
                out: np.ndarray = function(*(torch.from_numpy(np.asarray(array)) for array in arrays)).numpy()
            return out

        return call

    facts, found = policy["speech"], {}
    if "topology" in artifacts:
        reach = getattr(_code_in(artifacts["topology"], "topology_of_this_player"), facts["dynamic"].rpartition(":")[2])
        found["topology"] = in_numpy(lambda where, present: reach(where, present, **facts["options"]))
    if "aggregation" in artifacts:
        make = getattr(
            _code_in(artifacts["aggregation"], "aggregation_of_this_player"), facts["aggregation"].rpartition(":")[2]
        )
        for role in (name for name, each in policy["roles"].items() if each["speaks"]):
            combine = make
            if isinstance(make, type):
                combine = make(facts["hidden"][role], facts["width"]).eval()
                own = _below(weights, f"aggregation.{role}.")
                combine.load_state_dict({name: torch.from_numpy(value) for name, value in own.items()}, strict=False)
            found[f"aggregation.{role}"] = _for_one(in_numpy(combine))
    return found


def _for_one(combine: Callable[..., np.ndarray]) -> Callable[..., np.ndarray]:
    """An aggregation for one listener: hidden [W], said [A, M], arrives [A] → [K]."""
    return lambda hidden, said, there: combine(hidden[None, None], said[None], there[None, None].astype(np.float32))[0, 0]


def _own_encoder(path: str, facts: Mapping[str, Any], weights: Mapping[str, np.ndarray]) -> Callable[[np.ndarray], np.ndarray]:
    """Load the user's own encoder from its file and its weights. It needs torch and the packages that the file imports."""
    import torch

    code = _code_in(path, "encoder_of_this_player")
    module = getattr(code, facts["name"])(tuple(facts["shape"])).eval()
    module.load_state_dict({name: torch.from_numpy(value) for name, value in weights.items()}, strict=False)

    def encode(x: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            out: np.ndarray = module(torch.from_numpy(x).reshape(-1, *facts["shape"])).numpy()
        return out

    return encode


def _laid_flat(space: Mapping[str, Any], shown: Any) -> np.ndarray:
    """An observation of a space as a flat array, in gymnasium's order."""
    kind = space["kind"]
    if kind == "dict":
        if not isinstance(shown, Mapping) or any(key not in shown for key, _ in space["parts"]):
            raise ValueError(f"it must be a dictionary with {', '.join(repr(key) for key, _ in space['parts'])}")
        return np.concatenate([_laid_flat(part, shown[key]) for key, part in space["parts"]])
    if kind == "tuple":
        if not isinstance(shown, (list, tuple)) or len(shown) != len(space["parts"]):
            raise ValueError(f"it must be a list of {len(space['parts'])} elements")
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
    """True for None and for the values that pandas uses for missing data."""
    return value is None or value is pd.NA or (isinstance(value, (float, np.floating)) and bool(value != value))


mlflow.models.set_model(DeployedPlayer())
