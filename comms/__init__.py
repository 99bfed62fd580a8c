"""Communication: who may send messages to whom, and what arrives.

Reading order: `topology` (communication graphs as networkx graphs, and their listening weights), `aggregation` (what a listener
makes of the messages that it receives). This package knows neither games nor players.
"""

from importlib import import_module
from typing import Any

_HOMES = {
    "TOPOLOGIES": "comms.topology",
    "build": "comms.topology",
    "deliver": "comms.aggregation",
    "listening_weights": "comms.topology",
}
"""Public names and the modules that define them. They are loaded at first use, so that reading commands stay quick."""


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
