"""Communication: who may send messages to whom, and what arrives.

Reading order: `topology` (communication graphs as networkx graphs, and their listening weights), `aggregation` (what a listener
makes of the messages that it receives). This package knows neither games nor players.
"""
