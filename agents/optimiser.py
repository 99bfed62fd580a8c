"""Adam over a stack of flat parameter vectors, each player with its own learning rate."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-5


@dataclass
class Adam:
    """Moments of P players.

    Attributes:
        mean: First moment [P, D].
        square: Second moment [P, D].
        steps: Updates made so far [P].

    Reference:
        Kingma & Ba (2015), algorithm 1; ε = 1e-5 as usual for PPO.
    """

    mean: Tensor
    square: Tensor
    steps: Tensor

    @classmethod
    def fresh(cls, parameters: Tensor) -> Adam:
        """Moments of players that have not learnt yet."""
        return cls(torch.zeros_like(parameters), torch.zeros_like(parameters), parameters.new_zeros(parameters.shape[0], 1))

    def step(self, parameters: Tensor, gradient: Tensor, learning_rate: Tensor, max_norm: float) -> Tensor:
        """Move `parameters` [P, D] in place; each player's gradient is first cut to length `max_norm`.

        A player whose gradient is zero had nothing to learn from: it rests, and nothing of it changes.

        Args:
            parameters: [P, D], changed in place.
            gradient: [P, D].
            learning_rate: [P].
            max_norm: Longest allowed gradient, per player.

        Returns:
            The gradients' lengths before cutting, [P].
        """
        length = torch.linalg.vector_norm(gradient, dim=1, keepdim=True)
        gradient = gradient * (max_norm / length.clamp_min(1e-12)).clamp_max(1.0)
        moves = (length > 0).to(gradient.dtype)
        self.steps += moves
        self.mean.lerp_(gradient, (1.0 - BETA1) * moves)
        self.square.lerp_(gradient.square(), (1.0 - BETA2) * moves)
        taken = self.steps.clamp_min(1.0)
        rate = moves * learning_rate.unsqueeze(1) / (1.0 - BETA1**taken)
        root = (self.square / (1.0 - BETA2**taken)).sqrt_().add_(EPSILON)
        parameters.sub_(rate * self.mean / root)
        return length.squeeze(1)
