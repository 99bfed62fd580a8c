"""What arrives at listeners in one round, and the interface of an aggregation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from comms.chance import Chance


@dataclass(frozen=True)
class Arrival:
    """The messages of a team in one round, as L of its seats hear them.

    Attributes:
        said: float [P, B, A, M], the messages; zeros from seats that said nothing.
        sent: float [P, B, A], 1 for seats that said something, else 0. It has the gradient of the speakers' gates.
        links: float [P, B or 1, L, A], 1 where the graph has a link.
        kept: float [P, B, L, A], 0 for messages that the channel lost; None if it loses none.
    """

    said: Tensor
    sent: Tensor
    links: Tensor
    kept: Tensor | None = None

    @property
    def open(self) -> Tensor:
        """1 where a message arrives at a listener, float [P, B, L, A]."""
        there = self.links * self.sent.unsqueeze(-2)
        return there if self.kept is None else there * self.kept


@dataclass(frozen=True)
class Parameter:
    """A learnt array of an aggregation.

    Attributes:
        name: Its name within the aggregation, such as `query.weight`.
        shape: Its shape.
        start: Matrices: gain of the orthogonal initialisation. Vectors: initial value.
        draw: Another initialisation that replaces the usual one; None for the usual one.
    """

    name: str
    shape: tuple[int, ...]
    start: float
    draw: Callable[[torch.Generator], Tensor] | None = None


class Aggregation(Protocol):
    """What a role's listeners make of what arrives, for all players of a stack at once. Players share no parameters.

    Laws:
        relabelling: Permuting the seats permutes the rows of the results and changes nothing else.
        severed: A message that does not arrive changes nothing and receives no gradient.
    """

    @property
    def width(self) -> int:
        """Length of what a listener hears, K."""
        ...

    @property
    def parameters(self) -> Sequence[Parameter]:
        """The learnt arrays. Every role has its own."""
        ...

    def gate(self, hidden: Tensor, pieces: Mapping[str, Tensor], chance: Chance | None) -> Tensor | None:
        """Decide for each seat whether it speaks: hidden [P, B, a, W] → 1 or 0, float [P, B, a]; None if all speak."""
        ...

    def combine(
        self, hidden: Tensor, arrival: Arrival, pieces: Mapping[str, Tensor], chance: Chance | None
    ) -> tuple[Tensor, Tensor]:
        """Combine the messages that arrive.

        Args:
            hidden: float [P, B, L, W], features or memory of the listeners.
            arrival: What arrives.
            pieces: The role's learnt arrays by name, [P, …].
            chance: Random numbers of this round; None if the aggregation needs none.

        Returns:
            What each listener hears, [P, B, L, K]; zeros if nothing arrives. And the weights that it gives to each speaker,
            broadcastable to [P, B, L, A]; they count only where something was sent.
        """
        ...


def affine(x: Tensor, pieces: Mapping[str, Tensor], name: str) -> Tensor:
    """Each player's own affine map: [P, …, in] → [P, …, out]."""
    rows = x.reshape(x.shape[0], -1, x.shape[-1])
    weight, bias = pieces[f"{name}.weight"], pieces[f"{name}.bias"]
    return torch.baddbmm(bias.unsqueeze(1), rows, weight).view(*x.shape[:-1], weight.shape[-1])


def layer(name: str, width: int, size: int, start: float) -> tuple[Parameter, Parameter]:
    """The arrays of an affine map whose bias begins at 0."""
    return Parameter(f"{name}.weight", (width, size), start), Parameter(f"{name}.bias", (size,), 0.0)
