"""Facts that critics of whole teams see besides the joint state: who is in the game, and who holds the other teams.

Actors never see them. A critic is used in training only, where both are known.
"""

from __future__ import annotations

from collections.abc import Collection
from zlib import crc32

import torch
from torch import Tensor

from envs.game import Game
from envs.states import States

OPPONENTS = 32
"""Number of indices of opponents. The first layer of a critic learns one vector for each index."""

UNKNOWN = -1
"""In a table of identities: nobody knows who holds the team."""


def identity(name: str) -> int:
    """The index of a player, in [0, `OPPONENTS`). It follows from the name, so it is the same in every generation.

    Several players can have the same index: this is the hashing trick of Weinberger et al. (2009).
    """
    return crc32(name.encode()) % OPPONENTS


def fact_size(game: Game, sees: Collection[str]) -> int:
    """The number of facts in a team's state."""
    return ("presence" in sees) * len(game.seats) + ("opponent" in sees) * OPPONENTS


def with_facts(game: Game, sees: Collection[str], states: States, acting: Tensor, identities: Tensor | None) -> States:
    """Add facts to the joint states.

    `presence` is 1 for a seat that acts and 0 for one that is dead or absent: first the team's own seats, then those of the
    following teams in cyclic order. `opponent` is the mean of one-hot indices of the players that hold the other teams; zeros
    where they are unknown.

    Args:
        game: The game.
        sees: The facts to add; none returns the states as they are.
        states: Those of N games.
        acting: bool [N, A], the seats that act; in a last view, those that have acted and are not dead.
        identities: int64 [N, K], the index of the player that holds each team, or `UNKNOWN`; None if nobody knows.

    Returns:
        States with `fact_size` more numbers.
    """
    parts, teams = list[Tensor](), range(len(game.teams))
    if "presence" in sees:
        order = [[seat for shift in teams for seat in game.teams[(team + shift) % len(teams)]] for team in teams]
        parts.append(acting[:, torch.tensor(order, device=acting.device)].float())
    if "opponent" in sees:
        known = torch.zeros((len(acting), len(teams), OPPONENTS + 1), device=acting.device)
        if identities is not None:
            column = torch.where(identities == UNKNOWN, OPPONENTS, identities)
            known.scatter_(2, column.unsqueeze(2), 1.0)
        others = known[..., :OPPONENTS].sum(1, keepdim=True) - known[..., :OPPONENTS]
        parts.append(others / max(len(teams) - 1, 1))
    return states.with_facts(torch.cat(parts, dim=2)) if parts else states
