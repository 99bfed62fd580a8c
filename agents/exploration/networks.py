"""Networks that learn besides the player's own, one set per player, stacked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from agents.learners.optimiser import Adam, under
from agents.models.layout import Layout, Piece

MAX_GRADIENT = 0.5
"""Maximum norm of a player's gradient."""


@dataclass
class Trained:
    """Parameters of P players with their optimiser.

    Attributes:
        layout: Their layout.
        value: float32 [P, D].
        adam: The optimiser.
    """

    layout: Layout
    value: Tensor
    adam: Adam

    @classmethod
    def restored(
        cls, pieces: Sequence[Piece], states: Sequence[Mapping[str, np.ndarray]], generator: torch.Generator
    ) -> Trained:
        """Parameters of the players' stored states. Those of new players are drawn; numbers are drawn for all players."""
        layout = Layout(tuple((piece.name, piece.shape) for piece in pieces))
        seed = torch.randint(0, 2**31 - 1, (1,), generator=generator, device=generator.device)
        drawer, rows = torch.Generator().manual_seed(int(seed)), []
        for arrays in states:
            drawn = torch.cat([piece.initial(drawer).reshape(-1) for piece in pieces])
            kept = under("value.", arrays)
            rows.append(layout.from_arrays(kept) if kept else drawn)
        value = torch.stack(rows).to(generator.device)
        return cls(layout, value, Adam.restored(layout, value, states))

    def pieces(self) -> Mapping[str, Tensor]:
        """The parameters by name, [P, …]."""
        return self.layout.split(self.value)

    def descend(self, loss: Callable[[Mapping[str, Tensor]], Tensor], step: float) -> Tensor:
        """Make one step of the optimiser along the gradient of a loss.

        Args:
            loss: From the parameters by name to the loss of each player, [P].
            step: Step size.

        Returns:
            The losses before the step, [P].
        """
        with torch.enable_grad():
            flat = self.value.detach().clone().requires_grad_()
            lost = loss(self.layout.split(flat))
            (gradient,) = torch.autograd.grad(lost.sum(), flat)
        self.adam.step(self.value, gradient, torch.full_like(lost.detach(), step), MAX_GRADIENT)
        return lost.detach()

    def states(self) -> list[dict[str, np.ndarray]]:
        """Each player's named arrays."""
        kept = self.adam.states(self.layout)
        for state, row in zip(kept, self.value, strict=True):
            state |= {f"value.{name}": array for name, array in self.layout.to_arrays(row).items()}
        return kept
