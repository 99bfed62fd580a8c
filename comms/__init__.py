"""Communication: who may speak to whom, and what arrives.

Reading order: `topology` (communication graphs as networkx graphs, and the listening weights they give), `aggregation` (what a
listener makes of what it hears). This package knows neither games nor players.
"""

from comms.aggregation import deliver
from comms.topology import TOPOLOGIES, build, listening_weights

__all__ = ["TOPOLOGIES", "build", "deliver", "listening_weights"]
