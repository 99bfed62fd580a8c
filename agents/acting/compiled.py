"""The back end with compiled loops on the CPU, for perceptrons, alone, with a gated recurrent unit or with messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import Tensor

from agents.acting.routing import Routing
from agents.acting.seating import Seating
from agents.kernels.mlp import Buffer, Networks, Perceptron, groups, portions
from agents.kernels.sources import Source, source_of
from agents.kernels.trunk import Speaker, Team, Trunk
from agents.models.stack import Stack
from envs.arena import Timestep
from envs.compiling import Flags, Floats, Ints
from envs.states import States

NO_BOUND = np.empty(0, np.float32)
"""The bounds of actions that are written unbounded."""


@dataclass(frozen=True)
class _Written:
    """What decisions of one role read and write, a row for each slot.

    Attributes:
        legal: bool [R, n]; None for continuous actions.
        rest: The last arguments of `Perceptron.choose` or `Perceptron.choose_normal`.
    """

    legal: Flags | None
    rest: tuple[Any, ...]


class Compiled:
    """See `agents.acting.seated.Backend`. It supports what `PlayerSpec.compiled` and `PlayerSpec.plain_critics` accept."""

    def __init__(self, stack: Stack, seating: Seating, temperature: float, networks: Networks) -> None:
        """Use the parameters of a stack's networks."""
        self._stack, self._spec = stack, stack.spec
        self._seating, self._temperature, self._networks = seating, temperature, networks

    def choose(
        self,
        side: int,
        now: Timestep,
        memory: Tensor,
        noise: Sequence[Tensor],
        actions: Sequence[Tensor],
        log_probs: Sequence[Tensor],
        *,
        bound: bool,
    ) -> None:
        """See `agents.acting.seated.Backend`."""
        roles, places = self._seating.game.sides[side].roles, self._seating.places(side, now)
        told = [self._written(role, now, noise[role], actions[role], log_probs[role], bound=bound) for role in roles]
        if self._spec.speaks(side):
            self._converse(side, now, places, told)
            return
        for role, (rows, counts), written in zip(roles, places, told, strict=True):
            self._choose(role, rows, counts, now, memory, written)

    def _converse(self, side: int, now: Timestep, places: Sequence[tuple[Ints, Ints]], told: Sequence[_Written]) -> None:
        """Choose for the roles of a side whose seats send each other messages."""
        team, game = self._teams[side], self._seating.game
        roles = [game.roles[number] for number in game.sides[side].roles]
        sources = [source_of(_rows(now.observation[number])) for number in game.sides[side].roles]
        present = [now.acting[:, list(role.seats)].flatten().numpy() for role in roles]
        wide = places[0][0].shape[1] // roles[0].per_team
        for who in groups(len(places[0][0]), wide):
            voices = [self._networks.part(Speaker, role.name, who) for role in roles]
            for part in team.portions(wide):
                said, sent = team.silence(len(team.links[who]), part.stop - part.start, voices[0].message_width)
                hidden = []
                for voice, role, (rows, _), source, here, seats in zip(
                    voices, roles, places, sources, present, team.places, strict=True
                ):
                    mine = slice(part.start * role.per_team, part.stop * role.per_team)
                    hidden.append(voice.encode(source, rows[who], mine))
                    voice.say(hidden[-1], rows[who], mine.start, here, seats, said, sent)
                for voice, role, (rows, counts), features, seats, written in zip(
                    voices, roles, places, hidden, team.places, told, strict=True
                ):
                    given, _ = voice.hear(features, said, sent, team.links[who], team.only_present, seats)
                    network = self._networks.get(f"actor.{role.name}", "", who)
                    self._decide(network, given, rows[who], part.start * role.per_team, counts[who], written)

    @cached_property
    def _teams(self) -> dict[int, Team]:
        """How the seats of each side that speaks hear each other."""
        return {side: Team.of(self._stack, side) for side in range(len(self._spec.game.sides)) if self._spec.speaks(side)}

    def _decide(self, network: Perceptron, given: Buffer, rows: Ints, start: int, counts: Ints, written: _Written) -> None:
        """Let an actor decide from its inputs [P, n, F]."""
        if written.legal is None:
            network.choose_normal(given, rows, start, self._temperature, counts, *written.rest)
        else:
            network.choose(given, rows, start, written.legal, self._temperature, counts, *written.rest)

    def _choose(self, number: int, rows: Ints, counts: Ints, now: Timestep, memory: Tensor, written: _Written) -> None:
        """Choose for one role, in the rows [P, W] of its tensors, of which the first `counts` [P] are a player's own."""
        role, source = self._seating.game.roles[number], source_of(_rows(now.observation[number]))
        name, seen, remembers = f"actor.{role.name}", f"observation.{role.name}", self._spec.memory_size > 0
        if remembers:
            places, acting, carried = self._seating.seats(number, now, rows), now.acting.contiguous().numpy(), memory.numpy()
            carried, acting = carried.reshape(-1, carried.shape[2]), acting.reshape(-1)
        for who in groups(*rows.shape):
            network, mine, own = self._networks.get(name, "" if remembers else seen, who), rows[who], counts[who]
            for part in portions(rows.shape[1]):
                if remembers:
                    trunk = self._networks.part(Trunk, role.name, who)
                    given = trunk.advance(source, mine, part, carried, places[who], own, acting)
                else:
                    given = network.look(source, mine, part)
                self._decide(network, given, mine, part.start, own, written)

    def _written(
        self, number: int, now: Timestep, noise: Tensor, actions: Tensor, log_probs: Tensor, *, bound: bool
    ) -> _Written:
        """The arrays of one role that decisions read and write."""
        role, legal = self._seating.game.roles[number], now.legal[number]
        chances, chosen, log_prob = noise.numpy().reshape(-1, role.actions.size), actions.numpy(), log_probs.numpy().reshape(-1)
        if legal is not None:
            return _Written(_rows(legal.numpy()), (chances, chosen.reshape(-1), log_prob))
        bounds = self._bounds[number] if bound else (NO_BOUND, NO_BOUND)
        return _Written(None, (chances, *bounds, chosen.reshape(chances.shape), log_prob))

    @cached_property
    def _bounds(self) -> list[tuple[Floats, Floats]]:
        """Per role, the bounds of continuous actions."""
        spaces = [role.actions for role in self._seating.game.roles]
        return [(np.array(space.low, np.float32), np.array(space.high, np.float32)) for space in spaces]

    def evaluate(self, side: int, routing: Routing, states: States, observation: Sequence[Tensor], memory: Tensor) -> Tensor:
        """See `agents.acting.seated.Backend`."""
        spec, seating = self._spec, self._seating
        name = spec.game.sides[side].name
        if spec.architecture.critic == "centralised":
            return self._run(f"critic.{name}", f"state.{name}", source_of(states), seating.states(side, routing))
        values = []
        for number in spec.game.sides[side].roles:
            role = spec.game.roles[number]
            rows, seen = seating.looked_at(side, number, routing).index, source_of(observation[number].flatten(0, 1))
            value = self._run(f"critic.{role.name}", f"observation.{role.name}", seen, rows)
            values.append(value.view(*routing.index.shape, -1).expand(-1, -1, role.per_team))
        return torch.cat(values, 2)

    def _run(self, prefix: str, seen: str, source: Source, rows: Tensor) -> Tensor:
        """The output [P, n, K] of a network for rows [P, n] of a source [R, F]."""
        whole: list[Tensor] = []
        for who in groups(*rows.shape):
            network, wanted = self._networks.get(prefix, seen, who), rows[who].numpy()
            parts = [network.forward(network.look(source, wanted, part)).copy() for part in portions(rows.shape[1])]
            whole.append(torch.cat([torch.from_numpy(part) for part in parts], 1))
        return torch.cat(whole)


def _rows(array: Any) -> Any:
    """[N, slots, …] → [N · slots, …]; a view if possible."""
    return array.reshape(-1, *array.shape[2:])
