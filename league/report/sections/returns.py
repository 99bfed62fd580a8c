"""The section about mean episode returns: the champion of each generation, and the best players, by side."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from league.analysis.history import History
from league.plotting.curves import ACCENT, Chart, Curve, curves
from league.plotting.palette import PALETTE
from league.report.html import NARROW, Grid, ReportSection, figures, joined, paragraph, side_by_side, small, table, words
from league.report.wording import counted, rounded
from tournaments.rating.returns import MeanReturn, Returns, added
from tournaments.rating.standings import SideReturn

SHOWN = 12
"""Maximum number of players in the table."""


def returns(history: History) -> ReportSection | None:
    """The section with the mean returns by side, or None if there are none."""
    everybody = added(record.returns for record in history.generations)
    sides = [side.name for side in history.game.sides]
    if history.champion not in everybody:
        return None
    shown = [player for player in history.elo if player in everybody][:SHOWN]
    rows = [(player, *_cells(everybody[player], sides)) for player in shown]
    head = ("player", *(text for side in sides for text in (_label(side, sides), "95 %", "episodes")))
    parts = [paragraph(*map(words, (told(history, everybody[history.champion]), _meaning(history))))]
    parts += [_charts(history, sides), table(Grid(head, rows), "Mean returns"), paragraph(words(EVIDENCE), kind="soft")]
    return ReportSection("Mean returns", joined(*parts))


EVIDENCE = (
    "The intervals are those of Student's distribution. What counts as evidence is the series, because the games of a series "
    "share a seed. A dash means that there is no interval: there is one series only, or all series gave the same return."
)


def told(history: History, found: dict[str, MeanReturn]) -> str:
    """The champion's mean returns in a sentence."""
    each = [(SideReturn.of(side, mean), mean.episodes) for side, mean in found.items()]
    if len(each) == 1:
        ((value, episodes),) = each
        return f"The champion's mean return is {value.text} in {counted(episodes, 'episode')}."
    said = "; ".join(f"{value.text} as {value.side}, in {counted(episodes, 'episode')}" for value, episodes in each)
    return f"The champion's mean returns are {said}."


def _meaning(history: History) -> str:
    if history.game.cooperative:
        return "In a cooperative game the return is the result. It does not depend on other players."
    return "Returns depend on the opponents, which are not the same for all players. The ratings say who is better."


def _label(side: str, sides: Sequence[str]) -> str:
    return "mean return" if len(sides) == 1 else f"return as {side}"


def _cells(found: dict[str, MeanReturn], sides: Sequence[str]) -> list[str]:
    cells = []
    for side in sides:
        mean = found.get(side)
        low, high = (None, None) if mean is None else (mean.low, mean.high)
        span = "–" if low is None or high is None else f"{rounded(low)} to {rounded(high)}"
        cells += ["", "", ""] if mean is None else [rounded(mean.mean), span, str(mean.episodes)]
    return cells


def _charts(history: History, sides: Sequence[str]) -> Markup:
    """A chart for each side: the return of each generation's champion, in the tournament of the generation that froze it."""
    drawn, rows = [], list[tuple[str, ...]]()
    for place, side in enumerate(sides):
        found = [(record.row.number, _of_champion(history, record.row.champion).get(side)) for record in history.generations]
        known = [(float(number), mean) for number, mean in found if mean is not None]
        if len(known) < 2:
            continue
        curve = Curve(
            "",
            [(number, mean.mean) for number, mean in known],
            PALETTE[place % len(PALETTE)],
            [(number, mean.low, mean.high) for number, mean in known if mean.low is not None and mean.high is not None],
            weight=ACCENT,
            dots=len(known) <= SHOWN,
        )
        about = f"{rounded(known[0][1].mean)} in the first generation, {rounded(known[-1][1].mean)} in the last."
        title = "Return of the champion" if len(sides) == 1 else f"Return of the champion as {side}"
        drawn.append(small(f"return-{place}", title, about, curves(Chart("generation", "mean return", [curve]), NARROW, 220)))
        rows += [(side, f"{number:.0f}", rounded(mean.mean)) for number, mean in known]
    if not drawn:
        return Markup("")
    grid = Grid(("side", "generation", "mean return of the champion"), rows)
    return joined(side_by_side(drawn), figures(grid, "Return of the champion of each generation"))


def _of_champion(history: History, champion: str) -> dict[str, MeanReturn]:
    born = history.player[champion].frozen or 0
    found: Returns = history.generations[born].returns
    return found.get(champion, {})
