"""Pictures of a league: who beats whom, who descends from whom, who hears whom."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import networkx as nx
import numpy as np

from league.paint import FAINT, INK, SOFT, Box, Picture, Shape, Stroke, Text, blend, faded, width
from league.roster import Player, is_bot
from tournaments.payoff import Payoff

ROOM = 20
"""Players that fit legibly into a payoff table."""

LINES = 40
"""Lines of descent that fit legibly into a tree."""

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6D31")
"""Colours that the colour-blind can tell apart (Okabe and Ito, 2008)."""


SHADES = (
    "#67001f", "#b2182b", "#d6604d", "#f4a582", "#fddbc7", "#f7f7f7", "#d1e5f0", "#92c5de", "#4393c3", "#2166ac", "#053061",
)  # fmt: skip
"""From losing everything to winning everything (ColorBrewer's RdBu; Harrower and Brewer, 2003)."""

GRID, NEVER = "#eeeeee", "#ececec"
TITLE, LARGE, SMALL = 16.5, 12.5, 11.0
"""Sizes of letters."""


def legible(ranked: Sequence[str], newest: Sequence[str]) -> list[str]:
    """So many players as fit into a picture: scripted ones, the newest and the best, the strongest first.

    Args:
        ranked: Everybody, the strongest first.
        newest: The players of the last generation.
    """
    wanted = [*(name for name in ranked if is_bot(name)), *newest, *ranked]
    kept = set(dict.fromkeys(wanted).keys() if len(ranked) <= ROOM else list(dict.fromkeys(wanted))[:ROOM])
    return [name for name in ranked if name in kept]


def payoff_picture(table: Payoff, elo: Mapping[str, float], title: str) -> Picture:
    """The payoff table as a heat map: the row's score against the column, grey where two never met.

    Args:
        table: The table, its players in the order to be shown.
        elo: Rating of each player.
        title: Heading.
    """
    count, scores = len(table.players), table.scores()
    np.fill_diagonal(scores, np.nan)
    size = LARGE if count <= 16 else SMALL
    cell, name = max(34.0, 200 / count), max(width(player, size) for player in table.players)
    left, top, length = name + 75, 0.82 * name + 62, cell * count
    note = "per cent of the points that the row took from the column; grey: never met"
    broad = max(left + length + 140, width(note, size) + 30, width(title, TITLE) + 30)
    picture = Picture(broad, top + length + 45, [Text(15, 22, title, TITLE)])
    for row, player in enumerate(table.players):
        middle = cell * (row + 0.5)
        picture.add(
            Text(left - 55, top + middle, player, size, anchor="rm"),
            Text(left - 8, top + middle, f"{elo[player]:.0f}", size, SOFT, "rm"),
            Text(left + middle + 4, top - 8, player, size, anchor="ls", turn=55),
        )
        for column, score in enumerate(scores[row].tolist()):
            x, y = left + cell * column, top + cell * row
            met = not math.isnan(score)
            picture.add(Box(x + 1, y + 1, cell - 2, cell - 2, blend(SHADES, score) if met else NEVER))
            if met:
                ink = "#ffffff" if abs(round(100 * score) - 50) > 33 else INK
                picture.add(Text(x + cell / 2, y + cell / 2, f"{100 * score:.0f}", size - 1.5, ink, "mm"))
    strip, tall = left + length + 25, min(length, 240.0)
    for step in range(round(tall)):
        picture.add(Box(strip, top + length - tall + step, 13, 1, blend(SHADES, 1 - step / tall)))
    for word, share in (("row wins", 1.0), ("even", 0.5), ("column wins", 0.0)):
        picture.add(Text(strip + 22, top + length - tall * share, word, size, SOFT))
    picture.add(Text(15, picture.height - 18, note, size, SOFT))
    return picture


def descent(players: Sequence[Player]) -> nx.DiGraph:
    """Who descends from whom: a forest of the players that learn, snapshots standing for the player they froze.

    Args:
        players: Everybody in the league.

    Returns:
        Edge u → v: v is u's child. Each node keeps its `player`.
    """
    line = {player.name: player.parent for player in players if player.operator == "snapshot"}
    born = [player for player in players if player.operator != "snapshot" and player.status != "anchor"]
    graph = nx.DiGraph()
    graph.add_nodes_from((player.name, {"player": player}) for player in born)
    for player in born:
        parent = line.get(player.parent or "", player.parent)
        if parent in graph:
            graph.add_edge(parent, player.name)
    return graph


def prune(graph: nx.DiGraph, room: int = LINES) -> nx.DiGraph:
    """The part of a tree that is worth seeing: living players and their ancestors, then the newest others with theirs."""
    by_birth = sorted(graph, key=lambda name: (-(graph.nodes[name]["player"].born or 0), name))
    living = [name for name in by_birth if graph.nodes[name]["player"].status == "active"]
    ancestors = {name for player in living for name in nx.ancestors(graph, player)}
    kept = dict.fromkeys([*living, *(name for name in by_birth if name in ancestors)][:room])
    for name in by_birth:
        branch = {name, *nx.ancestors(graph, name)} - kept.keys()
        if len(kept) + len(branch) <= room:
            kept |= dict.fromkeys(branch)
    return graph.subgraph(kept)


def lineage_picture(players: Sequence[Player], generation: int, champion: str, title: str) -> Picture:
    """The tree of descent: a line is a player's life, a fork the mutation that it came from.

    Args:
        players: Everybody as of the generation.
        generation: The last generation, right-hand edge of the picture.
        champion: The player, learning or retired, whose snapshot is the champion.
        title: Heading.
    """
    graph = prune(descent(players))
    lanes = {name: 48.0 + 27 * lane for lane, name in enumerate(_lanes(graph))}
    operators = sorted({graph.nodes[name]["player"].operator for name in graph} - {"founder"})
    colours = {"founder": INK} | {name: PALETTE[place % len(PALETTE)] for place, name in enumerate(operators)}
    bottom = max(lanes.values(), default=48.0) + 20
    picture = Picture(900, bottom + 76)
    picture.add(Text(18, 16, title, TITLE))
    scale = _generations(picture, generation, bottom)
    for parent, child in graph.edges:
        player = graph.nodes[child]["player"]
        x, colour = scale(player.born or 0), faded(colours[player.operator], 0.8)
        picture.add(Box(x - 1, lanes[parent], 2, lanes[child] - lanes[parent], colour))
    for name, y in lanes.items():
        player = graph.nodes[name]["player"]
        start = scale(-0.6 if player.operator == "founder" else player.born or 0)
        living, colour = player.retired is None, colours[player.operator]
        end = scale(generation + 0.6) if living else max(scale(player.retired or 0), start)
        line = colour if living else faded(colour, 0.55)
        picture.add(Stroke(((start, y), (end, y)), 5 if living else 3, line), Stroke(((start, y),), 8, colour))
        picture.add(*(() if living else _cross(end, y, colour)))
        star = "  ★" if name == champion else ""
        size, ink = (LARGE, INK) if living else (SMALL, SOFT)
        picture.add(Text(end + 11, y, name + star, size, ink, bold=bool(star)))
    used = {graph.nodes[name]["player"].operator for name in graph}
    _legend(picture, {name: colour for name, colour in colours.items() if name in used}, bottom + 58)
    return picture


def comm_picture(teams: Mapping[str, nx.DiGraph], title: str) -> Picture:
    """Who hears whom within each team that speaks; an arrow goes from the speaker to the listener.

    Args:
        teams: Heading of each team → its communication graph over seats.
        title: Heading.
    """
    picture = Picture(480 * len(teams), 460, [Text(12, 22, title, TITLE)])
    for place, (name, graph) in enumerate(teams.items()):
        middle, colour = 480 * place + 240, PALETTE[place % len(PALETTE)]
        picture.add(Text(middle, 60, name, 14, SOFT, "mm"))
        # Clockwise, the first seat at the top.
        angles = {seat: 2 * math.pi * turn / len(graph) for turn, seat in enumerate(graph)}
        where = {seat: (middle + 126 * math.sin(angle), 265 - 126 * math.cos(angle)) for seat, angle in angles.items()}
        for speaker, listener in graph.edges:
            bend = 0.12 if graph.has_edge(listener, speaker) else 0.0
            picture.add(*_arrow(where[speaker], where[listener], bend, faded(colour, 0.8)))
        for seat, (x, y) in where.items():
            picture.add(Stroke(((x, y),), 26, colour), Stroke(((x, y),), 21, "#ffffff"))
            side = "m" if abs(x - middle) < 25 else "l" if x > middle else "r"
            stretch = 1.26 if side == "m" else 1.2
            at = (middle + stretch * (x - middle), 265 + stretch * (y - 265))
            picture.add(Text(*at, str(seat), 14, anchor=side + "m"))
    return picture


def _lanes(graph: nx.DiGraph) -> list[str]:
    """Top to bottom: children right below their parent, the latest born nearest, so that forks cross no life."""
    order: list[str] = []

    def visit(name: str) -> None:
        order.append(name)
        for child in sorted(graph.successors(name), key=lambda child: (-(graph.nodes[child]["player"].born or 0), child)):
            visit(child)

    for root in sorted(name for name in graph if graph.in_degree(name) == 0):
        visit(root)
    return order


def _generations(picture: Picture, generation: int, bottom: float) -> Callable[[float], float]:
    """Draw the axis of generations; returns where on it a generation lies."""
    first, last = -0.9 - 0.01 * generation, generation + 0.8 + 0.14 * (generation + 2)

    def scale(at: float) -> float:
        return 5 + 890 * (at - first) / (last - first)

    for number in range(0, generation + 1, max(1, -(-(generation + 1) // 16))):
        x = scale(number)
        picture.add(Box(x, 32, 1, bottom - 32, GRID), Box(x, bottom, 1, 4, FAINT))
        picture.add(Text(x, bottom + 14, str(number), SMALL, anchor="mm"))
    picture.add(Box(5, bottom, 890, 1, FAINT), Text(450, bottom + 33, "generation", LARGE, anchor="mm"))
    return scale


def _legend(picture: Picture, colours: Mapping[str, str], y: float) -> None:
    """What the colours and the cross mean: a line in the middle, as many lines as it takes."""
    signs = [*colours, "retired"]
    for start in range(0, len(signs), 6):
        row = signs[start : start + 6]
        widths = [width(name, SMALL) + 62 for name in row]
        x = (picture.width - sum(widths) + 20) / 2
        for name, wide in zip(row, widths, strict=True):
            sign = (
                (Stroke(((x + 2, y), (x + 26, y)), 4, colours[name]), Stroke(((x + 14, y),), 8, colours[name]))
                if name in colours
                else _cross(x + 14, y, FAINT)
            )
            picture.add(*sign, Text(x + 35, y, name, SMALL))
            x += wide
        if start:
            picture.height += 22
        y += 22


def _cross(x: float, y: float, colour: str) -> tuple[Stroke, Stroke]:
    ends = (x - 3, y - 3), (x + 3, y + 3), (x - 3, y + 3), (x + 3, y - 3)
    return Stroke(ends[:2], 2, colour), Stroke(ends[2:], 2, colour)


def _arrow(start: tuple[float, float], end: tuple[float, float], bend: float, colour: str) -> tuple[Stroke, Shape]:
    """A line with a head between two places, bent to its right; it keeps a distance from both."""
    across, down = end[0] - start[0], end[1] - start[1]
    via = ((start[0] + end[0]) / 2 - bend * down, (start[1] + end[1]) / 2 + bend * across)

    def on(t: float) -> tuple[float, float]:
        x, y = ((1 - t) ** 2 * a + 2 * t * (1 - t) * b + t**2 * c for a, b, c in zip(start, via, end, strict=True))
        return x, y

    gap = 18 / math.hypot(across, down)
    tip, neck = on(1 - gap), on(1 - 1.6 * gap)
    length = math.hypot(tip[0] - neck[0], tip[1] - neck[1])
    aside = ((tip[1] - neck[1]) * 4.5 / length, (neck[0] - tip[0]) * 4.5 / length)
    line = tuple(on(gap + (1 - 2.6 * gap) * step / 16) for step in range(17))
    head = (tip, (neck[0] + aside[0], neck[1] + aside[1]), (neck[0] - aside[0], neck[1] - aside[1]))
    return Stroke(line, 2, colour), Shape(head, colour)
