"""Pictures of a league: who beats whom, who descends from whom, who hears whom.

Figures are built without pyplot: nothing global is touched, and no screen is needed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import networkx as nx
import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D
from numpy.typing import NDArray

from league.roster import Player, is_bot
from tournaments.payoff import Payoff

ROOM = 20
"""Players that fit legibly into a payoff table."""

LINES = 40
"""Lines of descent that fit legibly into a tree."""

Pixels = NDArray[np.uint8]
"""uint8 [height, width, 3]"""

INK, SOFT, FAINT = "#222222", "#777777", "#b8b8b8"
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6D31")
"""Colours that the colour-blind can tell apart (Okabe and Ito, 2008)."""


def pixels(figure: Figure) -> Pixels:
    """Paint a figure: uint8 [height, width, 3]."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()


def legible(ranked: Sequence[str], newest: Sequence[str]) -> list[str]:
    """So many players as fit into a picture: scripted ones, the newest and the best, the strongest first.

    Args:
        ranked: Everybody, the strongest first.
        newest: The players of the last generation.
    """
    wanted = [*(name for name in ranked if is_bot(name)), *newest, *ranked]
    kept = set(dict.fromkeys(wanted).keys() if len(ranked) <= ROOM else list(dict.fromkeys(wanted))[:ROOM])
    return [name for name in ranked if name in kept]


def payoff_picture(table: Payoff, elo: Mapping[str, float], title: str) -> Figure:
    """The payoff table as a heat map: the row's score against the column, grey where two never met.

    Args:
        table: The table, its players in the order to be shown.
        elo: Rating of each player.
        title: Heading.
    """
    count, scores = len(table.players), table.scores()
    np.fill_diagonal(scores, np.nan)
    # Laid out by hand, in inches: ticks and measured margins would take longer than all the rest.
    size = 9.0 if count <= 16 else 8.0
    cell, name = max(0.34, 2.0 / count), 0.009 * size * max(map(len, table.players))
    left, top = name + 0.75, 0.8 * name + 0.65
    edges = cell * np.arange(count + 1)
    width, height = left + edges[-1] + 1.4, top + edges[-1] + 0.45
    figure = Figure(figsize=(width, height), dpi=100)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0), xlim=(0.0, width), ylim=(height, 0.0))
    axes.set_axis_off()
    colours = colormaps["RdBu"].with_extremes(bad="#ececec")
    look: dict[str, Any] = {"cmap": colours, "vmin": 0.0, "vmax": 1.0}
    axes.pcolormesh(left + edges, top + edges, np.ma.masked_invalid(scores), edgecolors="white", linewidth=1.5, **look)
    for place, player in enumerate(table.players):
        middle = cell * (place + 0.5)
        axes.text(left - 0.55, top + middle, player, fontsize=size, ha="right", va="center")
        axes.text(left - 0.08, top + middle, f"{elo[player]:.0f}", fontsize=size, ha="right", va="center", color=SOFT)
        axes.text(left + middle, top - 0.08, player, fontsize=size, rotation=55, rotation_mode="anchor")
    _numbers(axes, left + edges, top + edges, scores, size - 1)
    strip, shades = left + edges[-1] + 0.25, np.linspace(1.0, 0.0, 64)[:, None]
    bottom, length = top + edges[-1], min(edges[-1], 2.4)
    axes.pcolormesh([strip, strip + 0.13], np.linspace(bottom - length, bottom, 65), shades, **look)
    for word, share in (("row wins", 1.0), ("even", 0.5), ("column wins", 0.0)):
        axes.text(strip + 0.22, bottom - length * share, word, fontsize=size, va="center", color=SOFT)
    axes.text(0.15, 0.15, title, fontsize=12, color=INK, va="top")
    note = "per cent of the points that the row took from the column; grey: never met"
    axes.text(0.15, height - 0.13, note, fontsize=size, color=SOFT)
    return figure


def _numbers(axes: Axes, x: NDArray[Any], y: NDArray[Any], scores: NDArray[Any], size: float) -> None:
    """Write the scores that there are into their cells, in per cent: a stamp for each number, which is faster than texts."""
    per_cent = np.round(100 * scores)
    for number in np.unique(per_cent[~np.isnan(per_cent)]):
        rows, columns = np.nonzero(per_cent == number)
        outline = TextPath((0, 0), f"{number:.0f}", size=size)
        middle = (outline.get_extents().p0 + outline.get_extents().p1) / 2
        stamp = PathCollection(
            [outline.transformed(Affine2D().translate(*-middle))],
            offsets=np.stack([(x[columns] + x[columns + 1]) / 2, (y[rows] + y[rows + 1]) / 2], 1),
            offset_transform=axes.transData,
            facecolors="white" if abs(number - 50) > 33 else INK,
            linewidths=0,
            label=f"{number:.0f}",
        )
        stamp.set_transform(Affine2D().scale(axes.figure.dpi / 72))
        axes.add_collection(stamp, autolim=False)


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


