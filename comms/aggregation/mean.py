"""Averages of messages, the channel of CommNet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from torch import Tensor

from comms.aggregation.arrival import Arrival, Parameter
from comms.chance import Chance


def deliver(said: Tensor, hears: Tensor) -> Tensor:
    """Give every listener the weighted sum of the messages that it receives.

    Args:
        said: float [..., A, M], one message per seat.
        hears: float [..., L, A], listening weights (rows are listeners).

    Returns:
        float [..., L, M]; zeros for a listener without speakers. Silence is an ordinary input, not a missing value.

    Laws:
        relabelling: Permuting the seats permutes the rows and changes nothing else.
        unison: If all seats send the same message, every listener with a speaker receives that message.
        severed: A speaker without an edge to listener i receives no gradient from it.
    """
    return hears @ said


class Mean:
    """The average over all links. A seat that says nothing counts as zeros; see `comms.aggregation.arrival.Aggregation`.

    Reference:
        Sukhbaatar, Szlam & Fergus (2016), equation 2: the averaging channel of CommNet.
    """

    parameters: Sequence[Parameter] = ()

    def __init__(self, width: int, size: int) -> None:
        """Average messages of `size` numbers."""
        self.width = size

    def gate(self, hidden: Tensor, pieces: Mapping[str, Tensor], chance: Chance | None) -> Tensor | None:
        """All seats speak."""
        return None

    def combine(
        self, hidden: Tensor, arrival: Arrival, pieces: Mapping[str, Tensor], chance: Chance | None
    ) -> tuple[Tensor, Tensor]:
        """Average the messages that arrive over the links of each listener."""
        links = arrival.links
        weights = links / links.sum(-1, keepdim=True).clamp_min(1.0)
        if arrival.kept is not None:
            weights = weights * arrival.kept
        return deliver(arrival.said, weights), weights


class MeanOfPresent(Mean):
    """The average over the messages that arrive, however many they are."""

    def combine(
        self, hidden: Tensor, arrival: Arrival, pieces: Mapping[str, Tensor], chance: Chance | None
    ) -> tuple[Tensor, Tensor]:
        """Average the messages that arrive."""
        there = arrival.open
        weights = there / there.sum(-1, keepdim=True).clamp_min(1.0)
        return deliver(arrival.said, weights), weights
