"""Pictures of a league: who beats whom, who descends from whom, who hears whom."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, lru_cache

import networkx as nx
import numpy as np

from league.plotting.canvas import (
    CLEAR,
    DIM,
    FAINT,
    INK,
    SOFT,
    Box,
    Mark,
    Picture,
    Shape,
    Stroke,
    Text,
    blend,
    contrast,
    faded,
    fitting,
    width,
)
from league.population.player import Player, is_bot
from tournaments.rating.payoff import Payoff

ROOM = 20
"""Players that fit legibly into a payoff table."""

LINES = 40
"""Lines of descent that fit legibly into a tree."""

FIGURED = 12
"""Arrows that may carry a figure each."""

ROUND, BESIDE, ABOVE = 126.0, 25.2, 32.8
"""Radius of a circle of seats, and how far from a seat its name stands."""

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6D31")
"""Colours that the colour-blind can tell apart (Okabe and Ito, 2008)."""


SHADES = (
    "#67001f", "#b2182b", "#d6604d", "#f4a582", "#fddbc7", "#f7f7f7", "#d1e5f0", "#92c5de", "#4393c3", "#2166ac", "#053061",
)  # fmt: skip
"""From losing everything to winning everything (ColorBrewer's RdBu; Harrower and Brewer, 2003)."""

STEPS = 20
"""Steps of the scale: a shade is five per cent."""

BLACK, WHITE = "#000000", "#ffffff"
GRID, NEVER = "#eeeeee", "#ececec"
TITLE, LARGE, SMALL = 16.5, 12.5, 11.0
"""Sizes of letters."""


def legible(ranked: Sequence[str], newest: Sequence[str], room: int = ROOM, champion: str = "") -> list[str]:
    """So many players as fit into a picture: the champion, scripted ones, the newest and the best, the strongest first.

    Args:
        ranked: Everybody, the strongest first.
        newest: The players of the last generation.
        room: How many fit; at least 1.
        champion: Who is never left out, where there is such a player.
    """
    first = [name for name in ranked if name == champion]
    wanted = dict.fromkeys([*first, *(name for name in ranked if is_bot(name)), *newest, *ranked])
    kept = set(list(wanted)[:room])
    return [name for name in ranked if name in kept]


def shade(score: float) -> str:
    """The colour of a score between 0 and 1, in steps of `1 / STEPS`."""
    return _step(round(score * STEPS))


@cache
def _step(number: int) -> str:
    return blend(SHADES, number / STEPS)


@lru_cache(maxsize=64)
def ink_on(ground: str) -> str:
    """Black or white: what can be read on a colour; of every colour one of them differs by 4.5 or more."""
    return max(BLACK, WHITE, key=lambda colour: contrast(colour, ground))


def payoff_picture(table: Payoff, elo: Mapping[str, float], title: str, *, small: bool = False) -> Picture:
    """The payoff table as a heat map: the row's score against the column, grey where two never met.

    Args:
        table: The table, its players in the order to be shown.
        elo: Rating of each player.
        title: Heading; with "" the page around it has one, and says what the figures are.
        small: For a narrow screen: smaller cells, and no strip of the colours beside them.
    """
    count, scores, games = len(table.players), table.scores(), table.games
    np.fill_diagonal(scores, np.nan)
    size = LARGE if count <= 16 and not small else SMALL
    cell = 29.0 if small else max(34.0, 200 / count)
    names = [fitting(player, size, 92.0 if small else 200.0) for player in table.players]
    name = max(width(player, size) for player in names)
    left, top, length = name + (55 if small else 75), 0.82 * name + (62 if title else 26), cell * count
    note = "per cent of the points that the row took from the column; grey: never met" if title else ""
    broad = max(left + length + (0.5 * name if small else 140), width(note, size) + 30, width(title, TITLE) + 30)
    picture = Picture(broad, top + length + (45 if note else 12), [Text(15, 22, title, TITLE)] if title else [])
    for row, player in enumerate(table.players):
        middle = cell * (row + 0.5)
        picture.add(
            Text(left - (40 if small else 55), top + middle, names[row], size, anchor="rm"),
            Text(left - 8, top + middle, f"{elo[player]:.0f}", size, SOFT, "rm"),
            Text(left + middle + 4, top - 8, names[row], size, anchor="ls", turn=55),
        )
        for column, score in enumerate(scores[row].tolist()):
            x, y = left + cell * column, top + cell * row
            if math.isnan(score):
                picture.add(Box(x + 1, y + 1, cell - 2, cell - 2, NEVER))
                continue
            told = f"{player} took {100 * score:.0f} % from {table.players[column]} in {games[row, column]} games"
            ground = shade(score)
            picture.add(
                Box(x + 1, y + 1, cell - 2, cell - 2, ground, told),
                Text(x + cell / 2, y + cell / 2, f"{100 * score:.0f}", size - 1.5, ink_on(ground), "mm", ground=ground),
            )
    if not small:
        picture.add(*_strip(left + length + 25, top + length, min(length, 240.0), size))
    if note:
        picture.add(Text(15, picture.height - 18, note, size, SOFT))
    return picture


def _strip(x: float, bottom: float, tall: float, size: float) -> Iterator[Mark]:
    """What the shades mean."""
    step = tall / (STEPS + 1)
    for number in range(STEPS + 1):
        yield Box(x, bottom - step * (number + 1), 13, step, shade(number / STEPS))
    for word, share in (("row wins", 1.0), ("even", 0.5), ("column wins", 0.0)):
        yield Text(x + 22, bottom - tall * share, word, size, SOFT)


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


def prune(graph: nx.DiGraph, room: int = LINES, champion: str = "") -> nx.DiGraph:
    """The part of a tree that is worth seeing.

    Args:
        graph: The tree.
        room: How many players fit: the champion's line of descent, living players and their ancestors, then the newest others
            with theirs.
        champion: The player whose line comes first; "" or one that is not in the tree prefers none.
    """
    by_birth = sorted(graph, key=lambda name: (-(graph.nodes[name]["player"].born or 0), name))
    living = [name for name in by_birth if graph.nodes[name]["player"].status == "active"]
    ancestors = {name for player in living for name in nx.ancestors(graph, player)}
    above = nx.ancestors(graph, champion) if champion in graph else set()
    line = [champion, *(name for name in by_birth if name in above)] if champion in graph else []
    kept = dict.fromkeys(list(dict.fromkeys([*line, *living, *(name for name in by_birth if name in ancestors)]))[:room])
    for name in by_birth:
        branch = {name, *nx.ancestors(graph, name)} - kept.keys()
        if len(kept) + len(branch) <= room:
            kept |= dict.fromkeys(branch)
    return graph.subgraph(kept)


def lineage_picture(players: Sequence[Player], generation: int, champion: str, title: str, broad: float = 900.0) -> Picture:
    """The tree of descent: a line is a player's life, a fork the mutation that it came from.

    Args:
        players: Everybody as of the generation.
        generation: The last generation, right-hand edge of the picture.
        champion: The player, learning or retired, whose snapshot is the champion.
        title: Heading.
        broad: Width of the picture.
    """
    whole = descent(players)
    graph = prune(whole, champion=champion)
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
        start = scale(-0.6 if player.operator == "founder" else player.born or 0)
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


def comm_picture(
    teams: Mapping[str, nx.DiGraph], title: str, traffic: Mapping[tuple[str, str], float] | None = None, broad: float = 480.0
) -> Picture:
    """Who hears whom within each team that speaks; an arrow goes from the speaker to the listener.

    Args:
        teams: Heading of each team → its communication graph over seats.
        title: Heading; with "" the page around it has one.
        traffic: How much goes from each speaker to each listener: the more, the thicker the arrow, and few arrows carry their
            figure. None draws all alike.
        broad: Width for each team.
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
        for speaker, listener in graph.edges:
            bend = 0.12 if graph.has_edge(listener, speaker) else 0.0
            busy = None if traffic is None else traffic.get((speaker, listener), 0.0)
            thick = 2.0 if busy is None else 0.6 + 4.4 * busy / most if most else 0.6
            told = f"{speaker} to {listener}" + ("" if busy is None else f": {busy:.2f}")
            picture.add(*_arrow(where[speaker], where[listener], bend, thick, faded(colour, CLEAR), told))
            if busy is not None and graph.number_of_edges() <= FIGURED:
                picture.add(Text(*_on(where[speaker], where[listener], bend + 0.2, 0.42), f"{busy:.2f}", SMALL, anchor="mm"))
        picture.add(*_seats(centre, [(names[seat], at) for seat, at in where.items()], size, colour))
        picture.height = max(picture.height, max(y for _, y in where.values()) + 69)
    return picture


def _circle(centre: tuple[float, float], names: Mapping[str, float], broad: float) -> dict[str, tuple[float, float]]:
    """Places of seats, clockwise from the top: a circle, or less broad than it is tall where the names need the room.

    Args:
        centre: Of the circle.
        names: Seat → how long its name is.
        broad: How broad the circle may be with the names beside it.
    """
    turns = [(2 * math.pi * turn / len(names), length) for turn, length in enumerate(names.values())]
    rooms = [(broad / 2 - BESIDE - 6 - length) / abs(math.sin(angle)) for angle, length in turns if abs(math.sin(angle)) > 0.2]
    across = min([ROUND, *rooms])
    places = [(centre[0] + across * math.sin(angle), centre[1] - ROUND * math.cos(angle)) for angle, _ in turns]
    return dict(zip(names, places, strict=True))


def _seats(
    centre: tuple[float, float], seats: Sequence[tuple[str, tuple[float, float]]], size: float, colour: str
) -> Iterator[Mark]:
    """Seats: the name of each and where it is."""
    for name, (x, y) in seats:
        yield Stroke(((x, y),), 26, colour)
        yield Stroke(((x, y),), 21, "#ffffff")
        side = "m" if abs(x - centre[0]) < 25 else "l" if x > centre[0] else "r"
        stretch = 1 + (ABOVE if side == "m" else BESIDE) / math.dist((x, y), centre)
        at = (centre[0] + stretch * (x - centre[0]), centre[1] + stretch * (y - centre[1]))
        yield Text(*at, name, size, anchor=side + "m")


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


def _generations(picture: Picture, generation: int, top: float, bottom: float) -> Callable[[float], float]:
    """Draw the axis of generations; returns where on it a generation lies. Names have room at its right."""
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
    """What the colours and the cross mean: a line in the middle, as many lines as it takes."""
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


def _on(start: tuple[float, float], end: tuple[float, float], bend: float, t: float) -> tuple[float, float]:
    """A place on the curve between two places, from 0 to 1, that is bent to its right."""
    across, down = end[0] - start[0], end[1] - start[1]
    via = ((start[0] + end[0]) / 2 - bend * down, (start[1] + end[1]) / 2 + bend * across)
    x, y = ((1 - t) ** 2 * a + 2 * t * (1 - t) * b + t**2 * c for a, b, c in zip(start, via, end, strict=True))
    return x, y


def _arrow(
    start: tuple[float, float], end: tuple[float, float], bend: float, thick: float, colour: str, told: str
) -> tuple[Stroke, Shape]:
    """A line with a head between two places, bent to its right; it keeps a distance from both."""
    gap = 18 / math.dist(start, end)
    tip, neck = _on(start, end, bend, 1 - gap), _on(start, end, bend, 1 - 1.6 * gap)
    length, half = math.dist(tip, neck), 3.5 + thick / 2
    aside = ((tip[1] - neck[1]) * half / length, (neck[0] - tip[0]) * half / length)
    line = tuple(_on(start, end, bend, gap + (1 - 2.6 * gap) * step / 16) for step in range(17))
    head = (tip, (neck[0] + aside[0], neck[1] + aside[1]), (neck[0] - aside[0], neck[1] - aside[1]))
    return Stroke(line, thick, colour, told), Shape(head, colour, told)
