"""Lists of edges and GraphML."""

import networkx as nx
import pytest

from comms.topology.edges import of_edges, read_graphml, to_graphml


def test_a_graph_is_the_same_after_graphml(tmp_path):
    graph = of_edges(["a", "b", "c"], [("a", "b"), ("c", "a")])
    path = tmp_path / "a.graphml"
    path.write_bytes(to_graphml(graph))
    assert set(read_graphml(path)) == set(graph.edges)


def test_an_undirected_file_has_links_both_ways(tmp_path):
    path = tmp_path / "a.graphml"
    nx.write_graphml(nx.Graph([("a", "b")]), path)
    assert set(read_graphml(path)) == {("a", "b"), ("b", "a")}


def test_what_is_no_graphml_is_refused_in_a_sentence(tmp_path):
    path = tmp_path / "a.graphml"
    path.write_text("graph { a -> b }")
    with pytest.raises(ValueError, match="is no GraphML"):
        read_graphml(path)
