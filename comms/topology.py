"""Communication graphs: directed networkx graphs whose edge u → v means that v hears u.

A topology is a function from speakers to a graph, in a table; adding one is adding one function.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import get_close_matches

import networkx as nx
import numpy as np


def complete(seats: Sequence[str]) -> nx.DiGraph:
    """Everybody hears everybody else."""
    return nx.complete_graph(seats, create_using=nx.DiGraph)


def ring(seats: Sequence[str]) -> nx.DiGraph:
    """Each hears its two neighbours on a circle."""
    graph = nx.DiGraph()
    graph.add_nodes_from(seats)
    if len(seats) > 1:
        graph.add_edges_from(nx.cycle_graph(seats, create_using=nx.Graph).to_directed().edges)
    graph.remove_edges_from(list(nx.selfloop_edges(graph)))
    return graph


def none(seats: Sequence[str]) -> nx.DiGraph:
    """Nobody hears anybody."""
    graph = nx.DiGraph()
    graph.add_nodes_from(seats)
    return graph


TOPOLOGIES: dict[str, Callable[[Sequence[str]], nx.DiGraph]] = {"none": none, "ring": ring, "complete": complete}


def build(topology: str, seats: Sequence[str]) -> nx.DiGraph:
    """The graph of a topology over the seats of one team.

    Raises:
        ValueError: No such topology; the sentence names the nearest one.
    """
    if topology not in TOPOLOGIES:
        nearest = get_close_matches(topology, TOPOLOGIES, n=1, cutoff=0.0)[0]
        raise ValueError(f"there is no topology {topology!r}; did you mean {nearest!r}? (known: {', '.join(TOPOLOGIES)})")
    return TOPOLOGIES[topology](seats)


def listening_weights(graph: nx.DiGraph, seats: Sequence[str]) -> np.ndarray:
    """How much each listener takes from each speaker.

    An average over the speakers a listener hears, so that a crowd is no louder than one voice.

    Args:
        graph: Edge u → v: v hears u.
        seats: Order of rows and columns.

    Returns:
        float64 [A, A], rows listeners, columns speakers; a row sums to 1, or to 0 for a listener who hears nobody.

    Laws:
        relabelling: Permuting the seats permutes rows and columns and changes nothing else.
    """
    hears = nx.to_numpy_array(graph, nodelist=list(seats), weight=None).T
    np.fill_diagonal(hears, 0.0)
    return hears / np.maximum(hears.sum(axis=1, keepdims=True), 1.0)
