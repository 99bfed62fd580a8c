"""Who may speak to whom, and what arrives.

Reading order: `graph` (topologies as networkx graphs, and the listening weights they give), `passing` (one round of messages).
This room knows neither games nor players.
"""

from comms.graph import TOPOLOGIES, build, listening_weights
from comms.passing import deliver

__all__ = ["TOPOLOGIES", "build", "deliver", "listening_weights"]
