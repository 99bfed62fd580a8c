"""The section about progress: what was printed while the league ran, beside the ratings of the same champions today."""

from __future__ import annotations

from league.analysis.history import History
from league.plotting.curves import ACCENT, OTHER, Chart, Curve, curves
from league.plotting.palette import PALETTE
from league.report.html import NARROW, Grid, ReportSection, figures, joined, paragraph, side_by_side, small, words
from league.report.wording import percent, points

NOTE = (
    "Progress rates each generation's newest players against earlier ones, whose published values stay. It was printed while "
    "the league ran. Where styles beat each other in circles, it grows faster than the ratings. The ratings are one fit to all "
    "results of the league, made anew for this page."
)


def progress(history: History) -> ReportSection | None:
    """The progress of the champions, their ratings today, and their scores; None with one generation."""
    seen = history.champions
    steps = [(float(row.number), found.points) for row, found in zip(history.rows, seen, strict=True)]
    published = [(number, value) for number, value in steps if value is not None]
    ratings = [(float(row.number), history.elo[row.champion]) for row in history.rows if row.champion in history.elo]
    if len(published) < 2:
        return None
    scores = {
        "scripted players": [(float(n), 100 * found.bots) for n, found in enumerate(seen) if found.bots is not None],
        "champion before": [
            (float(n), 100 * found.against_previous) for n, found in enumerate(seen) if found.against_previous is not None
        ],
    }
    lines = [
        Curve("progress", published, PALETTE[0], weight=ACCENT, dots=False),
        Curve("Elo today", ratings, PALETTE[1], weight=OTHER, dots=False),
    ]
    about = f"The progress of the champion rose from {points(published[0][1])} to {points(published[-1][1])}."
    if published[-1][1] <= published[0][1]:
        about = f"The progress of the champion was {points(published[0][1])} and is {points(published[-1][1])}."
    charts = [
        small("progress-points", "Progress of the champion", about, curves(Chart("generation", "points", lines), NARROW, 240))
    ]
    against = [Curve(name, found, PALETTE[2 + place]) for place, (name, found) in enumerate(scores.items()) if len(found) > 1]
    if against:
        chart = Chart("generation", "score of the champion, per cent", against, [("even", 50.0)])
        told = "The champion's score against scripted players, and against the champion before."
        charts.append(small("progress-scores", "Score of the champion", told, curves(chart, NARROW, 240)))
    rows = [
        (
            str(row.number),
            row.champion,
            "" if found.points is None else points(found.points),
            points(history.elo[row.champion]) if row.champion in history.elo else "",
            "" if found.bots is None else percent(found.bots),
            "" if found.against_previous is None else percent(found.against_previous),
        )
        for row, found in zip(history.rows, seen, strict=True)
    ]
    head = ("generation", "champion", "progress", "Elo today", "against scripted players", "against the champion before")
    table = figures(Grid(head, rows, (1,)), "Champions by generation")
    return ReportSection("Progress", joined(paragraph(words(about), words(NOTE)), side_by_side(charts), table))
