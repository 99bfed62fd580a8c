"""The section with the suggestions of the rules in `league/report/advice`. Each suggestion has a command."""

from __future__ import annotations

from collections.abc import Callable

from league.analysis.history import History
from league.report.advice.commands import Suggestion
from league.report.advice.learning import all_drawn, blind, collapsed, mute, untold, watch
from league.report.advice.opponents import beaten_by_a_bot, circling, nemesis, open_lead, outgrown
from league.report.advice.progress import improving, stalled, unclear, unfinished
from league.report.html import ReportSection, joined, paragraph, suggestions, words

Rule = Callable[[History], Suggestion | None]

RULES: dict[str, Rule] = {
    "untold": untold,
    "unfinished": unfinished,
    "improving": improving,
    "stalled": stalled,
    "unclear": unclear,
    "beaten by a bot": beaten_by_a_bot,
    "outgrown": outgrown,
    "open lead": open_lead,
    "nemesis": nemesis,
    "circling": circling,
    "collapsed": collapsed,
    "blind": blind,
    "all drawn": all_drawn,
    "mute": mute,
    "watch": watch,
}
"""The rules, in the order of their suggestions in the report."""


COMPARING = {"improving", "stalled", "unclear", "beaten by a bot", "outgrown", "open lead", "nemesis", "circling", "all drawn"}
"""Rules that compare players. Where no player can be told from another, they would have nothing to say but more games."""


def advice(history: History) -> ReportSection | None:
    """The section “What to do next”, or None if no rule has a suggestion."""
    rules = [rule for name, rule in RULES.items() if history.undecided is None or name not in COMPARING]
    found = [suggestion for rule in rules if (suggestion := rule(history)) is not None]
    if not found:
        return None
    return ReportSection("What to do next", joined(paragraph(words("The figures above suggest:")), suggestions(found)))
