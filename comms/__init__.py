"""Communication between agents: graphs of messages, and the combination of received messages.

Reading order: `topology` (communication graphs as networkx graphs, and their listening weights), `aggregation` (combines the
messages that a listener receives). This package depends neither on games nor on players.
"""

PROJECT = "marl-league"
"""Tells this package from others of its name; see `league.importing`."""
