"""RMSprop over a stack of flat parameter vectors, each player with its own learning rate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from agents.learners.optimiser import clipped
from agents.models.stack import Stack

DECAY, EPSILON = 0.99, 1e-5


@dataclass
class RMSprop:
    """The running mean square of the gradients of P players, which all workers share.

    Attributes:
        square: Running mean of the squared gradients [P, D].

    Reference:
        Mnih et al. (2016), section 4 and equation S3: RMSprop with shared statistics.
    """

    square: Tensor

    @classmethod
    def restored(cls, stack: Stack, states: Sequence[Mapping[str, np.ndarray]]) -> RMSprop:
        """The statistics of a stack's players from the result of `states`; zero for a player without a state.

        Raises:
            UnfitWeights: They do not belong to the players' architecture.
        """
        square = torch.zeros_like(stack.parameters)
        for index, arrays in enumerate(states):
            if arrays:
                named = {name.removeprefix("square."): array for name, array in arrays.items()}
                square[index] = stack.spec.parameters.from_arrays(named)
        return cls(square)

    def states(self, stack: Stack) -> list[dict[str, np.ndarray]]:
        """Each player's statistics as named arrays."""
        layout = stack.spec.parameters
        return [{f"square.{name}": value for name, value in layout.to_arrays(row).items()} for row in self.square]

    def step(self, parameters: Tensor, gradient: Tensor, learning_rate: Tensor, max_norm: float) -> None:
        """Update `parameters` [P, D] in place. Each player's gradient is first clipped to the norm `max_norm`.

        A player whose gradient is zero had nothing to learn from. Neither its parameters nor its statistics change.

        Args:
            parameters: [P, D], changed in place.
            gradient: [P, D].
            learning_rate: [P].
            max_norm: Maximum norm of a player's gradient.
        """
        gradient, moves = clipped(gradient, max_norm)
        self.square.lerp_(gradient.square(), (1.0 - DECAY) * moves)
        parameters.sub_(moves * learning_rate.unsqueeze(1) * gradient / (self.square + EPSILON).sqrt())
