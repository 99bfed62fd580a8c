"""The page with a score card, and the part of it that a league's report shows."""

from __future__ import annotations

from markupsafe import Markup

from league.evaluation.scorecard import TARGETS, Detail, Measured, ScoreCard
from league.report.html import (
    Grid,
    ReportSection,
    bullets,
    definitions,
    joined,
    paragraph,
    render,
    strong,
    style,
    subheading,
    table,
    words,
)
from league.report.wording import counted, listed
from tournaments.viewer.document import document


def scorecard_html(card: ScoreCard) -> str:
    """The page with a score card.

    Returns:
        An HTML file that needs no other file. The same card gives the same text.
    """
    sections = {
        "measures": ReportSection("Measures", measures_table(card)),
        "details": ReportSection("Details", joined(*(_details(each) for each in card.measures))),
        "method": ReportSection("How this was measured", _method(card)),
    }
    body = render("report.html", league=card.subject, summary=_summary(card), answers=_answers(card), sections=sections)
    return document(f"{card.subject}: score card", body, styles=[style()])


def measures_table(card: ScoreCard) -> Markup:
    """The measures beside their targets."""
    rows = [
        (
            TARGETS[each.name].title,
            shown(each.name, each.value),
            _span(each.name, each.low, each.high),
            each.target,
            each.verdict,
        )
        for each in card.measures
    ]
    marked = [number for number, each in enumerate(card.measures) if each.verdict == "missed"]
    grid = Grid(("measure", "value", "95 %", "target", "result"), rows, (0, 3, 4))
    return table(grid, "Score card", marked)


def told(card: ScoreCard) -> str:
    """How many targets are met, in a sentence."""
    counts = card.counts
    said = f"{counts['met']} of {len(card.measures)} targets are met"
    said += f", {counts['missed']} missed" if counts["missed"] else ""
    return f"{said}, {counts['not_measurable']} not measurable." if counts["not_measurable"] else f"{said}."


def shown(name: str, value: float | None) -> str:
    """The value of a measure with its unit; a dash if there is none."""
    return "–" if value is None else TARGETS[name].shown(value)


def _span(name: str, low: float | None, high: float | None) -> str:
    return "–" if low is None or high is None else f"{shown(name, low)} to {shown(name, high)}"


def _summary(card: ScoreCard) -> str:
    seeds = f"seeds {listed([str(seed) for seed in card.seeds])}" if len(card.seeds) > 1 else f"seed {card.seeds[0]}"
    against = f" against {listed(card.opponents)}" if card.opponents else ""
    return (
        f"The score card of a {card.kind} on {card.game}, {seeds}: {counted(card.episodes, 'game')} of each condition{against}."
    )


def _answers(card: ScoreCard) -> Markup:
    missed = [TARGETS[each.name].title for each in card.measures if each.verdict == "missed"]
    pairs = [("Does it meet its targets?", strong(told(card)))]
    if missed:
        pairs.append(("Missed", words(listed(missed))))
    pairs.append(("What is a success?", words(f"{card.criterion}.".capitalize())))
    return definitions(pairs)


def _details(each: Measured) -> Markup:
    head, said = subheading(TARGETS[each.name].title), paragraph(words(each.said))
    if not each.details:
        return joined(head, said)
    rows = [_row(each.name, detail) for detail in each.details]
    return joined(head, said, table(Grid(("of", "value", "95 %", "games"), rows), each.name))


def _row(name: str, detail: Detail) -> tuple[str, ...]:
    unit = "success_rate" if name in ("stability", "robustness") else name
    games = "" if detail.games is None else f"{detail.games:,}"
    return detail.name, shown(unit, detail.value), _span(unit, detail.low, detail.high), games


def _method(card: ScoreCard) -> Markup:
    parts = [
        "A measure of several seeds is a mean over leagues, with Student's interval. That of one player has no such interval.",
        "Noise has 20 % of the standard deviation that a feature has in the player's own games; legal actions stay known.",
        *card.notes,
    ]
    return joined(paragraph(words(f"Examined: {listed(card.players)}.")), bullets(words(part) for part in parts))
