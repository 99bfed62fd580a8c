"""The shape of a player's networks, as plain values. This module loads neither torch nor numba."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

CLIP = 5.0
"""Normalised observations are clipped at ± this many standard deviations."""


@dataclass(frozen=True)
class Architecture:
    """The shape of a player's networks; players of one architecture on one game can be stacked.

    Attributes:
        hidden: Widths of the hidden layers, of actors and critics alike.
        activation: `tanh` or `relu`.
        critic: `centralised` (the team's joint state in, one value per seat out) or `local` (each seat's own observation in).
        normalise: Whether observations and states are standardised with their running mean and standard deviation.
        message_size: Length of a message, M; 0 without messages.
        hears: For each side, the listening weights [A, A] between the seats of a team (row i: the weights that seat i gives to
            each speaker), or None if the side sends no messages.
        encoder: The encoder of observations: a name of `agents.models.table.ENCODERS`, or `module:callable` or
            `path/file.py:callable` of a user's own `torch.nn.Module`.
        memory: The memory of a seat: a name of `agents.models.table.MEMORIES`.
        memory_size: Number of values that a seat remembers, H; 0 without a memory.
    """

    hidden: tuple[int, ...] = (64, 64)
    activation: Literal["tanh", "relu"] = "tanh"
    critic: Literal["centralised", "local"] = "centralised"
    normalise: bool = True
    message_size: int = 0
    hears: tuple[tuple[tuple[float, ...], ...] | None, ...] = ()
    encoder: str = "mlp"
    memory: str = "none"
    memory_size: int = 0
