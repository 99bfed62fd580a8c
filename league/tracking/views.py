"""The views of a league that are saved in MLflow: which runs each shows, with which charts, in which order.

How MLflow stores a view is in `private_formats`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from agents.learners.table import HYPER_PARAMETERS, METRICS


@dataclass(frozen=True)
class MetricChart:
    """A chart of metrics, or of images.

    Attributes:
        kind: Curves over the step, one bar a run, or images with a slider for the step.
        keys: Metrics, or the key of the series of images.
        title: Heading; images have none.
    """

    kind: Literal["lines", "bars", "images"]
    keys: tuple[str, ...]
    title: str = ""


@dataclass(frozen=True)
class ChartGroup:
    """Charts under one heading.

    Attributes:
        title: The heading.
        columns: Charts in a row.
        height: Of a chart, in pixels.
        charts: From left to right, row by row.
    """

    title: str
    columns: int
    height: int
    charts: tuple[MetricChart, ...]


@dataclass(frozen=True)
class View:
    """What is shown of a league.

    Attributes:
        name: One word.
        kind: Runs whose tag `kind` has this value are shown.
        order: What runs are ordered by, in MLflow's search syntax.
        ascending: In which direction.
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
                "Is it getting better? 0 Elo is the random player",
                2,
                360,
                (
                    _lines("league/elo_best", "league/elo_mean", title="Elo of the best player, and the mean of the newest"),
                    _lines("league/exploitability", "league/cyclicity", title="What is known to be lost to somebody; circles"),
                ),
            ),
            ChartGroup(
                "Generation by generation: move the slider",
                2,
                560,
                (MetricChart("images", ("payoff",)), MetricChart("images", ("lineage",))),
            ),
        ),
    ),
    View(
        "players",
        "player",
        # MLflow lays runs side by side, not one below the other, unless they are ordered by time.
        order="metrics.`player/elo`",
        ascending=False,
        groups=(
            ChartGroup(
                "Who is how strong? 0 Elo is the random player",
                1,
                520,
                (_lines("player/elo", title="Elo of every player, by generation"),),
            ),
            ChartGroup(
                "What they are like",
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
                "What did a generation bring?",
                2,
                420,
                (
                    MetricChart("bars", ("gen/score_vs_previous",), "Score against the generation before"),
                    MetricChart("bars", ("gen/elo_best",), "Elo of the best"),
                ),
            ),
            ChartGroup(
                "Does training work? Update by update",
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
"""In the order in which a newcomer should open them."""


def key_of(league: str, view: str) -> str:
    """What names a league's view in MLflow."""
    return f"{league}-{view}"
