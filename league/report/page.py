"""The report of a league as one page. The most important sections come first."""

from __future__ import annotations

from collections.abc import Callable

from league.analysis.history import History
from league.population.player import learns
from league.report.html import ReportSection, render, style
from league.report.sections.advice import advice
from league.report.sections.answers import answers
from league.report.sections.champion import champion
from league.report.sections.communication import talk
from league.report.sections.crossplay import partners
from league.report.sections.family import family
from league.report.sections.groups import groups
from league.report.sections.growth import drift, growth
from league.report.sections.head_to_head import circles, versus
from league.report.sections.messages import worth
from league.report.sections.meta_game import meta_game
from league.report.sections.mistakes import mistakes
from league.report.sections.practice import opponents, time, training
from league.report.sections.progress import progress
from league.report.sections.returns import returns
from league.report.sections.score_card import score_card
from league.report.sections.time_curve import over_time
from league.report.wording import counted, duration
from tournaments.viewer.document import document

SECTIONS: dict[str, Callable[[History], ReportSection | None]] = {
    "champion": champion,
    "score-card": score_card,
    "returns": returns,
    "progress": progress,
    "mistakes": mistakes,
    "growth": growth,
    "groups": groups,
    "versus": versus,
    "family": family,
    "over-time": over_time,
    "drift": drift,
    "talk": talk,
    "worth": worth,
    "partners": partners,
    "circles": circles,
    "meta-game": meta_game,
    "opponents": opponents,
    "training": training,
    "time": time,
    "next": advice,
}
"""The sections in order, by the id in the page. A section that has nothing to show returns None and is left out.

To add a section, add a function:

    def lengths(history: History) -> ReportSection | None:
        steps = [match.steps for match in history.matches]
        if not steps:
            return None
        return ReportSection("How long games are", paragraph(words(f"From {min(steps)} to {max(steps)} steps.")))

    SECTIONS["lengths"] = lengths
"""


def report_html(history: History) -> str:
    """The report as of the last generation of a history.

    Args:
        history: The league; at least one generation is committed.

    Returns:
        An HTML file that needs no other file. The same league gives the same text.
    """
    found = {name: section for name, make in SECTIONS.items() if (section := make(history)) is not None}
    body = render("report.html", league=history.name, summary=_summary(history), answers=answers(history), sections=found)
    return document(f"{history.name}: report", body, styles=[style()])


def _summary(history: History) -> str:
    """The game, the generations, the players, the seed and the time, in two sentences."""
    rows, config = history.rows, history.config
    seconds = sum(row.seconds for row in rows)
    learnt = sum(map(learns, history.players))
    made, planned = counted(len(rows), "generation"), counted(config.generations, "generation")
    generations = made if len(rows) >= config.generations else f"{len(rows)} of {planned}"
    return (
        f"A league on {config.game.name}: {generations}, {counted(config.players, 'player')} at a time, "
        f"{counted(learnt, 'player')} in all, seed {config.seed}. It ran for {duration(seconds)}. "
        f"Generation {history.number} was committed at {rows[-1].committed_at} UTC."
    )
