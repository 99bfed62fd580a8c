"""One round of messages over a graph; used alike in acting and in training."""

from __future__ import annotations

from torch import Tensor


def deliver(said: Tensor, hears: Tensor) -> Tensor:
    """Give every listener the weighted average of what it can hear.

    Args:
        said: float [..., A, M], one message per seat.
        hears: float [A, A], listening weights (rows listeners).

    Returns:
        float [..., A, M]. Zeros for a listener who hears nobody: silence is a reading, not a missing value.

    Laws:
        relabelling: Renaming the seats renames the rows and changes nothing else.
        unison: When all say the same, every listener with a neighbour hears it.
        severed: A speaker that i does not hear receives no gradient from listener i.

    Reference:
        Sukhbaatar, Szlam & Fergus (2016), equation 2: the averaging channel of CommNet.
    """
    return hears @ said
