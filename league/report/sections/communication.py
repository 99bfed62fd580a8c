"""The section about messages: the communication graph with the traffic on each link, measured in recorded matches."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from league.analysis.communication import QUIET, Link, Traffic, loudest
from league.analysis.history import History
from league.plotting.comm_plot import comm_picture
from league.report.html import Grid, ReportSection, chart, figures, joined, paragraph, table, words
from league.report.wording import counted, listed

NAMED = 4
"""Maximum number of speakers that a sentence names."""

BROAD = 480.0
"""Maximum width of a graph, in pixels."""


def talk(history: History) -> ReportSection | None:
    """The section about messages, or None if no side of the game sends messages."""
    if not history.traffic:
        return None
    size = history.config.comms.message_size
    parts = [
        paragraph(
            words(f"Before each step every agent sends {counted(size, 'number')}, each between −1 and 1."),
            words("Its team-mates receive the message over the graph. An agent acts on the mean of the messages it receives."),
        )
    ]
    for place, heard in enumerate(history.traffic):
        parts += [paragraph(words(told(heard))), _graph(heard, place)]
    return ReportSection("Messages", joined(*parts))


def told(heard: Traffic) -> str:
    """The speakers and listeners of a side, in one or two sentences."""
    team = f"In a team of {heard.graph.number_of_nodes()} ({heard.side})"
    if not heard.sizes:
        links = counted(heard.graph.number_of_edges(), "link")
        return f"{team} messages go over {links}. No messages were recorded, so their content is not known."
    who = heard.speaker or "the recorded players"
    loud = loudest(heard)
    if not loud:
        return f"{team} all agents may send messages, but the messages of {who} are almost zero."
    by_speaker: dict[str, list[Link]] = {}
    for link in loud:
        by_speaker.setdefault(link[0], []).append(link)
    said = [_said_by(heard, speaker, links) for speaker, links in list(by_speaker.items())[:NAMED]]
    more = len(by_speaker) - len(said)
    rest = f"; {counted(more, 'other')} with smaller messages" if more else ""
    silent = sorted({speaker for speaker, _ in heard.graph.edges} - by_speaker.keys())
    quiet = f" The messages of {listed(silent)} are almost zero." if silent else ""
    return f"{team} played by {who}, the largest messages first: {'; '.join(said)}{rest}.{quiet}"


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
        words("An arrow points from the speaker to the listener. A thicker arrow means more traffic. Traffic is the mean"),
        words("absolute size of a message times the weight of the link,"),
        words(f"measured in {counted(heard.replays, 'recorded match', 'recorded matches')}."),
        words("A message that never changes carries no information, even if it is large. The column “change” shows this."),
        kind="soft",
    )
    whole = table(grid, "Traffic by link") if len(rows) <= 12 else figures(grid, "Traffic by link")
    return joined(drawn, note, whole)
