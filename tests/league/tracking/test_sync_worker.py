"""Who syncs after commits: the league or a process beside it gives the same, whatever becomes of the process.

No test waits for a clock. Processes are waited for by their ends of pipes, which the system closes when they are gone.
"""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
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

    def committed(self, row, ratings) -> None:
        self.on_commit(row.number)

    def warn(self, sentence: str) -> None:
        self.warnings.append(sentence)


class Noted(LeagueSync):
    """Writes down what it is asked to sync; MLflow takes a second each time."""

    def __init__(self, folder: Path) -> None:
        super().__init__(Store(folder))
        self.recorded: list[int] = []
        self.tracked: list[int] = []
        self.seconds = 0.0

    def record(self, generation, warn, *, thorough=False) -> None:
        self.recorded.append(generation)

    def track(self, generation, warn) -> None:
        self.tracked.append(generation)
        self.synced = generation
        self.seconds += 1.0


def talk(folder: Path, league: Connection) -> None:
    """Warn twice of every generation."""
    while True:
        generation = league.recv()
        for part in "ab":
            league.send(("warning", f"{generation}{part}"))
        league.send(("done", generation))


def wait_for_the_test(folder: Path, league: Connection) -> None:
    """Sync when the test opens the other end of a named pipe."""
    generation = league.recv()
    (folder / "made").write_text((folder / "go").read_text())
    league.send(("done", generation))
    league.recv()


def sync_without_delay(folder: Path, league: Connection) -> None:
    """Sync at the usual priority: the other tests would leave the lowest one no time."""
    os.nice = lambda level: level  # only in this process
    sync_worker.work(folder, league)


def hang(folder: Path, league: Connection) -> None:
    while True:
        signal.pause()


def despair(folder: Path, league: Connection) -> None:
    league.recv()
    league.send(("warning", "the disk is nearly full"))
    league.send(("failed", "the disk is full"))


