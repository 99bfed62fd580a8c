"""Makes the parts of a champion's model. The model works without this project.

A model has three parts: the code of `league.export.pyfunc_model`, the file `policy.json` with a description of game and
networks, and the weights that are needed to act. Nothing is pickled. `league.tracking.model_folder` makes the folder of an
MLflow model from these parts.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
from gymnasium import spaces

from agents.models.architecture import CLIP, Architecture, Speech
from agents.models.layout import UnfitWeights
from agents.models.spec import PlayerSpec
from agents.mutation import LINKS
from comms.channel.settings import message_bits
from envs.description import EnvironmentSpec, survey
from envs.game import Role
from envs.references import find
from envs.spaces import observed
from league.config.schema import LeagueConfig
from league.errors import LeagueError
from league.execution.architectures import architecture_of
from league.population.player import Player
from league.storage.generation import GenerationRow

CODE, POLICY, WEIGHTS, ENCODER = "pyfunc_model.py", "policy.json", "weights.safetensors", "encoder.py"
SPEECH, SPEECH_CODE, AGGREGATION, TOPOLOGY = "speech.py", "pyfunc_speech.py", "aggregation.py", "topology.py"

NEEDED = ("mlflow", "numpy", "pandas", "safetensors")
"""Packages that the model's code imports."""

ACTS = ("actor.", "encoder.", "memory.", "message_head.", "message_update.", "aggregation.", "log_std.", "observation.")
"""Prefixes of the names of weights that are needed to act. Critics are not exported."""

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
        artifacts: The files that the code reads, by name: `POLICY`, `WEIGHTS` `SPEECH` if agents
            send messages, and files of the user's own code.
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
        try:
            PlayerSpec(self.spec.game, architecture).parameters.from_arrays(weights)
        except UnfitWeights as error:
            raise LeagueError(f"the weights of {champion.name} cannot be used: {error}") from error
        temperature = self.config.groups[champion.group].policy.temperature
        return _Export(self.config, self.spec, architecture, temperature).parts(champion, weights, row)


