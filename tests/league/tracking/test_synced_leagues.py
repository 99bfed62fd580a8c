"""Leagues and their sync workers: in one process or two, interrupted or not, the same is there in the end.

No test waits for a clock. Processes are waited for by their ends of pipes, which the system closes when they are gone.
"""

import os
import shutil
import signal
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from functools import partial
from hashlib import sha256
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from league import League, LeagueError, manager
from league.execution.watcher import Silent
from league.stages.table import STAGES
from league.storage.store import Store
from league.tracking import client, sync_worker
from league.tracking.sync import LeagueSync
from league.tracking.sync_worker import InProcess, SyncWorker, WorkerProcess
from league.tracking.tracker import Tracker
from tournaments.replay.format import save

BESIDE = {"compute.executor": "processes", "compute.workers": 1}


class Watched(Silent):
    """Keeps warnings, and does something when a generation is committed."""

    def __init__(self, on_commit: Callable[[int], None] = lambda number: None) -> None:
        self.warnings: list[str] = []
        self.on_commit = on_commit

    def committed(self, row, ratings, progress) -> None:
        self.on_commit(row.number)

    def warn(self, sentence: str) -> None:
        self.warnings.append(sentence)


def sync_without_delay(folder: Path, league: Connection) -> None:
    """Sync at the usual priority: the other tests would leave the lowest one no time."""
    os.nice = lambda level: level  # only in this process
    sync_worker.work(folder, league)


