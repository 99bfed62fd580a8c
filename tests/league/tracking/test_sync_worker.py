"""A worker process: the league goes on beside it, hears its warnings, and does the rest where it dies or hangs.

No test waits for a clock. Processes are waited for by their ends of pipes, which the system closes when they are gone.
"""

import os
import select
import signal
from collections.abc import Callable, Iterator
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from league.storage.store import Store
from league.tracking import sync_worker
from league.tracking.sync import LeagueSync
from league.tracking.sync_worker import InProcess, WorkerProcess


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


def fail(sentence: str) -> None:
    raise AssertionError(sentence)


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


def test_a_worker_that_hangs_is_gone_even_if_somebody_has_killed_the_fork_server(beside, monkeypatch):
    monkeypatch.setattr(sync_worker, "PATIENCE", 0.0)
    worker = beside(hang, [])
    worker.committed(3)
    there = os.pidfd_open(worker.process.pid)
    os.kill(forkserver._forkserver._forkserver_pid, signal.SIGKILL)
    worker.process.join()  # Python takes the worker for ended now
    assert not select.select([there], [], [], 0.0)[0]
    worker.finish()
    assert select.select([there], [], [], 0.0)[0]
    os.close(there)
    assert worker._sync.tracked == [3]


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


class Line:
    """The worker's end of a pipe: what the league says, and then its end, for which the worker waits without a limit."""

    def __init__(self, *told: int | None) -> None:
        self.told, self.said, self.pauses = list(told), [], []

    def poll(self, seconds: float | None) -> bool:
        self.pauses.append(seconds)
        return bool(self.told) or seconds is None

    def recv(self) -> int | None:
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


class OneAtATime(Line):
    """A league that says something only when the worker has nothing to do, or pauses."""

    def poll(self, seconds: float | None) -> bool:
        return super().poll(seconds) and seconds != 0.0


@pytest.mark.parametrize(("told", "tracked"), [((0, 1, 2, 3), [0, 3]), ((0, 1, None), [0, 1])])
def test_after_a_sync_the_worker_pauses_unless_the_league_is_at_its_end(tmp_path, monkeypatch, told, tracked):
    noted, line = Noted(tmp_path), OneAtATime(*told)
    monkeypatch.setattr(sync_worker, "LeagueSync", lambda store: noted)
    monkeypatch.setattr(os, "nice", lambda level: level)
    sync_worker.work(tmp_path, line)
    assert noted.tracked == tracked
    assert any(seconds and seconds > 0 for seconds in line.pauses)


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
    assert tracked.tracked == [0, 5, 9]
    assert tracked.recorded[:10] == list(range(10))
