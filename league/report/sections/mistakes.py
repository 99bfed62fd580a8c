"""The section about mistakes: the decisions of each generation's players beside perfect play, in solved games."""

from __future__ import annotations

from league.analysis.history import History
from league.evaluation.mistakes import LATE, SAMPLE, MistakeRate
from league.plotting.curves import ACCENT, OTHER, Chart, Curve, curves
from league.plotting.palette import PALETTE
from league.report.html import NARROW, Grid, ReportSection, joined, paragraph, side_by_side, small, table, words
from league.report.wording import percent

MEANING = (
    "A mistake turns a won position into a drawn or lost one, or a drawn position into a lost one, by comparison with perfect "
    f"play. Judged are up to {SAMPLE} decisions of the players that were frozen in a generation, one of each match and player, "
    "drawn at random. The intervals are Wilson's for 95 %. The share is one of all decisions, also of those in lost positions, "
    "where no mistake is possible."
)


def mistakes(history: History) -> ReportSection | None:
    """The section with the mistake rates, or None if they were not measured or the game is not solved."""
    rates = [rate for rate in history.evaluations.mistakes if rate.generation <= history.number and rate.rate is not None]
    if not rates:
        return None
    starts = sorted({rate.first for rate in rates})
    by_start = {first: [rate for rate in rates if rate.first == first] for first in starts}
    lines = [_curve(found, place, named=len(starts) > 1) for place, found in enumerate(by_start.values())]
    told = " ".join(_told(found) for found in by_start.values())
    rows = [
        (
            str(rate.generation),
            _from(rate.first),
            percent(rate.rate or 0.0),
            f"{percent(rate.interval[0])} to {percent(rate.interval[1])}",
            str(rate.decisions),
            str(rate.unknown),
        )
        for rate in rates
    ]
    grid = Grid(("generation", "decisions", "mistakes", "95 %", "judged", "not known"), rows, (1,))
    parts = [paragraph(words(told), words(MEANING))]
    if len({rate.generation for rate in rates}) > 1:
        drawn = curves(Chart("generation", "mistakes, per cent", lines, zero=True), NARROW, 240)
        parts.append(side_by_side([small("mistake-rate", "Mistakes by generation", told, drawn)]))
    return ReportSection("Mistakes", joined(*parts, table(grid, "Mistakes by generation")))


def _curve(rates: list[MistakeRate], place: int, *, named: bool) -> Curve:
    points = [(float(rate.generation), 100 * (rate.rate or 0.0)) for rate in rates]
    band = [(float(rate.generation), 100 * rate.interval[0], 100 * rate.interval[1]) for rate in rates]
    name = _from(rates[0].first) if named else ""
    return Curve(name, points, PALETTE[place], band, weight=OTHER if place else ACCENT)


def _from(first: int) -> str:
    return f"after move {first}" if first else "all moves"


def _told(rates: list[MistakeRate]) -> str:
    first, last = rates[0], rates[-1]
    which = {0: "decisions", LATE: f"late decisions (after move {LATE})"}.get(last.first, f"decisions after move {last.first}")
    low, high = last.interval
    said = f"In generation {last.generation}, {percent(last.rate or 0.0)} of the {which} were mistakes"
    before = "" if first is last else f"; in generation {first.generation} it was {percent(first.rate or 0.0)}"
    return f"{said} (95 %: {percent(low)} to {percent(high)}){before}."
