"""Finds the rows of an arena that belong to each player of a stack."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from envs import compiling
from envs.compiling import Flags, Ints, vectorised
from envs.game import Game

LEAST = 4
"""Minimum number of rows of a player that has any rows. Matrix products with fewer rows round differently, and a decision must
not depend on the number of decisions that are computed together."""

EMPTY = -1
"""In an `owner` table: a team that no player of this stack holds."""


@dataclass(frozen=True)
class Routing:
    """The groups that each of P players holds.

    A *group* is one team in one copy; its row is `copy * teams_of_side + place`. In turn-based games a group is a copy in which
    a seat of the player is to act. W is at least the largest number of groups that a player holds.

    Attributes:
        index: int64 [P, W], groups of each player, padded with 0 at the end.
        counts: int64 [P], number of entries before the padding.
    """

    index: Tensor
    counts: Tensor

    @cached_property
    def real(self) -> Tensor:
        """False for padding, bool [P, W]."""
        return torch.arange(self.index.shape[1], device=self.index.device) < self.counts.unsqueeze(1)

    def of_seats(self, seats: int) -> Routing:
        """The routing of seats in place of groups; the row of a seat is `group * seats + place`."""
        if seats == 1:
            return self
        place = torch.arange(seats, device=self.index.device)
        return Routing((self.index.unsqueeze(2) * seats + place).flatten(1), self.counts * seats)

    def gather(self, x: Tensor) -> Tensor:
        """`[G, …]` → `[P, W, …]`."""
        return x.index_select(0, self.index.flatten()).view(*self.index.shape, *x.shape[1:])

    def scatter(self, source: Tensor, target: Tensor) -> None:
        """`[P, W, …]` → `[G, …]`, in place. Groups without a player are not changed."""
        places = torch.where(self.real, self.index, target.shape[0]).flatten()
        one_more = torch.cat([target, target[:1]])  # padding is written to an additional row
        one_more.index_copy_(0, places, source.flatten(0, 1).to(target.dtype))
        target.copy_(one_more[:-1])


def route(owner: Tensor, players: int, width: int | None = None) -> Routing:
    """Sort groups by the player that holds them.

    Args:
        owner: int64 [G], the player of each group, or `EMPTY`.
        players: P.
        width: W. By default it is the largest number of groups that a player holds, which must be read from the device.
    """
    if compiling.serve(owner.device):
        index, counts = _lists(owner.contiguous().numpy(), players, LEAST)
        return Routing(torch.from_numpy(index), torch.from_numpy(counts))
    counts = (owner.unsqueeze(1) == torch.arange(players, device=owner.device)).sum(0)
    width = int(counts.max()) if width is None else width
    width = max(width, LEAST) if width else 0
    order = torch.where(owner == EMPTY, players, owner).argsort(stable=True)
    ahead = torch.arange(width, device=owner.device)
    places = (counts.cumsum(0) - counts).unsqueeze(1) + ahead
    index = order[places.clamp_max(len(order) - 1)].masked_fill(ahead >= counts.unsqueeze(1), 0)
    return Routing(index, counts)


def slots_acting(game: Game, role: int, acting: Tensor) -> Tensor:
    """Whether each slot of a role acts: bool [..., A] → [..., slots]."""
    seats = acting[..., list(game.roles[role].seats)]
    return seats.any(-1, keepdim=True) if game.turn_based else seats


def movers(owner: Tensor, acting: Tensor, team_of_seat: Tensor, mine: Tensor) -> Tensor:
    """The player that holds the seat to act in a turn-based game, int64 [N]; `EMPTY` if the seat has another role.

    Args:
        owner: int64 [N, K].
        acting: bool [N, A], at most one per copy.
        team_of_seat: int64 [A].
        mine: bool [A], the role's seats.
    """
    if compiling.serve(owner.device):
        arrays = (tensor.contiguous().numpy() for tensor in (owner, acting, team_of_seat, mine))
        return torch.from_numpy(_movers(*arrays))
    seat = acting.int().argmax(1)
    holder = owner.gather(1, team_of_seat[seat].unsqueeze(1)).squeeze(1)
    return torch.where(acting.any(1) & mine[seat], holder, EMPTY)


@vectorised
def _lists(owner: Ints, players: int, least: int) -> tuple[Ints, Ints]:
    """Each player's positions in a flat owner table [G]: index [P, W], padded with 0, and numbers before the padding, [P]."""
    counts = np.zeros(players, np.int64)
    for g in range(owner.shape[0]):
        if owner[g] >= 0:
            counts[owner[g]] += 1
    width = 0
    for p in range(players):
        width = max(width, counts[p])
    width = max(width, least) if width > 0 else 0
    index = np.zeros((players, width), np.int64)
    counts[:] = 0
    for g in range(owner.shape[0]):
        p = owner[g]
        if p >= 0:
            index[p, counts[p]] = g
            counts[p] += 1
    return index, counts


@vectorised
def deciders(owner: Ints, acting: Flags, team: Ints, mine: Flags, players: int) -> tuple[Ints, Ints]:
    """`route` of `movers` at once: index [P, W] and counts [P], see `Routing`; arguments as in `movers`, and P."""
    return _lists(_movers(owner, acting, team, mine), players, LEAST)


@vectorised
def _movers(owner: Ints, acting: Flags, team: Ints, mine: Flags) -> Ints:
    """Compute `movers` in compiled loops."""
    holder = np.full(owner.shape[0], -1, np.int64)
    for n in range(owner.shape[0]):
        for seat in range(acting.shape[1]):
            if acting[n, seat]:
                if mine[seat]:
                    holder[n] = owner[n, team[seat]]
                break
    return holder
