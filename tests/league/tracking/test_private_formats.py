"""With an MLflow that was tested our own files are those that it would write; with any other its public interface is used."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from league.storage.store import Store
from league.tracking import client, private_formats
from league.tracking.experiment import IMAGE_MARK
from league.tracking.private_formats import VIEW_TAG, outdated, saved_views
from league.tracking.tracker import Tracker
from league.tracking.views import VIEWS
from tests.league.paper_league import (
    artifacts,
    commit,
    everything,
    fail,
    found_league,
    history,
    mlflow_client,
    registered,
    runs,
    sync_mlflow,
    turns,
)


@pytest.fixture
def unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """The installed MLflow is none of those that were tested."""
    monkeypatch.setattr(private_formats, "TESTED", ())


@pytest.fixture
def plain(unknown: None, home: Path) -> Path:
    """A home whose league was synced after each generation without any private format."""
    store = found_league(home, count=1)
    with closing(Tracker(store, home)) as tracker:
        tracker.sync(fail)
        for turn in turns()[1:]:
            commit(store, turn)
            tracker.sync(fail)
    store.unlock()
    return home


@pytest.mark.parametrize(
    ("installed", "tested"), [("3.17.2", True), ("3.17.9", True), ("3.18.0", False), ("3.1.7", False), ("4.0.0rc1", False)]
)
def test_a_release_series_is_what_is_tested(monkeypatch: pytest.MonkeyPatch, installed: str, tested: bool) -> None:
    monkeypatch.setattr(private_formats, "installed", lambda: installed)
    assert private_formats.supported() == tested


def test_the_installed_release_is_one_that_was_tested() -> None:
    assert private_formats.supported()


def test_images_are_named_as_mlflow_names_them(synced: Path, home: Path) -> None:
    there = mlflow_client(home)
    run = there.create_run(there.create_experiment("theirs", artifact_location=(home / "theirs").as_uri()))
    there.log_image(run.info.run_id, np.zeros((4, 4, 3), np.uint8), key="payoff", step=3, timestamp=1700000000000)
    ours = (synced / "artifacts").glob("*/*/artifacts/images/payoff+step+2+*")
    theirs = (home / "theirs").glob("*/artifacts/images/*")
    shape = re.compile(
        r"payoff\+step\+\d\+timestamp\+\d{13}\+[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(\.png|\+compressed\.webp)"
    )
    names = [path.name for path in [*ours, *theirs]]
    assert len(names) == 4
    assert [name for name in names if not shape.fullmatch(name)] == []
    assert (
        runs(synced)["cup"].data.tags["mlflow.loggedImages"]
        == mlflow_client(home).get_run(run.info.run_id).data.tags["mlflow.loggedImages"]
    )


def test_a_view_shows_the_runs_and_charts_that_it_is_made_of() -> None:
    tags = saved_views(VIEWS, "cup", 5, "abc")
    assert list(tags) == [VIEW_TAG + key for key in ("cup-league", "cup-players", "cup-generations")]
    saved = json.loads(tags[VIEW_TAG + "cup-players"])
    state = json.loads(saved["state"])
    assert (saved["name"], saved["createdAt"]) == ("cup · 2 · players", 5)
    assert state["searchFilter"] == "tags.kind = 'player' AND tags.league = 'cup' AND tags.league_run = 'abc'"
    assert [section["columns"] for section in state["compareRunSections"]] == [1, 2]
    charts = [(chart["metricSectionId"], chart["type"], chart["metricKey"]) for chart in state["compareRunCharts"]]
    assert charts[:2] == [("section-0", "LINE", "player/progress"), ("section-1", "LINE", "player/score")]


def test_a_view_of_metrics_that_are_not_logged_any_more_is_replaced_unless_somebody_has_changed_it() -> None:
    (view, *_) = saved_views(VIEWS, "cup", 5, "abc").values()
    earlier = view.replace("league/progress_mean", "league/elo_best")
    assert not outdated(view, "cup", "abc")
    assert outdated(earlier, "cup", "abc")
    assert not outdated(earlier.replace('"updatedAt":5', '"updatedAt":6'), "cup", "abc")


def test_a_view_that_somebody_has_changed_stays(home: Path) -> None:
    store = found_league(home, count=1)
    sync_mlflow(store, home, pytest.fail)
    there, key = mlflow_client(home), f"{VIEW_TAG}cup-league"
    there.set_experiment_tag("1", key, "mine")
    there.set_tag(there.search_runs(["1"], "tags.kind = 'league'")[0].info.run_id, "generation", "-1")
    sync_mlflow(store, home, pytest.fail)
    store.unlock()
    assert there.get_experiment("1").tags[key] == "mine"


@pytest.mark.filterwarnings("ignore")  # MLflow's own, while it saves models
def test_an_unknown_mlflow_shows_the_same_runs_metrics_params_and_versions(plain: Path, synced: Path) -> None:
    ours, theirs = everything(plain), everything(synced)
    assert ours.keys() == theirs.keys()
    for name in theirs.keys() - {"registered model"}:
        assert ours[name][0] == theirs[name][0]
        assert ours[name][4:6] == theirs[name][4:6]
    assert registered(plain) == registered(synced)


@pytest.mark.filterwarnings("ignore")
def test_an_unknown_mlflow_gets_no_private_tags_and_no_views(plain: Path) -> None:
    tags = mlflow_client(plain).get_experiment_by_name("classic/tictactoe_v3").tags
    assert not [name for name in tags if name.startswith((VIEW_TAG, "mlflow.experimentKind"))]
    used = {name for run in runs(plain).values() for name in run.data.tags}
    assert not {"mlflow.runColor", "mlflow.loggedArtifacts"} & used


@pytest.mark.filterwarnings("ignore")
def test_an_unknown_mlflow_gets_one_image_a_step_by_its_own_interface(plain: Path) -> None:
    folder = artifacts(plain, "cup") / "images"
    steps = [re.findall(r"payoff\D+(\d+)", path.name)[0] for path in folder.iterdir() if "payoff" in path.name]
    assert sorted(set(steps)) == ["0", "1", "2"]
    assert len(steps) == 6  # whole and small
    assert runs(plain)["cup"].data.tags[IMAGE_MARK + "payoff"] == "2"


@pytest.mark.filterwarnings("ignore")
def test_an_unknown_mlflow_that_is_filled_in_again_gets_nothing_twice(plain: Path) -> None:
    before = everything(plain)
    with closing(Tracker(Store(plain / "leagues" / "cup"), plain)) as tracker:
        assert tracker.fill_in(fail, thorough=True).generations == []
    with closing(sqlite3.connect(plain / client.DATABASE)) as database, database:
        database.execute("UPDATE tags SET value = '-1' WHERE key = 'generation' AND value = '2'")
    with closing(Tracker(Store(plain / "leagues" / "cup"), plain)) as tracker:
        tracker.sync(fail)
    assert {name: run[-1] for name, run in everything(plain).items()} == {name: run[-1] for name, run in before.items()}
    assert history(plain, runs(plain)["main-01"], "player/progress").keys() == {0, 1, 2}
