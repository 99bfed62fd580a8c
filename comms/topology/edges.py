"""Graphs from lists of edges and from GraphML files, and their checks."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from pathlib import Path

import networkx as nx


def of_edges(seats: Sequence[str], edges: Iterable[Sequence[str]], nodes: Iterable[str] = ()) -> nx.DiGraph:
    """Make a graph over the seats of a team.

    Args:
        seats: The seats.
        edges: Speaker and listener of each link.
        nodes: Other names that must be seats of the team.

    Raises:
        ValueError: An edge is no pair, a name is no seat of the team, or a seat hears itself.
    """
    graph, known = nx.DiGraph(), set(seats)
    graph.add_nodes_from(seats)
    for node in nodes:
        if node not in known:
            raise ValueError(f"there is no seat {node!r} in the team {', '.join(seats)}")
    for edge in edges:
        if len(edge) < 2 or isinstance(edge, str):
            raise ValueError(f"{edge!r} is no edge; an edge is a speaker and a listener: [{seats[0]}, {seats[-1]}]")
        speaker, listener = edge[0], edge[1]
        for name in (speaker, listener):
            if name not in known:
                raise ValueError(f"there is no seat {name!r} in the team {', '.join(seats)}")
        if speaker == listener:
            raise ValueError(f"the seat {speaker!r} cannot hear itself: a graph has no edge from a seat to itself")
        graph.add_edge(speaker, listener)
    return graph


def read_graphml(path: Path) -> list[tuple[str, str]]:
    """Read the edges of a GraphML file. An undirected file has a link each way.

    Raises:
        ValueError: The file does not exist or is no GraphML.
    """
    try:
        graph = nx.read_graphml(path)
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from error
    except (nx.NetworkXError, SyntaxError, KeyError, ValueError) as error:
        raise ValueError(f"{path} is no GraphML: {error}") from error
    return [(str(edge[0]), str(edge[1])) for edge in graph.to_directed().edges]


def to_graphml(graph: nx.DiGraph) -> bytes:
    """A graph as GraphML."""
    target = io.BytesIO()
    nx.write_graphml(graph, target)
    return target.getvalue()
