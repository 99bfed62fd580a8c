"""The back end with PyTorch's operations, for every game, architecture and device."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import log

import torch
from torch import Tensor

from agents.acting import carrying
from agents.acting.airing import aired, carried_after
from agents.acting.partners import Borrowed, Partners
from agents.acting.routing import Routing, slots_acting
from agents.acting.seating import Seating
from agents.models.critics import action_values, critic
from agents.models.distributions import bounded, masked, sample, squashed, typical
from agents.models.forward import actor
from agents.models.speech import STILL, Talk
from agents.models.stack import Stack
from envs.arena import Timestep
from envs.game import Role
from envs.states import States


class General:
    """See `agents.acting.seated.Backend`."""

    def __init__(self, stack: Stack, seating: Seating, temperature: float) -> None:
        """Use the present parameters of a stack."""
        self._stack, self._seating, self._temperature = stack, seating, temperature
        self.partners: Partners | None = None

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
        game, routings = self._seating.game, self._seating.deciding(side, now)
        preferences, _, carried = self.preferences(side, now, memory, routings, noise)
        pieces = self._pieces()
        for place, (number, preference, routing) in enumerate(zip(game.sides[side].roles, preferences, routings, strict=True)):
            role = game.roles[number]
            log_std = pieces.get(f"log_std.{role.name}")
            if log_std is not None:
                log_std = log_std + log(self._temperature)
            chances = routing.gather(noise[number].flatten(0, 1)).view(*preference.shape[:-1], role.actions.size)
            chosen, log_prob = self._draw(role, preference, log_std, chances)
            if bound:
                chosen = bounded(role, chosen)
            routing.scatter(chosen.flatten(1, 2), actions[number].view(-1, *actions[number].shape[2:]))
            routing.scatter(log_prob.flatten(1, 2), log_probs[number].view(-1))
            if carried:
                slots = carrying.of_slots(game, number, memory, now.acting)
                routing.scatter(carried[place].flatten(1, 2), slots.view(-1, slots.shape[2])[:, : carried[place].shape[3]])
                carrying.keep(game, number, memory, now.acting, slots)

    def _draw(self, role: Role, preference: Tensor, log_std: Tensor | None, noise: Tensor) -> tuple[Tensor, Tensor]:
        """Draw raw actions as the players' way of deciding says, with their log-probabilities."""
        decision = self._stack.spec.architecture.decision
        if role.actions.kind == "discrete" or decision == "sample":
            return sample(role, preference, log_std, noise)
        if decision == "squashed":
            return squashed(preference, torch.special.ndtri(noise.double()).to(preference.dtype), self._temperature)
        return typical(preference, decision), torch.zeros_like(noise[..., 0])

    def preferences(
        self, side: int, now: Timestep, memory: Tensor, routings: Sequence[Routing], noise: Sequence[Tensor]
    ) -> tuple[list[Tensor], Talk | None, list[Tensor]]:
        """Compute the preferences, the messages and the new memory of one side's roles.

        Args:
            side: Index of the side.
            now: The present timestep of the arena.
            memory: float [N, A, H or more], what the seats carry; not changed.
            routings: Per role of the side, the result of `Seating.deciding`.
            noise: Per role of the game, uniform [N, slots, n]; only messages that are left to chance read it.

        Returns:
            Per role, masked logits divided by the temperature (discrete) or means (continuous), [P, B, a, n]; what was said, or
            None; and, if seats carry anything, per role what they carry after the decision, [P, B, a, H].
        """
        spec, seating = self._stack.spec, self._seating
        game, seated = spec.game, list(zip(spec.game.sides[side].roles, routings, strict=True))
        observations = [seating.groups(now.observation[role], routing, role) for role, routing in seated]
        present, pieces, carried = [], self._pieces(), list[Tensor]()
        if spec.speaks(side) or spec.memory_size:
            present = [seating.groups(slots_acting(game, role, now.acting), routing, role) for role, routing in seated]

        def remember(place: int, features: Tensor) -> Tensor:
            (role, routing), part = seated[place], spec.memories[seated[place][0]]
            assert part is not None
            before = carrying.of_slots(game, role, memory[..., : spec.memory_size], now.acting)
            before = seating.groups(before, routing, role)
            after = part.step(part.inputs(features, pieces), before, pieces)
            carried.append(after.where(present[place].unsqueeze(-1), before))
            return carried[place]

        air = aired(spec, seating, side, now, memory, routings, noise, self._temperature) if spec.speaks(side) else STILL
        memories, around = remember if spec.memory_size else None, air
        if self.partners is not None and spec.speaks(side):
            around = replace(air, exchange=Borrowed(self.partners, air.exchange, seating, side, routings))
        preferences, talk = actor(spec, pieces, self._statistics(), side, observations, present, memories, around)
        if talk is not None and spec.carried_size > spec.memory_size:
            carried = carried_after(air, talk, carried, len(seated))
        for place, (role, routing) in enumerate(seated):
            legal = now.legal[role]
            if legal is not None:
                preferences[place] = masked(preferences[place] / self._temperature, seating.groups(legal, routing, role))
        return preferences, talk, carried

    def evaluate(self, side: int, routing: Routing, states: States, observation: Sequence[Tensor], memory: Tensor) -> Tensor:
        """See `agents.acting.seated.Backend`."""
        spec, seating = self._stack.spec, self._seating
        seen, memories = [], []
        for number in spec.game.sides[side].roles:
            role, rows = spec.game.roles[number], seating.looked_at(side, number, routing)
            gathered = rows.gather(observation[number].flatten(0, 1))
            seen.append(gathered.view(seating.players, routing.index.shape[1], -1, gathered.shape[-1]))
            carried = memory[:, list(role.seats), : spec.memory_size]
            carried = carried.reshape(len(memory) * len(spec.game.sides[side].teams), role.per_team, spec.memory_size)
            memories.append(routing.gather(carried))
        joint = states.rows(seating.states(side, routing))
        return critic(spec, self._pieces(), self._statistics(), side, joint, seen, memories)

    def action_values(
        self, side: int, routing: Routing, states: States, actions: Sequence[Tensor], acting: Tensor
    ) -> list[Tensor]:
        """The output of counterfactual critics for the teams of one side; see `SeatedStack.action_values`.

        Returns:
            Per role of the side, [P, W, seats of a team, n].
        """
        spec, seating = self._stack.spec, self._seating
        taken, present = [], []
        for number in spec.game.sides[side].roles:
            rows = seating.looked_at(side, number, routing)
            taken.append(seating.groups(actions[number], rows, number))
            present.append(seating.groups(slots_acting(spec.game, number, acting), rows, number))
        joint = states.rows(seating.states(side, routing))
        return action_values(spec, self._pieces(), self._statistics(), side, joint, taken, present)

    def _pieces(self) -> Mapping[str, Tensor]:
        return self._stack.spec.parameters.split(self._stack.parameters)

    def _statistics(self) -> Mapping[str, Tensor]:
        return self._stack.spec.statistics.split(self._stack.statistics)
