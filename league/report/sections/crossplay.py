"""The section about cross-play: who can work with whom."""

from __future__ import annotations

from league.analysis.history import History
from league.evaluation.crossplay import CrossPlay
from league.plotting.crossplay_plot import cross_play_picture
from league.report.html import Grid, ReportSection, chart, figures, joined, paragraph, table, words
from league.report.wording import counted, rounded

NARROWEST_SHARE = 0.5
"""Players whose cross-play is less than this share of the way from the anchor to their self-play do not work with strangers."""


def partners(history: History) -> ReportSection | None:
    """The section about teams that two players share, or None if nobody measured it."""
    found = history.evaluations.cross_play
    if found is None:
        return None
    seeds = found.pairs[0].seeds
    who = (
        "the two share the seats"
        if found.alike
        else f"the row's player is {found.first_seat}, the column's has the other seats"
    )
    drawn = chart(
        "partners",
        "Mean return of teams that two players share",
        told(found),
        lambda broad: cross_play_picture(found, broad=broad),
        figures(_pairs(found), "Mean return of teams that two players share"),
        f"Darker is more; {who}. On the diagonal a player holds all seats.",
    )
    notes = [
        words("Proximity compares a player with the best known response to each partner: 1 is as good, 0 is as bad as"),
        words(f"{found.anchor}. It is the interquartile mean over the partners; the intervals are bootstrapped over seeds."),
        *map(words, found.notes),
    ]
    grid = _players(found)
    parts = [paragraph(words(told(found))), drawn, table(grid, "Working with others"), paragraph(*notes, kind="soft")]
    return ReportSection(
        "Who can work with whom",
        joined(
            *parts,
            paragraph(words(f"Every pair played {counted(2 * seeds, 'game')} on {counted(seeds, 'seed')}."), kind="soft"),
        ),
    )


def told(found: CrossPlay) -> str:
    """The result in two or three sentences."""
    if found.cross_play is None:
        return f"Alone, the player earns {rounded(found.self_play)} in the mean."
    base = next(pair.mean for pair in found.pairs if pair.player == pair.partner == found.anchor)
    said = (
        f"Alone, the players earn {rounded(found.self_play)} in the mean, and with one another {rounded(found.cross_play)}; "
        f"{found.anchor} alone earns {rounded(base)}."
    )
    strangers = found.cross_play - base < NARROWEST_SHARE * (found.self_play - base)
    verdict = "They do not understand one another." if strangers else "They work with players that they have never met."
    mixed = found.diversity
    kinds = f"Their best responses are like {mixed.effective:.1f} different ones among {counted(mixed.partners, 'partner')}."
    return f"{said} {verdict} {kinds}"


def _pairs(found: CrossPlay) -> Grid:
    rows = [
        (pair.player, pair.partner, rounded(pair.mean), _span(pair.low, pair.high), str(pair.seeds)) for pair in found.pairs
    ]
    return Grid((f"as {found.first_seat}", "other seats", "mean return", "95 %", "games"), rows, (0, 1))


def _players(found: CrossPlay) -> Grid:
    rows = [
        (
            row.player,
            row.best_response,
            rounded(row.self_play),
            "–" if row.cross_play is None else rounded(row.cross_play),
            "–" if row.proximity is None else rounded(round(row.proximity, 2) + 0.0),
            _span(row.low, row.high),
        )
        for row in found.players
    ]
    return Grid(("player", "best partner", "alone", "with others", "proximity", "95 %"), rows, (0, 1))


def _span(low: float | None, high: float | None) -> str:
    return "–" if low is None or high is None else f"{rounded(low)} to {rounded(high)}"
