"""The input of a scripted player: one decision in each of B games.

A bot is a plain function from a `Turn` to actions. A user's own bot is used by its name `module:callable`. A bot that keeps a
memory during a match is a class; see `envs.bots.own`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from envs.game import Role


@dataclass(frozen=True)
class Turn:
    """One decision in each of B games, all for seats of one role.

    Attributes:
        role: The role of the seats.
        observation: float32 [B, *role.observation_shape].
        legal: bool [B, n], the legal actions; None for continuous actions.
        noise: float32 [B, n], uniform random numbers in (0, 1). A bot that uses no other randomness is reproducible.
    """

    role: Role
    observation: Tensor
    legal: Tensor | None
    noise: Tensor


Bot = Callable[[Turn], Tensor]
"""Returns the actions: int64 [B] (discrete) or float32 [B, n] (continuous)."""
