"""Who spoke to whom: the communication graph, with the traffic on each link according to recorded matches."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from league.analysis.communication import QUIET, Link, Traffic, loudest
from league.analysis.history import History
from league.plotting.comm_plot import comm_picture
from league.report.html import Grid, ReportSection, chart, figures, joined, paragraph, table, words
from league.report.wording import counted, listed

NAMED = 4
"""Speakers that a sentence names at most."""

BROAD = 480.0
"""Width of a graph where there is room."""


def talk(history: History) -> ReportSection | None:
    """The graph of each side that speaks."""
    if not history.traffic:
        return None
    size = history.config.comms.message_size
    parts = [
        paragraph(
            words(f"Before each step every player says {counted(size, 'number')}, each between −1 and 1."),
            words("Team-mates hear it over the graph and act on the mean of what arrives."),
        )
    ]
    for place, heard in enumerate(history.traffic):
        parts += [paragraph(words(told(heard))), _graph(heard, place)]
    return ReportSection("Who spoke to whom", joined(*parts))


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
