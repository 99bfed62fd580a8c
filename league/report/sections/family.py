"""Who descends from whom, and what each mutation brought."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from agents.learners.table import hyper_label
from league.analysis.history import History
from league.analysis.lineage import Change, descent, prune
from league.plotting.league_plots import lineage_drawn
from league.plotting.lineage_plot import LINES
from league.population.player import is_founder, learns
from league.report.html import Grid, ReportSection, bullets, figure, folded, joined, paragraph, subheading, table, words
from league.report.sections.answers import change_told
from league.report.wording import counted, listed, points, rounded, signed

OPEN_ROWS = 24
"""Mutations in the table that is shown at once; of more the table is folded away, and the extremes stand above it."""


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
        "A line is a player's life, a fork the mutation it came from, in the operator's colour; ★ is the champion's player.",
    )
    return ReportSection("Who descends from whom", joined(paragraph(words(said)), tree, _mutations(history.changes, line)))


def _left_out(history: History) -> str:
    """Whom the tree shows, where it has no room for all."""
    whole = descent(history.players)
    shown = len(prune(whole, LINES, history.owner[history.champion]))
    if shown == len(whole):
        return ""
    who = "the champion's line of descent, then players still learning and their ancestors, then the newest of the others"
    return f" {shown} of {len(whole)} are shown in the tree: {who}."


def _mutations(found: Sequence[Change], line: set[str]) -> Markup:
    """What each mutation was and what it brought, the most helpful first."""
    if not found:
        return Markup("")
    ranked = sorted(found, key=lambda change: (change.gain is None, -(change.gain or 0.0)))
    rows = [_row(change, change.child.name in line) for change in ranked]
    head = ("child", "lead over its parent", "generations", "so it", "came as", "Elo: parent, first, best", "what changed")
    grid = Grid(head, rows, (0, 3, 4, 6), (6,))
    whole = table(grid, "Mutations and what they brought", [n for n, change in enumerate(ranked) if change.child.name in line])
    measured = [change for change in ranked if change.gain is not None]
    said = [
        words("A child is compared with its parent in the same generations, so that what all learn in that time is taken off."),
        words("Behind the lead stands its 95 % interval; where that holds 0, chance may have done it. One child is one draw:"),
        words("training differs too."),
        words(_outside_chance(measured)),
        words("Elo is that of the snapshot that the child began as, of the child's first and of its best."),
        words("Those of the champion's line of descent stand out."),
    ]
    parts = [subheading("Which change helped"), paragraph(*said)]
    if len(rows) > OPEN_ROWS:
        extremes = [*measured[:3], *measured[-3:]]
        parts += [bullets(map(change_told, extremes)), folded(f"All {len(rows)} mutations", whole)]
    else:
        parts.append(whole)
    return joined(*parts)


def _outside_chance(measured: Sequence[Change]) -> str:
    """How many changes made a difference for sure; nothing where none is measured."""
    if not measured:
        return ""
    sure = sum(change.sure for change in measured)
    many = counted(len(measured), "measured change")
    return f"Outside chance are {sure} of {many}, where one in twenty would be without a reason."


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
