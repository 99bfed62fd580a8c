"""The sections about ratings and hyper-parameters over the generations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from markupsafe import Markup

from agents.learners.table import HYPER_PARAMETERS, hyper_label
from league.analysis.history import History
from league.plotting.canvas import FAINT, INK, SOFT
from league.plotting.curves import ACCENT, OTHER, Chart, Curve, curves
from league.plotting.palette import PALETTE
from league.population.player import Player, is_bot, is_snapshot, original_of
from league.report.html import Grid, ReportSection, figure, figures, joined, paragraph, side_by_side, small, words
from league.report.wording import counted, points, rounded, signed
from league.storage.generation import RatingRow

CHAMPION = PALETTE[1]
"""Colour of the champion's line in every chart."""

THE_OTHERS = (PALETTE[0], PALETTE[2], PALETTE[3], PALETTE[4], PALETTE[5], PALETTE[6])
"""Colours of the best other active players. Further active players are grey."""

BEST, OUTER = 6, 24
"""Number of active players with a colour and a name, and maximum number of retired players in the background."""

RECENT = 3
"""Number of last generations that decide whether a league still improves."""

DOTTED = 40
"""Maximum number of points of a line that are marked with dots. More dots would hide the line."""

DECADES = 8.0
"""Ratio of the largest to the smallest value above which an axis is logarithmic."""

Lives = Mapping[str, Mapping[int, RatingRow]]


def growth(history: History) -> ReportSection:
    """The section with the ratings along the lines of descent."""
    lived = history.lives
    flats = [(rating.player, rating.elo) for rating in history.ratings if is_bot(rating.player)]
    drawn = [*_retired(history), *_living(history), _champions(history)]
    chart = Chart("generation", "Elo, bot:random fixed at 0", drawn, flats)
    rows = [
        (player, str(born), points(row.elo), points(row.low), points(row.high))
        for player in sorted(lived)
        for born, row in lived[player].items()
    ]
    note = (
        "The thick line is the champion's line of descent from founder to champion. The other lines are players that still "
        f"learn. Faint lines are retired players{_left_out(history)}. Bands are 95 % intervals of the players with a name. "
        "Flat lines are scripted players. One fit to all results gives all ratings, so generations of this league can be "
        "compared. Elo of another league is another scale, because other players are in it."
    )
    grid = Grid(("player", "frozen in generation", "Elo", "low", "high"), rows)
    told = _told(lived)
    picture = figure(
        "ratings",
        "Elo by line of descent",
        told,
        lambda broad: curves(chart, broad, min(420.0, 260 + broad / 6)),
        grid,
        note,
    )
    return ReportSection("Ratings over the generations", joined(paragraph(words(told)), picture))


def drift(history: History) -> ReportSection | None:
    """The section with the hyper-parameters that changed, for all players; None if none changed."""
    frozen = [player for player in history.players if is_snapshot(player)]
    names = sorted({name for player in frozen for name in player.hyper})
    moving = [name for name in names if len({player.hyper[name] for player in frozen if name in player.hyper}) > 1]
    if not moving:
        return None
    founder, champion = history.line[0].player.name, history.player[history.champion]
    charts = [_setting_chart(name, frozen, history.direct) for name in moving]
    start = next(player for player in frozen if original_of(player) == founder)
    moved = [
        f"{hyper_label(name)} {rounded(start.hyper[name])} → {rounded(champion.hyper[name])}"
        for name in moving
        if name in start.hyper and name in champion.hyper and start.hyper[name] != champion.hyper[name]
    ]
    said = f"From {founder} to the champion: {', '.join(moved)}." if moved else "The champion has its founder's values."
    note = "Each line is a player. The line with ★ is the champion's line of descent. The line “mean” is the mean of all."
    rows = [(player.name, str(player.born), *(_setting(player, name) for name in moving)) for player in frozen]
    grid = Grid(("player", "generation", *map(hyper_label, moving)), rows)
    parts = (
        paragraph(words(said), words(note)),
        side_by_side(charts),
        figures(grid, "Hyper-parameters of all frozen players"),
    )
    return ReportSection("Hyper-parameters", joined(*parts))


def _left_out(history: History) -> str:
    """A clause that says which retired players are drawn, or "" if all are drawn."""
    gone = len(_gone(history))
    return f", of which the newest {OUTER} of {gone} are drawn" if gone > OUTER else ""


def _gone(history: History) -> list[Player]:
    """The rated players that were replaced."""
    return [player for player in history.players if player.status == "retired" and player.name in history.lives]


