"""The section about what messages are worth, for the players of which it was measured."""

from __future__ import annotations

from markupsafe import Markup

from league.analysis.history import History
from league.evaluation.worth import ChannelWorth, EdgeWorth, Loss, Worth
from league.plotting.worth_plot import MEASURES, channel_name, edges_picture, traffic_picture, worth_picture
from league.report.html import (
    Grid,
    ReportSection,
    chart,
    figures,
    joined,
    paragraph,
    side_by_side,
    small,
    subheading,
    table,
    words,
)
from league.report.wording import counted, listed, rounded

GRAPH = 440.0
"""Width of the graph with edge widths, in pixels."""


def worth(history: History) -> ReportSection | None:
    """The section about what messages are worth, or None if nobody measured it."""
    known = history.evaluations
    if not known.messages and not known.faults:
        return None
    parts = [part for place, found in enumerate(known.messages) for part in _of_player(found, place)]
    parts += [paragraph(words(f"Not shown: {fault}."), kind="soft") for fault in known.faults]
    return ReportSection("What messages are worth", joined(*parts))


def told(found: Worth) -> str:
    """The result in a few sentences."""
    what = MEASURES[found.measure]
    said = f"As it is, the {what} of {found.player} is {_score(found.score, found.low, found.high)}."
    said += f" With all links cut it is {rounded(found.score_cut)}; {_lost(found.cut_lost)}."
    if found.score_trained_without is not None and found.without_lost is not None:
        said += f" The same settings trained without messages reach {rounded(found.score_trained_without)};"
        said += f" {_lost(found.without_lost)}."
    if found.score_without_memory is not None and found.memory_lost is not None:
        said += f" With its memory wiped before every decision it is {rounded(found.score_without_memory)};"
        said += f" {_lost(found.memory_lost)}."
    if found.chance is not None:
        said += f" Chance is {rounded(found.chance)}, as the game declares it."
    said += f" A team sends {rounded(found.bits_per_step)} bits per step."
    worthless = found.cut_lost.mean <= 0 or (found.cut_lost.low is not None and found.cut_lost.low <= 0)
    enough = [] if worthless else [each for each in found.channels if each.kind == "bits" and _as_good(found, each)]
    if enough:
        least = min(enough, key=lambda each: each.value)
        each = f"{counted(round(least.value), 'bit')} a number"
        said += f" With {each} ({rounded(least.bits_per_step)} per step in all) the score is as good."
    return said


def _as_good(found: Worth, each: ChannelWorth) -> bool:
    """Whether a channel loses nothing that can be told from chance, and little of what all messages are worth."""
    certain = each.lost.low is not None and each.lost.low > 0
    return not certain and each.lost.mean <= max(0.05 * found.cut_lost.mean, 0.0) + 1e-9


def heeded(found: Worth) -> str:
    """Which seats use what they are told, and what they remember, in sentences; "" if there are no probes."""
    sentences = []
    for what, probes in (
        ("what they are told", [(each.seat, each.messages) for each in found.probes if each.messages is not None]),
        ("what they remember", [(each.seat, each.memory) for each in found.probes if each.memory is not None]),
    ):
        if probes:
            using = [f"{seat} ({known.bits:.2f} bits)" for seat, known in probes if known.told]
            others = [seat for seat, known in probes if not known.told]
            if using:
                sentences.append(f"Beyond what they see, these seats use {what}: {listed(using)}.")
            if others:
                sentences.append(f"No use of {what} was found for {listed(others)}.")
    return " ".join(sentences)


def _of_player(found: Worth, place: int) -> list[Markup]:
    title = f"Scores of {found.player} under other conditions"
    drawn = chart(
        f"worth-{place}",
        title,
        told(found),
        lambda broad: worth_picture(found, broad=broad),
        figures(_channels(found), title),
        f"The same {counted(found.games, 'game')}{' against each opponent' if found.opponents else ''} in every row. Bars are "
        "95 % intervals: in the first row of the score, in the others of its difference from the first.",
    )
    links = side_by_side(
        [
            small(f"edges-{place}", "What each link is worth", _about_edges(found), edges_picture(found, broad=GRAPH)),
            small(
                f"traffic-{place}", "Who speaks to whom how much", _about_traffic(found), traffic_picture(found, broad=GRAPH)
            ),
        ]
    )
    notes = [
        words(
            "What a link is worth is the score as it is minus the score with this link cut. Traffic is the mean absolute size"
        ),
        words("of a message times the weight that its listener gives to it."),
        *map(words, found.notes),
    ]
    parts = [subheading(found.player), paragraph(words(told(found))), drawn, links, _links_table(found)]
    probes = [paragraph(words(heeded(found))), table(_probes(found), "Probes")] if found.probes else []
    return [*parts, *probes, paragraph(*notes, kind="soft")]


