"""`league sync` adds what MLflow lacks, whatever happened before, and nothing twice."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from league import League, LeagueConfig
from league.storage.store import Store
from league.tracking import client, sync
from league.tracking.tracker import BehindError, Tracker
from tests.league.paper_league import (
    artifacts,
    commit,
    everything,
    fail,
    files,
    found_league,
    mlflow_client,
    registered,
    runs,
    shown_in,
    sync_mlflow,
    turns,
    without_times,
)


def fill_in(home: Path) -> list[int]:
    """What `league sync` does, but for replays, which cannot be recorded of a league that was made by hand."""
    with closing(Tracker(Store(home / "leagues" / "cup"), home)) as tracker:
        return tracker.fill_in(fail, thorough=True).generations


def of(home: Path, name: str) -> str:
    return str(runs(home)[name].info.run_id)


def lose_files(home: Path) -> None:
    """As if an older version had synced it."""
    (artifacts(home, "gen-000") / "standings.csv").unlink()
    (artifacts(home, "cup") / "report.html").unlink()


def lose_pictures(home: Path) -> None:
    shutil.rmtree(artifacts(home, "cup") / "images")


def lose_the_model(home: Path) -> None:
    mlflow_client(home).delete_registered_model("cup")


def change_the_mark(home: Path) -> None:
    """As anybody can who opens the run in MLflow's pages."""
    mlflow_client(home).set_tag(of(home, "cup"), "generation", "x")


def change_a_param(home: Path) -> None:
    """As if a version had synced it that said it in other words."""
    with closing(sqlite3.connect(home / client.DATABASE)) as database, database:
        database.execute("UPDATE params SET value = 'in other words' WHERE key = 'champion'")
    lose_files(home)


@pytest.mark.parametrize(
    "lose",
    [lose_files, lose_pictures, lose_the_model, change_the_mark],
)
def test_what_was_lost_is_added(damaged: Path, lose: Callable[[Path], None], synced: Path) -> None:
    lose(damaged)
    assert fill_in(damaged)
    assert without_times(everything(damaged)) == without_times(shown_in(synced))


def test_params_that_are_there_in_other_words_stay_and_stop_nothing(damaged: Path) -> None:
    change_a_param(damaged)
    assert fill_in(damaged) == [0, 1, 2]
    assert runs(damaged)["gen-001"].data.params["champion"] == "in other words"
    assert fill_in(damaged) == []


@pytest.mark.parametrize("tag", ["generation", "weights"])
def test_a_version_that_no_longer_says_whose_it_is_is_registered_anew(damaged: Path, tag: str) -> None:
    mlflow_client(damaged).delete_model_version_tag("cup", "2", tag)
    assert fill_in(damaged) == [1, 2]
    assert fill_in(damaged) == []
    assert {version["version"]: version["aliases"] for version in registered(damaged)}[4] == ["gen-001"]


def test_where_nothing_is_missing_nothing_is_added(damaged: Path) -> None:
    before = everything(damaged)
    assert fill_in(damaged) == []
    assert everything(damaged) == before


def test_a_version_that_was_deleted_is_made_again_with_a_new_number(damaged: Path) -> None:
    mlflow_client(damaged).delete_model_version("cup", "2")
    assert fill_in(damaged) == [1, 2]
    found = {version["version"]: version["aliases"] for version in registered(damaged)}
    assert found == {1: ["gen-000"], 3: ["champion", "gen-002"], 4: ["gen-001"]}


def test_only_the_generations_that_are_missing_are_added(home: Path) -> None:
    store = found_league(home, count=1)
    sync_mlflow(store, home, fail)
    for turn in turns()[1:]:
        commit(store, turn)
    store.unlock()
    assert fill_in(home) == [1, 2]


def test_adding_that_broke_off_is_completed_by_the_league_itself(
    damaged: Path, locked: Store, monkeypatch: pytest.MonkeyPatch, synced: Path
) -> None:
    from mlflow import MlflowClient
    from mlflow.exceptions import MlflowException

    def breaks(*_: Any, **__: Any) -> Any:
        raise MlflowException("the disk is full")

    lose_the_model(damaged)
    with monkeypatch.context() as patch:
        patch.setattr(MlflowClient, "set_registered_model_alias", breaks)
        with pytest.raises(BehindError, match="cannot be brought up to date with cup: the disk is full"):
            fill_in(damaged)
    sync_mlflow(locked, damaged, fail)
    assert without_times(everything(damaged)) == without_times(shown_in(synced))


def test_a_generation_that_seems_to_have_begun_before_the_one_in_front_of_it_is_shown_once(
    home: Path, smoke: Callable[..., LeagueConfig], cli_run: Callable[..., Any]
) -> None:
    League(smoke({"generations": 2}), home).run()
    with closing(sqlite3.connect(home / "leagues/smoke/league.db")) as database, database:
        database.execute("UPDATE generations SET seconds = 1000 WHERE generation = 1")
    cli_run("sync", "smoke", "--home", home)
    assert cli_run("sync", "smoke", "--home", home).out.splitlines()[0].endswith("nothing was missing")


def test_a_league_that_was_not_tracked_is_shown_with_its_replays(
    home: Path, smoke: Callable[..., LeagueConfig], cli_run: Callable[..., Any]
) -> None:
    League(smoke({"generations": 2}), home).run()
    said = cli_run("sync", "smoke", "--home", home)
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines()[0] == "MLflow shows smoke, generations 0 to 1: 0 to 1 were added"
    found = runs(home)
    assert {"smoke", "gen-000", "gen-001"} <= found.keys()
    assert "replay.html" in files(home, found["gen-001"])
    page = (artifacts(home, "gen-001") / "replay.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert cli_run("sync", "smoke", "--home", home).out.splitlines()[0].endswith("nothing was missing")


def test_a_replay_that_cannot_be_read_is_recorded_again(
    home: Path, smoke: Callable[..., LeagueConfig], cli_run: Callable[..., Any]
) -> None:
    League(smoke({"generations": 2}), home).run()
    whole = {path: path.read_bytes() for path in Store(home / "leagues" / "smoke").recorded(1)}
    for path, content in whole.items():
        path.write_bytes(content[:50])
    cli_run("sync", "smoke", "--home", home)
    assert {path: path.read_bytes() for path in whole} == whole
    assert cli_run("sync", "smoke", "--home", home).out.splitlines()[0].endswith("nothing was missing")


def test_replays_that_cannot_be_recorded_are_spoken_of_and_the_rest_is_shown(league: Store, home: Path) -> None:
    heard: list[str] = []
    assert sync.fill_in(league, heard.append).generations == [0, 1, 2]
    assert [sentence.partition(":")[0] for sentence in heard] == ["some replays cannot be recorded"]


def test_a_league_that_is_being_synced_is_one_sentence(
    damaged: Path, cli_run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "PATIENCE", 0.05)
    with closing(Tracker(Store(damaged / "leagues" / "cup"), damaged)) as other:
        other.hold()
        said = cli_run("sync", "cup", "--home", damaged)
    assert (said.code, said.out) == (2, "")
    assert said.err == "error: MLflow cannot be brought up to date with cup: another process is still updating it\n"


def test_a_league_without_a_generation_is_one_sentence(home: Path, cli_run: Callable[..., Any]) -> None:
    found_league(home, count=0).unlock()
    said = cli_run("sync", "cup", "--home", home)
    assert (said.code, said.err) == (2, "error: the league 'cup' has no committed generation yet\n")
