"""Writes down for replays what was said and heard."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from agents.acting import carrying
from agents.acting.routing import Routing
from agents.acting.seating import Seating
from agents.models.speech import Talk
from envs.arena import Insight, Timestep
from envs.game import Game


def note(
    game: Game, side: int, seating: Seating, now: Timestep, routings: Sequence[Routing], talk: Talk, insight: Insight
) -> None:
    """Write the messages of the seats on one side that decide, and the weights that they gave to what arrived.

    Args:
        game: The game.
        side: Index of the side.
        seating: The seats of the players.
        now: The present timestep of the arena.
        routings: Per role of the side, the result of `Seating.deciding`.
        talk: What was said.
        insight: The result; seats of other players are not changed.
    """
    copies, seats = now.acting.shape
    for place, (number, routing) in enumerate(zip(game.sides[side].roles, routings, strict=True)):
        messages, weights = talk.messages(place), talk.weights(place)
        if insight.messages is None or insight.hears is None:
            insight.messages = messages.new_full((copies, seats, messages.shape[-1]), float("nan"))
            insight.hears = weights.new_zeros((copies, seats, seats))
        wider = messages.shape[-1] - insight.messages.shape[-1]
        if wider > 0:
            insight.messages = torch.nn.functional.pad(insight.messages, (0, wider), value=float("nan"))
        _write(game, number, now, routing, messages, insight.messages)
        _write(game, number, now, routing, weights, insight.hears, _mates(game, number, now.acting))


def _write(
    game: Game, role: int, now: Timestep, routing: Routing, source: Tensor, target: Tensor, columns: Tensor | None = None
) -> None:
    """Write values of a role's seats [P, B, a, M] into values of all seats [N, A, M].

    Args:
        game: The game.
        role: Index of the role.
        now: The present timestep of the arena.
        routing: The rows of the role's slots.
        source: The values.
        target: Written in place.
        columns: int64 [N, slots, M], the columns of `target` to which the values belong; None for the first M.
    """
    slots = carrying.of_slots(game, role, target, now.acting)
    own = slots[..., : source.shape[-1]] if columns is None else slots.gather(2, columns)
    own = own.contiguous()
    routing.scatter(source.flatten(1, 2), own.view(-1, source.shape[-1]))
    if columns is None:
        slots[..., : source.shape[-1]] = own
    else:
        slots.scatter_(2, columns, own)
    carrying.keep(game, role, target, now.acting, slots)


def _mates(game: Game, role: int, acting: Tensor) -> Tensor:
    """The seats of the team of the seat in each slot of a role, int64 [N, slots, A of a team]."""
    teams = game.sides[game.roles[role].side].teams
    of_seat = torch.tensor([list(game.teams[team if team in teams else teams[0]]) for team in game.team_of_seat])
    everywhere = of_seat.to(acting.device).expand(len(acting), -1, -1)
    return carrying.of_slots(game, role, everywhere, acting)
