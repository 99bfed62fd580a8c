"""Whatever people do to a league's runs in MLflow, a thorough sync finds them again, and nothing is there twice."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from league.storage.store import Store
from league.tracking import client
from league.tracking.adoption import LEAGUE_RUN
from league.tracking.private_formats import VIEW_TAG
from league.tracking.tracker import Tracker
from tests.league.paper_league import (
    commit,
    everything,
    fail,
    found_league,
    go_on,
    mlflow_client,
    registered,
    runs,
    shown_in,
    sync_another_of_the_same_name,
    sync_mlflow,
    turns,
    without_times,
)

GAME = "classic/tictactoe_v3"


def fill_in(home: Path) -> tuple[list[int], bool]:
    """The generations that a thorough sync adds, and whether it puts anything right."""
    with closing(Tracker(Store(home / "leagues" / "cup"), home)) as tracker:
        update = tracker.fill_in(fail, thorough=True)
    return update.generations, update.mended > 0


def of(home: Path, name: str) -> str:
    return str(runs(home)[name].info.run_id)


def delete(*names: str) -> Callable[[Path], None]:
    def harm(home: Path) -> None:
        for each in [of(home, name) for name in names]:
            mlflow_client(home).delete_run(each)

    return harm


def untag(name: str, *tags: str) -> Callable[[Path], None]:
    def harm(home: Path) -> None:
        run = runs(home)[name]
        for tag in set(tags) & set(run.data.tags):
            mlflow_client(home).delete_tag(run.info.run_id, tag)

    return harm


def retag(name: str, tag: str, value: str) -> Callable[[Path], None]:
    return lambda home: mlflow_client(home).set_tag(of(home, name), tag, value)


def delete_everything(home: Path) -> None:
    delete(*runs(home))(home)


def delete_the_experiment(home: Path) -> None:
    there = mlflow_client(home)
    there.delete_experiment(there.get_experiment_by_name(GAME).experiment_id)


def copy_everything(home: Path) -> None:
    """As an earlier version did after the league's run was deleted: every run is there twice."""
    there, found = mlflow_client(home), runs(home)
    made: dict[str, str] = {}
    for name in sorted(found, key=lambda name: (name != "cup", name not in ("generations", "players"))):
        run = found[name]
        tags = {key: made.get(value, value) for key, value in run.data.tags.items()}
        copied = there.create_run(run.info.experiment_id, run.info.start_time, tags, name)
        made[run.info.run_id] = copied.info.run_id


HARMS: dict[str, Callable[[Path], None]] = {
    "delete the league's run": delete("cup"),
    "delete a folder": delete("generations"),
    "delete a player": delete("main-01"),
    "delete a generation": delete("gen-001"),
    "delete everything": delete_everything,
    "delete the experiment": delete_the_experiment,
    "untag the league's run": untag("cup", "kind"),
    "untag the league's run wholly": untag("cup", "kind", "league", LEAGUE_RUN),
    "untag a folder": untag("players", "kind", "league"),
    "untag a generation": untag("gen-001", "kind", LEAGUE_RUN),
    "move a generation": retag("gen-001", "mlflow.parentRunId", "0" * 32),
    "make everything twice": copy_everything,
}


@pytest.mark.parametrize("harm", HARMS.values(), ids=list(HARMS))
def test_what_was_there_is_found_again_and_nothing_is_there_twice(
    damaged: Path, harm: Callable[[Path], None], synced: Path
) -> None:
    ids = {name: run.info.run_id for name, run in runs(damaged).items()}
    harm(damaged)
    if harm is not delete_the_experiment:  # that is restored with all that is in it
        assert fill_in(damaged) == ([], True)
    assert fill_in(damaged) == ([], False)
    assert without_times(everything(damaged)) == without_times(shown_in(synced))
    kept = {name: run.info.run_id for name, run in runs(damaged).items()}
    either = {"generations", "players"} if harm is copy_everything else set()  # empty runs are as good as their copies
    assert {name for name in ids if kept[name] != ids[name]} <= either


@pytest.mark.parametrize("harm", ["delete the league's run", "delete a folder"])
def test_a_league_that_goes_on_adopts_its_runs(damaged: Path, locked: Store, harm: str) -> None:
    HARMS[harm](damaged)
    go_on(locked)
    sync_mlflow(locked, damaged, fail)
    assert set(runs(damaged)) >= {"cup", "gen-000", "gen-003", "main-01"}  # each of them once
    assert [version["run"] for version in registered(damaged)] == ["gen-000", "gen-001", "gen-002", "gen-003"]


def gone(home: Path, name: str) -> None:
    """Delete a run for good, as `mlflow gc` does."""
    run = of(home, name)
    with closing(sqlite3.connect(home / client.DATABASE)) as database, database:
        for table in ("tags", "params", "metrics", "latest_metrics"):
            database.execute(f"DELETE FROM {table} WHERE run_uuid = ?", (run,))
        database.execute("DELETE FROM runs WHERE run_uuid = ?", (run,))


@pytest.mark.parametrize("name", ["cup", "players", "gen-001"])
def test_what_is_left_of_a_run_that_was_deleted_for_good_is_adopted(damaged: Path, name: str, synced: Path) -> None:
    ids = {each: run.info.run_id for each, run in runs(damaged).items() if each != name}
    gone(damaged, name)
    fill_in(damaged)
    assert fill_in(damaged) == ([], False)
    found = runs(damaged)
    assert found.keys() == runs(synced).keys()
    assert {each: run.info.run_id for each, run in found.items() if each != name} == ids
    assert len(registered(damaged)) == 3


