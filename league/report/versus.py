"""Who beats whom: the payoff table, how far the champion is known to lose, and circles in which nobody is the strongest."""

from __future__ import annotations

from collections.abc import Sequence

from league.charts import Chronicle
from league.pictures import PALETTE, ROOM, legible
from league.report.markup import WIDE, Grid, Markup, Section, figure, figures, joined, paragraph, small, strong, table, words
from league.report.plots import ACCENT, Chart, Curve, curves
from league.report.wording import counted, listed, percent
from league.roster import snapshot_name
from tournaments.cycles import Cycle, cycles
from tournaments.payoff import ENOUGH

FEW = 7
"""Players in the payoff table of a narrow screen."""

CROWD = 80
"""Players among whom circles are looked for: those that the champion met, then the strongest."""

SHOWN = 8
"""Circles in the table."""

COIN = 0.25
"""Cyclicity of players that are all alike: a quarter of the triples is a circle by chance."""


def versus(chronicle: Chronicle) -> Section | None:
    """The payoff table, the strongest first, and what it says about the champion."""
    generation = chronicle.rows[-1].number
    elo = {rating.player: rating.elo for rating in chronicle.ratings}
    newest = [name for name in elo if name.endswith(snapshot_name("", generation))]
    shown = legible(list(elo), newest)
    payoff = chronicle.table(generation, shown)
    if not payoff.games.any():
        return None
    scores = payoff.scores()
    rows = [
        (player, f"{elo[player]:.0f}", *("" if score != score else f"{score:.2f}" for score in scores[row].tolist()))
        for row, player in enumerate(shown)
    ]
    about = f"The score of each of {len(shown)} players against each other, ordered by rating, {chronicle.champion} among them."
    who = "" if len(shown) == len(elo) else " These are the scripted players, the newest, and the best of the others."
    note = f"Per cent of the points that the row took from the column, the strongest at the top and left; grey: never met.{who}"
    drawn = figure(
        "payoff",
        "Payoff table",
        about,
        lambda broad: chronicle.payoff_drawn(generation, "", ROOM if broad >= WIDE else FEW),
        Grid(("player", "Elo", *shown), rows),
        note,
    )
    return Section("Who beats whom", joined(_exploited(chronicle), drawn))


def circles(chronicle: Chronicle) -> Section | None:
    """Players that beat each other in a circle, and how common that is."""
    found = strongest_cycles(chronicle)
    shares = [(row.number, row.figures["cyclicity"]) for row in chronicle.rows if "cyclicity" in row.figures]
    if not found or not shares:
        return None
    now = shares[-1][1]
    judged = (
        "more than among players that are all alike, where it would be a quarter: one number does not rank them"
        if now > COIN
        else "where players that are all alike would give a quarter, and a clear ranking none"
    )
    say = f"{counted(len(found), 'circle')} of three among the players that met at least {ENOUGH} times, the strongest first."
    parts = [
        paragraph(words(say), words("The weakest link decides how strong a circle is.")),
        table(_cycle_grid(found[:SHOWN]), "The strongest circles of three"),
        paragraph(words(f"Of all triples of players that beat each other {percent(now)} are circles, {judged}.")),
    ]
    if len(shares) > 1:
        parts.append(_cyclicity(shares))
    return Section("Circles: A beats B beats C beats A", joined(*parts))


def strongest_cycles(chronicle: Chronicle) -> list[Cycle]:
    """Circles among those whom the champion met and the best."""
    met, ranked = chronicle.champions_meetings.players, [rating.player for rating in chronicle.ratings]
    names = list(dict.fromkeys([*met, *ranked]))[: max(CROWD, len(met))]
    return cycles(chronicle.table(chronicle.rows[-1].number, names))


def _exploited(chronicle: Chronicle) -> Markup:
    """How much the champion is known to lose."""
    generation = chronicle.rows[-1].number
    least = chronicle.exploitability(generation)
    if not (chronicle.champions_meetings.games[0] >= ENOUGH).any():
        return paragraph(words(f"Nobody has met the champion {ENOUGH} times yet, so what it can be made to lose is not known."))
    if least == 0.0:
        said = f"Nobody in the league that met {chronicle.champion} at least {ENOUGH} times is ahead of it:"
        return paragraph(
            words(said), words("its exploitability is not known to be above 0. Somebody trained against it alone may win.")
        )
    said = (
        "more than half of the points go to the opponent that suits it least. A player trained against it alone may take more."
    )
    return paragraph(
        joined(words("The champion's exploitability is at least "), strong(f"{least:.2f}"), words(":")),
        words(f"so much {said}"),
    )


def _cycle_grid(found: Sequence[Cycle]) -> Grid:
    rows = [
        (
            f"{' → '.join(cycle.players)} → {cycle.players[0]}",
            listed([percent(score) for score in cycle.scores]),
            listed([str(games) for games in cycle.games]),
        )
        for cycle in found
    ]
    return Grid(("each beats the next", "by these scores", "in so many games"), rows, (0, 1, 2))


def _cyclicity(shares: Sequence[tuple[int, float]]) -> Markup:
    curve = Curve("", shares, PALETTE[0], weight=ACCENT)
    chart = Chart("generation", "share of triples that are circles", [curve], [("by chance", COIN)], zero=True)
    about = (
        f"From {percent(shares[0][1])} in generation {shares[0][0]} to {percent(shares[-1][1])} in generation {shares[-1][0]}."
    )
    grid = Grid(("generation", "cyclicity"), [(str(number), f"{share:.3f}") for number, share in shares])
    title = "Cyclicity over generations"
    return joined(small("cyclicity", title, about, curves(chart, 420, 230)), figures(grid, title))
