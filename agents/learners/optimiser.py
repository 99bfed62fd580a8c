"""Adam over a stack of flat parameter vectors, each player with its own learning rate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from agents.kernels.elementary import ONE
from agents.models.layout import Layout, UnfitWeights
from envs import compiling
from envs.compiling import Floats, vectorised

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
        """The moments of players that have not learnt yet, which are zero."""
        return cls(torch.zeros_like(parameters), torch.zeros_like(parameters), parameters.new_zeros(parameters.shape[0], 1))

    @classmethod
    def restored(cls, layout: Layout, parameters: Tensor, states: Sequence[Mapping[str, np.ndarray]], prefix: str = "") -> Adam:
        """The moments of players from the result of `states`; zero for a player without a state.

        Args:
            layout: The layout of the parameters.
            parameters: float32 [P, D].
            states: One per player.
            prefix: What the names begin with.

        Raises:
            UnfitWeights: They do not belong to the players' architecture.
        """
        adam = cls.fresh(parameters)
        for index, arrays in enumerate(states):
            if any(name.startswith(f"{prefix}mean.") for name in arrays) or f"{prefix}steps" in arrays:
                for moment, kept in (("mean", adam.mean), ("square", adam.square)):
                    kept[index] = layout.from_arrays(under(f"{prefix}{moment}.", arrays))
                steps = arrays.get(f"{prefix}steps")
                if steps is None or steps.shape != (1,):
                    raise UnfitWeights("the state of the optimiser does not say how many steps were made")
                adam.steps[index] = float(steps[0])
        return adam

    def states(self, layout: Layout, prefix: str = "") -> list[dict[str, np.ndarray]]:
        """Each player's moments as named arrays."""
        return [
            {
                f"{prefix}{moment}.{name}": value
                for moment, kept in (("mean", self.mean), ("square", self.square))
                for name, value in layout.to_arrays(kept[index]).items()
            }
            | {f"{prefix}steps": self.steps[index].cpu().numpy()}
            for index in range(len(self.steps))
        ]

    def step(self, parameters: Tensor, gradient: Tensor, learning_rate: Tensor, max_norm: float) -> None:
        """Update `parameters` [P, D] in place. Each player's gradient is first clipped to the norm `max_norm`.

        A player whose gradient is zero had nothing to learn from. Neither its parameters nor its moments change.

        Args:
            parameters: [P, D], changed in place.
            gradient: [P, D].
            learning_rate: [P].
            max_norm: Maximum norm of a player's gradient.
        """
        if compiling.serve(parameters.device):
            arrays = (x.numpy() for x in (parameters, gradient, self.mean, self.square, self.steps, learning_rate))
            _step(*arrays, max_norm, BETA1, BETA2, EPSILON)
            return
        gradient, moves = clipped(gradient, max_norm)
        self.steps += moves
        self.mean.lerp_(gradient, (1.0 - BETA1) * moves)
        self.square.lerp_(gradient.square(), (1.0 - BETA2) * moves)
        taken = self.steps.clamp_min(1.0)
        rate = moves * learning_rate.unsqueeze(1) / (1.0 - BETA1**taken)
        root = (self.square / (1.0 - BETA2**taken)).sqrt_().add_(EPSILON)
        parameters.sub_(rate * self.mean / root)


def clipped(gradient: Tensor, max_norm: float) -> tuple[Tensor, Tensor]:
    """Shorten each player's gradient [P, D] to the norm `max_norm` if it is longer.

    Returns:
        The gradient [P, D]; and [P, 1], 1 for a player whose gradient is not zero, otherwise 0.
    """
    length = torch.linalg.vector_norm(gradient, dim=1, keepdim=True)
    return gradient * (max_norm / length.clamp_min(1e-12)).clamp_max(1.0), (length > 0).to(gradient.dtype)


def under(prefix: str, arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The arrays whose names begin with a prefix, without it."""
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


@vectorised
def _step(
    parameters: Floats,
    gradient: Floats,
    mean: Floats,
    square: Floats,
    steps: Floats,
    rate: Floats,
    max_norm: float,
    beta1: float,
    beta2: float,
    epsilon: float,
) -> None:
    """`Adam.step` in one pass over memory. All arrays are [P, D], except steps [P, 1] and rate [P]."""
    b1, b2, tiny = np.float32(beta1), np.float32(beta2), np.float32(epsilon)
    for p in range(parameters.shape[0]):
        total = 0.0
        for d in range(parameters.shape[1]):
            total += np.float64(gradient[p, d]) * np.float64(gradient[p, d])
        length = np.sqrt(total)
        if length == 0.0:
            continue
        steps[p, 0] += ONE
        cut = np.float32(min(1.0, max_norm / length))
        taken = np.float64(steps[p, 0])
        pace = np.float32(np.float64(rate[p]) / (1.0 - beta1**taken))
        correction = np.float32(1.0 / (1.0 - beta2**taken))
        for d in range(parameters.shape[1]):
            g = gradient[p, d] * cut
            m = mean[p, d] + (ONE - b1) * (g - mean[p, d])
            v = square[p, d] + (ONE - b2) * (g * g - square[p, d])
            mean[p, d] = m
            square[p, d] = v
            parameters[p, d] -= pace * m / (np.sqrt(v * correction) + tiny)
