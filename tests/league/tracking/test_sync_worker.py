"""What is derived from a league is made while it goes on, whatever becomes of the process that makes it."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from hashlib import sha256
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from league import League, LeagueError, manager
from league.execution.watcher import Silent
from league.storage.store import Store
from league.tracking import client, sync_worker
from league.tracking.sync import Reporter
from league.tracking.sync_worker import Background, Inline, mirror_of
from tournaments.replay.format import save

BESIDE = {"compute.executor": "processes", "compute.workers": 1}


class Ear(Silent):
    """Hears warnings, and does something when a generation is committed."""

    def __init__(self, on_commit: Callable[[int], None] = lambda number: None) -> None:
        self.warnings: list[str] = []
        self.on_commit = on_commit

    def committed(self, row, ratings) -> None:
        self.on_commit(row.number)

    def warn(self, sentence: str) -> None:
        self.warnings.append(sentence)


class Paper(Reporter):
    """Writes down what it is asked to make."""

    def __init__(self, folder: Path) -> None:
        super().__init__(Store(folder))
        self.asked: list[int] = []

    def bring_up_to(self, generation, warn) -> None:
        self.asked.append(generation)
        self.shown = generation


def talk(folder: Path, league: Connection) -> None:
    """Warn twice of every generation."""
    while True:
        generation, _ = league.recv()
        for part in "ab":
            league.send(("warning", f"{generation}{part}"))
        league.send(("done", generation))


def dawdle(folder: Path, league: Connection) -> None:
    generation, _ = league.recv()
    time.sleep(0.5)
    (folder / "made").write_text(str(generation))
    league.send(("done", generation))
    league.recv()


def sleep(folder: Path, league: Connection) -> None:
    league.recv()
    time.sleep(60)


def despair(folder: Path, league: Connection) -> None:
    league.send(("warning", "it gets dark"))
    league.send(("failed", "the disk is full"))


def vanish(folder: Path, league: Connection) -> None:
    league.recv()
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture
def beside(tmp_path: Path) -> Iterator[Callable[..., Background]]:
    """Start a mirror that does something else."""
    made: list[Background] = []

    def start(work, heard: list[str]) -> Background:
        made.append(Background(Paper(tmp_path), heard.append, work))
        return made[-1]

    yield start
    for background in made:
        background.close()


def replays(home: Path) -> dict[str, str]:
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in Store.open(home, "smoke").replays.iterdir()}


def shown(home: Path) -> Counter[tuple[str, ...]]:
    """Every run, every param, every point and every image of MLflow, without values that are times."""
    there = client._client(home / client.DATABASE)
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
def caught(monkeypatch: pytest.MonkeyPatch) -> list[Background]:
    """The mirrors of the leagues that are run."""
    made: list[Background] = []

    def make(*given) -> sync_worker.Mirror:
        made.append(mirror_of(*given))
        return made[-1]

    monkeypatch.setattr(manager, "mirror_of", make)
    return made


def test_a_process_of_its_own_makes_what_the_league_itself_would(home, smoke, plain, caught):
    ear = Ear()
    League(smoke({"tracking": True, **BESIDE}), home, ear).run()
    assert replays(home) == replays(plain)
    assert one_setting_apart(shown(home)) == one_setting_apart(shown(plain))
    assert ear.warnings == []
    assert isinstance(caught[0], Background)


def one_setting_apart(found: Counter[tuple[str, ...]]) -> Counter[tuple[str, ...]]:
    return Counter({what: number for what, number in found.items() if not what[2:3] or not what[2].startswith("compute.")})


def test_nothing_is_ever_there_twice(plain):
    assert set(shown(plain).values()) == {1}


def test_a_league_in_one_process_or_without_anything_to_show_or_to_do_has_no_mirror_process(tmp_path, smoke):
    store = League(smoke({"generations": 1}), tmp_path).run().store
    over = {**BESIDE, "tracking": True, "generations": 1}
    for changes in ({"tracking": True}, {**BESIDE, "tournament.replays": False}, over):
        assert isinstance(mirror_of(store, smoke(changes), fail), Inline)


def fail(sentence: str) -> None:
    raise AssertionError(sentence)


@pytest.mark.parametrize("when", [0, 2])
def test_a_mirror_that_is_killed_is_a_warning_and_the_rest_is_made_at_the_end(home, smoke, plain, caught, when):
    def kill(number: int) -> None:
        if number == when:
            os.kill(caught[0].pid, signal.SIGKILL)

    ear = Ear(kill)
    League(smoke({"tracking": True, **BESIDE}), home, ear).run()
    assert [sentence.split(";")[0] for sentence in ear.warnings] == ["the process that makes replays and MLflow's runs gave up"]
    assert replays(home) == replays(plain)
    assert one_setting_apart(shown(home)) == one_setting_apart(shown(plain))


def test_a_league_that_fails_still_shows_what_is_committed(tmp_path, smoke, monkeypatch, finished):
    original = League._train

    def diverge(self, turn, *rest):
        if turn.number == 2:
            raise LeagueError("the training of main-01 diverged")
        return original(self, turn, *rest)

    monkeypatch.setattr(League, "_train", diverge)
    with pytest.raises(LeagueError, match="diverged"):
        League(smoke(BESIDE), tmp_path).run()
    assert replays(tmp_path) == {name: bits for name, bits in replays(finished).items() if name < "g002"}


def test_a_league_in_one_process_goes_on_where_a_replay_cannot_be_written(tmp_path, smoke, monkeypatch, finished):
    ear, broken = Ear(), [True]

    def full(*arguments):
        if broken and broken.pop():
            raise OSError(28, "No space left on device")
        save(*arguments)

    monkeypatch.setattr("league.artifacts.replays.save", full)
    League(smoke({**BESIDE, "compute.executor": "serial"}), tmp_path, ear).run()
    assert replays(tmp_path) == replays(finished)
    (said,) = ear.warnings
    assert "have to wait for the end of the league (the disk is full" in said


def test_ctrl_c_does_not_wait_for_the_mirror_and_the_rest_is_made_on_resume(tmp_path, smoke, monkeypatch, caught, finished):
    def interrupt(number: int) -> None:
        if number == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(Background, "finish", lambda self: pytest.fail("it waits"))
    with pytest.raises(KeyboardInterrupt):
        League(smoke(BESIDE), tmp_path, Ear(interrupt)).run()
    assert gone(caught[0].pid)
    monkeypatch.undo()
    League(smoke(BESIDE), tmp_path).run(resume=True)
    assert replays(tmp_path) == replays(finished)


def test_a_killed_league_takes_its_mirror_along_and_the_resumed_one_makes_the_rest(home, smoke, plain):
    command = [sys.executable, "-m", "league.cli.main", "run", "smoke", "--home", str(home), "--set", "tracking=true"]
    command += ["--executor", "processes", "--workers", "1"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    group = process.pid
    until(lambda: (home / "leagues/smoke/league.db").is_file() and Store.open(home, "smoke").generation() >= 1)
    process.kill()
    process.communicate(timeout=20)  # its children hold the other ends of the pipes
    until(lambda: not alive(group))
    ear = Ear()
    League(smoke({"tracking": True, **BESIDE}), home, ear).run(resume=True)
    assert ear.warnings == []
    assert replays(home) == replays(plain)
    assert one_setting_apart(shown(home)) == one_setting_apart(shown(plain))


def alive(group: int) -> bool:
    """Whether there is a process of a group."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "it did not come to that in time"
        time.sleep(0.02)


