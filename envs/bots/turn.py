"""What a scripted player is asked: one decision in each of B games.

A bot is a plain function from a `Turn` to actions. A bot of the user's own is named `module:callable` and needs nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from envs.game import Role


@dataclass(frozen=True)
class Turn:
    """One decision in each of B games, by seats of one role.

    Attributes:
        role: The role that decides.
        observation: float32 [B, *role.observation_shape].
        legal: bool [B, n], the allowed actions; None for continuous actions.
        noise: float32 [B, n], uniform numbers in (0, 1): a bot that uses only these is reproducible.
    """

    role: Role
    observation: Tensor
    legal: Tensor | None
    noise: Tensor


Bot = Callable[[Turn], Tensor]
"""Returns int64 [B] (discrete) or float32 [B, n] (continuous)."""
