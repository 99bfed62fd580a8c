"""The section about what one number cannot say: the fit of the ratings, Nash averaging, and α-rank."""

from __future__ import annotations

from league.analysis.history import History
from league.report.html import Grid, ReportSection, joined, paragraph, table, words
from league.report.wording import percent, points
from tournaments.rating.game_theory import MOST, meta_ranking
from tournaments.rating.transitivity import transitivity

SHOWN = 12
"""Number of players in the table."""

NOTE = (
    "Nash: the share of a player in the equilibrium of the game of choosing a player; nobody is ahead of that mixture, and a "
    "player outside it is behind. Skill: the mean advantage over the mixture, from −1 to 1 (Nash averaging). α-rank: the share "
    "in the long run if a population copies whoever is ahead. All three know of circles, which a rating does not. Pairs that "
    "never met count as the ratings expect."
)


def meta_game(history: History) -> ReportSection | None:
    """The fit of the ratings, and the players by their share in the equilibrium; None with fewer than three players."""
    if len(history.elo) < 3:
        return None
    ranked = meta_ranking(history.results, history.elo)
    rows = [
        (row.player, percent(row.nash), f"{row.skill:+.3f}", percent(row.alpha_rank), points(history.elo[row.player]))
        for row in ranked[:SHOWN]
    ]
    grid = Grid(("player", "Nash", "skill", "α-rank", "Elo"), rows)
    said = transitivity(history.results, history.elo, history.evidence).sentence
    among = f"The game is that of the {MOST} best players by rating." if len(history.elo) > MOST else ""
    return ReportSection(
        "Beyond one number",
        joined(paragraph(words(said)), table(grid, "Nash averaging and α-rank"), paragraph(words(NOTE), words(among))),
    )
