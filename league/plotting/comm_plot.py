"""The picture of the communication graph with the traffic on each link."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import networkx as nx

from league.plotting.canvas import CLEAR, SOFT, Mark, Picture, Shape, Stroke, Text, faded, fitting, width
from league.plotting.palette import LARGE, PALETTE, SMALL, TITLE

FIGURED = 12
"""Maximum number of arrows that are labelled with a number."""

CROWD = 24
"""Number of arrows from which on arrows are thinner, and paler where there is less traffic."""

ROUND, BESIDE, ABOVE = 126.0, 25.2, 32.8
"""Radius of the circle of seats, and distances of a name from its seat, beside and above it, in pixels."""


def comm_picture(
    teams: Mapping[str, nx.DiGraph], title: str, traffic: Mapping[tuple[str, str], float] | None = None, broad: float = 480.0
) -> Picture:
    """Draw the communication graph of each team. An arrow points from the speaker to the listener.

    Args:
        teams: Heading of each team → its communication graph over seats.
        title: Heading of the picture, or "" for none.
        traffic: (speaker, listener) → traffic. More traffic makes a thicker arrow. If there are few arrows, each is labelled
            with its traffic. None draws all arrows alike.
        broad: Width for each team in pixels.
    """
    down = 0 if title else -45
    size = 14.0 if broad >= 480 else LARGE
    picture = Picture(broad * len(teams), 0, [Text(12, 22, title, TITLE)] if title else [])
    most = max((traffic or {}).values(), default=0.0)
    for place, (name, graph) in enumerate(teams.items()):
        centre, colour = (broad * place + broad / 2, 265 + down), PALETTE[place % len(PALETTE)]
        picture.add(*([Text(centre[0], 60 + down, name, 14, SOFT, "mm")] if name else []))
        names = {seat: fitting(str(seat), size, broad / 4) for seat in graph}
        where = _circle(centre, {seat: width(name, size) for seat, name in names.items()}, broad)
        fine = min(1.0, CROWD / max(graph.number_of_edges(), 1))
        crowded = sorted(graph.edges, key=lambda edge: (traffic or {}).get(edge, 0.0))
        for speaker, listener in crowded if fine < 1.0 else graph.edges:
            bend = 0.12 if graph.has_edge(listener, speaker) else 0.0
            busy = None if traffic is None else traffic.get((speaker, listener), 0.0)
            share = 0.0 if busy is None or not most else busy / most
            thick = fine * (2.0 if busy is None else 0.6 + 4.4 * share)
            told = f"{speaker} to {listener}" + ("" if busy is None else f": {busy:.2f}")
            ink = faded(colour, CLEAR if fine == 1.0 else CLEAR * (0.3 + 0.7 * share))
            picture.add(*_arrow(where[speaker], where[listener], bend, thick, ink, told))
            if busy is not None and graph.number_of_edges() <= FIGURED:
                picture.add(Text(*_on(where[speaker], where[listener], bend + 0.2, 0.42), f"{busy:.2f}", SMALL, anchor="mm"))
        picture.add(*_seats(centre, [(names[seat], at) for seat, at in where.items()], size, colour))
        picture.height = max(picture.height, max(y for _, y in where.values()) + 69)
    return picture


def _circle(centre: tuple[float, float], names: Mapping[str, float], broad: float) -> dict[str, tuple[float, float]]:
    """Positions of the seats, clockwise from the top. They form a circle, or a narrow ellipse if the names need space.

    Args:
        centre: Centre of the circle.
        names: Seat → width of its name in pixels.
        broad: Maximum width in pixels of the circle with the names beside it.
    """
    turns = [(2 * math.pi * turn / len(names), length) for turn, length in enumerate(names.values())]
    rooms = [(broad / 2 - BESIDE - 6 - length) / abs(math.sin(angle)) for angle, length in turns if abs(math.sin(angle)) > 0.2]
    across = min([ROUND, *rooms])
    places = [(centre[0] + across * math.sin(angle), centre[1] - ROUND * math.cos(angle)) for angle, _ in turns]
    return dict(zip(names, places, strict=True))


def _seats(
    centre: tuple[float, float], seats: Sequence[tuple[str, tuple[float, float]]], size: float, colour: str
) -> Iterator[Mark]:
    """Draw the seats with their names."""
    for name, (x, y) in seats:
        yield Stroke(((x, y),), 26, colour)
        yield Stroke(((x, y),), 21, "#ffffff")
        side = "m" if abs(x - centre[0]) < 25 else "l" if x > centre[0] else "r"
        stretch = 1 + (ABOVE if side == "m" else BESIDE) / math.dist((x, y), centre)
        at = (centre[0] + stretch * (x - centre[0]), centre[1] + stretch * (y - centre[1]))
        yield Text(*at, name, size, anchor=side + "m")


def _on(start: tuple[float, float], end: tuple[float, float], bend: float, t: float) -> tuple[float, float]:
    """The point at `t` (0 to 1) on the curve between two points. The curve is bent to its right."""
    across, down = end[0] - start[0], end[1] - start[1]
    via = ((start[0] + end[0]) / 2 - bend * down, (start[1] + end[1]) / 2 + bend * across)
    x, y = ((1 - t) ** 2 * a + 2 * t * (1 - t) * b + t**2 * c for a, b, c in zip(start, via, end, strict=True))
    return x, y


def _arrow(
    start: tuple[float, float], end: tuple[float, float], bend: float, thick: float, colour: str, told: str
) -> tuple[Stroke, Shape]:
    """Draw an arrow between two points. It is bent to its right and keeps a distance from both points."""
    gap = 18 / math.dist(start, end)
    tip, neck = _on(start, end, bend, 1 - gap), _on(start, end, bend, 1 - 1.6 * gap)
    length, half = math.dist(tip, neck), min(3.5, 1.5 + thick) + thick / 2
    aside = ((tip[1] - neck[1]) * half / length, (neck[0] - tip[0]) * half / length)
    line = tuple(_on(start, end, bend, gap + (1 - 2.6 * gap) * step / 16) for step in range(17))
    head = (tip, (neck[0] + aside[0], neck[1] + aside[1]), (neck[0] - aside[0], neck[1] - aside[1]))
    return Stroke(line, thick, colour, told), Shape(head, colour, told)
