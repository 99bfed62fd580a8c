"""Who spoke to whom: the communication graph, with the traffic on each link as recorded matches have it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from league.analysis.metrics import Chronicle
from league.plotting.league_plots import comm_picture
from league.report.html import Grid, Markup, Section, chart, figures, joined, paragraph, table, words
from league.report.wording import counted, listed
from tournaments.replay.format import Replay

Link = tuple[str, str]
"""Speaker and listener."""

Messages = NDArray[np.float64]
"""float64 [n, M]: the messages of one seat."""

NAMED = 4
"""Speakers that a sentence names at most."""

BROAD = 480.0
"""Width of a graph where there is room."""

QUIET = 0.01
"""Mean size of what arrives, below which a link carries as good as nothing; messages lie between −1 and 1."""


@dataclass(frozen=True)
class Traffic:
    """What goes over the links of a team.

    Attributes:
        side: The side it plays on.
        graph: Who hears whom; an edge goes from the speaker to the listener.
        sizes: Mean absolute size of a message times the weight that the listener gives it; empty if nothing was recorded.
        changes: How much messages differ from each other, their numbers' mean standard deviation, times that weight.
        messages: How many messages that is measured on.
        speaker: Who was measured: the champion, or "" for everybody who was recorded.
        replays: How many recorded matches were looked at.
    """

    side: str
    graph: nx.DiGraph
    sizes: Mapping[Link, float]
    changes: Mapping[Link, float]
    messages: Mapping[Link, int]
    speaker: str
    replays: int


def traffic(chronicle: Chronicle) -> list[Traffic]:
    """What is said on each side whose players speak, in the newest recorded matches; the champion's if it is among them."""
    graphs = chronicle.comm_graphs()
    replays = chronicle.recorded if graphs else []
    return [_traffic(chronicle, side, graph, replays) for side, graph in graphs.items()]


def loudest(found: Traffic) -> list[Link]:
    """Links by what goes over them, the most first; those that carry as good as nothing are left out."""
    return sorted((link for link in found.sizes if found.sizes[link] >= QUIET), key=lambda link: (-found.sizes[link], link))


def talk(chronicle: Chronicle) -> Section | None:
    """The graph of each side that speaks."""
    found = traffic(chronicle)
    if not found:
        return None
    size = chronicle.config.comms.message_size
    parts = [
        paragraph(
            words(f"Before each step every player says {counted(size, 'number')}, each between −1 and 1."),
            words("Team-mates hear it over the graph and act on the mean of what arrives."),
        )
    ]
    for place, heard in enumerate(found):
        parts += [paragraph(words(told(heard))), _graph(heard, place)]
    return Section("Who spoke to whom", joined(*parts))


def told(heard: Traffic) -> str:
    """Who spoke to whom on a side, in a sentence or two."""
    team = f"In a team of {heard.graph.number_of_nodes()} ({heard.side})"
    if not heard.sizes:
        links = counted(heard.graph.number_of_edges(), "link")
        return f"{team} messages go over {links}; none was recorded, so what was said is not known."
    who = heard.speaker or "the recorded players"
    loud = loudest(heard)
    if not loud:
        return f"{team} all may speak, but the messages of {who} are as good as empty."
    by_speaker: dict[str, list[Link]] = {}
    for link in loud:
        by_speaker.setdefault(link[0], []).append(link)
    said = [_said_by(heard, speaker, links) for speaker, links in list(by_speaker.items())[:NAMED]]
    more = len(by_speaker) - len(said)
    rest = f"; {counted(more, 'other')} less" if more else ""
    silent = sorted({speaker for speaker, _ in heard.graph.edges} - by_speaker.keys())
    quiet = f" As good as silent: {listed(silent)}." if silent else ""
    return f"{team} played by {who}, the loudest first: {'; '.join(said)}{rest}.{quiet}"


def _said_by(heard: Traffic, speaker: str, links: Sequence[Link]) -> str:
    sizes = [heard.sizes[link] for link in links]
    size = f"{min(sizes):.2f}" if max(sizes) - min(sizes) < 0.005 else f"{min(sizes):.2f} to {max(sizes):.2f}"
    same = ", always the same" if max(heard.changes[link] for link in links) < QUIET else ""
    return f"{speaker} to {listed(sorted(listener for _, listener in links))} ({size}{same})"


def _graph(heard: Traffic, place: int) -> Markup:
    sizes = heard.sizes or None
    drawn = chart(
        f"talk-{place}",
        f"Traffic within a team ({heard.side})",
        told(heard),
        lambda broad: comm_picture({"": heard.graph}, "", sizes, min(broad, BROAD)),
    )
    if sizes is None:
        return drawn
    rows = [
        (*link, f"{size:.3f}", f"{heard.changes[link]:.3f}", f"{heard.messages[link]:,}")
        for link, size in sorted(sizes.items(), key=lambda item: (-item[1], item[0]))
    ]
    grid = Grid(("speaker", "listener", "mean size × weight", "change × weight", "messages"), rows, (0, 1))
    note = paragraph(
        words(
            "An arrow goes from the speaker to the listener; the thicker, the more goes over it: the mean absolute size of a"
        ),
        words(
            f"message times the listener's weight, measured in {counted(heard.replays, 'recorded match', 'recorded matches')}."
        ),
        words("What never changes tells nothing new, however large: see the column “change”."),
        kind="soft",
    )
    whole = table(grid, "Traffic by link") if len(rows) <= 12 else figures(grid, "Traffic by link")
    return joined(drawn, note, whole)


def _traffic(chronicle: Chronicle, side: str, graph: nx.DiGraph, replays: Sequence[Replay]) -> Traffic:
    game = chronicle.game
    teams = next(found.teams for found in game.sides if found.name == side)
    # All teams of a side are made alike: the others' seats count as those of the first team in the same places.
    place = {
        seat: game.seats[first] for team in teams for seat, first in zip(game.teams[team], game.teams[teams[0]], strict=True)
    }
    speaking = {replay.seats[seat].player for replay in replays for seat in place}
    champion = chronicle.champion if chronicle.champion in speaking else ""
    said: dict[Link, list[Messages]] = {}
    heard = 0
    for replay in replays:
        loud = _said(replay, {seat for seat in place if not champion or replay.seats[seat].player == champion})
        heard += bool(loud)
        for channel in replay.channels:
            if channel.speaker in loud and channel.listener in place:
                link = place[channel.speaker], place[channel.listener]
                said.setdefault(link, []).append(channel.weight * loud[channel.speaker])
    arrived = {link: np.concatenate(parts) for link, parts in said.items()}
    return Traffic(
        side,
        graph,
        {link: float(np.nanmean(np.abs(messages))) for link, messages in arrived.items()},
        {link: float(np.nanmean(np.nanstd(messages, axis=0))) for link, messages in arrived.items()},
        {link: len(messages) for link, messages in arrived.items()},
        champion,
        heard,
    )


def _said(replay: Replay, seats: Collection[int]) -> dict[int, Messages]:
    """Seat → what it said."""
    found: dict[int, list[tuple[float | None, ...]]] = {}
    for step in replay.steps:
        for decision in step.decisions:
            if decision.message is not None and decision.seat in seats:
                found.setdefault(decision.seat, []).append(decision.message)
    return {seat: np.array(messages, np.float64) for seat, messages in found.items()}
