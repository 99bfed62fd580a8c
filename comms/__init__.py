"""Communication between agents: graphs of messages, the channel, and the combination of received messages.

Reading order: `topology` (who can hear whom), `chance` (random numbers of messages), `channel` (what happens to a message on
its way), `aggregation` (what a listener makes of what arrives). This package depends neither on games nor on players.
"""

PROJECT = "marl-league"
"""Tells this package from others of its name; see `league.importing`."""
