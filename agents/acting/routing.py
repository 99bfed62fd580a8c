"""Who holds what: the rows of an arena that belong to each player of a stack."""

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
"""Rows a player has at least, if it has any: matrix products round fewer rows in another way, and what a player decides must
not depend on how many it decides at once."""

EMPTY = -1
"""In an `owner` table: a team that no player of this stack holds."""


@dataclass(frozen=True)
class Routing:
    """Which groups each of P players holds.

    A *group* is one team in one copy, row `copy * teams_of_side + place`. Where seats act in turns, it is the copy whose seat
    is to act. W is the largest number of groups that a player holds, or more.

    Attributes:
        index: int64 [P, W], groups of each player, padded with 0.
        counts: int64 [P], how many are no padding; these come first.
    """

    index: Tensor
    counts: Tensor

    @cached_property
    def real(self) -> Tensor:
        """False for padding, bool [P, W]."""
        return torch.arange(self.index.shape[1], device=self.index.device) < self.counts.unsqueeze(1)

    def of_seats(self, seats: int) -> Routing:
        """The route of rows `group * seats + place`: each group's seats one after another."""
        if seats == 1:
            return self
        place = torch.arange(seats, device=self.index.device)
        return Routing((self.index.unsqueeze(2) * seats + place).flatten(1), self.counts * seats)

    def gather(self, x: Tensor) -> Tensor:
        """`[G, …]` → `[P, W, …]`."""
        return x.index_select(0, self.index.flatten()).view(*self.index.shape, *x.shape[1:])

    def scatter(self, source: Tensor, target: Tensor) -> None:
        """`[P, W, …]` → `[G, …]`, in place; groups that nobody holds stay as they are."""
        places = torch.where(self.real, self.index, target.shape[0]).flatten()
        one_more = torch.cat([target, target[:1]])  # padding is written to a row of its own
        one_more.index_copy_(0, places, source.flatten(0, 1).to(target.dtype))
        target.copy_(one_more[:-1])


def route(owner: Tensor, players: int, width: int | None = None) -> Routing:
    """Sort groups by the player that holds them.

    Args:
        owner: int64 [G], the player of each group, or `EMPTY`.
        players: P.
        width: W. If it is left out, it is the largest number of groups that a player holds; a GPU has to be asked for that.
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
    """Which of a role's slots act: bool [..., A] → [..., slots]."""
    seats = acting[..., list(game.roles[role].seats)]
    return seats.any(-1, keepdim=True) if game.turn_based else seats


def movers(owner: Tensor, acting: Tensor, team_of_seat: Tensor, mine: Tensor) -> Tensor:
    """Who holds the seat that is to act in turns, int64 [N]; `EMPTY` where it is none of this role's.

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
    """Each player's places in a flat owner table [G]: index [P, W], padded with 0, and how many are no padding, [P]."""
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
def _movers(owner: Ints, acting: Flags, team: Ints, mine: Flags) -> Ints:
    """Who holds the seat that is to act in each copy, see `movers`."""
    holder = np.full(owner.shape[0], -1, np.int64)
    for n in range(owner.shape[0]):
        for seat in range(acting.shape[1]):
            if acting[n, seat]:
                if mine[seat]:
                    holder[n] = owner[n, team[seat]]
                break
    return holder
