"""Three views of a league that MLflow offers under *Views*: which runs, which charts, in which order.

MLflow keeps a saved view as a tag of the experiment, as JSON of what its pages remember. A page that does not know a key of it
leaves it out, and one that cannot read a view says so and shows its own.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from agents.learners.table import HYPER_PARAMETERS, METRICS

SAVED = "mlflow.sharedViewState."
"""What the tag of a saved view begins with; its key follows."""

VIEWS = ("league", "players", "generations")
"""In the order in which a newcomer should open them."""

Chart = dict[str, Any]


def saved_views(league: str, at: int) -> dict[str, str]:
    """The tags of an experiment that are a league's views.

    Args:
        league: The league's name.
        at: When it was begun, in milliseconds since 1970.
    """
    tags = {}
    for view, show in zip(VIEWS, (_league, _players, _generations), strict=True):
        state = json.dumps({**ALIKE, **show(league)}, separators=(",", ":"))
        name = f"{league} · {VIEWS.index(view) + 1} · {view}"
        tags[SAVED + key_of(league, view)] = json.dumps(
            {"name": name, "createdAt": at, "updatedAt": at, "state": state}, separators=(",", ":")
        )
    return tags


def key_of(league: str, view: str) -> str:
    """What leads to a view in an address."""
    return f"{league}-{view}"


ALIKE = {
    "startTime": "ALL",
    "lifecycleFilter": "Active",
    "datasetsFilter": [],
    "modelVersionFilter": "All Runs",
    "runsHiddenMode": "SHOW_ALL",
    "isAccordionReordered": True,
    "hideEmptyCharts": True,
    "globalLineChartConfig": {"xAxisKey": "step", "lineSmoothness": 0, "selectedXAxisMetricKey": ""},
}
"""What the views have in common: every run is drawn, sections keep their order."""


def _league(league: str) -> dict[str, Any]:
    """Is it getting better, and whom does that come from?"""
    return {
        "searchFilter": f"tags.kind = 'league' AND tags.league = '{league}'",
        "orderByKey": "attributes.start_time",
        "orderByAsc": False,
        **_sections(
            ("Is it getting better? 0 Elo is the random player", 2, 360, [
                _lines("league/elo_best", "league/elo_mean", name="Elo of the best player, and the mean of the newest"),
                _lines("league/exploitability", "league/cyclicity", name="What is known to be lost to somebody; circles"),
            ]),
            ("Generation by generation: move the slider", 2, 560, [_images("payoff"), _images("lineage")]),
        ),
    }  # fmt: skip


def _players(league: str) -> dict[str, Any]:
    """Who is how strong? Ordered by anything but time, MLflow lays the runs side by side instead of one below the other."""
    return {
        "searchFilter": f"tags.kind = 'player' AND tags.league = '{league}'",
        "orderByKey": "metrics.`player/elo`",
        "orderByAsc": False,
        **_sections(
            ("Who is how strong? 0 Elo is the random player", 1, 520, [
                _lines("player/elo", name="Elo of every player, by generation")
            ]),
            ("What they are like", 2, 360, [
                _lines("player/score", name="Share of the points"),
                *(
                    _lines(f"player/{spec.name}", name=spec.label.capitalize())
                    for spec in HYPER_PARAMETERS.values()
                    if spec.charted
                ),
                _lines("player/draw_rate", name="Share of draws"),
            ]),
        ),
    }  # fmt: skip


def _generations(league: str) -> dict[str, Any]:
    """What did a generation bring, and does training work?"""
    return {
        "searchFilter": f"tags.kind = 'generation' AND tags.league = '{league}'",
        "orderByKey": "tags.`mlflow.runName`",
        "orderByAsc": True,
        **_sections(
            ("What did a generation bring?", 2, 420, [
                _bars("gen/score_vs_previous", name="Score against the generation before"),
                _bars("gen/elo_best", name="Elo of the best"),
            ]),
            ("Does training work? Update by update", 3, 320, [
                _lines(metric.chart, name=metric.label) for metric in METRICS.values() if metric.shown in ("report", "view")
            ]),
        ),
    }  # fmt: skip


def _sections(*sections: tuple[str, int, int, Sequence[Chart]]) -> dict[str, Any]:
    """Sections of charts: heading, charts in a row, their height in pixels, the charts."""
    frames, charts = [], []
    for number, (name, columns, height, shown) in enumerate(sections):
        frames.append(
            {
                "uuid": f"section-{number}",
                "name": name,
                "display": True,
                "isReordered": True,
                "deleted": False,
                "isGenerated": False,
                "columns": columns,
                "cardHeight": height,
            }
        )
        for place, chart in enumerate(shown):
            identity = {"uuid": f"chart-{number}-{place}", "metricSectionId": f"section-{number}"}
            charts.append({**identity, "runsCountToCompare": 10, "deleted": False, "isGenerated": False, **chart})
    return {"compareRunCharts": charts, "compareRunSections": frames}


def _lines(*metrics: str, name: str) -> Chart:
    return {
        "type": "LINE",
        "displayName": name,
        "metricKey": metrics[0],
        "selectedMetricKeys": list(metrics),
        "lineSmoothness": 0,
        "xAxisScaleType": "linear",
        "scaleType": "linear",
        "range": {},
        "xAxisKey": "step",
        "selectedXAxisMetricKey": "",
        "yAxisKey": "metric",
        "yAxisExpressions": [],
        "ignoreOutliers": False,
        "useGlobalXaxisKey": True,
        "useGlobalLineSmoothing": True,
    }


def _bars(metric: str, *, name: str) -> Chart:
    return {"type": "BAR", "displayName": name, "metricKey": metric}


def _images(key: str) -> Chart:
    return {"type": "IMAGE", "imageKeys": [key], "step": 0, "showRunParams": False}
