"""The views of a league that are saved in MLflow: the runs and the charts of each view, in order.

`private_formats` has the format in which MLflow stores a view.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from agents.learners.table import HYPER_PARAMETERS, METRICS
from envs.game import Game


@dataclass(frozen=True)
class MetricChart:
    """A chart of metrics, or of images.

    Attributes:
        kind: Curves over the step, one bar per run, or images with a slider for the step.
        keys: The metrics, or the key of the series of images.
        title: The heading; images have none.
    """

    kind: Literal["lines", "bars", "images"]
    keys: tuple[str, ...]
    title: str = ""


@dataclass(frozen=True)
class ChartGroup:
    """Charts under one heading.

    Attributes:
        title: The heading.
        columns: Number of charts in a row.
        height: Height of a chart in pixels.
        charts: From left to right, row by row.
    """

    title: str
    columns: int
    height: int
    charts: tuple[MetricChart, ...]


@dataclass(frozen=True)
class View:
    """A view of a league.

    Attributes:
        name: The name, one word.
        kind: Runs whose tag `kind` has this value are shown.
        order: The order of the runs, in MLflow's search syntax.
        ascending: Whether the order is ascending.
        groups: The charts, from top to bottom.
    """

    name: str
    kind: str
    order: str
    ascending: bool
    groups: tuple[ChartGroup, ...]


def _lines(*metrics: str, title: str) -> MetricChart:
    return MetricChart("lines", metrics, title)


VIEWS = (
    View(
        "league",
        "league",
        order="attributes.start_time",
        ascending=False,
        groups=(
            ChartGroup(
                "Progress of the league (published values, which stay; the random player has 0)",
                2,
                360,
                (
                    _lines("league/progress", "league/progress_mean", title="Progress: champion, and mean of the newest"),
                    _lines(
                        "league/score_vs_bots",
                        "league/score_vs_previous_champion",
                        title="Score of the champion: against scripted players; against the champion before",
                    ),
                    _lines(
                        "league/best_response_in_league",
                        "league/cyclicity",
                        title="Lead of the best response in the league over the champion; share of circles",
                    ),
                ),
            ),
            ChartGroup(
                "Each generation: move the slider",
                2,
                560,
                (MetricChart("images", ("payoff",)), MetricChart("images", ("lineage",))),
            ),
        ),
    ),
    View(
        "players",
        "player",
        # Unless runs are ordered by time, MLflow lays them side by side and not one below the other.
        order="metrics.`player/progress`",
        ascending=False,
        groups=(
            ChartGroup(
                "Progress of the players (published values, which stay; the random player has 0)",
                1,
                520,
                (_lines("player/progress", title="Progress of every player, by generation"),),
            ),
            ChartGroup(
                "Properties of the players",
                2,
                360,
                (
                    _lines("player/score", title="Share of the points"),
                    *(
                        _lines(f"player/{spec.name}", title=spec.label.capitalize())
                        for spec in HYPER_PARAMETERS.values()
                        if spec.charted
                    ),
                    _lines("player/draw_rate", title="Share of draws"),
                ),
            ),
        ),
    ),
    View(
        "generations",
        "generation",
        order="tags.`mlflow.runName`",
        ascending=True,
        groups=(
            ChartGroup(
                "Progress of each generation",
                2,
                420,
                (
                    MetricChart("bars", ("gen/score_vs_previous",), "Score against the generation before"),
                    MetricChart("bars", ("gen/progress_best",), "Progress of the best"),
                ),
            ),
            ChartGroup(
                "Training metrics of each update",
                3,
                320,
                tuple(
                    _lines(metric.chart, title=metric.label)
                    for metric in METRICS.values()
                    if metric.shown in ("report", "view")
                ),
            ),
        ),
    ),
)
"""The views of a game whose sides are not known, in the order in which a new user should open them."""


def views_of(game: Game) -> tuple[View, ...]:
    """The views of a game: with a chart of the mean return on each side, which comes first if the game is cooperative."""
    names = ["return"] if len(game.sides) == 1 else [f"return_{side.name}" for side in game.sides]

    def charts(kind: str, whose: str) -> ChartGroup:
        lines = [
            _lines(f"{kind}/{name}", *([f"{kind}/{name}_low", f"{kind}/{name}_high"] if kind == "league" else []), title=title)
            for name, title in zip(names, _titles(game, whose), strict=True)
        ]
        return ChartGroup("Mean return of an episode", min(2, len(lines)), 360, tuple(lines))

    league, players, generations = VIEWS
    returns = (charts("league", "the champion, with its 95 % interval"), charts("player", "every player, by generation"))
    first = 0 if game.cooperative else 1
    changed = [
        replace(view, groups=(*view.groups[:first], group, *view.groups[first:]))
        for view, group in zip((league, players), returns, strict=True)
    ]
    return (*changed, generations)


def _titles(game: Game, whose: str) -> list[str]:
    if len(game.sides) == 1:
        return [f"Return: {whose}"]
    return [f"Return as {side.name}: {whose}" for side in game.sides]


def key_of(league: str, view: str) -> str:
    """The key of a league's view in MLflow."""
    return f"{league}-{view}"