def lineage_picture(players: Sequence[Player], generation: int, champion: str, title: str) -> Figure:
    """The tree of descent: a line is a player's life, a fork the mutation that it came from.

    Args:
        players: Everybody as of the generation.
        generation: The last generation, right-hand edge of the picture.
        champion: The player, learning or retired, whose snapshot is the champion.
        title: Heading.
    """
    graph = prune(descent(players))
    lanes = {name: lane for lane, name in enumerate(_lanes(graph))}
    operators = sorted({graph.nodes[name]["player"].operator for name in graph} - {"founder"})
    colours = {"founder": INK} | {name: PALETTE[place % len(PALETTE)] for place, name in enumerate(operators)}
    figure = Figure(figsize=(9.0, max(2.6, 0.27 * len(lanes) + 1.4)), dpi=100, layout="constrained")
    axes = figure.add_subplot()
    for name, lane in lanes.items():
        player = graph.nodes[name]["player"]
        start = -0.6 if player.operator == "founder" else float(player.born or 0)
        living = player.retired is None
        end = generation + 0.6 if living else max(float(player.retired or 0), start)
        colour = colours[player.operator]
        axes.plot([start, end], [lane, lane], color=colour, linewidth=3.5 if living else 2, alpha=1.0 if living else 0.55,
                  solid_capstyle="round", zorder=2)  # fmt: skip
        axes.plot([start], [lane], "o", color=colour, markersize=5, zorder=3)
        if not living:
            axes.plot([end], [lane], "x", color=colour, markersize=5, markeredgewidth=1.5, zorder=3)
        star = "  ★" if name == champion else ""
        size, ink, weight = 9 if living else 8, INK if living else SOFT, "bold" if star else "normal"
        gap = 0.012 * (generation + 2)
        axes.text(end + gap, lane, name + star, va="center", fontsize=size, color=ink, weight=weight)
    for parent, child in graph.edges:
        player = graph.nodes[child]["player"]
        birth, fork = [player.born] * 2, [lanes[parent], lanes[child]]
        axes.plot(birth, fork, color=colours[player.operator], linewidth=1.2, alpha=0.8, zorder=1)
    _generations(axes, generation, len(lanes))
    used = {graph.nodes[name]["player"].operator for name in graph}
    marks = [Line2D([], [], color=colours[name], linewidth=3, marker="o", label=name) for name in colours if name in used]
    marks.append(Line2D([], [], color=FAINT, linewidth=0, marker="x", markeredgewidth=1.5, label="retired"))
    figure.legend(handles=marks, loc="outside lower center", ncols=6, frameon=False, fontsize=8.5)
    figure.suptitle(title, fontsize=12, color=INK, x=0.02, ha="left")
    return figure


def comm_picture(teams: Mapping[str, nx.DiGraph], title: str) -> Figure:
    """Who hears whom within each team that speaks; an arrow goes from the speaker to the listener.

    Args:
        teams: Heading of each team → its communication graph over seats.
        title: Heading.
    """
    count = len(teams)
    figure = Figure(figsize=(4.8 * count, 4.6), dpi=100)
    for place, (name, graph) in enumerate(teams.items()):
        axes = figure.add_axes((place / count, 0.0, 1 / count, 0.84))
        colour = PALETTE[place % len(PALETTE)]
        # Clockwise, the first seat at the top.
        angles = {seat: 2 * np.pi * turn / len(graph) for turn, seat in enumerate(graph)}
        where = {seat: (float(np.sin(angle)), float(np.cos(angle))) for seat, angle in angles.items()}
        for speaker, listener in graph.edges:
            bend = 0.12 if graph.has_edge(listener, speaker) else 0.0
            arrow = FancyArrowPatch(
                where[speaker],
                where[listener],
                arrowstyle="-|>",
                mutation_scale=15,
                color=colour,
                alpha=0.8,
                linewidth=1.5,
                shrinkA=13,
                shrinkB=13,
                connectionstyle=f"arc3,rad={bend}",
            )
            axes.add_patch(arrow)
        for seat, (x, y) in where.items():
            axes.plot(x, y, "o", color="white", markeredgecolor=colour, markersize=17, markeredgewidth=2)
            side = "center" if abs(x) < 0.2 else "left" if x > 0 else "right"
            axes.text(x * 1.2, y * (1.26 if side == "center" else 1.2), str(seat), ha=side, va="center", fontsize=10, color=INK)
        axes.set_title(name, fontsize=10, color=SOFT)
        axes.set_xlim(-1.9, 1.9)
        axes.set_ylim(-1.5, 1.5)
        axes.set_aspect("equal")
        axes.set_axis_off()
    figure.text(0.02, 0.97, title, fontsize=12, color=INK, va="top")
    return figure


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


def _generations(axes: Axes, generation: int, lanes: int) -> None:
    step = max(1, -(-(generation + 1) // 16))
    axes.set_xticks(range(0, generation + 1, step))
    axes.set_xlim(-0.9 - 0.01 * generation, generation + 0.8 + 0.14 * (generation + 2))
    axes.set_ylim(lanes - 0.4, -0.6)
    axes.set_yticks([])
    axes.set_xlabel("generation", fontsize=9)
    axes.tick_params(labelsize=8.5, length=3, color=FAINT)
    axes.grid(axis="x", color="#eeeeee", zorder=0)
    axes.set_axisbelow(True)
    axes.spines[["left", "right", "top"]].set_visible(False)
    axes.spines["bottom"].set_color(FAINT)
