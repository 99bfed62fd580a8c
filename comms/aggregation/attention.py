"""Attention by signatures, the aggregation of TarMAC."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from comms.aggregation.arrival import Arrival, Parameter, affine, layer
from comms.aggregation.mean import deliver
from comms.chance import Chance

SIGNATURE = 16
"""Length of signatures and queries, as in the paper."""


class Attention:
    """A listener compares its query with the signature of every message that arrives, and sums the messages by similarity.

    The signature is a learnt function of the message, so it needs no further bits.

    Reference:
        Das et al. (2019), equations 2 to 4: targeted multi-agent communication.
    """

    def __init__(self, width: int, size: int) -> None:
        """Plan queries from `width` features and signatures from messages of `size` numbers."""
        self.width = size
        self.parameters: Sequence[Parameter] = (
            *layer("query", width, SIGNATURE, 1.0),
            *layer("signature", size, SIGNATURE, 1.0),
        )

    def gate(self, hidden: Tensor, pieces: Mapping[str, Tensor], chance: Chance | None) -> Tensor | None:
        """All seats speak."""
        return None

    def combine(
        self, hidden: Tensor, arrival: Arrival, pieces: Mapping[str, Tensor], chance: Chance | None
    ) -> tuple[Tensor, Tensor]:
        """Sum the messages that arrive, by their similarity to what the listener asks for."""
        weights = attended(similarity(hidden, arrival.said, pieces), arrival.open)
        return deliver(arrival.said, weights), weights


def similarity(hidden: Tensor, said: Tensor, pieces: Mapping[str, Tensor], query: str = "query") -> Tensor:
    """Scaled products of queries and signatures, [P, B, L, A]."""
    asked, offered = affine(hidden, pieces, query), affine(said, pieces, "signature")
    return (asked @ offered.transpose(-1, -2)) / SIGNATURE**0.5


def attended(scores: Tensor, arrives: Tensor) -> Tensor:
    """Softmax over the messages that arrive: weights [P, B, L, A] that sum to 1, or to 0 where nothing arrives.

    Args:
        scores: float [P, B, L, A].
        arrives: float [P, B, L, A], 1 for messages that arrive, else 0. Its gradient says what a message would have changed.

    Laws:
        severed: The score of a message that does not arrive changes nothing and receives no gradient.
    """
    highest = scores.detach().masked_fill(arrives == 0, -torch.inf).amax(-1, keepdim=True)
    highest = highest.masked_fill(highest == -torch.inf, 0.0)
    strength = arrives * torch.exp((scores - highest).clamp_max(0.0))
    return strength / strength.sum(-1, keepdim=True).clamp_min(1e-9)