@pytest.fixture(autouse=True)
def wait_for_events(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let leagues wait for their workers however long it takes."""
    monkeypatch.setattr(sync_worker, "PATIENCE", None)
    monkeypatch.setattr(sync_worker, "WorkerProcess", partial(WorkerProcess, work=sync_without_delay))


def replays(home: Path) -> dict[str, str]:
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in Store.open(home, "smoke").replays.iterdir()}


def shown(home: Path) -> Counter[tuple[str, ...]]:
    """Every run, every param, every point and every image of MLflow, without values that are times."""
    there = client.open_client(home / client.DATABASE)
    found: Counter[tuple[str, ...]] = Counter()
    for run in there.search_runs([experiment.experiment_id for experiment in there.search_experiments()]):
        name = run.info.run_name
        found[name, run.info.status] += 1
        found.update((name, "param", key, value) for key, value in run.data.params.items())
        for metric in run.data.metrics:
            history = there.get_metric_history(run.info.run_id, metric)
            found.update((name, "point", metric, str(point.step)) for point in history)
        images = (home / "artifacts").glob(f"*/{run.info.run_id}/artifacts/images/*")
        found.update((name, "image", path.name.partition("+timestamp")[0], path.suffix) for path in images)
    return found


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory, smoke, template) -> Path:
    """A home whose league was shown in MLflow by the league itself."""
    home = tmp_path_factory.mktemp("plain")
    shutil.copy(template, home)
    League(smoke({"tracking": True}), home).run()
    return home


@pytest.fixture
def caught(monkeypatch: pytest.MonkeyPatch) -> list[WorkerProcess]:
    """The workers of the leagues that are run."""
    made: list[WorkerProcess] = []

    def make(*given) -> SyncWorker:
        made.append(sync_worker.sync_worker_for(*given))
        return made[-1]

    monkeypatch.setattr(manager, "sync_worker_for", make)
    return made


def test_a_process_beside_the_league_makes_what_the_league_itself_would(home, smoke, plain, caught):
    watched = Watched()
    League(smoke({"tracking": True, **BESIDE}), home, watched).run()
    assert replays(home) == replays(plain)
    assert one_setting_apart(shown(home)) == one_setting_apart(shown(plain))
    assert watched.warnings == []
    assert caught[0]._sync.synced == -1  # the league itself had nothing to make


def one_setting_apart(found: Counter[tuple[str, ...]]) -> Counter[tuple[str, ...]]:
    return Counter({what: number for what, number in found.items() if not what[2:3] or not what[2].startswith("compute.")})


def test_nothing_is_ever_there_twice(plain):
    assert set(shown(plain).values()) == {1}


def test_a_league_in_one_process_or_without_anything_to_sync_or_to_train_has_no_worker_process(tmp_path, smoke):
    store = League(smoke({"generations": 1}), tmp_path).run().store
    over = {**BESIDE, "tracking": True, "generations": 1}
    for changes in ({"tracking": True}, {**BESIDE, "tournament.replays": False}, over):
        assert isinstance(sync_worker.sync_worker_for(store, smoke(changes), fail), InProcess)


def fail(sentence: str) -> None:
    raise AssertionError(sentence)


@pytest.mark.parametrize("when", [pytest.param(0, marks=pytest.mark.long), 2])
def test_a_worker_that_is_killed_is_a_warning_and_the_league_makes_the_rest_at_its_end(home, smoke, plain, caught, when):
    def kill(number: int) -> None:
        if number == when:
            os.kill(caught[0].process.pid, signal.SIGKILL)

    watched = Watched(kill)
    League(smoke({"tracking": True, **BESIDE}), home, watched).run()
    assert [sentence.split(";")[0] for sentence in watched.warnings] == [
        "the process that makes replays and MLflow's runs gave up"
    ]
    assert replays(home) == replays(plain)
    assert one_setting_apart(shown(home)) == one_setting_apart(shown(plain))


def test_a_league_that_fails_still_shows_what_is_committed(tmp_path, smoke, monkeypatch, finished):
    train = STAGES["training"]

    def diverge(draft):
        if draft.number == 2:
            raise LeagueError("the training of main-01 diverged")
        return train(draft)

    monkeypatch.setitem(STAGES, "training", diverge)
    with pytest.raises(LeagueError, match="diverged"):
        League(smoke(BESIDE), tmp_path).run()
    assert replays(tmp_path) == {name: bits for name, bits in replays(finished).items() if name < "g002"}


def test_a_league_in_one_process_goes_on_where_a_replay_cannot_be_written(tmp_path, smoke, monkeypatch, finished):
    watched, broken = Watched(), [True]

    def full(*arguments):
        if broken and broken.pop():
            raise OSError(28, "No space left on device")
        save(*arguments)

    monkeypatch.setattr("league.artifacts.replays.save", full)
    League(smoke({**BESIDE, "compute.executor": "serial"}), tmp_path, watched).run()
    assert replays(tmp_path) == replays(finished)
    (said,) = watched.warnings
    assert "have to wait for the end of the league (the disk is full" in said


def test_ctrl_c_does_not_wait_for_the_worker_and_the_rest_is_made_on_resume(tmp_path, smoke, monkeypatch, caught, finished):
    def interrupt(number: int) -> None:
        if number == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(WorkerProcess, "finish", lambda self: pytest.fail("it waits"))
    with pytest.raises(KeyboardInterrupt):
        League(smoke(BESIDE), tmp_path, Watched(interrupt)).run()
    assert caught[0].process.exitcode is not None
    monkeypatch.undo()
    League(smoke(BESIDE), tmp_path).run(resume=True)
    assert replays(tmp_path) == replays(finished)


STOPPED_AT_1 = """
import sys
from league import League, load_config
from league.execution.watcher import Silent

class Stopping(Silent):
    def committed(self, row, ratings, progress):
        if row.number == 1:
            print("committed", flush=True)
            sys.stdin.read()

if __name__ == "__main__":
    settings = {"tracking": True, "compute.executor": "processes", "compute.workers": 1}
    League(load_config("smoke", settings), sys.argv[1], Stopping()).run()
"""


def test_a_killed_league_takes_its_worker_along_and_the_resumed_one_makes_the_rest(home, tmp_path, smoke, plain, launch):
    script = tmp_path / "stopped.py"
    script.write_text(STOPPED_AT_1)
    process = launch.begin([script, home], tmp_path)
    assert process.stdout.readline() == "committed\n"
    process.kill()
    process.end()  # until every process that it has started has closed its end of the pipe
    watched = Watched()
    League(smoke({"tracking": True, **BESIDE}), home, watched).run(resume=True)
    assert watched.warnings == []
    assert replays(home) == replays(plain)
    assert one_setting_apart(shown(home)) == one_setting_apart(shown(plain))


def test_a_broken_mlflow_is_a_warning_and_the_league_ends_well(tmp_path, smoke, finished, facts):
    (tmp_path / client.DATABASE).write_bytes(b"no database" * 1000)
    watched = Watched()
    League(smoke({"tracking": True, **BESIDE}), tmp_path, watched).run()
    assert {sentence.split(" and ")[0] for sentence in watched.warnings} == {"MLflow is behind"}
    assert len(watched.warnings) <= 4
    assert facts(tmp_path) == facts(finished)
    assert replays(tmp_path) == replays(finished)


def test_a_worker_that_is_idle_ends_when_its_pipe_is_closed(tmp_path, smoke):
    store = League(smoke({"generations": 1}), tmp_path).run().store
    worker = WorkerProcess(LeagueSync(store), fail, sync_without_delay)
    worker.committed(0)
    worker.finish()
    worker._pipe.close()
    worker.process.join()
    assert worker.process.exitcode == 0
    worker.close()


def test_what_an_old_worker_is_still_writing_is_not_written_by_another(home, smoke, monkeypatch):
    monkeypatch.setattr(client, "PATIENCE", 0.2)
    store = League(smoke({"generations": 1}), home).run().store
    heard: list[str] = []
    with closing(Tracker(store, home)) as old, closing(Tracker(store, home)) as new:
        old.sync(fail)
        before = shown(home)
        new.sync(heard.append)
        assert "another process is still updating it" in heard[0]
        assert shown(home) == before
        old.close()
        new.sync(fail)
    assert shown(home) == before
