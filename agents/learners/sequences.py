"""Sequences of decisions, for players that carry something from step to step.

A sequence has the observations and actions of a seat in all steps of a collection. It starts with what its seats carry at the
begin of the collection. What a seat carries is reset where a game, or a life of the seat, ends. A sequence is in one minibatch
as a whole, and the gradient passes through all its steps. There is one sequence for every team in every copy in simultaneous
games, and one for every player in every copy in turn-based games.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from agents.acting.rollout import Experience
from agents.acting.routing import EMPTY, Routing, route
from agents.models.delays import Shift, Turns
from agents.models.forward import Remember
from agents.models.spec import PlayerSpec
from agents.models.unrolling import unroll


@dataclass(frozen=True)
class Sequences:
    """The sequences of one side. G sequences of T steps; R groups, see `agents.learners.minibatches.Batch`.

    Attributes:
        routing: Each player's sequences, [P, U].
        rows: int64 [G, T], the groups of each sequence, in order of time.
        owner: int64 [R], the player that learns from each group, or `EMPTY`.
        start: float [G, m, H], what is carried before the first step by the team's seats, or by all seats in turn-based games.
        ends: bool [R, m], whether the game, or a life of the seat, ended with the step.
        seat: int64 [R], turn-based: the seat that is to act; else None.
    """

    routing: Routing
    rows: Tensor
    owner: Tensor
    start: Tensor
    ends: Tensor
    seat: Tensor | None


def at_once(experience: Experience, owner: Tensor, players: int, seats: Sequence[Sequence[int]]) -> Sequences:
    """Make the sequences of one side in a simultaneous game.

    Args:
        experience: T steps of C copies.
        owner: int64 [T · C · teams], the player that learns from each group, or `EMPTY`.
        players: Number of players, P.
        seats: The seats of each of the side's teams.
    """
    steps, copies, teams = len(experience.over), experience.over.shape[1], len(seats)
    by_step = owner.view(steps, copies * teams)
    rows = torch.arange(len(owner), device=owner.device).view(steps, -1).T
    start = torch.stack([experience.memory[0][:, list(team)] for team in seats], dim=1).flatten(0, 1)
    ends = torch.stack([_ends(experience)[:, :, list(team)] for team in seats], dim=2).flatten(0, 2)
    return Sequences(route(by_step.amax(0), players), rows, owner, start, ends, None)


def in_turns(experience: Experience, owner: Tensor, players: int, mover: Tensor) -> Sequences:
    """Make the sequences of one side in a turn-based game.

    Args:
        experience: T steps of C copies.
        owner: int64 [T · C], the player that learns from each group, or `EMPTY`.
        players: Number of players, P.
        mover: int64 [T, C], the seat that is to act.
    """
    steps, copies = mover.shape
    everybody = torch.arange(players, device=owner.device)
    learns = (owner.view(steps, copies, 1) == everybody).any(0)
    routing = route(torch.where(learns, everybody, EMPTY).flatten(), players)
    rows = torch.arange(len(owner), device=owner.device).view(steps, copies).T.repeat_interleave(players, 0)
    start = experience.memory[0].repeat_interleave(players, 0)
    return Sequences(routing, rows, owner, start, _ends(experience).flatten(0, 1), mover.flatten())


def _ends(experience: Experience) -> Tensor:
    """Whether the game, or a life of the seat, ended with each step, bool [T, C, A]."""
    return experience.over.unsqueeze(2) | experience.terminated


def remembering(
    spec: PlayerSpec,
    pieces: Mapping[str, Tensor],
    side: int,
    sequences: Sequences,
    start: Tensor,
    rows: Tensor,
    present: Sequence[Tensor],
) -> Remember:
    """Make the function that unrolls the memory of a minibatch of sequences; see `agents.models.forward.actor`.

    Args:
        spec: Game and architecture.
        pieces: Parameters by name, [P, …].
        side: Index of the side.
        sequences: The sequences of the side.
        start: float [P, b, m, H], what the seats of b sequences carry before their first step.
        rows: int64 [P, b · T], the groups of these sequences, one sequence after another.
        present: Per role of the side, bool [P, b · T, a], seats that act.
    """
    numbers, shape = spec.game.sides[side].roles, (*start.shape[:2], -1)
    widths = [spec.game.roles[number].per_team for number in numbers]
    ends = sequences.ends[rows].view(*shape, start.shape[2])
    seat = None if sequences.seat is None else sequences.seat[rows].view(shape)

    def remember(place: int, features: Tensor) -> Tensor:
        part, first = spec.memories[numbers[place]], sum(widths[:place])
        assert part is not None
        carried = start[..., : spec.memory_size]
        mine = slice(None) if seat is not None else slice(first, first + widths[place])
        given = features.view(*shape, *features.shape[2:])
        advances = present[place].view(*shape, features.shape[2])
        after = unroll(part, pieces, given, carried[:, :, mine], advances, ends[..., mine], seat)
        return after.flatten(1, 2)

    return remember


def delaying(
    spec: PlayerSpec, side: int, sequences: Sequences, start: Tensor, rows: Tensor, present: Sequence[Tensor]
) -> Shift | Turns:
    """Make what delays the messages of a minibatch of sequences; arguments as in `remembering`."""
    shape = (*start.shape[:2], -1)
    registers = start[..., spec.memory_size : spec.memory_size + spec.register_size]
    ends = sequences.ends[rows].view(*shape, start.shape[2])
    if sequences.seat is None:
        return Shift(spec, registers, ends)
    return Turns(spec, side, registers, ends, sequences.seat[rows].view(shape), present)
