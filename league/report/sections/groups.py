"""The section that compares the groups of a population: their ratings, and their scores against each other."""

from __future__ import annotations

import numpy as np
from markupsafe import Markup

from league.analysis.history import History
from league.config.schema import GroupConfig
from league.plotting.curves import ACCENT, Chart, Curve, curves
from league.plotting.palette import PALETTE
from league.population.player import is_snapshot
from league.report.html import Grid, ReportSection, figure, figures, joined, paragraph, words
from league.report.wording import counted, percent, points
from league.storage.generation import RatingRow

NOTE = (
    "A line is the rating of the best player that a group froze in each generation, and its band the 95 % interval. One fit to "
    "all results gives all ratings. Every player of every group is trained with the same number of agent-steps."
)


def groups(history: History) -> ReportSection | None:
    """The groups of the population beside each other; None if there is one."""
    settings = history.config.groups
    if len(settings) < 2:
        return None
    names = labels(settings)
    best = [_best(history, group) for group in range(len(settings))]
    lines = [
        Curve(
            name,
            [(float(number), row.elo) for number, row in sorted(rows.items())],
            PALETTE[group % len(PALETTE)],
            band=[(float(number), row.low, row.high) for number, row in sorted(rows.items())],
            weight=ACCENT,
            dots=False,
        )
        for group, (name, rows) in enumerate(zip(names, best, strict=True))
        if rows
    ]
    leader = max((rows[max(rows)].elo, name) for rows, name in zip(best, names, strict=True) if rows)
    about = f"The highest newest rating has the group {leader[1]}: {points(leader[0])}."
    grid = Grid(
        ("group", "players", "best rating", "low", "high"), [_row(*told) for told in zip(names, settings, best, strict=True)]
    )
    picture = figure(
        "groups",
        "Ratings of the groups",
        about,
        lambda broad: curves(Chart("generation", "Elo, bot:random fixed at 0", lines), broad, min(420.0, 260 + broad / 6)),
        grid,
        NOTE,
    )
    return ReportSection("Groups", joined(paragraph(words(about)), picture, _scores(history, names)))


def labels(settings: list[GroupConfig]) -> list[str]:
    """A name for each group, by what it differs in: learner, league role, memory, encoder; numbered if that is not enough."""
    said = []
    for group in settings:
        parts = [group.learner]
        parts += [group.league_role] if group.league_role != "main agent" else []
        parts += [group.policy.memory] if group.policy.memory != "none" else []
        parts += [group.policy.encoder] if group.policy.encoder != "mlp" else []
        said.append(" ".join(parts))
    return [name if said.count(name) == 1 else f"{name} ({number + 1})" for number, name in enumerate(said)]


def _best(history: History, group: int) -> dict[int, RatingRow]:
    """Generation → today's rating of the best player of a group that was frozen in it."""
    found: dict[int, RatingRow] = {}
    rating = {row.player: row for row in history.ratings}
    for player in history.players:
        if is_snapshot(player) and player.group == group and player.name in rating and player.frozen is not None:
            row, before = rating[player.name], found.get(player.frozen)
            if before is None or row.elo > before.elo:
                found[player.frozen] = row
    return found


def _row(name: str, group: GroupConfig, best: dict[int, RatingRow]) -> tuple[str, ...]:
    if not best:
        return name, str(group.count), "", "", ""
    newest = best[max(best)]
    return name, str(group.count), points(newest.elo), points(newest.low), points(newest.high)


def _scores(history: History, names: list[str]) -> Markup:
    """The score of each group against each other one, over all games of the league between their players."""
    owner = {player.name: player.group for player in history.players if is_snapshot(player)}
    count = len(names)
    scored, games = np.zeros((count, count)), np.zeros((count, count))
    results = history.results
    for one, other, wins, draws, losses in zip(
        *(x.tolist() for x in (results.one, results.other, results.wins, results.draws, results.losses)), strict=True
    ):
        pair = [owner.get(results.players[place]) for place in (one, other)]
        if pair[0] is not None and pair[1] is not None:
            scored[pair[0], pair[1]] += wins + draws / 2
            scored[pair[1], pair[0]] += losses + draws / 2
            games[pair[0], pair[1]] += wins + draws + losses
            games[pair[1], pair[0]] += wins + draws + losses
    rows = [
        (name, *(_score(scored[row, column], games[row, column]) if row != column else "" for column in range(count)))
        for row, name in enumerate(names)
    ]
    told = f"Score of the row's group against the column's, over all generations: {counted(int(games.sum() // 2), 'game')}."
    return joined(paragraph(words(told)), figures(Grid(("group", *names), rows), "Scores between groups"))


def _score(points_won: float, games: float) -> str:
    return percent(points_won / games) if games else ""
