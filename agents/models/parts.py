"""What an encoder and a memory have to offer, so that a player can be built from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from torch import Tensor

from agents.models.layout import Piece


class EncoderPart(Protocol):
    """Reads observations of one role, for all players of a stack at once."""

    @property
    def width(self) -> int:
        """Number of features that come out, F."""
        ...

    @property
    def pieces(self) -> Sequence[Piece]:
        """The parameters, with names that begin with the prefix it was made with."""
        ...

    @property
    def exported(self) -> Mapping[str, Any]:
        """What code outside of the project needs to run it, as plain values; `kind` says what it is."""
        ...

    def features(self, observation: Tensor, pieces: Mapping[str, Tensor]) -> Tensor:
        """Read flattened observations.

        Args:
            observation: float [P, …, features of the role], standardised where the player does so.
            pieces: Parameters by name, [P, …].

        Returns:
            [P, …, F].
        """
        ...


class MemoryPart(Protocol):
    """Carries numbers from one decision of a seat to its next, for all players of a stack at once."""

    @property
    def pieces(self) -> Sequence[Piece]:
        """The parameters, with names that begin with the prefix it was made with."""
        ...

    def inputs(self, features: Tensor, pieces: Mapping[str, Tensor]) -> Tensor:
        """What features [P, …, F] contribute to a step, [P, …, G]; for many steps in one matrix product."""
        ...

    def step(self, inputs: Tensor, memory: Tensor, pieces: Mapping[str, Tensor]) -> Tensor:
        """The memory after one decision, [P, …, H], from what `inputs` gave for it and the memory before."""
        ...
