"""The views of a league that are saved in MLflow: the runs and the charts of each view, in order.

`private_formats` has the format in which MLflow stores a view.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from agents.learners.table import HYPER_PARAMETERS, METRICS


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
                "Progress of the league (the random player has 0 Elo)",
                2,
                360,
                (
                    _lines("league/elo_best", "league/elo_mean", title="Elo of the best player, and the mean of the newest"),
                    _lines(
                        "league/exploitability", "league/cyclicity", title="Exploitability of the champion; share of circles"
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
        order="metrics.`player/elo`",
        ascending=False,
        groups=(
            ChartGroup(
                "Strength of the players (the random player has 0 Elo)",
                1,
                520,
                (_lines("player/elo", title="Elo of every player, by generation"),),
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
                    MetricChart("bars", ("gen/elo_best",), "Elo of the best"),
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
"""The views, in the order in which a new user should open them."""


def key_of(league: str, view: str) -> str:
    """The key of a league's view in MLflow."""
    return f"{league}-{view}"