@pytest.mark.parametrize("name", ["gen-001", "cup"])
def test_a_run_that_a_person_has_renamed_keeps_its_name_and_is_not_made_again(damaged: Path, name: str) -> None:
    mlflow_client(damaged).update_run(of(damaged, name), name="my favourite")
    assert fill_in(damaged) == ([], False)
    found = runs(damaged)
    assert "my favourite" in found
    assert name not in found


def test_an_experiment_that_a_person_has_renamed_is_used_under_its_name(damaged: Path, locked: Store) -> None:
    there = mlflow_client(damaged)
    there.rename_experiment(there.get_experiment_by_name(GAME).experiment_id, "renamed")
    assert fill_in(damaged) == ([], False)
    go_on(locked)
    sync_mlflow(locked, damaged, fail)
    assert there.get_experiment_by_name(GAME) is None
    assert "gen-003" in runs(damaged)


def test_an_experiment_of_an_earlier_version_that_was_renamed_is_known_by_its_folder(damaged: Path) -> None:
    there = mlflow_client(damaged)
    experiment = there.get_experiment_by_name(GAME).experiment_id
    there.delete_experiment_tag(experiment, "league.game")
    there.rename_experiment(experiment, "renamed")
    assert fill_in(damaged) == ([], False)
    assert there.get_experiment_by_name(GAME) is None


def test_a_model_that_a_person_has_renamed_is_used_under_its_name(damaged: Path, locked: Store) -> None:
    mlflow_client(damaged).rename_registered_model("cup", "best ever")
    assert fill_in(damaged) == ([], False)
    go_on(locked)
    sync_mlflow(locked, damaged, fail)
    assert [model.name for model in mlflow_client(damaged).search_registered_models()] == ["best ever"]
    assert len(registered(damaged, "best ever")) == 4


@pytest.mark.parametrize("alias", ["champion", "gen-001"])
def test_an_alias_that_was_deleted_or_moved_is_restored(damaged: Path, alias: str, synced: Path) -> None:
    mlflow_client(damaged).delete_registered_model_alias("cup", alias)
    assert fill_in(damaged) == ([], True)
    assert registered(damaged) == registered(synced)
    mlflow_client(damaged).set_registered_model_alias("cup", alias, "1")
    assert fill_in(damaged) == ([], True)
    assert registered(damaged) == registered(synced)


def forget(home: Path) -> None:
    """As an earlier version left it: no run says to which of the leagues of one name it belongs."""
    there, root = mlflow_client(home), of(home, "cup")
    for run in runs(home).values():
        there.delete_tag(run.info.run_id, LEAGUE_RUN)
        if "player" in run.data.tags:
            there.delete_tag(run.info.run_id, "player")
    for version in there.search_model_versions("name = 'cup'"):
        there.set_model_version_tag("cup", version.version, LEAGUE_RUN, root)


def test_a_league_that_an_earlier_version_has_shown_goes_on(damaged: Path, locked: Store) -> None:
    forget(damaged)
    go_on(locked)
    sync_mlflow(locked, damaged, fail)
    assert len({run.data.tags[LEAGUE_RUN] for run in runs(damaged).values()}) == 1
    assert len(registered(damaged)) == 4


@pytest.mark.parametrize("harm", ["delete the league's run", "untag a folder", "untag a generation", "make everything twice"])
def test_what_an_earlier_version_has_shown_is_adopted(damaged: Path, harm: str, synced: Path) -> None:
    forget(damaged)
    HARMS[harm](damaged)
    assert fill_in(damaged) == ([], True)
    assert without_times(everything(damaged)) == without_times(shown_in(synced))


def test_views_show_the_runs_of_one_league_run(league: Store, home: Path) -> None:
    sync_another_of_the_same_name(league, home)
    there = mlflow_client(home)
    roots = {run.info.run_id: run for run in there.search_runs(["1"], "tags.kind = 'league'")}
    assert len(roots) == 2
    newest = next(run for run in roots.values() if run.data.tags["generation"] == "0").data.tags[LEAGUE_RUN]
    views = {key: value for key, value in there.get_experiment("1").tags.items() if key.startswith(VIEW_TAG)}
    assert len(views) == 3
    assert all(f"tags.league_run = '{newest}'" in view for view in views.values())
    shown = there.search_runs(["1"], f"tags.kind = 'player' AND tags.league = 'cup' AND tags.league_run = '{newest}'")
    assert sorted(run.info.run_name for run in shown) == ["bot:random", "main-01", "main-02"]


def test_two_leagues_of_one_name_are_not_taken_for_each_other(league: Store, home: Path) -> None:
    sync_mlflow(league, home, fail)
    before = {run.info.run_id for run in runs(home).values()}
    league.unlock()
    shutil.rmtree(league.folder)
    again = found_league(home, count=0)
    commit(again, replace(turns()[0], seconds=77.0))
    sync_mlflow(again, home, fail)
    assert fill_in(home)[0] == []
    again.unlock()
    assert before <= {run.info.run_id for run in mlflow_client(home).search_runs(["1"])}


def test_the_league_run_tells_the_commit_of_the_code(home: Path) -> None:
    store = found_league(home, count=1)
    store.set_fact("commit", "ab" * 20)
    sync_mlflow(store, home, fail)
    store.unlock()
    assert runs(home)["cup"].data.tags["mlflow.source.git.commit"] == "ab" * 20
