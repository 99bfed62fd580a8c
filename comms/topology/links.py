"""Graphs as matrices, whose rows are listeners and whose columns are speakers."""

from __future__ import annotations

from collections.abc import Sequence

import networkx as nx
import numpy as np


def links_of(graph: nx.DiGraph, seats: Sequence[str]) -> np.ndarray:
    """The links of a graph as numbers: float32 [A, A], 1 in row v and column u for an edge u → v, else 0.

    Laws:
        relabelling: Permuting the seats permutes rows and columns and changes nothing else.
    """
    links = nx.to_numpy_array(graph, nodelist=list(seats), weight=None, dtype=np.float32).T.copy()
    np.fill_diagonal(links, 0.0)
    return links


def graph_of(links: np.ndarray, seats: Sequence[str]) -> nx.DiGraph:
    """The inverse of `links_of`."""
    graph = nx.DiGraph()
    graph.add_nodes_from(seats)
    graph.add_edges_from((seats[speaker], seats[listener]) for listener, speaker in np.argwhere(links > 0.5))
    return graph


def listening_weights(graph: nx.DiGraph, seats: Sequence[str]) -> np.ndarray:
    """Return the weight that each listener gives to each speaker in an average.

    The weights of a listener's speakers are equal and sum to 1, so that the scale of what it receives does not depend on their
    number.

    Args:
        graph: Edge u → v: v receives the messages of u.
        seats: Order of rows and columns.

    Returns:
        float64 [A, A], rows are listeners, columns speakers; a row sums to 1, or to 0 for a listener without speakers.
    """
    hears = links_of(graph, seats).astype(np.float64)
    return hears / np.maximum(hears.sum(axis=1, keepdims=True), 1.0)
