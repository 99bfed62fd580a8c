"""The sections about scores between players: the payoff table, the champion's exploitability, and circles of players."""

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
"""Number of players in the payoff table on a narrow screen."""

CROWD = 80
"""Number of players that are searched for circles: the champion's opponents, the hardest first, then the highest rated."""

SHOWN = 8
"""Maximum number of circles in the table."""


def versus(history: History) -> ReportSection | None:
    """The section with the payoff table, ordered by rating, and the champion's exploitability."""
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
    return ReportSection("Scores between players", joined(_exploited(history), _payoff_figure(history, grid)))


def _payoff_figure(history: History, grid: Grid) -> Markup:
    """The payoff table in two widths. The description of each says how many players are in it."""

    def count(room: int) -> int:
        return len(payoff_shown(history, room))

    def about(broad: float) -> str:
        who = f"{count(_room(broad))} players against each other, ordered by rating, {history.champion} among them"
        return f"The score of each of {who}."

    note = (
        "A cell is the score of the row's player against the column's player, in per cent. The highest rating is at the top "
        "and at the left. Grey: never met."
    )
    left_out = _left_out(count(ROOM), count(FEW), len(history.ratings))
    return figure("payoff", "Payoff table", about, lambda broad: payoff_drawn(history, "", _room(broad)), grid, note + left_out)


def _room(broad: float) -> int:
    """The number of players that fit into a width in pixels."""
    return ROOM if broad >= WIDE else FEW


def _left_out(wide: int, narrow: int, everybody: int) -> str:
    """A sentence that says which players are in the picture, or "" if all are."""
    if narrow == everybody:
        return ""
    who = "the champion, the scripted players, the newest, and the best of the others"
    if wide == everybody:
        return f" On a narrow screen {narrow} of the {everybody} players are drawn: {who}."
    return f" The chart shows {wide} of {everybody} players, and {narrow} on a narrow screen: {who}."


def circles(history: History) -> ReportSection | None:
    """The section about circles of players that beat each other, or None if there are none."""
    crowd = crowd_of(history)
    found = cycles(crowd)
    shares = [(row.number, row.figures["cyclicity"]) for row in history.rows if "cyclicity" in row.figures]
    if not found or not shares:
        return None
    say = f"There are {counted(len(found), 'circle')} of three among the players that met at least {ENOUGH} times."
    order = "The strongest circle comes first. The strength of a circle is its lowest score."
    parts = [
        paragraph(words(say), words(order)),
        table(_cycle_grid(found[:SHOWN]), "The strongest circles of three"),
        paragraph(words(circularity_told(circularity(crowd, history.evidence)))),
    ]
    if len(shares) > 1:
        parts += [
            paragraph(words("The curve counts all pairs of players that met, even once."), kind="soft"),
            _cyclicity(shares),
        ]
    return ReportSection("Circles: A beats B beats C beats A", joined(*parts))


def circularity_told(found: Circularity) -> str:
    """The circularity in a sentence."""
    if not found.triples:
        return "In no group of three players are all three leads significant, so the circles may be chance."
    share = found.circles / found.triples
    if found.clear:
        judged = "This is significantly more than the quarter among equal players, so a single number cannot rank the players"
    elif share > COIN:
        judged = "This may be chance, because it would be a quarter among equal players"
    else:
        judged = "It would be a quarter among equal players, and none with a clear ranking"
    return (
        f"Of the triples in which all three leads are significant, {percent(share)} are circles "
        f"({found.circles:,} of {found.triples:,}). {judged}."
    )


def crowd_of(history: History) -> Payoff:
    """The results between the opponents of the champion and the highest rated players."""
    hardest = [each.opponent for each in history.meetings]
    return history.table(list(dict.fromkeys([history.champion, *hardest, *history.elo]))[:CROWD])


def _exploited(history: History) -> Markup:
    """The champion's exploitability, in words."""
    least, found = history.exploitability, [each for each in history.meetings if each.counts]
    if not found:
        return paragraph(words(f"No player has met the champion {ENOUGH} times yet, so its exploitability is not known."))
    if least == 0.0:
        said = f"No player that met {history.champion} at least {ENOUGH} times is ahead of it."
        known = "Its exploitability is not known to be above 0. A player trained against the champion alone may still beat it."
        return paragraph(words(said), words(known))
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
    """The share of points that an opponent took from the champion, in words."""
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
    return Grid(("each player beats the next", "scores", "games"), rows, (0, 1, 2))


def _cyclicity(shares: Sequence[tuple[int, float]]) -> Markup:
    curve = Curve("", shares, PALETTE[0], weight=ACCENT)
    chart = Chart("generation", "share of triples that are circles", [curve], [("by chance", COIN)], zero=True)
    (first, begin), (last, end) = shares[0], shares[-1]
    about = f"The share is {percent(begin)} in generation {first} and {percent(end)} in generation {last}."
    grid = Grid(("generation", "cyclicity"), [(str(number), f"{share:.3f}") for number, share in shares])
    title = "Cyclicity over generations"
    return joined(small("cyclicity", title, about, curves(chart, 420, 230)), figures(grid, title))
