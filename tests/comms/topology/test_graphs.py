"""Topologies, and how much each listener takes from each speaker."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comms.topology.graphs import TOPOLOGIES, build
from comms.topology.links import listening_weights


def crew(size: int) -> list[str]:
    return [f"seat_{number}" for number in range(size)]


@st.composite
def graphs(draw: st.DrawFn) -> nx.DiGraph:
    seats = crew(draw(st.integers(1, 6)))
    pairs = [(one, other) for one in seats for other in seats]
    graph = nx.DiGraph()
    graph.add_nodes_from(seats)
    graph.add_edges_from(draw(st.lists(st.sampled_from(pairs), unique=True)))
    return graph


@given(graphs(), st.randoms(use_true_random=False))
def test_renaming_the_seats_permutes_rows_and_columns(graph, random):
    seats = sorted(graph)
    order = random.sample(range(len(seats)), len(seats))
    weights = listening_weights(graph, seats)
    np.testing.assert_array_equal(listening_weights(graph, [seats[i] for i in order]), weights[np.ix_(order, order)])


@given(graphs())
def test_a_row_sums_to_one_or_to_zero_where_nobody_is_heard(graph):
    seats = sorted(graph)
    for seat, total in zip(seats, listening_weights(graph, seats).sum(1), strict=True):
        assert total == pytest.approx(1.0 if set(graph.predecessors(seat)) - {seat} else 0.0)


@given(graphs())
def test_a_listener_takes_from_its_speakers_only_and_never_from_itself(graph):
    seats = sorted(graph)
    heard = listening_weights(graph, seats) > 0
    for row, listener in enumerate(seats):
        assert {seats[column] for column in np.flatnonzero(heard[row])} == set(graph.predecessors(listener)) - {listener}


def test_an_edge_points_from_the_speaker_to_the_listener():
    assert listening_weights(nx.DiGraph([("a", "b")]), ["a", "b"]).tolist() == [[0.0, 0.0], [1.0, 0.0]]


@pytest.mark.parametrize("topology", TOPOLOGIES)
@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_a_topology_has_every_seat_in_order_and_nobody_who_hears_itself(topology, size):
    graph = build(topology, crew(size))
    assert list(graph) == crew(size)
    assert nx.number_of_selfloops(graph) == 0


@pytest.mark.parametrize(("size", "links"), [(1, 0), (2, 2), (3, 6), (5, 10)])
def test_on_a_ring_each_hears_two_neighbours(size, links):
    assert build("ring", crew(size)).number_of_edges() == links


def test_a_complete_graph_has_every_link_and_none_has_no_link():
    assert (build("complete", crew(4)).number_of_edges(), build("none", crew(4)).number_of_edges()) == (12, 0)


def test_an_unknown_topology_is_answered_with_the_nearest_one():
    with pytest.raises(ValueError, match="did you mean 'ring'"):
        build("rings", crew(3))


@pytest.mark.parametrize(
    ("topology", "options", "edges"),
    [
        ("star", {}, "ab ba ac ca ad da"),
        ("star", {"centre": "c"}, "ca ac cb bc cd dc"),
        ("line", {}, "ab ba bc cb cd dc"),
        ("nearest", {"k": 1}, "ba cb dc ad"),
        ("nearest", {"k": 3}, "ba ca da ab cb db ac bc dc ad bd cd"),
        ("small_world", {"k": 2, "p": 0.0}, "ab ba bc cb cd dc da ad"),
        ("random", {"p": 1.0}, "ab ac ad ba bc bd ca cb cd da db dc"),
        ("random", {"p": 0.0}, ""),
    ],
)
def test_who_hears_whom(topology, options, edges):
    assert {"".join(edge) for edge in build(topology, "abcd", options).edges} == set(edges.split())


def test_a_random_graph_follows_from_its_seed():
    one, again, other = (set(build("random", crew(6), {"seed": seed}).edges) for seed in (1, 1, 2))
    assert one == again != other


def test_a_function_of_ones_own_makes_a_graph():
    def last_hears_all(seats, loud=True):
        graph = nx.DiGraph()
        graph.add_edges_from((seat, seats[-1]) for seat in seats[:-1] if loud)
        return graph

    assert set(build(last_hears_all, "abc").edges) == {("a", "c"), ("b", "c")}
    assert not build(last_hears_all, "abc", {"loud": False}).edges


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        (lambda seats: nx.Graph(), "must make a networkx.DiGraph, not a Graph"),
        (lambda seats: nx.DiGraph([("a", "z")]), "there is no seat 'z' in the team a, b"),
        (lambda seats: nx.DiGraph([("a", "a")]), "cannot hear itself"),
    ],
)
def test_what_is_no_graph_of_a_team_is_refused(made, sentence):
    with pytest.raises(ValueError, match=sentence):
        build(made, "ab")


def test_a_team_without_seats_has_no_graph():
    with pytest.raises(ValueError, match="a team without seats"):
        build("ring", [])
