"""The picture of the tree of descent. A line is the life of a player, and a fork is a mutation."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import networkx as nx

from league.analysis.lineage import descent, prune
from league.plotting.canvas import CLEAR, DIM, FAINT, INK, SOFT, Box, Picture, Stroke, Text, faded, width
from league.plotting.palette import GRID, LARGE, PALETTE, SMALL, TITLE
from league.population.player import Player, is_founder

LINES = 40
"""Maximum number of lines in the picture."""


def lineage_picture(players: Sequence[Player], generation: int, champion: str, title: str, broad: float = 900.0) -> Picture:
    """Draw the tree of descent. A line is the life of a player, and a fork is a mutation.

    Args:
        players: All players as of the generation.
        generation: The last generation. It is the right-hand edge of the picture.
        champion: The active or retired player whose snapshot is the champion.
        title: Heading of the picture.
        broad: Width of the picture in pixels.
    """
    whole = descent(players)
    graph = prune(whole, LINES, champion)
    top = 48.0 if title else 16.0
    lanes = {name: top + 27 * lane for lane, name in enumerate(_lanes(graph))}
    operators = sorted({graph.nodes[name]["player"].operator for name in graph} - {"founder"})
    colours = {"founder": INK} | {name: PALETTE[place % len(PALETTE)] for place, name in enumerate(operators)}
    bottom = max(lanes.values(), default=top) + 20
    picture = Picture(broad, bottom + 76, [Text(18, 16, title, TITLE)] if title else [])
    scale = _generations(picture, generation, top - 16, bottom)
    if len(graph) < len(whole):
        picture.add(Text(5, bottom + 33, f"{len(graph)} of {len(whole)} players", SMALL, SOFT))
    for parent, child in graph.edges:
        player = graph.nodes[child]["player"]
        x, colour = scale(player.born or 0), faded(colours[player.operator], CLEAR)
        told = f"{player.operator} made {child} from {parent} after generation {player.born}"
        picture.add(Box(x - 1, lanes[parent], 2, lanes[child] - lanes[parent], colour, told))
    for name, y in lanes.items():
        player = graph.nodes[name]["player"]
        start = scale(-0.6 if is_founder(player) else player.born or 0)
        living, colour = player.retired is None, colours[player.operator]
        end = scale(generation + 0.6) if living else max(scale(player.retired or 0), start)
        line = colour if living else faded(colour, DIM)
        told = f"{name}: {player.operator}, born in generation {player.born}"
        told += "" if living else f", retired in generation {player.retired}"
        picture.add(Stroke(((start, y), (end, y)), 5 if living else 3, line, told), Stroke(((start, y),), 8, colour, told))
        picture.add(*(() if living else _cross(end, y, colour)))
        star = "  ★" if name == champion else ""
        size, ink = (LARGE, INK) if living else (SMALL, SOFT)
        picture.add(Text(end + 11, y, name + star, size, ink, bold=bool(star)))
    used = {graph.nodes[name]["player"].operator for name in graph}
    _legend(picture, {name: colour for name, colour in colours.items() if name in used}, bottom + 58)
    return picture


def _lanes(graph: nx.DiGraph) -> list[str]:
    """The players from top to bottom. Children are below their parent, the youngest nearest, so forks cross no line."""
    order: list[str] = []

    def visit(name: str) -> None:
        order.append(name)
        for child in sorted(graph.successors(name), key=lambda child: (-(graph.nodes[child]["player"].born or 0), child)):
            visit(child)

    for root in sorted(name for name in graph if graph.in_degree(name) == 0):
        visit(root)
    return order


def _generations(picture: Picture, generation: int, top: float, bottom: float) -> Callable[[float], float]:
    """Draw the axis of generations with room for names at its right. Returns a function from generation to x position."""
    broad, names = picture.width - 10, 104.0
    first = -0.9 - 0.01 * generation
    last = first + (generation + 0.8 - first) * broad / (broad - names)

    def scale(at: float) -> float:
        return 5 + broad * (at - first) / (last - first)

    for number in range(0, generation + 1, max(1, math.ceil((generation + 1) * 54 / broad))):
        x = scale(number)
        picture.add(Box(x, top, 1, bottom - top, GRID), Box(x, bottom, 1, 4, FAINT))
        picture.add(Text(x, bottom + 14, str(number), SMALL, anchor="mm"))
    picture.add(Box(5, bottom, broad, 1, FAINT), Text(5 + broad / 2, bottom + 33, "generation", LARGE, anchor="mm"))
    return scale


def _legend(picture: Picture, colours: Mapping[str, str], y: float) -> None:
    """Draw the legend of the colours and the cross, centred, in as many lines as needed."""
    rows: list[list[str]] = [[]]
    for name in (*colours, "retired"):
        if sum(map(_sign_width, [*rows[-1], name])) > picture.width:
            rows.append([])
        rows[-1].append(name)
    for place, row in enumerate(rows):
        x = (picture.width - sum(map(_sign_width, row)) + 20) / 2
        for name in row:
            sign = (
                (Stroke(((x + 2, y), (x + 26, y)), 4, colours[name]), Stroke(((x + 14, y),), 8, colours[name]))
                if name in colours
                else _cross(x + 14, y, FAINT)
            )
            picture.add(*sign, Text(x + 35, y, name, SMALL))
            x += _sign_width(name)
        picture.height += 22 if place else 0
        y += 22


def _sign_width(name: str) -> float:
    return width(name, SMALL) + 62


def _cross(x: float, y: float, colour: str) -> tuple[Stroke, Stroke]:
    ends = (x - 3, y - 3), (x + 3, y + 3), (x - 3, y + 3), (x + 3, y - 3)
    return Stroke(ends[:2], 2, colour), Stroke(ends[2:], 2, colour)
