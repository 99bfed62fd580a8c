"""One round of messages over a graph, used in the same way in acting and in training."""

from __future__ import annotations

from torch import Tensor


def deliver(said: Tensor, hears: Tensor) -> Tensor:
    """Give every listener the weighted average of the messages that it receives.

    Args:
        said: float [..., A, M], one message per seat.
        hears: float [A, A], listening weights (rows are listeners).

    Returns:
        float [..., A, M]; zeros for a listener without speakers. Silence is an ordinary input, not a missing value.

    Laws:
        relabelling: Permuting the seats permutes the rows and changes nothing else.
        unison: If all seats send the same message, every listener with a speaker receives that message.
        severed: A speaker without an edge to listener i receives no gradient from it.

    Reference:
        Sukhbaatar, Szlam & Fergus (2016), equation 2: the averaging channel of CommNet.
    """
    return hears @ said
