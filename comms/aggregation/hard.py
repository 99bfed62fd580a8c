"""Learnt links: a listener first decides whom it hears at all, and then how much, the two-stage attention of GA-Comm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from torch import Tensor

from comms.aggregation.arrival import Arrival, Parameter, layer
from comms.aggregation.attention import SIGNATURE, Attention, attended, similarity
from comms.aggregation.mean import deliver
from comms.chance import Chance, Purpose, opened


class Hard(Attention):
    """Every link of the graph is open with a learnt probability; the messages over open links are weighted by attention.

    The decision about a link follows from the listener's features and the signature of the message, so nothing but messages is
    needed. GA-Comm decides it with a network that sees the features of both.

    Reference:
        Liu et al. (2020), section 4: hard and soft attention of GA-Comm; Niu, Paleja & Gombolay (2021): the scheduler of MAGIC.
    """

    def __init__(self, width: int, size: int) -> None:
        """Plan queries for both stages."""
        super().__init__(width, size)
        self.parameters: Sequence[Parameter] = (
            *self.parameters,
            *layer("choice", width, SIGNATURE, 1.0),
            Parameter("openness", (1,), 1.0),
        )

    def combine(
        self, hidden: Tensor, arrival: Arrival, pieces: Mapping[str, Tensor], chance: Chance | None
    ) -> tuple[Tensor, Tensor]:
        """Open links at random, and sum the messages over them by attention."""
        assert chance is not None
        willing = similarity(hidden, arrival.said, pieces, "choice") + pieces["openness"].view(-1, 1, 1, 1)
        chosen = arrival.open * opened(willing, chance.of_links(Purpose.LINK), chance.temperature)
        weights = attended(similarity(hidden, arrival.said, pieces), chosen)
        return deliver(arrival.said, weights), weights