def gone(pid: int, seconds: float = 10.0) -> bool:
    """Whether a process ends in time."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


def test_a_broken_mlflow_is_a_warning_and_the_league_ends_well(tmp_path, smoke, finished, facts):
    (tmp_path / client.DATABASE).write_bytes(b"no database" * 1000)
    ear = Ear()
    League(smoke({"tracking": True, **BESIDE}), tmp_path, ear).run()
    assert {sentence.split(" and ")[0] for sentence in ear.warnings} == {"MLflow is behind"}
    assert len(ear.warnings) <= 4
    assert facts(tmp_path) == facts(finished)
    assert replays(tmp_path) == replays(finished)


def test_the_league_goes_on_while_the_mirror_works_and_waits_for_it_at_the_end(beside, tmp_path):
    background = beside(dawdle, [])
    assert background.pid
    begun = time.monotonic()
    background.committed(3)
    assert time.monotonic() - begun < 0.3
    background.finish()
    assert time.monotonic() - begun >= 0.5
    assert (tmp_path / "made").read_text() == "3"


def test_warnings_are_heard_in_order(beside):
    heard: list[str] = []
    background = beside(talk, heard)
    for generation in range(3):
        background.committed(generation)
    background.finish()
    assert heard == ["0a", "0b", "1a", "1b", "2a", "2b"]


@pytest.mark.parametrize(("work", "reason"), [(despair, "the disk is full"), (vanish, "it ended unexpectedly")])
def test_a_mirror_that_gives_up_says_why_and_the_league_makes_the_rest_itself(beside, work, reason):
    heard: list[str] = []
    background = beside(work, heard)
    for generation in range(3):
        background.committed(generation)
        time.sleep(0.1)
    background.finish()
    assert heard[-1].endswith(f"({reason})")
    assert heard[:-1] == (["it gets dark"] if work is despair else [])
    assert background._reporter.asked == [2]


def test_a_mirror_that_gets_nowhere_is_not_waited_for_and_the_league_makes_the_rest_itself(beside, monkeypatch):
    monkeypatch.setattr(sync_worker, "HANDOVER", 0.2)
    monkeypatch.setattr(sync_worker, "GRACE", 0.1)
    heard: list[str] = []
    background = beside(sleep, heard)
    background.committed(3)
    begun = time.monotonic()
    background.finish()
    assert time.monotonic() - begun < 10
    assert background._reporter.asked == [3]
    assert heard == []


def test_finishing_twice_makes_nothing_twice(beside):
    background = beside(despair, [])
    background.committed(0)
    background.finish()
    background.finish()
    assert background._reporter.asked == [0]


@pytest.mark.parametrize("idle", [False, True])
def test_a_mirror_ends_with_its_pipe_whether_or_not_it_works(tmp_path, smoke, idle):
    store = League(smoke({"generations": 1}), tmp_path).run().store
    background = Background(Reporter(store), fail)
    background.committed(0)
    pid = background.pid
    if idle:
        background.finish()
    background._pipe.close()
    assert gone(pid)
    background.close()


def test_what_an_old_mirror_is_still_writing_is_not_written_by_another(tmp_path, smoke, monkeypatch):
    monkeypatch.setattr(client, "PATIENCE", 0.2)
    store = League(smoke({"generations": 1}), tmp_path).run().store
    heard: list[str] = []
    with closing(client.Tracker(store, tmp_path)) as old, closing(client.Tracker(store, tmp_path)) as new:
        old.sync(fail)
        before = shown(tmp_path)
        new.sync(heard.append)
        assert "another process is still at it" in heard[0]
        assert shown(tmp_path) == before
        old.close()
        new.sync(fail)
    assert shown(tmp_path) == before