def _told(lived: Lives) -> str:
    """The curves in words: the best rating of the first and of the last generation, and the gain of the last generations."""
    best: dict[int, float] = {}
    for life in lived.values():
        for born, row in life.items():
            best[born] = max(row.elo, best.get(born, row.elo))
    first, last = min(best), max(best)
    if first == last:
        return f"After one generation the best player has {points(best[last])} Elo."
    ends = f"The best player of generation {first} has {points(best[first])} Elo, and the best of generation {last} has"
    back = last - RECENT
    if back <= first or back not in best:
        return f"{ends} {points(best[last])}."
    return f"{ends} {points(best[last])}. The change in the last {RECENT} generations is {signed(best[last] - best[back])}."


def _champions(history: History) -> Curve:
    """The champion's whole line of descent as one curve."""
    line = [link.player.name for link in history.line]
    rows = [
        (born, row)
        for player in line
        for born, row in history.lives.get(player, {}).items()
        if row.player in history.direct and history.owner[row.player] == player
    ]
    note = " → ".join(line)
    return _curve(f"{line[-1]} ★", rows, CHAMPION, ACCENT, note)


def _living(history: History) -> list[Curve]:
    """The other active players. The strongest comes last, because later curves are drawn on top."""
    lived, own = history.lives, history.owner[history.champion]
    alive = [player for player in history.players if player.status == "active" and player.name in lived and player.name != own]
    ranked = sorted(alive, key=lambda player: -max(lived[player.name].items())[1].elo)
    found = []
    for place, player in enumerate(ranked):
        name, colour = (player.name, THE_OTHERS[place]) if place < BEST else ("", SOFT)
        rows, origin = list(lived[player.name].items()), _origin(player, history)
        found.append(_curve(name, rows, colour, OTHER, player.name, origin, band=place < BEST))
    return found[::-1]


def _retired(history: History) -> list[Curve]:
    """The newest replaced players, which are drawn in the background."""
    newest = sorted(_gone(history), key=lambda player: (-(player.retired or 0), player.name))[:OUTER]
    return [
        _curve(
            "",
            list(history.lives[player.name].items()),
            FAINT,
            1.2,
            f"{player.name}, retired",
            _origin(player, history),
            band=False,
        )
        for player in newest
    ]


def _origin(player: Player, history: History) -> tuple[float, float] | None:
    """The generation in which a player was born and its parent's Elo, or None for a founder."""
    return (player.born or 0, history.elo[player.parent]) if player.parent in history.elo else None


def _curve(
    name: str,
    rows: Sequence[tuple[int, RatingRow]],
    colour: str,
    weight: float,
    note: str,
    origin: tuple[float, float] | None = None,
    *,
    band: bool = True,
) -> Curve:
    return Curve(
        name,
        [(born, row.elo) for born, row in rows],
        colour,
        [(born, row.low, row.high) for born, row in rows] if band else (),
        weight,
        dots=len(rows) == 1 or (weight >= ACCENT and len(rows) <= DOTTED),
        origin=origin,
        note=note,
    )


NOT_THE_CHAMPION = "The champion's learner does not have it."


def _setting(player: Player, name: str) -> str:
    """A hyper-parameter of a player for the table; "" if its learner does not have it."""
    return rounded(player.hyper[name]) if name in player.hyper else ""


def _setting_chart(name: str, frozen: Sequence[Player], direct: set[str]) -> Markup:
    """A chart of one hyper-parameter for all players."""
    lines: dict[str, list[tuple[float, float]]] = {}
    by_generation: dict[int, list[float]] = {}
    for player in frozen:
        if name in player.hyper:
            lines.setdefault(original_of(player), []).append((player.born or 0, player.hyper[name]))
            by_generation.setdefault(player.born or 0, []).append(player.hyper[name])
    values = [value for known in by_generation.values() for value in known]
    spec = HYPER_PARAMETERS.get(name)
    log = (spec is None or spec.scale == "logarithmic") and min(values) > 0 and max(values) / min(values) > DECADES
    own = sorted((player.born or 0, player.hyper[name]) for player in frozen if player.name in direct and name in player.hyper)
    means = [(float(born), sum(known) / len(known)) for born, known in sorted(by_generation.items())]
    drawn = [Curve("", points, FAINT, weight=1.2, dots=len(points) == 1, note=player) for player, points in lines.items()]
    drawn.append(Curve("mean", means, INK, dots=len(means) == 1))
    if own:
        drawn.append(Curve("★", own, CHAMPION, weight=ACCENT, dots=len(own) <= DOTTED, note="the champion's line of descent"))
    jumps = sum(here[1] != there[1] for here, there in pairwise(own))
    about = f"The mean is {rounded(means[0][1])} in the first generation and {rounded(means[-1][1])} in the last. "
    about += f"The champion's line ends at {rounded(own[-1][1])} after {counted(jumps, 'change')}." if own else NOT_THE_CHAMPION
    chart = Chart("generation", "logarithmic" if log else "", drawn, log=log)
    return small(f"drift-{name.replace('_', '-')}", hyper_label(name), about, curves(chart, 350, 220))
