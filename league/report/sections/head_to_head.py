"""Who beats whom: the payoff table, how far the champion is known to lose, and circles in which nobody is the strongest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from league.analysis.head_to_head import Meeting, lost, meetings
from league.analysis.metrics import Chronicle
from league.plotting.axes import ACCENT, Chart, Curve, curves
from league.plotting.league_plots import PALETTE, ROOM
from league.report.html import WIDE, Grid, Markup, Section, figure, figures, joined, paragraph, small, strong, table, words
from league.report.wording import counted, listed, percent
from tournaments.rating.cycles import Cycle, cycles
from tournaments.rating.payoff import ENOUGH, NORMAL, Payoff, score_interval

FEW = 7
"""Players in the payoff table of a narrow screen."""

CROWD = 80
"""Players among whom circles are looked for: those that the champion met, then the strongest."""

SHOWN = 8
"""Circles in the table."""

COIN = 0.25
"""Cyclicity of players that are all alike: a quarter of the triples is a circle by chance."""

TRIPLES = 10
"""Triples below which their share of circles says too little to build on."""


@dataclass(frozen=True)
class Circularity:
    """How common circles are, among triples of players that met often enough, with leads that chance does not explain.

    Attributes:
        circles: Triples that are circles.
        triples: All of them.
        low: Lower end of the 95 % interval of the share of circles. Triples have pairs in common: no more of them count as
            independent than fit into the pairs without sharing one.
    """

    circles: int
    triples: int
    low: float

    @property
    def clear(self) -> bool:
        """Whether there are more circles than chance explains; where that is so, `strongest_cycles` has some."""
        return self.triples >= TRIPLES and self.low > COIN


def versus(chronicle: Chronicle) -> Section | None:
    """The payoff table, the strongest first, and what it says about the champion."""
    generation = chronicle.rows[-1].number
    shown = chronicle.payoff_shown(generation)
    payoff = chronicle.table(generation, shown)
    if not payoff.games.any():
        return None
    scores, elo = payoff.scores(), {rating.player: rating.elo for rating in chronicle.ratings}
    rows = [
        (player, f"{elo[player]:.0f}", *("" if score != score else f"{score:.2f}" for score in scores[row].tolist()))
        for row, player in enumerate(shown)
    ]
    grid = Grid(("player", "Elo", *shown), rows)
    return Section("Who beats whom", joined(_exploited(chronicle), _payoff_figure(chronicle, grid)))


def _payoff_figure(chronicle: Chronicle, grid: Grid) -> Markup:
    """The payoff table in two widths; each says how many players are in it."""
    generation = chronicle.rows[-1].number

    def count(room: int) -> int:
        return len(chronicle.payoff_shown(generation, room))

    def about(broad: float) -> str:
        who = f"{count(_room(broad))} players against each other, ordered by rating, {chronicle.champion} among them"
        return f"The score of each of {who}."

    note = "Per cent of the points that the row took from the column, the strongest at the top and left; grey: never met."
    left_out = _left_out(count(ROOM), count(FEW), len(chronicle.ratings))
    draw = partial(chronicle.payoff_drawn, generation, "")
    return figure("payoff", "Payoff table", about, lambda broad: draw(_room(broad)), grid, note + left_out)


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


def circles(chronicle: Chronicle) -> Section | None:
    """Players that beat each other in a circle, and how common that is."""
    found = strongest_cycles(chronicle)
    shares = [(row.number, row.figures["cyclicity"]) for row in chronicle.rows if "cyclicity" in row.figures]
    if not found or not shares:
        return None
    say = f"{counted(len(found), 'circle')} of three among the players that met at least {ENOUGH} times, the strongest first."
    parts = [
        paragraph(words(say), words("The weakest link decides how strong a circle is.")),
        table(_cycle_grid(found[:SHOWN]), "The strongest circles of three"),
        paragraph(words(circularity_told(circularity(chronicle)))),
    ]
    if len(shares) > 1:
        parts += [paragraph(words("The curve counts all players that met, however seldom."), kind="soft"), _cyclicity(shares)]
    return Section("Circles: A beats B beats C beats A", joined(*parts))


def strongest_cycles(chronicle: Chronicle) -> list[Cycle]:
    """Circles among those whom the champion met and the best."""
    return cycles(_crowd(chronicle))


def circularity(chronicle: Chronicle) -> Circularity:
    """How common circles are among the same players."""
    met = _crowd(chronicle)
    # The interval of a score leaves one half out where the lead is that many standard deviations of as many even games.
    sure = (met.scores() - 0.5) * 2 * met.games**0.5 > NORMAL
    beats = (sure & (met.games >= ENOUGH)).astype(int)
    decided = beats + beats.T
    triples, found = int(((decided @ decided) * decided).sum()) // 6, int(((beats @ beats) * beats.T).sum()) // 3
    independent = min(triples, int(decided.sum()) // 2 // 3)
    low = score_interval(found / triples * independent, independent)[0] if independent else 0.0
    return Circularity(found, triples, low)


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


def _crowd(chronicle: Chronicle) -> Payoff:
    """Results between those whom the champion met and the best."""
    met, ranked = chronicle.champions_meetings.players, [rating.player for rating in chronicle.ratings]
    names = list(dict.fromkeys([*met, *ranked]))[: max(CROWD, len(met))]
    return chronicle.table(chronicle.rows[-1].number, names)


def _exploited(chronicle: Chronicle) -> Markup:
    """How much the champion is known to lose."""
    least, found = chronicle.exploitability(chronicle.rows[-1].number), [each for each in meetings(chronicle) if each.counts]
    if not found:
        return paragraph(words(f"Nobody has met the champion {ENOUGH} times yet, so what it can be made to lose is not known."))
    if least == 0.0:
        said = f"Nobody in the league that met {chronicle.champion} at least {ENOUGH} times is ahead of it:"
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
