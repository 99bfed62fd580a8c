"""The section with score cards, if somebody asked for one."""

from __future__ import annotations

from markupsafe import Markup

from league.analysis.history import History
from league.evaluation.scorecard import TARGETS, ScoreCard
from league.report.html import ReportSection, bullets, joined, paragraph, subheading, words
from league.report.scorecard_page import measures_table, told


def score_card(history: History) -> ReportSection | None:
    """The section with the score cards of players, or None if nobody asked for one."""
    cards = history.evaluations.score_cards
    if not cards:
        return None
    parts: list[Markup] = []
    for card in cards:
        parts += [subheading(card.subject), paragraph(words(told(card))), measures_table(card), said(card)]
    return ReportSection("Score card", joined(*parts))


def said(card: ScoreCard) -> Markup:
    """What the measures rest on, one sentence each."""
    return bullets(words(f"{TARGETS[each.name].title}: {each.said}") for each in card.measures)
