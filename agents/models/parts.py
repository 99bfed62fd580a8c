"""The interfaces of encoders and memories, from which players are built."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from torch import Tensor

from agents.models.layout import Piece


class EncoderPart(Protocol):
    """Computes features of the observations of one role, for all players of a stack at once."""

    @property
    def width(self) -> int:
        """Number of features, F."""
        ...

    @property
    def pieces(self) -> Sequence[Piece]:
        """The parameters, with names that begin with the prefix it was made with."""
        ...

    @property
    def exported(self) -> Mapping[str, Any]:
        """The description that code outside the project needs to run the encoder, as plain values; `kind` names the encoder."""
        ...

    def features(self, observation: Tensor, pieces: Mapping[str, Tensor]) -> Tensor:
        """Compute the features of flattened observations.

        Args:
            observation: float [P, …, features of the role], standardised if the architecture says so.
            pieces: Parameters by name, [P, …].

        Returns:
            [P, …, F].
        """
        ...


class MemoryPart(Protocol):
    """Computes the memory of seats from one decision to the next, for all players of a stack at once."""

    @property
    def pieces(self) -> Sequence[Piece]:
        """The parameters, with names that begin with the prefix it was made with."""
        ...

    def inputs(self, features: Tensor, pieces: Mapping[str, Tensor]) -> Tensor:
        """The contribution of features [P, …, F] to a step, [P, …, G]. Many steps can be computed in one matrix product."""
        ...

    def step(self, inputs: Tensor, memory: Tensor, pieces: Mapping[str, Tensor]) -> Tensor:
        """The memory after one decision, [P, …, H], from the result of `inputs` and the memory before the decision."""
        ...