def vanish(folder: Path, league: Connection) -> None:
    league.recv()
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture(autouse=True)
def wait_for_events(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let leagues wait for their workers however long it takes."""
    monkeypatch.setattr(sync_worker, "PATIENCE", None)
    monkeypatch.setattr(sync_worker, "WorkerProcess", partial(WorkerProcess, work=sync_without_delay))


@pytest.fixture
def beside(tmp_path: Path) -> Iterator[Callable[..., WorkerProcess]]:
    """Make a worker process that does something else."""
    made: list[WorkerProcess] = []

    def start(work, heard: list[str]) -> WorkerProcess:
        made.append(WorkerProcess(Noted(tmp_path), heard.append, work))
        return made[-1]

    yield start
    for worker in made:
        worker.close()


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
def plain(tmp_path_factory: pytest.TempPathFactory, smoke) -> Path:
    """A home whose league was shown in MLflow by the league itself."""
    home = tmp_path_factory.mktemp("plain")
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


@pytest.mark.parametrize("when", [0, 2])
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
    def committed(self, row, ratings):
        if row.number == 1:
            print("committed", flush=True)
            sys.stdin.read()

if __name__ == "__main__":
    settings = {"tracking": True, "compute.executor": "processes", "compute.workers": 1}
    League(load_config("smoke", settings), sys.argv[1], Stopping()).run()
"""


def test_a_killed_league_takes_its_worker_along_and_the_resumed_one_makes_the_rest(home, tmp_path, smoke, plain):
    script = tmp_path / "stopped.py"
    script.write_text(STOPPED_AT_1)
    process = subprocess.Popen([sys.executable, script, home], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "committed\n"
    process.kill()
    process.communicate()  # until every process that it has started has closed its end of the pipe
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


def test_the_league_goes_on_while_the_worker_works_and_waits_for_it_at_the_end(beside, tmp_path):
    os.mkfifo(tmp_path / "go")
    worker = beside(wait_for_the_test, [])
    worker.committed(3)
    assert not (tmp_path / "made").exists()
    (tmp_path / "go").write_text("3")
    worker.finish()
    assert (tmp_path / "made").read_text() == "3"


def test_warnings_are_heard_in_order(beside):
    heard: list[str] = []
    worker = beside(talk, heard)
    for generation in range(3):
        worker.committed(generation)
    worker.finish()
    assert heard == ["0a", "0b", "1a", "1b", "2a", "2b"]


@pytest.mark.parametrize(("work", "reason"), [(despair, "the disk is full"), (vanish, "it ended unexpectedly")])
def test_a_worker_that_gives_up_says_why_and_the_league_makes_the_rest_itself(beside, work, reason):
    heard: list[str] = []
    worker = beside(work, heard)
    for generation in range(3):
        worker.committed(generation)
    worker.finish()
    assert heard[-1].endswith(f"({reason})")
    assert heard[:-1] == (["the disk is nearly full"] if work is despair else [])
    assert worker._sync.tracked == [2]


def test_a_worker_that_gives_up_while_the_league_works_is_noticed_with_the_next_generation(beside):
    heard: list[str] = []
    worker = beside(despair, heard)
    worker.committed(0)
    worker.process.join()
    worker.committed(1)
    assert len(heard) == 2
    worker.committed(2)
    assert len(heard) == 2


def test_a_worker_that_hangs_is_not_waited_for_and_the_league_makes_the_rest_itself(beside, monkeypatch):
    monkeypatch.setattr(sync_worker, "PATIENCE", 0.0)
    heard: list[str] = []
    worker = beside(hang, heard)
    worker.committed(3)
    worker.finish()
    assert worker.process.exitcode == -signal.SIGKILL
    assert worker._sync.tracked == [3]
    assert heard == []


def test_finishing_twice_makes_nothing_twice(beside):
    worker = beside(despair, [])
    worker.committed(0)
    worker.finish()
    worker.finish()
    assert worker._sync.tracked == [0]


def test_a_worker_that_is_let_go_of_is_gone(beside):
    worker = beside(hang, [])
    worker.committed(0)
    worker.close()
    assert worker.process.exitcode == -signal.SIGKILL


def test_a_worker_that_is_idle_ends_when_its_pipe_is_closed(tmp_path, smoke):
    store = League(smoke({"generations": 1}), tmp_path).run().store
    worker = WorkerProcess(LeagueSync(store), fail, sync_without_delay)
    worker.committed(0)
    worker.finish()
    worker._pipe.close()
    worker.process.join()
    assert worker.process.exitcode == 0
    worker.close()


class Line:
    """The worker's end of a pipe: a generation at a time, several where the league was quick, then its end."""

    def __init__(self, *told: int) -> None:
        self.told, self.said = list(told), []

    def poll(self) -> bool:
        return bool(self.told)

    def recv(self) -> int:
        if not self.told:
            raise EOFError
        return self.told.pop(0)

    def send(self, message) -> None:
        self.said.append(message)


def test_generations_that_were_committed_meanwhile_are_synced_together(tmp_path, monkeypatch):
    noted, line = Noted(tmp_path), Line(0, 1, 2)
    monkeypatch.setattr(sync_worker, "LeagueSync", lambda store: noted)
    monkeypatch.setattr(os, "nice", lambda level: level)
    sync_worker.work(tmp_path, line)
    assert noted.tracked == [2]
    assert line.said == [("done", 2)]


@pytest.fixture
def tracked(tmp_path: Path) -> Noted:
    return Noted(tmp_path)


def test_a_league_in_one_process_spends_its_share_on_mlflow_and_syncs_the_rest_at_the_end(tracked):
    worker = InProcess(tracked, fail, clock=lambda: tracked.seconds)
    for generation in range(10):
        worker.committed(generation)
        tracked.seconds += 10.0
    worker.finish()
    worker.finish()
    # One second for the first; at 2 % the next may begin 50 s later.
    assert tracked.tracked == [0, 6, 9]
    assert tracked.recorded[:10] == list(range(10))


def test_what_an_old_worker_is_still_writing_is_not_written_by_another(tmp_path, smoke, monkeypatch):
    monkeypatch.setattr(client, "PATIENCE", 0.2)
    store = League(smoke({"generations": 1}), tmp_path).run().store
    heard: list[str] = []
    with closing(Tracker(store, tmp_path)) as old, closing(Tracker(store, tmp_path)) as new:
        old.sync(fail)
        before = shown(tmp_path)
        new.sync(heard.append)
        assert "another process is still at it" in heard[0]
        assert shown(tmp_path) == before
        old.close()
        new.sync(fail)
    assert shown(tmp_path) == before
