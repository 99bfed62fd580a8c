"""The section with ratings that follow time: Whole-History Rating of the lines of players."""

from __future__ import annotations

from league.analysis.history import History
from league.plotting.curves import ACCENT, OTHER, Chart, Curve, curves
from league.plotting.palette import PALETTE
from league.population.player import ANCHOR, is_snapshot, original_of
from league.report.html import Grid, ReportSection, figure, joined, paragraph, words
from league.report.wording import points
from tournaments.rating.whole_history import DRIFT, Moment, whole_history

DRAWN = 6
"""Number of lines that are drawn, the best at their last snapshot."""

MOST = 1000
"""With more snapshots than this the section is left out: the page would wait for it."""

NOTE = (
    "Every line of players is a random walk, fitted as a whole to all results (Whole-History Rating, Coulom 2008). A snapshot "
    f"is rated by its games and by its neighbours in time, with a change of {DRIFT:.0f} points per generation as its scale. "
    "The curve is smoother than that of the ratings, which take every snapshot for a player of its own."
)


def over_time(history: History) -> ReportSection | None:
    """The ratings of the lines over time; None if no line has two snapshots."""
    frozen = {player.name: player for player in history.players if is_snapshot(player) and player.frozen is not None}
    when = {name: (original_of(player), float(player.frozen or 0)) for name, player in frozen.items() if name in history.elo}
    if not 1 < len(when) <= MOST or ANCHOR not in history.results.players:
        return None
    lines: dict[str, list[Moment]] = {}
    for moment in whole_history(history.results, when, ANCHOR):
        if moment.player in when:
            lines.setdefault(moment.line, []).append(moment)
    best = sorted(lines, key=lambda line: (-lines[line][-1].elo, line))[:DRAWN]
    if not any(len(lines[line]) > 1 for line in best):
        return None
    drawn = [
        Curve(line, [(moment.time, moment.elo) for moment in lines[line]], PALETTE[place], weight=OTHER if place else ACCENT)
        for place, line in enumerate(best)
    ]
    rows = [
        (
            moment.player,
            f"{moment.time:g}",
            points(moment.elo),
            points(moment.low),
            points(moment.high),
            points(history.elo[moment.player]),
        )
        for line in best
        for moment in lines[line]
    ]
    top = lines[best[0]]
    about = (
        f"{best[0]} rose from {points(top[0].elo)} to {points(top[-1].elo)}."
        if top[-1].elo > top[0].elo
        else (f"{best[0]} went from {points(top[0].elo)} to {points(top[-1].elo)}.")
    )
    chart = Chart("generation", "Elo, bot:random fixed at 0", drawn)
    grid = Grid(("player", "generation", "Elo", "low", "high", "Elo by itself"), rows)
    picture = figure("over-time", "Lines over time", about, lambda broad: curves(chart, broad, 320.0), grid)
    return ReportSection("Ratings that follow time", joined(paragraph(words(NOTE)), picture))
