"""Which networks a player has, as plain values. Neither torch nor numba is loaded here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

CLIP = 5.0
"""Normalised observations are cut off at ± this many standard deviations."""


@dataclass(frozen=True)
class Architecture:
    """The shape of a player's networks; players of one architecture on one game can be stacked.

    Attributes:
        hidden: Widths of the hidden layers, of actors and critics alike.
        activation: `tanh` or `relu`.
        critic: `centralised` (the team's joint state in, one value per seat out) or `local` (each seat's own observation in).
        normalise: Divide observations and states by their running deviation, after taking off their running mean.
        message_size: Numbers in a message, M; 0 where nobody speaks.
        hears: For each side, the listening weights [A, A] between the seats of a team (row i: how much seat i takes from
            each speaker), or None where the side does not speak.
        encoder: What reads an observation: a name of `agents.models.table.ENCODERS`, or `module:callable` or
            `path/file.py:callable` of a `torch.nn.Module` of the user's own.
        memory: What a seat carries from one decision to the next: a name of `agents.models.table.MEMORIES`.
        memory_size: Numbers that a seat carries, H; 0 where it carries none.
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
