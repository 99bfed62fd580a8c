"""Describes a player so that code outside this project can act with it: the content of `policy.json`, weights, further code."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from gymnasium import spaces

from agents.models.architecture import CLIP, Architecture, Speech
from agents.models.layout import UnfitWeights
from agents.models.spec import PlayerSpec
from agents.mutation import LINKS
from comms.channel.settings import message_bits
from envs.combined import boxes, choices
from envs.description import EnvironmentSpec
from envs.game import Role
from envs.references import find
from envs.spaces import observed
from league.errors import LeagueError

POLICY, ENCODER, AGGREGATION, TOPOLOGY = "policy.json", "encoder.py", "aggregation.py", "topology.py"

SHIPPED = ("player.py", "networks.py", "own.py", "spaces.py")
"""Files of `league.export.shipped` that every exported player needs."""

SPEECH = "speech.py"
"""The file that players need whose agents send messages."""

GREEDY = 1e-6
"""The temperature of players that take the action of the highest preference."""

ACTS = ("actor.", "encoder.", "memory.", "message_head.", "message_update.", "aggregation.", "log_std.", "observation.")
"""Prefixes of the names of weights that are needed to act. Critics are not exported."""


@dataclass(frozen=True)
class Exported:
    """A player that is to be exported.

    Attributes:
        name: The player's name.
        league: The name of its league.
        spec: The game, and the spaces of its seats.
        architecture: The player's networks.
        temperature: Its temperature.
        weights: Its weights by name.
    """

    name: str
    league: str
    spec: EnvironmentSpec
    architecture: Architecture
    temperature: float
    weights: Mapping[str, np.ndarray]

    def __post_init__(self) -> None:
        """Check the weights.

        Raises:
            LeagueError: They do not belong to the networks.
        """
        try:
            self.player.parameters.from_arrays(self.weights)
        except UnfitWeights as error:
            raise LeagueError(f"the weights of {self.name} cannot be used: {error}") from error

    @cached_property
    def player(self) -> PlayerSpec:
        """The game and the networks."""
        return PlayerSpec(self.spec.game, self.architecture)

    @property
    def acting_temperature(self) -> float:
        """What divides logits and multiplies deviations when the player acts."""
        return GREEDY if self.architecture.decision == "greedy" else self.temperature

    @property
    def acting_weights(self) -> dict[str, np.ndarray]:
        """The weights that are needed to act."""
        return {name: np.ascontiguousarray(self.weights[name]) for name in sorted(self.weights) if name.startswith(ACTS)}

    @property
    def own_code(self) -> dict[str, bytes]:
        """Files of the user's own code, by the names that they have in an export."""
        spoken, named = self.architecture.spoken, {ENCODER: self.architecture.encoder}
        if spoken is not None:
            named |= {AGGREGATION: spoken.aggregation, TOPOLOGY: spoken.dynamic}
        return {file: _source(reference) for file, reference in named.items() if ":" in reference}

    @property
    def code(self) -> dict[str, bytes]:
        """The files of `league.export.shipped` that the player needs, by name."""
        names = (*SHIPPED, *([SPEECH] if self.architecture.spoken is not None else []))
        return {name: shipped(name) for name in names}

    def policy(self, form: str = "numpy", ending: str = "") -> dict[str, Any]:
        """The content of `policy.json`.

        Args:
            form: What computes the networks: `numpy`, or a kind of files that `league.export.shipped.graphs` knows.
            ending: The ending of the names of these files.
        """
        game, architecture, spoken = self.spec.game, self.architecture, self.architecture.spoken
        speaking = spoken.sides if spoken is not None else (False,) * len(game.sides)
        return {
            "player": self.name,
            "league": self.league,
            "game": game.name,
            "format": form,
            "activation": architecture.activation,
            "normalise": architecture.normalise,
            "clip": CLIP,
            "decision": architecture.decision,
            "temperature": self.acting_temperature,
            "memory": architecture.memory_size,
            "roles": {
                role.name: {
                    **self._role(role),
                    **self._networks(role, speaks=speaking[role.side]),
                    **({"file": f"{self.file_of(number)}{ending}"} if ending else {}),
                }
                for number, role in enumerate(game.roles)
            },
            "seats": {
                seat: {
                    "role": game.roles[game.role_of_seat[number]].name,
                    "team": game.team_of_seat[number],
                    "place": game.teams[game.team_of_seat[number]].index(number),
                }
                for number, seat in enumerate(game.seats)
            },
            "speech": None if spoken is None else self._speech(spoken),
        }

    def file_of(self, number: int) -> str:
        """The name of the file with the networks of a role, without its ending."""
        names = [re.sub(r"\W", "_", role.name) for role in self.spec.game.roles]
        return names[number] if names.count(names[number]) == 1 else f"{names[number]}_{number}"

    def _speech(self, speech: Speech) -> dict[str, Any]:
        """The messages, as `league.export.shipped.speech` reads them."""
        game, player, size = self.spec.game, self.player, self.architecture.message_size
        cost = message_bits(size, speech.symbols, speech.channel.bits) * speech.rounds
        return {
            "links": [self._links(side) if player.speaks(side) else None for side in game.side_of_team],
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

    def _links(self, side: int) -> list[list[float]]:
        """The links of a side's teams; rows are listeners."""
        links = self.weights.get(f"{LINKS}{self.spec.game.sides[side].name}")
        if links is None:
            links = np.asarray(self.architecture.hears[side]) > 0
        listed: list[list[float]] = links.astype(np.float64).tolist()
        return listed

    def _role(self, role: Role) -> dict[str, Any]:
        """The observation and action spaces of a role."""
        seen, done = (self.spec.observation_spaces[role.seats[0]], self.spec.action_spaces[role.seats[0]])
        return {
            "features": role.features,
            "space": _observations(observed(seen), role.features),
            "kind": role.actions.kind,
            "actions": role.actions.size,
            "action": _actions(done),
            "low": role.actions.low,
            "high": role.actions.high,
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


def as_json(policy: Mapping[str, Any]) -> bytes:
    """A description as the text of a file."""
    return json.dumps(policy, indent=1).encode()


@cache
def shipped(name: str) -> bytes:
    """A file of `league.export.shipped`."""
    return files("league.export.shipped").joinpath(name).read_bytes()


def _observations(space: spaces.Space, size: int) -> dict[str, Any]:
    """An observation space as plain values, so that code without gymnasium can flatten observations.

    Args:
        space: The space.
        size: Number of values of a flat observation, for a space that is not described further.
    """
    match space:
        case spaces.Dict():
            return {
                "kind": "dict",
                "parts": [[key, _observations(part, spaces.flatdim(part))] for key, part in space.items()],
            }
        case spaces.Tuple():
            return {"kind": "tuple", "parts": [_observations(part, spaces.flatdim(part)) for part in space]}
        case spaces.Discrete():
            return {"kind": "discrete", "size": 1, "first": [int(space.start)], "count": [int(space.n)]}
        case spaces.MultiDiscrete():
            first, count = (np.asarray(each).reshape(-1).tolist() for each in (space.start, space.nvec))
            return {"kind": "discrete", "size": len(count), "first": first, "count": count}
    return {"kind": "numbers", "size": size}


def _actions(space: spaces.Space) -> dict[str, Any]:
    """An action space as plain values, so that code without gymnasium can make actions of it."""
    finite = choices(space)
    real = finite is None
    size = spaces.flatdim(space) if finite is None else finite.size
    match space:
        case spaces.Dict():
            return {
                "kind": "dict",
                "real": real,
                "size": size,
                "parts": [[key, _actions(part)] for key, part in space.items()],
            }
        case spaces.Tuple():
            return {"kind": "tuple", "real": real, "size": size, "parts": [_actions(part) for part in space]}
        case spaces.Discrete():
            whole: tuple[Any, Any, Any] = [int(space.start)], [int(space.n)], None
        case spaces.MultiDiscrete():
            whole = _listed(space.start), _listed(space.nvec), list(space.shape)
        case spaces.MultiBinary():
            whole = [0] * int(np.prod(space.shape)), [2] * int(np.prod(space.shape)), list(space.shape)
        case spaces.Box() if boxes(space) is None:
            first = _listed(space.low)
            whole = first, [high - low + 1 for low, high in zip(first, _listed(space.high), strict=True)], list(space.shape)
        case _:
            return {"kind": "box", "real": True, "size": size, "shape": list(space.shape or ()), "dtype": str(space.dtype)}
    first, count, shape = whole
    digits = len(count)
    return {
        "kind": "whole",
        "real": False,
        "size": size,
        "digits": digits,
        "first": first,
        "count": count,
        "shape": shape,
        "dtype": str(space.dtype),
    }


def _listed(numbers: Any) -> list[int]:
    return [int(number) for number in np.asarray(numbers).reshape(-1)]


def _source(reference: str) -> bytes:
    """The content of the file of a user's own code."""
    return Path(inspect.getsourcefile(find(reference)) or "").read_bytes()
