"""Saved views show what is logged."""

from pathlib import Path

from league.tracking.views import VIEWS, key_of
from tests.league.paper_league import files, runs

MEASURED_ELSEWHERE = ("train/", "player/")
"""Metrics that depend on what a learner reports and which hyper-parameters it has."""


def test_every_view_has_a_key_of_its_own() -> None:
    assert len({key_of("cup", view.name) for view in VIEWS}) == len(VIEWS)


def test_every_metric_and_image_in_a_view_is_logged(synced: Path) -> None:
    found = runs(synced)
    logged = {metric for run in found.values() for metric in run.data.metrics}
    images = {name.partition("/")[2].partition("+")[0] for name in files(synced, found["cup"]) if name.startswith("images/")}
    for chart in (chart for view in VIEWS for group in view.groups for chart in group.charts):
        for key in chart.keys:
            assert key in (images if chart.kind == "images" else logged) or key.startswith(MEASURED_ELSEWHERE)