@dataclass(frozen=True)
class _Export:
    """The shared part of the models of players with the same architecture and temperature."""

    config: LeagueConfig
    spec: EnvironmentSpec
    architecture: Architecture
    temperature: float

    def policy(self, weights: Mapping[str, np.ndarray]) -> dict[str, Any]:
        """The content of `policy.json`: everything that `league.export.pyfunc_model` needs besides the weights."""
        game, architecture, spoken = self.spec.game, self.architecture, self.architecture.spoken
        speaking = spoken.sides if spoken is not None else (False,) * len(game.sides)
        return {
            "game": game.name,
            "league": self.config.name,
            "activation": architecture.activation,
            "normalise": architecture.normalise,
            "clip": CLIP,
            "temperature": self.temperature,
            "memory": architecture.memory_size,
            "roles": {
                role.name: {**self._role(role), **self._networks(role, speaks=speaking[role.side])} for role in game.roles
            },
            "seats": {
                seat: {
                    "role": game.roles[game.role_of_seat[number]].name,
                    "team": game.team_of_seat[number],
                    "place": game.teams[game.team_of_seat[number]].index(number),
                }
                for number, seat in enumerate(game.seats)
            },
            "speech": None if spoken is None else self._speech(spoken, weights),
        }

    @cached_property
    def _player(self) -> PlayerSpec:
        return PlayerSpec(self.spec.game, self.architecture)

    def _speech(self, speech: Speech, weights: Mapping[str, np.ndarray]) -> dict[str, Any]:
        """The messages, as `league.export.pyfunc_speech` reads them."""
        game, player, size = self.spec.game, self._player, self.architecture.message_size
        cost = message_bits(size, speech.symbols, speech.channel.bits) * speech.rounds
        return {
            "links": [self._links(side, weights) if player.speaks(side) else None for side in game.side_of_team],
            "symbols": speech.symbols,
            "rounds": speech.rounds,
            "aggregation": speech.aggregation,
            "channel": asdict(speech.channel),
            "affordable": int(speech.channel.budget // cost) if speech.channel.budget else None,
            "dynamic": speech.dynamic,
            "options": dict(speech.options),
            "width": player.message_width,
            "hidden": {role.name: player.hidden_width(n) for n, role in enumerate(game.roles) if player.speaks(role.side)},
            "depth": player.depth,
            "turn_based": game.turn_based,
            "temperature": self.temperature,
        }

    def _links(self, side: int, weights: Mapping[str, np.ndarray]) -> list[list[float]]:
        """The links of a side's teams; rows are listeners."""
        links = weights.get(f"{LINKS}{self.spec.game.sides[side].name}")
        if links is None:
            links = np.asarray(self.architecture.hears[side]) > 0
        listed: list[list[float]] = links.astype(np.float64).tolist()
        return listed

    def _role(self, role: Role) -> dict[str, Any]:
        """The observation and action spaces of a role."""
        seen, done = (self.spec.observation_spaces[role.seats[0]], self.spec.action_spaces[role.seats[0]])
        return {
            "features": role.features,
            "space": _space(observed(seen), role.features),
            "kind": role.actions.kind,
            "actions": role.actions.size,
            "first_action": int(done.start) if isinstance(done, spaces.Discrete) else 0,
            "low": role.actions.low,
            "high": role.actions.high,
            "shape": list(done.shape or ()),
        }

    def _networks(self, role: Role, *, speaks: bool) -> dict[str, Any]:
        """The networks of a role's actor: its encoder, if it has one, and the layers of its perceptron."""
        architecture = self.architecture
        hidden, encoder = len(architecture.hidden), None
        if architecture.encoder != "mlp":
            from agents.models.table import ENCODERS, OWN, maker  # torch is loaded for those that need it

            part = maker(ENCODERS.get(architecture.encoder, OWN))("encoder", role.observation_shape, architecture)
            encoder, layers = part.exported, hidden + 1
        elif speaks or architecture.memory_size:
            encoder, layers = {"kind": "mlp"}, hidden
        else:
            layers = hidden + 1
        return {"speaks": speaks, "encoder": encoder, "layers": layers}

    @property
    def inputs(self) -> tuple[tuple[str, str, bool], ...]:
        """Input columns of a model: name, type, and whether the column is required."""
        begins = (BEGINS,) if self._player.carried_size else ()
        return (*INPUTS, *begins, *((POSITION,) if self._player.dynamic else ()))

    @property
    def own_encoder(self) -> str | None:
        """The reference of the user's own encoder, or None if the encoder is in the project's table."""
        return self.architecture.encoder if ":" in self.architecture.encoder else None

    def example(self) -> dict[str, Any] | None:
        """An example input in which every observation is zero, or None if it would be too long."""
        game = self.spec.game
        if sum(role.features * len(role.seats) for role in game.roles) > LONGEST_EXAMPLE:
            return None
        rows: list[list[Any]] = []
        for number, seat in enumerate(game.seats):
            role = game.roles[game.role_of_seat[number]]
            legal = [1] * role.actions.size if role.actions.kind == "discrete" else None
            begins = [True] if self._player.carried_size else []
            place = [[0.0] * game.position_size] if self._player.dynamic else []
            rows.append([[0.0] * role.features, legal, seat, 0, *begins, *place])
        return {"columns": [name for name, *_ in self.inputs], "data": rows}

    def parts(self, champion: Player, weights: Mapping[str, np.ndarray], row: GenerationRow) -> ModelParts:
        """See `Deployment.parts`."""
        acting = {name: np.ascontiguousarray(weights[name]) for name in sorted(weights) if name.startswith(ACTS)}
        policy = json.dumps({"player": champion.name, **self.policy(weights)}, indent=1)
        own = {} if self.own_encoder is None else {ENCODER: _source(self.own_encoder)}
        spoken = self.architecture.spoken
        speech = {} if spoken is None else {SPEECH: _code(SPEECH_CODE)}
        if spoken is not None:
            own |= {AGGREGATION: _source(spoken.aggregation)} if ":" in spoken.aggregation else {}
            own |= {TOPOLOGY: _source(spoken.dynamic)} if ":" in spoken.dynamic else {}
        return ModelParts(
            code=_code(CODE),
            artifacts={POLICY: policy.encode(), WEIGHTS: safetensors.numpy.save(acting), **speech, **own},
            needed=(*NEEDED, *(["torch"] if own else [])),
            inputs=self.inputs,
            example=self.example(),
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


def _space(space: spaces.Space, size: int) -> dict[str, Any]:
    """An observation space as plain values, so that code without gymnasium can flatten observations.

    Args:
        space: The space.
        size: Number of values of a flat observation, for a space that is not described further.
    """
    match space:
        case spaces.Dict():
            return {"kind": "dict", "parts": [[key, _space(part, spaces.flatdim(part))] for key, part in space.items()]}
        case spaces.Tuple():
            return {"kind": "tuple", "parts": [_space(part, spaces.flatdim(part)) for part in space]}
        case spaces.Discrete():
            return {"kind": "discrete", "size": 1, "first": [int(space.start)], "count": [int(space.n)]}
        case spaces.MultiDiscrete():
            first, count = (np.asarray(each).reshape(-1).tolist() for each in (space.start, space.nvec))
            return {"kind": "discrete", "size": len(count), "first": first, "count": count}
    return {"kind": "numbers", "size": size}


@cache
def _code(name: str) -> bytes:
    return files("league.export").joinpath(name).read_bytes()


def _source(reference: str) -> bytes:
    """The content of the file with the user's own encoder."""
    return Path(inspect.getsourcefile(find(reference)) or "").read_bytes()
