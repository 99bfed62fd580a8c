"""`league delete` and `league rename`: a league with all that belongs to it, asked first, repeatable after a kill."""

import io
import json
import shutil
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from league.storage import removal
from league.storage.store import Store, leagues
from league.tracking import removal as mlflow_removal
from league.tracking.tracker import Tracker
from tests.league.copying import SETTLED
from tests.league.paper_league import commit, fail, mlflow_client, sync_mlflow, turns


@pytest.fixture
def home(tmp_path: Path, synced: Path) -> Path:
    """A home of one's own with the league `cup`, which MLflow shows."""
    shutil.copytree(synced / "leagues", tmp_path / "leagues", ignore=SETTLED)
    return tmp_path


@pytest.fixture
def tracked(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Path:
    """A home whose league MLflow shows; MLflow stores the full names of its files, so it cannot be a copy."""
    from tests.league.paper_league import found_league

    home = tmp_path_factory.mktemp("tracked")
    shutil.copy(template, home)
    store = found_league(home)
    sync_mlflow(store, home, fail)
    store.unlock()
    return home


def shown(home: Path) -> dict[str, list[str]]:
    """The names of the runs that MLflow shows, by league, and the versions of its models."""
    client = mlflow_client(home)
    ids = [found.experiment_id for found in client.search_experiments()]
    found: dict[str, list[str]] = {}
    for run in client.search_runs(ids, max_results=1000):
        found.setdefault(run.data.tags["league"], []).append(run.info.run_name)
    for model in client.search_registered_models():
        found[f"model {model.name}"] = sorted(
            str(each.version) for each in client.search_model_versions(f"name = '{model.name}'")
        )
    return {name: sorted(names) for name, names in found.items()}


def answer(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def test_a_deleted_league_is_gone_with_all_that_mlflow_shows_of_it(cli_run, tracked):
    assert "cup" in shown(tracked)
    said = cli_run("delete", "cup", "--yes", "--home", tracked)
    assert said.code == 0, said.err
    assert said.out.startswith("cup is deleted, and its ")
    assert leagues(tracked) == []
    assert not (tracked / "leagues" / "cup").exists()
    assert shown(tracked) == {}
    assert not [path for path in (tracked / "artifacts").rglob("*") if path.is_file()]
    client = mlflow_client(tracked)
    assert not [tag for found in client.search_experiments() for tag in found.tags if "cup" in tag]


def test_a_league_of_the_same_name_can_be_begun_after_a_deletion(cli_run, tracked):
    from tests.league.paper_league import found_league

    before = shown(tracked)
    assert cli_run("delete", "cup", "--yes", "--home", tracked).code == 0
    store = found_league(tracked, count=0)
    for turn in turns():
        commit(store, replace(turn, seconds=77.0))  # otherwise it is the same league, if it begins in the same second
    sync_mlflow(store, tracked, fail)
    store.unlock()
    assert shown(tracked) == before


def test_deleting_is_asked_first_and_no_changes_nothing(cli_run, home, monkeypatch):
    answer(monkeypatch, "n\n")
    said = cli_run("delete", "cup", "--home", home)
    assert said.code == 1
    assert "Delete the league cup with 3 generations and" in said.err
    assert leagues(home) == ["cup"]
    answer(monkeypatch, "y\n")
    assert cli_run("delete", "cup", "--home", home).code == 0
    assert leagues(home) == []


def test_where_nobody_can_answer_nothing_is_deleted(cli_run, home, monkeypatch):
    answer(monkeypatch, "")
    said = cli_run("delete", "cup", "--home", home)
    assert (said.code, leagues(home)) == (2, ["cup"])
    assert "add --yes" in said.err


@pytest.mark.parametrize("command", [("delete", "cup"), ("rename", "cup", "bowl")])
def test_a_league_at_work_is_neither_deleted_nor_renamed(cli_run, home, command):
    store = Store.open(home, "cup")
    store.lock()
    said = cli_run(*command, "--yes", "--home", home)
    store.unlock()
    assert (said.code, leagues(home)) == (2, ["cup"])
    assert "another process is running the league 'cup'" in said.err


@pytest.mark.parametrize("name", ["cupp", "../cup", "."])
def test_a_league_that_is_not_there_is_neither_deleted_nor_renamed(cli_run, home, name):
    for command in (("delete", name), ("rename", name, "bowl")):
        said = cli_run(*command, "--yes", "--home", home)
        assert said.code == 2, command
        assert "league" in said.err
    assert leagues(home) == ["cup"]


def test_a_damaged_league_can_be_deleted(cli_run, home):
    (home / "leagues/cup/league.db").write_bytes(b"no database at all, but long enough to look at")
    assert cli_run("delete", "cup", "--yes", "--home", home).code == 0
    assert leagues(home) == []


def test_what_links_point_to_is_not_deleted_and_named(cli_run, home):
    folder, disk = home / "leagues" / "cup", home / "disk"
    (folder / "weights").rename(disk)
    (folder / "weights").symlink_to(disk)
    precious = disk / "thesis.tex"
    precious.write_text("precious")
    said = cli_run("delete", "cup", "--yes", "--json", "--home", home)
    assert json.loads(said.out) == {"deleted": "cup", "runs": 0, "left": [str(disk)]}
    assert precious.read_text() == "precious"
    assert not folder.exists()


@pytest.mark.parametrize("after", range(4))
def test_a_deletion_that_was_killed_can_be_repeated(cli_run, home, monkeypatch, after):
    left, unlink = [after], Path.unlink

    def killed(path: Path, *arguments: object, **more: object) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        unlink(path, *arguments, **more)

    with monkeypatch.context() as patch, suppress(KeyboardInterrupt):
        patch.setattr(Path, "unlink", killed)
        removal.delete_folder(Store(home / "leagues" / "cup"))
    if (home / "leagues" / "cup").exists():
        assert cli_run("delete", "cup", "--yes", "--home", home).code == 0
    assert not (home / "leagues" / "cup").exists()


def test_a_renamed_league_has_its_new_name_everywhere(cli_run, tracked):
    before = shown(tracked)
    said = cli_run("rename", "cup", "bowl", "--yes", "--home", tracked)
    assert said.code == 0, said.err
    assert leagues(tracked) == ["bowl"]
    expected = {
        key.replace("cup", "bowl"): sorted("bowl" if name == "cup" else name for name in names) for key, names in before.items()
    }
    assert shown(tracked) == expected
    assert json.loads(cli_run("standings", "bowl", "--json", "--home", tracked).out)["league"] == "bowl"
    sync_mlflow(Store.open(tracked, "bowl"), tracked, fail)
    assert shown(tracked) == expected
    client = mlflow_client(tracked)
    views = [tag for found in client.search_experiments() for tag in found.tags if tag.startswith("mlflow.sharedViewState.")]
    assert views
    assert all("bowl" in view for view in views)


def test_renaming_is_asked_first(cli_run, home, monkeypatch):
    answer(monkeypatch, "n\n")
    assert cli_run("rename", "cup", "bowl", "--home", home).code == 1
    assert leagues(home) == ["cup"]


@pytest.mark.parametrize("new", ["../bowl", "", "a b"])
def test_a_new_name_that_is_no_name_is_refused(cli_run, home, new):
    said = cli_run("rename", "cup", new, "--yes", "--home", home)
    assert (said.code, leagues(home)) == (2, ["cup"])
    assert "is no league's name" in said.err


def test_a_name_that_is_taken_is_refused(cli_run, home):
    shutil.copytree(home / "leagues/cup", home / "leagues/bowl")
    said = cli_run("rename", "cup", "bowl", "--yes", "--home", home)
    assert said.code == 2
    assert "there is a league 'bowl' in" in said.err
    assert leagues(home) == ["bowl", "cup"]


def interrupted_renaming(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A renaming that is killed when the folder has its new name and MLflow's runs the old one."""

    def killed(*arguments: object) -> None:
        raise KeyboardInterrupt

    store = removal.rename_folder(home, "cup", "bowl")
    store.unlock()
    with monkeypatch.context() as patch:
        patch.setattr(mlflow_removal, "_runs", killed)
        with pytest.raises(KeyboardInterrupt):
            mlflow_removal.rename_in_mlflow(home, store)


def test_a_renaming_that_was_killed_can_be_repeated(cli_run, tracked, monkeypatch):
    interrupted_renaming(tracked, monkeypatch)
    assert "cup" in shown(tracked)
    said = cli_run("rename", "cup", "bowl", "--yes", "--json", "--home", tracked)
    assert json.loads(said.out)["to"] == "bowl"
    assert {name for name in shown(tracked) if "cup" in name} == set()


def test_a_renaming_that_was_killed_is_finished_by_the_next_sync(tracked, monkeypatch):
    interrupted_renaming(tracked, monkeypatch)
    tracker = Tracker(Store.open(tracked, "bowl"), tracked)
    tracker.fill_in(fail)
    tracker.close()
    assert {name for name in shown(tracked) if "cup" in name} == set()
