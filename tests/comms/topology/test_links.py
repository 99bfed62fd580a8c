"""Graphs as matrices."""

import numpy as np

from comms.topology.edges import of_edges
from comms.topology.links import graph_of, links_of


def test_a_matrix_and_its_graph_are_the_same():
    seats = ["a", "b", "c"]
    graph = of_edges(seats, [("a", "b"), ("c", "b")])
    links = links_of(graph, seats)
    assert links.dtype == np.float32
    assert links.tolist() == [[0, 0, 0], [1, 0, 1], [0, 0, 0]]
    assert set(graph_of(links, seats).edges) == set(graph.edges)
