"""Who beats whom: the payoff table, how far the champion is known to lose, and circles in which nobody is the strongest."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from league.analysis.head_to_head import COIN, Circularity, Meeting, circularity, lost
from league.analysis.history import History
from league.plotting.curves import ACCENT, Chart, Curve, curves
from league.plotting.league_plots import payoff_drawn, payoff_shown
from league.plotting.palette import PALETTE
from league.plotting.payoff_plot import ROOM
from league.report.html import WIDE, Grid, ReportSection, figure, figures, joined, paragraph, small, strong, table, words
from league.report.wording import counted, listed, percent
from tournaments.rating.cycles import Cycle, cycles
from tournaments.rating.payoff import ENOUGH, Payoff

FEW = 7
"""Players in the payoff table of a narrow screen."""

CROWD = 80
"""Players among whom circles are looked for: those that the champion met, then the strongest."""

SHOWN = 8
"""Circles in the table."""


def versus(history: History) -> ReportSection | None:
    """The payoff table, the strongest first, and what it says about the champion."""
    shown = payoff_shown(history)
    payoff = history.table(shown)
    if not payoff.games.any():
        return None
    scores = payoff.scores()
    rows = [
        (player, f"{history.elo[player]:.0f}", *("" if score != score else f"{score:.2f}" for score in scores[row].tolist()))
        for row, player in enumerate(shown)
    ]
    grid = Grid(("player", "Elo", *shown), rows)
    return ReportSection("Who beats whom", joined(_exploited(history), _payoff_figure(history, grid)))


def _payoff_figure(history: History, grid: Grid) -> Markup:
    """The payoff table in two widths; each says how many players are in it."""

    def count(room: int) -> int:
        return len(payoff_shown(history, room))

    def about(broad: float) -> str:
        who = f"{count(_room(broad))} players against each other, ordered by rating, {history.champion} among them"
        return f"The score of each of {who}."

    note = "Per cent of the points that the row took from the column, the strongest at the top and left; grey: never met."
    left_out = _left_out(count(ROOM), count(FEW), len(history.ratings))
    return figure("payoff", "Payoff table", about, lambda broad: payoff_drawn(history, "", _room(broad)), grid, note + left_out)


def _room(broad: float) -> int:
    """Players for whom there is room in a width."""
    return ROOM if broad >= WIDE else FEW


def _left_out(wide: int, narrow: int, everybody: int) -> str:
    """Which players are in the picture; "" where all are."""
    if narrow == everybody:
        return ""
    who = "the champion, the scripted players, the newest, and the best of the others"
    if wide == everybody:
        return f" On a narrow screen {narrow} of the {everybody} players are drawn: {who}."
    return f" Drawn are {wide} of {everybody} players, on a narrow screen {narrow}: {who}."


def circles(history: History) -> ReportSection | None:
    """Players that beat each other in a circle, and how common that is."""
    crowd = crowd_of(history)
    found = cycles(crowd)
    shares = [(row.number, row.figures["cyclicity"]) for row in history.rows if "cyclicity" in row.figures]
    if not found or not shares:
        return None
    say = f"{counted(len(found), 'circle')} of three among the players that met at least {ENOUGH} times, the strongest first."
    parts = [
        paragraph(words(say), words("The weakest link decides how strong a circle is.")),
        table(_cycle_grid(found[:SHOWN]), "The strongest circles of three"),
        paragraph(words(circularity_told(circularity(crowd)))),
    ]
    if len(shares) > 1:
        parts += [paragraph(words("The curve counts all players that met, however seldom."), kind="soft"), _cyclicity(shares)]
    return ReportSection("Circles: A beats B beats C beats A", joined(*parts))


def circularity_told(found: Circularity) -> str:
    """The same in a sentence."""
    if not found.triples:
        return "Between no three players are all leads larger than what chance explains, so that the circles may be chance."
    share = found.circles / found.triples
    if found.clear:
        judged = "more than among players that are all alike, where it would be a quarter: one number does not rank them"
    elif share > COIN:
        judged = "which may be chance: among players that are all alike it would be a quarter"
    else:
        judged = "where players that are all alike would give a quarter, and a clear ranking none"
    return (
        f"Of the triples in which chance explains none of the three leads, {percent(share)} are circles "
        f"({found.circles:,} of {found.triples:,}), {judged}."
    )


def crowd_of(history: History) -> Payoff:
    """Results between those whom the champion met and the best."""
    met = history.champions_table.players
    names = list(dict.fromkeys([*met, *history.elo]))[: max(CROWD, len(met))]
    return history.table(names)


def _exploited(history: History) -> Markup:
    """How much the champion is known to lose."""
    least, found = history.exploitability, [each for each in history.meetings if each.counts]
    if not found:
        return paragraph(words(f"Nobody has met the champion {ENOUGH} times yet, so what it can be made to lose is not known."))
    if least == 0.0:
        said = f"Nobody in the league that met {history.champion} at least {ENOUGH} times is ahead of it:"
        return paragraph(
            words(said), words("its exploitability is not known to be above 0. Somebody trained against it alone may win.")
        )
    sure = [each for each in lost(found) if each.sure]
    if not sure:
        worst = min(found, key=lambda each: (each.wins + each.draws / 2 + 1) / (each.games + 2))  # as exploitability does
        return paragraph(
            joined(
                words("The champion's exploitability is "), strong(f"{least:.2f}"), words(" by these results, which may be")
            ),
            words(f"chance: {_taken(worst)}. A player trained against the champion alone may take more."),
        )
    worst = min(sure, key=lambda each: each.high)
    return paragraph(
        joined(words("The champion's exploitability is at least "), strong(f"{0.5 - worst.high:.2f}"), words(":")),
        words(f"{_taken(worst)}, and by the 95 % interval {percent(1 - worst.high)} or more. A player trained against the"),
        words("champion alone may take more."),
    )


def _taken(meeting: Meeting) -> str:
    """What an opponent took from the champion."""
    return f"{meeting.opponent} takes {percent(1 - meeting.score)} of the points in {counted(meeting.games, 'game')}"


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
