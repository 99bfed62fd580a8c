"""The encoder of a perceptron with messages or with a memory. It is the first hidden layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod

from torch import Tensor

from agents.models.architecture import Architecture
from agents.models.layout import ACTIVATIONS, GAINS, Piece, linear, mlp_pieces


class Encoder:
    """One layer with an activation; see `agents.models.parts.EncoderPart`. The other layers belong to the actor's head."""

    def __init__(self, prefix: str, shape: tuple[int, ...], architecture: Architecture) -> None:
        """Plan the layer for observations of the given shape."""
        gain = GAINS[architecture.activation]
        self.width = architecture.hidden[0]
        self.pieces: Sequence[Piece] = mlp_pieces(prefix, (prod(shape), self.width), gain, gain)
        self.exported = {"kind": "mlp"}
        self._names = f"{prefix}.0.weight", f"{prefix}.0.bias"
        self._activation = ACTIVATIONS[architecture.activation]

    def features(self, observation: Tensor, pieces: Mapping[str, Tensor]) -> Tensor:
        """See `agents.models.parts.EncoderPart`."""
        weight, bias = self._names
        return self._activation(linear(observation, pieces[weight], pieces[bias]))
