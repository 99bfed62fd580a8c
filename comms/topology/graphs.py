"""The table of communication graphs that do not change during a game. A new topology is one more function.

A topology is a function from the seats of a team, and options, to a graph. A parameter `roles` receives the role of each seat.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from itertools import pairwise
from typing import Any

import networkx as nx

from comms.topology.edges import of_edges


def none(seats: Sequence[str]) -> nx.DiGraph:
    """No seat receives messages."""
    return of_edges(seats, [])


def complete(seats: Sequence[str]) -> nx.DiGraph:
    """Every seat receives the messages of all other seats."""
    return nx.complete_graph(seats, create_using=nx.DiGraph)


def ring(seats: Sequence[str]) -> nx.DiGraph:
    """Every seat receives the messages of its two neighbours on a circle."""
    both = nx.cycle_graph(seats, create_using=nx.Graph).to_directed().edges if len(seats) > 1 else []
    return of_edges(seats, [(one, other) for one, other in both if one != other])


def star(seats: Sequence[str], centre: str = "") -> nx.DiGraph:
    """One seat, by default the first, and every other seat receive each other's messages.

    Raises:
        ValueError: The team has no such seat.
    """
    middle = centre or seats[0]
    if middle not in seats:
        raise ValueError(f"there is no seat {middle!r} in the team {', '.join(seats)}")
    others = [seat for seat in seats if seat != middle]
    return of_edges(seats, [edge for seat in others for edge in ((middle, seat), (seat, middle))])


def line(seats: Sequence[str]) -> nx.DiGraph:
    """Every seat receives the messages of the seats before and after it."""
    return of_edges(seats, [edge for pair in pairwise(seats) for edge in (pair, pair[::-1])])


def nearest(seats: Sequence[str], k: int | None = None) -> nx.DiGraph:
    """Every seat receives the messages of the `k` seats that are nearest on a circle: the next, the previous, the next but one.

    By default `k` is 2, or 1 in a team of two.

    Raises:
        ValueError: `k` is no number of other seats.
    """
    k = _others(k, len(seats))
    away = [(step + 1) // 2 * (1 if step % 2 else -1) for step in range(1, k + 1)]
    return of_edges(seats, [(seats[(i + step) % len(seats)], seat) for i, seat in enumerate(seats) for step in away])


def random(seats: Sequence[str], p: float = 0.5, seed: int = 0) -> nx.DiGraph:
    """Every link exists with probability `p`, independently of the others.

    Raises:
        ValueError: `p` is no probability.

    Reference:
        Erdős & Rényi (1959); Gilbert (1959).
    """
    _probability("p", p)
    return nx.relabel_nodes(nx.gnp_random_graph(len(seats), p, seed, directed=True), dict(enumerate(seats)))


def small_world(seats: Sequence[str], k: int | None = None, p: float = 0.1, seed: int = 0) -> nx.DiGraph:
    """A circle of `k` nearest neighbours, in which one end of every link is moved to a random seat with probability `p`.

    By default `k` is 2, or 1 in a team of two.

    Raises:
        ValueError: `k` is no number of other seats, or `p` is no probability.

    Reference:
        Watts & Strogatz (1998).
    """
    k = _others(k, len(seats))
    _probability("p", p)
    return nx.relabel_nodes(nx.watts_strogatz_graph(len(seats), k, p, seed), dict(enumerate(seats))).to_directed()


def by_role(seats: Sequence[str], roles: Mapping[str, str], pairs: Sequence[Sequence[str]] = ()) -> nx.DiGraph:
    """Links between roles.

    Args:
        seats: The seats.
        roles: The role of each seat.
        pairs: Role of the speakers and role of the listeners of each pair; by default, every role with itself.

    Raises:
        ValueError: A pair names a role that the team does not have.
    """
    here = list(dict.fromkeys(roles[seat] for seat in seats))
    wanted = [tuple(pair) for pair in pairs] or [(role, role) for role in here]
    for pair in wanted:
        if len(pair) != 2 or not set(pair) <= set(here):
            raise ValueError(f"{list(pair)} is no pair of roles; the roles of the team are {', '.join(here)}")
    return of_edges(seats, [(u, v) for u in seats for v in seats if u != v and (roles[u], roles[v]) in wanted])


Topology = Callable[..., nx.DiGraph]

TOPOLOGIES: dict[str, Topology] = {
    function.__name__: function for function in (none, complete, ring, star, line, nearest, random, small_world, by_role)
}


def build(
    topology: str | Topology,
    seats: Sequence[str],
    options: Mapping[str, Any] | None = None,
    roles: Mapping[str, str] | None = None,
) -> nx.DiGraph:
    """Make the graph of a topology over the seats of one team.

    Args:
        topology: A name of the table, or a function like those of the table.
        seats: The seats.
        options: Options of the topology.
        roles: The role of each seat; needed by topologies that have a parameter of that name.

    Raises:
        ValueError: There is no such topology (the message names the most similar one), the team is empty, an option is unknown
            or has no possible value, or the function does not make a graph over the team's seats.
    """
    if not seats:
        raise ValueError("a team without seats has no graph")
    if isinstance(topology, str) and topology not in TOPOLOGIES:
        similar = get_close_matches(topology, TOPOLOGIES, n=1)
        hint = f"; did you mean {similar[0]!r}?" if similar else ""
        raise ValueError(f"there is no topology {topology!r}{hint} (known: {', '.join(TOPOLOGIES)})")
    function = TOPOLOGIES[topology] if isinstance(topology, str) else topology
    name, given = getattr(function, "__name__", "function"), dict(options or {})
    check_options(name, function, given)
    if "roles" in inspect.signature(function).parameters:
        given["roles"] = roles or dict.fromkeys(seats, "player")
    try:
        made = function(list(seats), **given)
    except TypeError as error:
        raise ValueError(f"the topology {name!r} cannot be made of {options}: {error}") from error
    if not isinstance(made, nx.DiGraph) or isinstance(made, nx.MultiDiGraph):
        raise ValueError(f"the topology {name!r} must make a networkx.DiGraph, not a {type(made).__name__}")
    return of_edges(seats, made.edges, made.nodes)


def check_options(name: str, function: Topology, options: Mapping[str, Any]) -> None:
    """Check that a topology has the options that it is given.

    Raises:
        ValueError: It does not have one of them.
    """
    parameters = inspect.signature(function).parameters
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values()):
        return
    known = [parameter for parameter in list(parameters)[1:] if parameter not in ("roles", "present")]
    for option in options:
        if option not in known:
            has = f"its options are {', '.join(known)}" if known else "it has no options"
            raise ValueError(f"the topology {name!r} has no option {option!r}; {has}")


def _others(k: object, seats: int) -> int:
    """The number of neighbours of a seat: `k`, or 2 if there are so many others."""
    if k is None or seats == 1:
        return min(2, seats - 1)
    if not isinstance(k, int) or isinstance(k, bool) or not 1 <= k < seats:
        raise ValueError(f"k must be a whole number from 1 to {seats - 1} in a team of {seats} seats, not {k!r}")
    return k


def _probability(name: str, value: object) -> None:
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0.0 <= value <= 1.0:
        raise ValueError(f"{name} must be a probability between 0 and 1, not {value!r}")
