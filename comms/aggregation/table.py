"""The table of aggregations. This module loads no torch; the code is loaded when a player is built."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from comms.aggregation.arrival import Aggregation


@dataclass(frozen=True)
class Entry:
    """An aggregation.

    Attributes:
        name: Its name in a configuration.
        about: A short description, with the paper.
        code: `module:callable` that makes it: `callable(width, size)`, with the width W of a listener's features and the
            length M of a message.
        random: Whether it draws random numbers.
    """

    name: str
    about: str
    code: str
    random: bool = False


AGGREGATIONS = {
    entry.name: entry
    for entry in (
        Entry("mean", "average over all links; silence counts as zeros (CommNet)", "comms.aggregation.mean:Mean"),
        Entry("mean_of_present", "average over the messages that arrive", "comms.aggregation.mean:MeanOfPresent"),
        Entry("attention", "soft attention by signatures (TarMAC)", "comms.aggregation.attention:Attention"),
        Entry(
            "gated", "average; each speaker decides whether it speaks (IC3Net)", "comms.aggregation.gated:Gated", random=True
        ),
        Entry("hard", "learnt links, then attention (GA-Comm)", "comms.aggregation.hard:Hard", random=True),
    )
}


def aggregation(name: str, width: int, size: int) -> Aggregation:
    """Make an aggregation of the table.

    Args:
        name: Its name.
        width: Width of a listener's features, W.
        size: Length of a message, M.
    """
    module, _, attribute = AGGREGATIONS[name].code.partition(":")
    made: Aggregation = getattr(import_module(module), attribute)(width, size)
    return made
