"""What surrounds the messages of one decision: messages on their way, random numbers, and the states of links.

A seat carries, one after another: its memory, its messages that are on their way, and the states of the links on which it
hears.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from agents.acting import carrying
from agents.acting.routing import Routing
from agents.acting.seating import Seating
from agents.models.delays import Registers
from agents.models.reach import reach
from agents.models.spec import PlayerSpec
from agents.models.speech import Air, Talk
from comms.chance import numbers_of
from envs.arena import Timestep
from envs.faults import GameError


def aired(
    spec: PlayerSpec,
    seating: Seating,
    side: int,
    now: Timestep,
    memory: Tensor,
    routings: Sequence[Routing],
    noise: Sequence[Tensor],
    temperature: float,
) -> Air:
    """Gather what surrounds the messages of a side's seats.

    Args:
        spec: Game and architecture.
        seating: The seats of the players.
        side: Index of the side.
        now: The present timestep of the arena.
        memory: float [N, A, H or more], what the seats carry.
        routings: Per role of the side, the result of `Seating.deciding`.
        noise: Per role of the game, uniform [N, slots, n].
        temperature: Of the players.
    """
    game, speech = spec.game, spec.speech
    assert speech is not None
    seated = list(zip(game.sides[side].roles, routings, strict=True))
    chance, places, bursts, exchange = list[Tensor](), list[Tensor](), list[Tensor](), None
    allowed = _reach(spec, seating, side, now, routings) if speech.dynamic else []
    if spec.uncertain:
        chance = [seating.groups(numbers_of(noise[role][..., 0]), routing, role) for role, routing in seated]
    if game.turn_based:
        place = carrying.place_of_mover(game, now.acting)
        places = [routing.gather(place) for routing in routings]
    if speech.channel.bursts:
        states = memory[..., spec.memory_size + spec.register_size : spec.carried_size]
        states = states[..., : game.sides[side].seats_per_team]
        own = [carrying.of_slots(game, role, states, now.acting) for role, _ in seated]
        bursts = [seating.groups(each, routing, role) for each, (role, routing) in zip(own, seated, strict=True)]
    if spec.depth:
        kept = memory[..., spec.memory_size : spec.memory_size + spec.register_size]
        exchange = Registers(spec, _of_team(seating, side, now, kept, seated), places)
    return Air(chance, temperature, allowed, places, bursts, exchange)


def _reach(spec: PlayerSpec, seating: Seating, side: int, now: Timestep, routings: Sequence[Routing]) -> list[Tensor]:
    """Per role, the links that positions allow, bool [P, B, a, A]."""
    game, speech, positions = spec.game, spec.speech, now.positions
    assert speech is not None
    if positions is None:
        raise GameError(f"{game.name} gives no positions, but the topology {speech.dynamic} needs them")
    links = reach(game, side, speech, positions, now.acting).flatten(0, 1)
    if game.turn_based:
        return [routing.gather(links) for routing in routings]
    widths = [game.roles[number].per_team for number in game.sides[side].roles]
    return list(seating.views[side].gather(links).split(widths, dim=2))


def _of_team(seating: Seating, side: int, now: Timestep, kept: Tensor, seated: Sequence[tuple[int, Routing]]) -> list[Tensor]:
    """Per role, what all seats of the deciding teams carry, [P, B, A, H]."""
    game = seating.game
    if game.turn_based:
        mates = carrying.of_team(game, side, kept, now.acting)
        return [routing.gather(mates) for _, routing in seated]
    own = [seating.groups(carrying.of_slots(game, role, kept, now.acting), routing, role) for role, routing in seated]
    return [torch.cat(own, dim=2)] * len(seated)


def carried_after(air: Air, talk: Talk, remembered: Sequence[Tensor], roles: int) -> list[Tensor]:
    """What the seats of each role carry after a decision, [P, B, a, H].

    Args:
        air: What surrounded the messages.
        talk: What was said.
        remembered: Per role, the memory after the decision, [P, B, a, size]; empty without a memory.
        roles: Number of roles of the side.
    """
    found = []
    for place in range(roles):
        parts = [remembered[place]] if remembered else []
        if isinstance(air.exchange, Registers):
            parts.append(air.exchange.after(place))
        if talk.bursts:
            parts.append(talk.bursts[place])
        found.append(torch.cat(parts, dim=-1))
    return found
