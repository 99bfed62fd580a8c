"""MLflow's database: whatever its folder is called, whichever MLflow wrote it, wherever its home was moved."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from league.errors import LeagueError
from league.storage.store import Store
from league.tracking import client
from league.tracking.database import SchemaError, uri_of
from league.tracking.links import Tracked
from tests.launching import Launcher
from tests.league.copying import SETTLED
from tests.league.paper_league import (
    everything,
    fail,
    found_league,
    go_on,
    mlflow_client,
    runs,
    shown_in,
    sync_mlflow,
    without_times,
)

NAMES = ["p%20q", "a ?b=c&d#e", "100% naïve", 'it\'s "x\\y"', "@:;+{a}"]


@pytest.fixture
def odd_home(tmp_path: Path, template: Path, request: pytest.FixtureRequest) -> Path:
    home = tmp_path / request.param
    home.mkdir()
    shutil.copy(template, home)
    return home


@pytest.mark.parametrize("odd_home", NAMES, indirect=True)
def test_a_home_has_its_own_database_whatever_its_name(odd_home: Path, synced: Path) -> None:
    store = found_league(odd_home)
    sync_mlflow(store, odd_home, fail)
    store.unlock()
    assert without_times(everything(odd_home)) == without_times(shown_in(synced))
    assert sorted(path.name for path in odd_home.parent.iterdir()) == [odd_home.name]
    tracked = Tracked.read(odd_home)
    assert list(tracked.leagues) == ["cup"]
    assert tracked.elsewhere == ()


@pytest.mark.parametrize("odd_home", ["p%20q", "a ?#"], indirect=True)
def test_a_champion_is_loaded_by_the_lines_in_the_models_description(odd_home: Path, launch: Launcher) -> None:
    store = found_league(odd_home)
    sync_mlflow(store, odd_home, fail)
    store.unlock()
    description = mlflow_client(odd_home).get_registered_model("cup").description
    lines = [line.strip() for line in description.splitlines() if line.startswith("    ") and "predict" not in line]
    program = odd_home.parent / "load.py"
    program.write_text("\n".join([*lines, "print(player.metadata.metadata['player'])"]))
    loaded = launch([program], odd_home.parent)
    assert loaded.stdout.strip() == "main-01-g002", loaded.stderr


def rewrite(home: Path, statement: str) -> None:
    with closing(sqlite3.connect(home / client.DATABASE)) as database, database:
        database.execute(statement)


def newer(home: Path) -> None:
    rewrite(home, "UPDATE alembic_version SET version_num = 'ffffffffffff'")


def older(home: Path) -> None:
    rewrite(home, "UPDATE alembic_version SET version_num = '0a8213491aaa'")


def not_mlflows(home: Path) -> None:
    (home / client.DATABASE).unlink()
    rewrite(home, "CREATE TABLE mine (x)")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (newer, "was written by another MLflow, perhaps a newer one"),
        (older, "was written by an older MLflow; copy it and upgrade it with `mlflow db upgrade sqlite:///"),
        (not_mlflows, "is no database of MLflow; move it away"),
    ],
)
def test_a_database_of_another_schema_is_one_sentence_everywhere(
    home: Path, cli_run: Callable[..., Any], change: Callable[[Path], None], said: str
) -> None:
    found_league(home).unlock()
    change(home)
    before = (home / client.DATABASE).read_bytes()
    for command in (("sync", "cup"), ("ui", "cup", "--port", 1024, "--no-browser")):
        told = cli_run(*command, "--home", home)
        assert (told.code, told.out) == (2, "")
        assert said in told.err
        assert sum(line.startswith("error: ") for line in told.err.splitlines()) == 1
    warnings: list[str] = []
    sync_mlflow(Store(home / "leagues" / "cup"), home, warnings.append)
    assert [said in warning for warning in warnings] == [True]
    assert (home / client.DATABASE).read_bytes() == before


def test_an_empty_file_becomes_a_database(tmp_path: Path) -> None:
    (tmp_path / client.DATABASE).touch()
    assert [experiment.name for experiment in client.connect(tmp_path).search_experiments()] == ["Default"]


def test_a_home_that_was_moved_goes_on_where_it_is(synced: Path, tmp_path: Path) -> None:
    before = everything(synced)
    moved = Path(shutil.copytree(synced, tmp_path / "moved to", ignore=SETTLED))
    store = Store(moved / "leagues" / "cup")
    go_on(store)
    sync_mlflow(store, moved, fail)
    after = everything(moved)
    assert after.keys() - before.keys() == {"gen-003"}
    assert after["gen-000"] == before["gen-000"]
    assert {run.info.artifact_uri.startswith(f"{moved.as_uri()}/") for run in runs(moved).values()} == {True}
    assert Tracked.read(moved).elsewhere == ()
    assert uri_of(moved / client.DATABASE) in mlflow_client(moved).get_registered_model("cup").description
    assert everything(synced) == before


def test_a_database_that_was_moved_without_its_files_is_one_sentence(synced: Path, home: Path) -> None:
    shutil.copy(synced / client.DATABASE, home)
    store, heard = found_league(home), list[str]()
    sync_mlflow(store, home, heard.append)
    store.unlock()
    assert len(heard) == 1
    assert "move it away, and a new one is made" in heard[0]


def test_a_database_that_cannot_be_used_is_an_error_of_the_system(home: Path) -> None:
    newer(home)
    with pytest.raises(SchemaError):
        client.connect(home)
    with pytest.raises(LeagueError, match="was written by another MLflow"):
        Tracked.read(home)
