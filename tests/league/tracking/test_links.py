"""What `league ui` offers: what is tracked, and the addresses of MLflow's pages."""

import json
from pathlib import Path
from typing import Any

import pytest

from league.errors import LeagueError
from league.tracking import private_formats
from league.tracking.links import Tracked
from league.tracking.private_formats import VIEW_TAG
from tests.league.paper_league import mlflow_client, runs

SERVER = "http://127.0.0.1:5001"
CHARTS = SERVER + "/#/experiments/{experiment}/runs?workflowType=machine_learning&compareRunsMode=CHART"
TWO = Tracked({"chess": "3", "classic/go_v5": "1"}, {"cup": ("1", "b"), "open": ("3", "c")}, ())


def begin(mlflow: Any, league: str, experiment: str, begun: int) -> str:
    tags = {"kind": "league", "league": league}
    return str(mlflow.create_run(experiment, start_time=begun, tags=tags, run_name=league).info.run_id)


def test_of_several_leagues_every_game_has_a_link_to_its_charts() -> None:
    assert TWO.links(SERVER, None) == {
        "chess": CHARTS.format(experiment=3),
        "classic/go_v5": CHARTS.format(experiment=1),
    }


def test_a_league_has_links_to_its_views_its_report_and_its_champions() -> None:
    charts = CHARTS.format(experiment=1)
    assert TWO.links(SERVER, "cup") == {
        "cup: league": f"{charts}&viewStateShareKey=cup-league",
        "cup: players": f"{charts}&viewStateShareKey=cup-players",
        "cup: generations": f"{charts}&viewStateShareKey=cup-generations",
        "cup: report": f"{SERVER}/#/experiments/1/runs/b/artifacts/report.html?workflowType=machine_learning",
        "cup: champions": f"{SERVER}/#/models/cup",
    }


def test_the_only_league_need_not_be_named() -> None:
    one = Tracked({"chess": "3"}, {"open": ("3", "c")}, ())
    assert one.links(SERVER, None) == one.links(SERVER, "open")


def test_a_league_that_is_not_tracked_is_one_sentence() -> None:
    with pytest.raises(LeagueError, match=r"no league 'cop' \(leagues: cup, open\); did you mean 'cup'"):
        TWO.links(SERVER, "cop")
    with pytest.raises(LeagueError, match="`league sync zebra` adds"):
        TWO.links(SERVER, "zebra")


def test_an_mlflow_that_was_not_tested_is_opened_at_its_front_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private_formats, "TESTED", ())
    assert TWO.links(SERVER, "cup") == {"cup": f"{SERVER}/"}
    assert set(TWO.links(SERVER, None).values()) == {f"{SERVER}/"}


def test_what_is_tracked_is_read_from_mlflow(home: Path) -> None:
    mlflow = mlflow_client(home)
    chess, go = (mlflow.create_experiment(name, artifact_location=(home / name).as_uri()) for name in ("chess", "go"))
    far = mlflow.create_experiment("far", artifact_location="file:///elsewhere/x")
    old = mlflow.create_experiment("old")
    begin(mlflow, "gone", old, 1)
    mlflow.delete_experiment(old)
    newest, _, other = begin(mlflow, "cup", go, 2), begin(mlflow, "cup", go, 1), begin(mlflow, "open", chess, 1)
    mlflow.delete_run(begin(mlflow, "over", go, 3))
    tracked = Tracked.read(home)
    assert tracked.games == {"chess": chess, "far": far, "go": go}
    assert tracked.leagues == {"cup": (go, newest), "open": (chess, other)}
    assert tracked.elsewhere == ("file:///elsewhere/x",)


def test_the_views_that_are_linked_to_are_those_that_are_saved(synced: Path) -> None:
    links = Tracked.read(synced).links(SERVER, "cup")
    saved = mlflow_client(synced).get_experiment_by_name("classic/tictactoe_v3").tags
    for name, link in list(links.items())[:3]:
        view = json.loads(saved[VIEW_TAG + link.partition("viewStateShareKey=")[2]])
        assert view["name"].split(" · ")[::2] == name.split(": ")
        assert "tags.league = 'cup'" in json.loads(view["state"])["searchFilter"]
    assert runs(synced)["cup"].info.run_id in links["cup: report"]


def test_a_broken_database_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "mlflow.db").write_bytes(b"no database" * 1000)
    with pytest.raises(LeagueError, match="cannot be read"):
        Tracked.read(tmp_path)
