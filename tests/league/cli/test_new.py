"""`league new`: what it writes can be checked, tested, trained and evaluated as it is, and nothing is overwritten."""

import json
import subprocess
import sys

import pytest

from league.config.starting import write_new
from league.storage.store import Store

SHORT = ["tracking=false", "tournament.replays=false", "tournament.games=4", "tournament.bootstrap=20"]
UNTAUGHT = ["hyper.learning_rate={start: 0.0, low: 0.0, high: 1.0e-9}"]


def trained(cli_run, folder, name, generations, *settings):
    """The share of training games that were a success, or the champion's score against the random player, at the end."""
    home = folder / f"home-{len(settings)}"
    chosen = [part for setting in (*SHORT, *settings) for part in ("--set", setting)]
    said = cli_run("run", f"{name}.yaml", *chosen, "--set", f"generations={generations}", "--home", home)
    assert said.code == 0, said.err
    store = Store.open(home, name)
    success = [row.figures.get("success") for row in store.generations()]
    score = next(row for row in json.loads(cli_run("standings", name, "--json", "--home", home).out)["standings"])
    return success[-1] if success[-1] is not None else score["elo"]


@pytest.mark.parametrize(("kind", "generations"), [("parallel", 2), ("turn-based", 1)])
def test_a_new_game_fits_passes_its_tests_and_is_learnt(cli_run, tmp_path, monkeypatch, kind, generations):
    monkeypatch.chdir(tmp_path)
    said = cli_run("new", "harvest", "--kind", kind)
    assert said.code == 0, said.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["harvest.py", "harvest.yaml", "test_harvest.py"]
    for command in ("league games --check harvest.py:make", "pytest test_harvest.py", "league run harvest.yaml"):
        assert command in said.out
    checked = cli_run("games", "--check", "harvest.py:make")
    assert checked.code == 0, checked.out + checked.err
    assert "failed" not in checked.out
    tested = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_harvest.py"], capture_output=True, text=True
    )
    assert tested.returncode == 0, tested.stdout
    learnt = trained(cli_run, tmp_path, "harvest", generations)
    assert learnt > (0.8 if kind == "parallel" else 150)
    said = cli_run("evaluate", "harvest/champion", "--episodes", 10, "--executor", "serial", "--json", "--home", "home-0")
    assert json.loads(said.out)["measures"]["success_rate"]["value"] > 0.7


@pytest.mark.long
def test_without_a_learning_rate_a_new_game_is_not_learnt(cli_run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_new("harvest", "parallel", tmp_path)
    assert trained(cli_run, tmp_path, "harvest", 2, *UNTAUGHT) < 0.4


def test_files_that_exist_are_left_alone_and_then_nothing_is_written(cli_run, tmp_path):
    (tmp_path / "test_harvest.py").write_text("mine")
    said = cli_run("new", "harvest", "--to", tmp_path)
    assert said.code == 2
    assert "exists and is left alone" in " ".join(said.err.split())
    assert [path.name for path in tmp_path.iterdir()] == ["test_harvest.py"]
    assert (tmp_path / "test_harvest.py").read_text() == "mine"


def test_files_can_be_written_to_another_folder_and_are_listed(cli_run, tmp_path):
    said = cli_run("new", "harvest", "--to", tmp_path / "new", "--json")
    files = json.loads(said.out)["files"]
    assert files == [str(tmp_path / "new" / name) for name in ("harvest.py", "harvest.yaml", "test_harvest.py")]
    assert all("GAME" not in (tmp_path / "new" / name).read_text("utf-8") for name in ("harvest.py", "harvest.yaml"))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("my-game",), "cannot be the name of a game"),
        (("class",), "cannot be the name of a game"),
        (("numpy",), "is the name of an installed package"),
        (("harvest", "--kind", "parrallel"), "there is no kind of game"),
    ],
)
def test_what_cannot_be_written_is_one_sentence(cli_run, tmp_path, arguments, sentence):
    said = cli_run("new", *arguments, "--to", tmp_path)
    assert said.code == 2
    assert sentence in " ".join(said.err.split())
    assert not list(tmp_path.iterdir())
