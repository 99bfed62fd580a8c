"""Communication graphs: directed networkx graphs in which an edge u → v means that v receives the messages of u.

A topology is a function from speakers to a graph, in a table; a new topology is one more function.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import get_close_matches

import networkx as nx
import numpy as np


def complete(seats: Sequence[str]) -> nx.DiGraph:
    """Every seat receives the messages of all other seats."""
    return nx.complete_graph(seats, create_using=nx.DiGraph)


def ring(seats: Sequence[str]) -> nx.DiGraph:
    """Every seat receives the messages of its two neighbours on a circle."""
    graph = nx.DiGraph()
    graph.add_nodes_from(seats)
    if len(seats) > 1:
        graph.add_edges_from(nx.cycle_graph(seats, create_using=nx.Graph).to_directed().edges)
    graph.remove_edges_from(list(nx.selfloop_edges(graph)))
    return graph


def none(seats: Sequence[str]) -> nx.DiGraph:
    """No seat receives messages."""
    graph = nx.DiGraph()
    graph.add_nodes_from(seats)
    return graph


TOPOLOGIES: dict[str, Callable[[Sequence[str]], nx.DiGraph]] = {"none": none, "ring": ring, "complete": complete}


def build(topology: str, seats: Sequence[str]) -> nx.DiGraph:
    """Make the graph of a topology over the seats of one team.

    Raises:
        ValueError: There is no such topology; the message names the most similar one.
    """
    if topology not in TOPOLOGIES:
        nearest = get_close_matches(topology, TOPOLOGIES, n=1)
        hint = f"; did you mean {nearest[0]!r}?" if nearest else ""
        raise ValueError(f"there is no topology {topology!r}{hint} (known: {', '.join(TOPOLOGIES)})")
    return TOPOLOGIES[topology](seats)


def listening_weights(graph: nx.DiGraph, seats: Sequence[str]) -> np.ndarray:
    """Return the weight that each listener gives to each speaker.

    The weights of a listener's speakers are equal and sum to 1, so that the scale of what it receives does not depend on their
    number.

    Args:
        graph: Edge u → v: v receives the messages of u.
        seats: Order of rows and columns.

    Returns:
        float64 [A, A], rows are listeners, columns speakers; a row sums to 1, or to 0 for a listener without speakers.

    Laws:
        relabelling: Permuting the seats permutes rows and columns and changes nothing else.
    """
    hears = nx.to_numpy_array(graph, nodelist=list(seats), weight=None).T
    np.fill_diagonal(hears, 0.0)
    return hears / np.maximum(hears.sum(axis=1, keepdims=True), 1.0)
