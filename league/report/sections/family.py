"""The section about descent: the tree of players, and the change of rating after each mutation."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from agents.learners.table import hyper_label
from agents.mutation import STATES
from league.analysis.genealogy import operator_figures
from league.analysis.history import History
from league.analysis.lineage import KEPT, Change, descent, prune
from league.plotting.league_plots import lineage_drawn
from league.plotting.lineage_plot import LINES
from league.population.player import is_founder, learns
from league.report.html import ROWS, Grid, ReportSection, bullets, figure, folded, joined, paragraph, subheading, table, words
from league.report.sections.answers import change_told
from league.report.wording import counted, listed, points, rounded, signed

OPEN_ROWS = 24
"""Above this number of mutations the table is folded away, and the best and worst mutations are listed above it."""


def family(history: History) -> ReportSection | None:
    """The tree of descent."""
    lasting = [player for player in history.players if learns(player)]
    if len(lasting) < 2:
        return None
    line = {link.player.name for link in history.line}
    rows = [
        (
            player.name,
            player.operator,
            player.parent or "",
            str(player.born),
            "" if player.retired is None else str(player.retired),
        )
        for player in lasting
    ]
    grid = Grid(("player", "operator", "from", "born", "retired"), rows, (0, 1, 2))
    founders = sum(map(is_founder, lasting))
    born = f"{counted(founders, 'founder')} and {counted(len(lasting) - founders, 'mutation')}"
    said = f"{born} in {counted(history.number + 1, 'generation')}.{_left_out(history)}"
    tree = figure(
        "lineage",
        "Tree of descent",
        f"{said} The champion's line: {listed(sorted(line))}.",
        lambda broad: lineage_drawn(history, "", broad),
        grid,
        "A line is the life of a player. A fork is a mutation, in the colour of its operator. ★ is the champion's player.",
    )
    return ReportSection(
        "Descent and mutations", joined(paragraph(words(said)), tree, _operators(history), _mutations(history.changes, line))
    )


def _left_out(history: History) -> str:
    """A sentence that says which players the tree shows, or "" if it shows all."""
    whole = descent(history.players)
    shown = len(prune(whole, LINES, history.owner[history.champion]))
    if shown == len(whole):
        return ""
    return f" {shown} of {len(whole)} are shown in the tree: {KEPT}."


def _mutations(found: Sequence[Change], line: set[str]) -> Markup:
    """The table of mutations with the lead of each child over its parent. The largest lead comes first."""
    if not found:
        return Markup("")
    ranked = sorted(found, key=lambda change: (change.gain is None, -(change.gain or 0.0)))
    told = _told(ranked, line)
    rows = [_row(change, change.child.name in line) for change in told]
    head = ("child", "lead over its parent", "generations", "verdict", "origin", "Elo: parent, first, best", "changes")
    grid = Grid(head, rows, (0, 3, 4, 6), (6,))
    whole = table(grid, "Mutations and their effect", [n for n, change in enumerate(told) if change.child.name in line])
    measured = [change for change in ranked if change.gain is not None]
    said = [
        words("A child is compared with its parent in the same generations, so general progress of the league does not count."),
        words("The lead is shown with its 95 % interval. If the interval contains 0, the lead may be chance. Each child is"),
        words("only one sample, because its training also differs by chance."),
        words(_outside_chance(measured)),
        words("The Elo column has three ratings: the parent's snapshot, the child's first snapshot, and its best snapshot."),
        words("Mutations in the champion's line of descent are highlighted."),
    ]
    parts = [subheading("Effect of mutations"), paragraph(*said)]
    if len(rows) > OPEN_ROWS:
        extremes = [*measured[:3], *measured[-3:]]
        parts += [bullets(map(change_told, extremes)), folded(_which(len(rows), len(found)), whole)]
    else:
        parts.append(whole)
    return joined(*parts)


def _operators(history: History) -> Markup:
    """The table of mutation operators: how many children survived, and what they gained."""
    found = operator_figures(history.changes, history.number)
    if not found:
        return Markup("")
    rows = [
        (
            each.operator,
            STATES.get(each.operator, "as the operator says"),
            str(each.children),
            f"{each.survived} of {each.judged}",
            str(each.alive),
            "" if each.gain is None else signed(each.gain),
            "" if each.low is None or each.high is None else f"{signed(each.low)} to {signed(each.high)}",
        )
        for each in found
    ]
    head = ("operator", "learner's state", "children", "survived", "alive", "mean lead", "95 %")
    said = words("A child survived if it was not replaced after its first generation. The interval is Student's over children.")
    return joined(subheading("Mutation operators"), table(Grid(head, rows, (0, 1)), "Mutation operators"), paragraph(said))


def _told(ranked: Sequence[Change], line: set[str]) -> list[Change]:
    """The mutations in the table: those in the champion's line, and those with the largest leads, whoever leads."""
    largest = sorted(ranked, key=lambda change: (change.child.name not in line, -abs(change.gain or 0.0)))
    kept = {change.child.name for change in largest[:ROWS]}
    return [change for change in ranked if change.child.name in kept]


def _which(shown: int, everything: int) -> str:
    if shown == everything:
        return f"All {shown} mutations"
    return f"{shown} of {everything} mutations: the champion's line, and the largest differences"


def _outside_chance(measured: Sequence[Change]) -> str:
    """A sentence with the number of significant changes, or "" if no change is measured."""
    if not measured:
        return ""
    sure = sum(change.sure for change in measured)
    many = counted(len(measured), "measured change")
    return f"Significant are {sure} of {many}; without any real effect, about one in twenty would be."


def _row(change: Change, own: bool) -> tuple[str, ...]:
    moved = [f"{hyper_label(name)} {rounded(before)} → {rounded(after)}" for name, before, after in change.moved]
    lead, over, verdict = "not measured", "", ""
    if change.gain is not None:
        lead = f"{signed(change.gain)} ({signed(change.low)} to {signed(change.high)})"
        over, verdict = str(change.generations), ("helped" if change.gain > 0 else "harmed") if change.sure else "may be chance"
    known = ("–" if elo is None else points(elo) for elo in (change.parent_elo, change.first_elo, change.best_elo))
    name = f"{change.child.name} ★" if own else change.child.name
    came = f"{change.child.operator} of {change.child.parent}"
    return (name, lead, over, verdict, came, ", ".join(known), "; ".join(moved) or "no hyper-parameter")
