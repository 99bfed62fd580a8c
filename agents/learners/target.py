"""Parameters that learn, together with their optimiser and the slow copy of them from which targets are computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from agents.learners.optimiser import Adam, under
from agents.models.layout import Layout, Piece
from envs import compiling
from envs.compiling import Floats, vectorised


@dataclass
class Learnt:
    """The parameters of P players.

    Attributes:
        layout: Their layout.
        value: float32 [P, D].
        target: float32 [P, D], which follows `value`.
        adam: The optimiser.
        prefix: What the names of the stored arrays begin with; "" for the parameters of the player itself, which are stored
            with the player.
    """

    layout: Layout
    value: Tensor
    target: Tensor
    adam: Adam
    prefix: str

    @classmethod
    def of_players(cls, layout: Layout, parameters: Tensor, states: Sequence[Mapping[str, np.ndarray]]) -> Learnt:
        """The players' own parameters. The target of a player that has not learnt yet is the player itself."""
        target = parameters.clone()
        for index, arrays in enumerate(states):
            if kept := under("target.", arrays):
                target[index] = layout.from_arrays(kept)
        return cls(layout, parameters, target, Adam.restored(layout, parameters, states), "")

    @classmethod
    def of_pieces(
        cls, pieces: Sequence[Piece], states: Sequence[Mapping[str, np.ndarray]], generator: torch.Generator, prefix: str
    ) -> Learnt:
        """Further parameters, which belong to the learner's state. Those of new players are drawn."""
        layout = Layout(tuple((piece.name, piece.shape) for piece in pieces))
        rows = []
        for arrays in states:
            kept = under(f"{prefix}value.", arrays)
            drawn = [piece.initial(generator).reshape(-1) for piece in pieces]
            rows.append(layout.from_arrays(kept) if kept else torch.cat(drawn) if drawn else torch.zeros(0))
        value = torch.stack(rows).to(generator.device)
        target = value.clone()
        for index, arrays in enumerate(states):
            if kept := under(f"{prefix}target.", arrays):
                target[index] = layout.from_arrays(kept)
        return cls(layout, value, target, Adam.restored(layout, value, states, prefix), prefix)

    def states(self) -> list[dict[str, np.ndarray]]:
        """Each player's named arrays."""
        found = self.adam.states(self.layout, self.prefix)
        kept = {"target": self.target} | ({"value": self.value} if self.prefix else {})
        for name, rows in kept.items():
            for state, row in zip(found, rows, strict=True):
                state |= {f"{self.prefix}{name}.{piece}": x for piece, x in self.layout.to_arrays(row).items()}
        return found

    def targets(self) -> Mapping[str, Tensor]:
        """The target parameters by name, [P, …]."""
        return self.layout.split(self.target)

    def follow(self, rate: Tensor) -> None:
        """Move the targets towards the parameters by the share `rate` [P].

        Reference:
            Lillicrap et al. (2016), algorithm 1: θ' ← τ θ + (1 − τ) θ'.
        """
        if self.target.shape[1] == 0:
            return
        if compiling.serve(self.target.device):
            _follow(self.target.numpy(), self.value.numpy(), rate.numpy())
            return
        self.target.lerp_(self.value, rate.unsqueeze(1))


def descend(
    learnt: Sequence[Learnt],
    loss: Callable[..., Tensor],
    learning_rate: Tensor,
    max_gradient: float,
) -> Tensor:
    """Make one step of the optimisers along the gradient of a loss.

    Args:
        learnt: The parameters that learn.
        loss: From the parameters by name, one mapping per element of `learnt`, to the loss of each player, [P].
        learning_rate: [P].
        max_gradient: Maximum norm of the gradient of one player and one element of `learnt`.

    Returns:
        The losses before the step, [P].
    """
    with torch.enable_grad():
        flat = [each.value.detach().clone().requires_grad_() for each in learnt]
        lost = loss(*(each.layout.split(x) for each, x in zip(learnt, flat, strict=True)))
        gradients = torch.autograd.grad(lost.sum(), flat, allow_unused=True)
    for each, gradient in zip(learnt, gradients, strict=True):
        if gradient is not None and gradient.shape[1]:
            each.adam.step(each.value, gradient, learning_rate, max_gradient)
    return lost.detach()


@vectorised
def _follow(target: Floats, value: Floats, rate: Floats) -> None:
    """Move target [P, D] towards value [P, D] by the share `rate` [P], in place."""
    for p in range(target.shape[0]):
        for d in range(target.shape[1]):
            target[p, d] += rate[p] * (value[p, d] - target[p, d])
