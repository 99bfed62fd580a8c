"""What messages are worth: scores under all conditions, the worth of each link, and who speaks to whom how much."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import networkx as nx

from league.evaluation.worth import Loss, Worth
from league.plotting.axes import LETTERS, NAMES
from league.plotting.canvas import INK, SOFT, Box, Picture, Stroke, Text, fitting, width
from league.plotting.comm_plot import comm_picture
from league.plotting.heat_plot import heat_picture
from league.plotting.palette import GRID, PALETTE, TITLE
from league.plotting.scales import Scale, figure

ROW = 22.0
"""Height of a row in pixels."""


@dataclass(frozen=True)
class Row:
    """A score of the chart: its name, its mean and interval, and its colour."""

    name: str
    mean: float
    low: float | None
    high: float | None
    colour: str

    @classmethod
    def beside(cls, name: str, mean: float, lost: Loss, colour: str) -> Row:
        """A score with the interval of its difference from the score as the player is, around it."""
        if lost.low is None or lost.high is None:
            return cls(name, mean, None, None, colour)
        return cls(name, mean, mean - (lost.high - lost.mean), mean + (lost.mean - lost.low), colour)


def rows_of(found: Worth) -> list[Row]:
    """The scores of the chart, from top to bottom."""
    blue, orange, green = PALETTE[0], PALETTE[1], PALETTE[2]
    rows = [
        Row("as it is", found.score, found.low, found.high, blue),
        Row.beside("all links cut", found.score_cut, found.cut_lost, orange),
    ]
    if found.score_trained_without is not None and found.without_lost is not None:
        rows.append(Row.beside("trained without", found.score_trained_without, found.without_lost, green))
    if found.score_without_memory is not None and found.memory_lost is not None:
        rows.append(Row.beside("memory wiped", found.score_without_memory, found.memory_lost, PALETTE[3]))
    return [*rows, *(Row.beside(channel_name(each.kind, each.value), each.score, each.lost, SOFT) for each in found.channels)]


def channel_name(kind: str, value: float) -> str:
    """A channel in words: `10 % lost`, `2 steps late`, `3 bits a number`."""
    if kind == "loss":
        return f"{100 * value:.0f} % lost"
    unit = "step" if kind == "delay" else "bit"
    plural = "" if value == 1 else "s"
    return f"{value:.0f} {unit}{plural} {'late' if kind == 'delay' else 'a number'}"


def worth_picture(found: Worth, title: str = "", broad: float = 880.0) -> Picture:
    """Draw the scores under all conditions below each other, with lines at the score as it is and at chance.

    Args:
        found: What was measured.
        title: Heading of the picture, or "" for none.
        broad: Width in pixels.
    """
    rows, top = rows_of(found), 40.0 if title else 12.0
    ends = [value for row in rows for value in (row.mean, row.low, row.high) if value is not None]
    ends += [] if found.chance is None else [found.chance]
    low, high = (min(0.0, *ends), max(1.0, *ends)) if found.measure != "return" else _room(min(ends), max(ends))
    names = [fitting(row.name, LETTERS, NAMES * broad) for row in rows]
    behind = [f"{row.mean:.3g}".replace("-", "−") for row in rows]
    left, right = 14 + max(width(name, LETTERS) for name in names), broad - 22 - max(width(text, LETTERS) for text in behind)
    scale, bottom = Scale(low, high, left, right), top + 8 + ROW * len(rows)
    picture = Picture(broad, bottom + 42, [Text(15, 20, title, TITLE)] if title else [])
    for value in scale.ticks(6):
        picture.add(Box(scale(value), top, 1, bottom - top, GRID))
        picture.add(Text(scale(value), bottom + 12, figure(value), LETTERS, SOFT, "mm"))
    if found.chance is not None:
        picture.add(*_line(scale(found.chance), top, bottom, PALETTE[1], f"chance: {found.chance:.3g}"))
    picture.add(*_line(scale(found.score), top, bottom, PALETTE[0], f"as it is: {found.score:.3g}"))
    for place, row in enumerate(rows):
        y = top + 8 + ROW * (place + 0.5)
        told = f"{row.name}: {row.mean:.3g}" + (
            "" if row.low is None or row.high is None else f", {row.low:.3g} to {row.high:.3g}"
        )
        picture.add(Text(left - 10, y, names[place], LETTERS, INK, "rm"))
        if row.low is not None and row.high is not None:
            picture.add(Stroke(((scale(row.low), y), (scale(row.high), y)), 2.4, row.colour, told))
        picture.add(Stroke(((scale(row.mean), y),), 10, row.colour, told))
        picture.add(Text(right + 14, y, behind[place], LETTERS, SOFT))
    said = MEASURES[found.measure] + ("" if found.chance is None else f"; orange: chance {found.chance:.3g}")
    picture.add(Text(max((left + right) / 2, width(said, LETTERS) / 2 + 8), bottom + 31, said, LETTERS, SOFT, "mm"))
    return picture


MEASURES = {"success": "share of successful games", "return": "mean return", "score": "score against the opponents"}
"""What a score is, in words."""


def _room(low: float, high: float) -> tuple[float, float]:
    """The ends of an axis with some room beyond the values."""
    room = 0.06 * (high - low) or max(abs(low), 1.0) * 0.1
    return low - room, high + room


def _line(x: float, top: float, bottom: float, colour: str, told: str) -> Iterator[Stroke]:
    yield Stroke(((x, top), (x, bottom)), 1.2, colour, told)


def edges_picture(found: Worth, title: str = "", broad: float = 880.0) -> Picture:
    """Draw what each link is worth as a heat map: the score as it is minus the score without the link.

    Args:
        found: What was measured.
        title: Heading of the picture, or "" for none.
        broad: Maximum width in pixels.
    """
    seats = seats_of(found)
    speakers = [seat for seat in seats if any(edge.speaker == seat for edge in found.edges)]
    listeners = [seat for seat in seats if any(edge.listener == seat for edge in found.edges)]
    lost = {(edge.listener, edge.speaker): None if edge.lost is None else edge.lost.mean for edge in found.edges}
    values = [[lost.get((listener, speaker)) for speaker in speakers] for listener in listeners]

    def told(row: int, column: int) -> str:
        value = values[row][column]
        link = f"{speakers[column]} to {listeners[row]}"
        if value is None:
            return f"{link}: {'not measured' if (listeners[row], speakers[column]) in lost else 'no link'}"
        return f"without {link} the score falls by {value:.3g}"

    most = max(found.cut_lost.mean, 0.0)  # what all links together are worth is the scale of each
    axes = ("listener", "speaker")
    return heat_picture(listeners, speakers, values, title, axes, told=told, broad=broad, least=(0.0, most))


def seats_of(found: Worth) -> list[str]:
    """The seats that speak or hear, in the order of the links."""
    return list(dict.fromkeys(seat for edge in found.edges for seat in (edge.speaker, edge.listener)))


def traffic_picture(found: Worth, title: str = "", broad: float = 480.0) -> Picture:
    """Draw the graph of the links. An arrow is the wider, the more its listener hears on it.

    Args:
        found: What was measured.
        title: Heading of the picture, or "" for none.
        broad: Width of the picture in pixels.
    """
    graph = nx.DiGraph()
    graph.add_nodes_from(seats_of(found))
    graph.add_edges_from((edge.speaker, edge.listener) for edge in found.edges)
    traffic = {(edge.speaker, edge.listener): edge.traffic for edge in found.edges}
    return comm_picture({"": graph}, title, traffic, max(broad, width(title, TITLE) + 24))
