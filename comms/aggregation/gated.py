"""Averages of messages from seats that decide whether they speak, the aggregation of IC3Net."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from torch import Tensor

from comms.aggregation.arrival import Parameter, affine
from comms.aggregation.mean import Mean
from comms.chance import Chance, Purpose, opened


class Gated(Mean):
    """Every seat speaks with a learnt probability. A listener averages over its links; silence counts as zeros.

    IC3Net learns its gate by the policy gradient. Here the gate's gradient passes straight through, as that of messages.

    Reference:
        Singh, Jain & Sukhbaatar (2019), equations 5 to 8: the gating mechanism of IC3Net.
    """

    def __init__(self, width: int, size: int) -> None:
        """Plan gates from `width` features."""
        super().__init__(width, size)
        self.parameters: Sequence[Parameter] = Parameter("gate.weight", (width, 1), 1.0), Parameter("gate.bias", (1,), 1.0)

    def gate(self, hidden: Tensor, pieces: Mapping[str, Tensor], chance: Chance | None) -> Tensor | None:
        """Decide at random whether each seat speaks."""
        assert chance is not None
        drawn = chance.of_seats(Purpose.GATE, 1).squeeze(-1)
        return opened(affine(hidden, pieces, "gate").squeeze(-1), drawn, chance.temperature)
