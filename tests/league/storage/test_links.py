"""Folders of a league that lead elsewhere: nothing there is deleted or emptied, and the league goes on."""

import hashlib
import os
from pathlib import Path

import numpy as np
import pytest

from league import League
from league.config.own_code import Source, from_text, to_text, write_text
from league.errors import LeagueError
from league.storage.blobs import Blobs
from league.storage.links import lock_file, plain_files
from league.storage.store import Store
from league.tracking.client import connect
from tournaments.replay.format import SUFFIX, UNFINISHED

HASH = hashlib.sha256(b"x").hexdigest()
OURS = [f".{HASH}.safetensors.123", f".g000-t-000001{SUFFIX}.77"]
FOREIGN = [".bashrc", ".ssh", ".env.12", "model.safetensors", f"{HASH}.safetensors", f".{HASH}.safetensors", f".{HASH}.pt.1"]


@pytest.fixture
def store(tmp_path):
    made = Store.create(tmp_path, "cup", {"config": "{}", "identity": "x", "game": "classic/tictactoe_v3", "version": "0"})
    made.unlock()
    yield made
    made.unlock()


def filled(folder: Path) -> Path:
    """A folder with files of ours and of others."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in (*OURS, *FOREIGN):
        (folder / name).write_text("precious")
    return folder


@pytest.mark.parametrize("name", ["weights", "learner_states", "replays"])
def test_in_a_plain_folder_only_what_we_left_half_written_is_deleted(store, name):
    filled(store.folder / name)
    store.lock()
    kept = {path.name for path in (store.folder / name).iterdir()}
    assert kept >= set(FOREIGN)
    assert len(kept & set(OURS)) == 1  # each folder has its own kind of files


@pytest.mark.parametrize("name", ["weights", "learner_states", "replays"])
def test_behind_a_link_nothing_is_deleted(store, tmp_path, name):
    elsewhere = filled(tmp_path / "elsewhere")
    (store.folder / name).symlink_to(elsewhere)
    store.lock()
    store.learner_states.keep_only(set())
    assert {path.name for path in elsewhere.iterdir()} == {*OURS, *FOREIGN}


def test_learner_states_that_nobody_needs_are_deleted_and_other_files_are_not(store):
    filled(store.learner_states.folder)
    store.learner_states.keep_only(set())
    assert {path.name for path in store.learner_states.folder.iterdir()} == {*OURS, *FOREIGN} - {f"{HASH}.safetensors"}


def test_a_link_among_plain_files_stays_with_what_it_leads_to(store, tmp_path):
    filled(tmp_path / "elsewhere")
    store.replays.mkdir()
    link = store.replays / OURS[1]
    link.symlink_to(tmp_path / "elsewhere" / ".bashrc")
    store.lock()
    assert link.is_symlink()
    assert (tmp_path / "elsewhere/.bashrc").read_text() == "precious"


def test_a_lock_that_is_a_link_does_not_empty_what_it_leads_to(store, tmp_path):
    (tmp_path / "diary").write_text("precious")
    (store.folder / "lock").unlink()
    (store.folder / "lock").symlink_to(tmp_path / "diary")
    with pytest.raises(LeagueError, match="is a link"):
        store.lock()
    assert (tmp_path / "diary").read_text() == "precious"


def test_a_lock_of_ones_own_can_be_taken_again(tmp_path):
    lock_file(tmp_path / "lock").close()
    lock_file(tmp_path / "lock").close()
    assert (tmp_path / "lock").read_bytes() == b""


def test_a_folder_that_is_not_there_has_no_files(tmp_path):
    assert plain_files(tmp_path / "nothing", UNFINISHED) == []


def test_a_league_goes_on_with_its_weights_on_another_disk(tmp_path, smoke):
    League(smoke({"generations": 1}), tmp_path / "home").run()
    folder = tmp_path / "home/leagues/smoke"
    for name in ("weights", "learner_states", "replays"):
        (folder / name).rename(tmp_path / name)
        (folder / name).symlink_to(tmp_path / name)
    before = {path.name for path in (tmp_path / "weights").iterdir()}
    result = League(smoke({"generations": 2}), tmp_path / "home").run(resume=True)
    assert result.store.generation() == 1
    assert before < {path.name for path in (tmp_path / "weights").iterdir()}


def test_a_report_does_not_write_through_a_link(cli_run, tmp_path, smoke):
    League(smoke({"generations": 1}), tmp_path).run()
    (tmp_path / "diary").write_text("precious")
    (tmp_path / "leagues/smoke/report.html").symlink_to(tmp_path / "diary")
    assert cli_run("report", "smoke", "--home", tmp_path).code == 0
    assert (tmp_path / "diary").read_text() == "precious"
    assert not (tmp_path / "leagues/smoke/report.html").is_symlink()


def test_what_is_half_written_does_not_go_through_a_link(store, tmp_path):
    (tmp_path / "diary").write_text("precious")
    for folder in (store.weights.folder, store.replays):
        folder.mkdir()
    array = {"x": np.zeros(3, np.float32)}
    digest = Blobs(tmp_path / "other").put(array)
    link = store.weights.folder / f".{digest}.safetensors.{os.getpid()}"
    link.symlink_to(tmp_path / "diary")
    assert store.weights.put(array) == digest
    assert (tmp_path / "diary").read_text() == "precious"
    assert store.weights.get(digest, "main-01")["x"].tolist() == [0.0, 0.0, 0.0]


def test_weights_do_not_go_through_a_link_of_their_name(store, tmp_path):
    store.weights.folder.mkdir()
    array = {"x": np.zeros(3, np.float32)}
    digest = Blobs(tmp_path / "other").put(array)
    store.weights.path(digest).symlink_to(tmp_path / "new")
    store.weights.put(array)
    assert not (tmp_path / "new").exists()
    assert not store.weights.path(digest).is_symlink()


@pytest.mark.parametrize("link", ["code", "code/HASH", "code/HASH/own.py"])
def test_code_that_a_league_keeps_is_not_written_through_a_link(tmp_path, link):
    league, outside = tmp_path / "league", tmp_path / "outside"
    text = "raise RuntimeError\n"
    source = Source("own.py", "/nowhere/own.py", hashlib.sha256(text.encode()).hexdigest(), text)
    outside.mkdir()
    (outside / "own.py").write_text("precious")
    path = league / link.replace("HASH", source.sha256[:8])
    path.parent.mkdir(parents=True)
    path.symlink_to(outside / "own.py" if path.suffix else outside)
    if path.suffix:
        assert write_text(source, league / "code").read_text() == text
    else:
        with pytest.raises(LeagueError, match="is a link"):
            write_text(source, league / "code")
    assert [path.name for path in outside.rglob("*.py")] == ["own.py"]
    assert (outside / "own.py").read_text() == "precious"


@pytest.mark.parametrize("path", ["/a/..", "", "/a/b\n.py"])
def test_code_that_a_league_keeps_has_the_name_of_a_file(path):
    with pytest.raises(LeagueError, match="is no file"):
        from_text(to_text([Source("own.py", path, hashlib.sha256(b"x = 1").hexdigest(), "x = 1")]), "a league")


@pytest.mark.parametrize("name", ["mlflow.lock", "mlflow.db", "mlflow.db-journal"])
def test_mlflows_files_are_not_written_through_a_link(tmp_path, name):
    (tmp_path / "diary").write_text("precious")
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / name).symlink_to(tmp_path / "diary")
    with pytest.raises(LeagueError, match="is a link"):
        connect(tmp_path / "home")
    assert (tmp_path / "diary").read_text() == "precious"
