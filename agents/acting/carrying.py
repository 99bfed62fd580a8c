"""Converts the memory of seats [N, A, H] to the memory of a role's slots [N, slots, H], and back."""

from __future__ import annotations

import torch
from torch import Tensor

from envs.game import Game


def of_slots(game: Game, role: int, memory: Tensor, acting: Tensor) -> Tensor:
    """The memory of the seats in a role's slots. In turn-based games the slot has the seat that is to act.

    Args:
        game: The game.
        role: Index of the role.
        memory: float [N, A, H].
        acting: bool [N, A].

    Returns:
        float [N, slots, H], a copy.
    """
    if game.turn_based:
        return memory.gather(1, _mover(memory, acting))
    return memory[:, list(game.roles[role].seats)]


def keep(game: Game, role: int, memory: Tensor, acting: Tensor, slots: Tensor) -> None:
    """Write the memory of slots, as changed by a decision, back into the memory of seats, in place."""
    if game.turn_based:
        memory.scatter_(1, _mover(memory, acting), slots)
    else:
        memory[:, list(game.roles[role].seats)] = slots


def of_team(game: Game, side: int, memory: Tensor, acting: Tensor) -> Tensor:
    """The memory of all seats in the team of the seat that is to act in a turn-based game, float [N, A, H], a copy.

    Where a seat of another side is to act, it is the memory of the side's first team.
    """
    teams = game.sides[side].teams
    mates = torch.tensor([list(game.teams[team if team in teams else teams[0]]) for team in game.team_of_seat])
    wanted = mates.to(acting.device)[acting.int().argmax(1)]
    return memory.gather(1, wanted.unsqueeze(-1).expand(-1, -1, memory.shape[2]))


def place_of_mover(game: Game, acting: Tensor) -> Tensor:
    """The place in its team of the seat that is to act in a turn-based game, int64 [N]; of seat 0 if no seat is to act."""
    place = {seat: position for seats in game.teams for position, seat in enumerate(seats)}
    return torch.tensor([place[seat] for seat in range(len(game.seats))], device=acting.device)[acting.int().argmax(1)]


def _mover(memory: Tensor, acting: Tensor) -> Tensor:
    """The seat that is to act in every copy, as an index [N, 1, H]; seat 0 if no seat is to act."""
    return acting.int().argmax(1).view(-1, 1, 1).expand(-1, 1, memory.shape[2])