def _about_edges(found: Worth) -> str:
    worst = [edge for edge in found.edges if edge.score_without is not None]
    if not worst:
        return "No link was cut."
    most = min(worst, key=lambda edge: edge.score_without or 0.0)
    return f"Without the link from {most.speaker} to {most.listener} the score is {rounded(most.score_without or 0.0)}."


def _about_traffic(found: Worth) -> str:
    loud = max(found.edges, key=lambda edge: edge.traffic)
    return f"The most traffic is from {loud.speaker} to {loud.listener}: {loud.traffic:.2f}."


def _channels(found: Worth) -> Grid:
    bits, whole = rounded(found.bits_per_step), _span(found.low, found.high)
    rows = [
        ("as it is", rounded(found.score), whole, "", "", bits),
        ("all links cut", rounded(found.score_cut), _span(found.cut_low, found.cut_high), *_two(found.cut_lost), "0"),
    ]
    if found.score_trained_without is not None:
        span = _span(found.without_low, found.without_high)
        rows.append(("trained without", rounded(found.score_trained_without), span, *_two(found.without_lost), "0"))
    if found.score_without_memory is not None:
        rows.append(("memory wiped", rounded(found.score_without_memory), "–", *_two(found.memory_lost), bits))
    for each in found.channels:
        name, span = channel_name(each.kind, each.value), _span(each.low, each.high)
        rows.append((name, rounded(each.score), span, *_two(each.lost), rounded(each.bits_per_step)))
    return Grid(("condition", MEASURES[found.measure], "95 %", "lost", "95 % of it", "bits per step"), rows)


def _links_table(found: Worth) -> Markup:
    def worth_of(edge: EdgeWorth) -> float:
        return 0.0 if edge.lost is None else -edge.lost.mean

    rows = [
        (
            edge.speaker,
            edge.listener,
            "–" if edge.score_without is None else rounded(edge.score_without),
            *_two(edge.lost),
            f"{edge.traffic:.3f}",
            f"{edge.weight:.3f}",
        )
        for edge in sorted(found.edges, key=worth_of)
    ]
    grid = Grid(("speaker", "listener", "score without", "lost", "95 % of it", "traffic", "weight"), rows, (0, 1))
    return table(grid, "Links") if len(rows) <= 12 else figures(grid, "Links")


def _probes(found: Worth) -> Grid:
    rows = []
    for each in found.probes:
        for what, known in (("messages", each.messages), ("memory", each.memory)):
            if known is not None:
                rows.append(
                    (each.seat, what, f"{known.bits:.2f}", f"{known.null_high:.2f}", f"{known.p:.3f}", f"{known.samples:,}")
                )
    return Grid(("seat", "from", "bits", "95 % of chance below", "p", "games"), rows, (0, 1))


def _lost(lost: Loss) -> str:
    """What is lost, in words."""
    if abs(lost.mean) < 1e-9:
        return "nothing is lost"
    said = f"{rounded(abs(lost.mean))} is {'lost' if lost.mean > 0 else 'gained'}"
    if lost.low is None or lost.high is None:
        return said
    low, high = (lost.low, lost.high) if lost.mean > 0 else (-lost.high, -lost.low)
    return f"{said} (95 %: {rounded(low)} to {rounded(high)})"


def _two(lost: Loss | None) -> tuple[str, str]:
    return ("–", "–") if lost is None else (rounded(lost.mean), _span(lost.low, lost.high))


def _score(mean: float, low: float | None, high: float | None) -> str:
    return rounded(mean) if low is None or high is None else f"{rounded(mean)} ({rounded(low)} to {rounded(high)})"


def _span(low: float | None, high: float | None) -> str:
    return "–" if low is None or high is None else f"{rounded(low)} to {rounded(high)}"
