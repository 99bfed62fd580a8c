"""Changed files of every kind, some of each; `python -m tests.fuzzing 5000` has thousands. And the watch over them is awake."""

import importlib
import os
import random
import subprocess
import sys
import threading

import pytest

from tests import fuzzing
from tests.fuzzing import SOURCES, Case, Fault, answers, fly, watched

EACH, MOST = 12, 120
"""Changed files of every kind; the most if those are all refused or all read."""


@pytest.fixture(scope="module", autouse=True)
def programs_are_noted():
    fuzzing.watch_programs()


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder with the canary, which is the working directory."""
    monkeypatch.chdir(tmp_path)
    fly(tmp_path)
    return tmp_path


@pytest.mark.parametrize("kind", SOURCES)
def test_a_changed_file_is_read_or_refused_in_a_sentence(kind, place):
    cases = importlib.import_module(SOURCES[kind]).cases(place, random.Random(5))
    found = []
    while len(found) < EACH or (len(set(found)) < 2 and len(found) < MOST):
        case = next(cases)
        fly(place)
        with watched(case):
            found.append(case.run())
    assert set(found) == {True, False}


def load_canary():
    sys.modules.pop("canary", None)
    importlib.import_module("canary")


def loop():
    while True:
        pass


def wait():
    threading.Event().wait()


FAULTS = {
    "it started": lambda: subprocess.run([sys.executable, "-c", ""], check=True),
    "ran code": load_canary,
    "0.05 s of work": loop,
    "0.05 s of work or of waiting": wait,
}


@pytest.mark.parametrize("said", FAULTS)
def test_the_watch_sees_programs_code_and_hanging(said, place, monkeypatch):
    monkeypatch.setattr(fuzzing, "SECONDS", 0.05 if "0.05" in said else 20)
    monkeypatch.setattr(fuzzing, "OFTEN", 0.01)
    monkeypatch.syspath_prepend(place)
    with pytest.raises(Fault, match=said), watched(Case("", FAULTS[said])):
        FAULTS[said]()


def test_the_clock_leaves_out_the_time_of_other_programs(monkeypatch):
    times = iter([100.0, 103.0, 110.0])
    told = iter([{1: 5.0}, {1: 5.5, 2: 2.0}, {1: 6.0, 2: 8.0}])
    monkeypatch.setattr("tests.fuzzing.time.monotonic", lambda: next(times))
    monkeypatch.setattr(fuzzing, "held_up", lambda: next(told))
    clock = fuzzing.Clock()
    assert [clock.look(), clock.look()] == [1.0, 2.0]  # 3 − 2, and 7 − 6 more


def test_processes_that_a_command_started_are_looked_at(tmp_path, monkeypatch):
    monkeypatch.setattr(fuzzing, "PROCESSES", tmp_path)
    for process, children in ((os.getpid(), "7 8"), (7, "")):  # 8 has ended
        folder = tmp_path / str(process) / "task" / str(process)
        folder.mkdir(parents=True)
        (folder / "children").write_text(children, encoding="ascii")
        (tmp_path / str(process) / "schedstat").write_text("9 2500000000 1", encoding="ascii")
    assert fuzzing.held_up() == {os.getpid(): 2.5, 7: 2.5}


def test_code_that_the_person_named_may_be_imported(place, monkeypatch):
    monkeypatch.syspath_prepend(place)
    with watched(Case("", load_canary, named=True)):
        load_canary()


def test_a_command_that_ends_in_an_exception_is_a_fault(monkeypatch):
    monkeypatch.setattr("league.cli.main.app", lambda **named: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        answers("list")


def test_a_command_that_fails_without_a_sentence_is_a_fault(monkeypatch):
    monkeypatch.setattr("league.cli.main.app", lambda **named: 2)
    with pytest.raises(Fault, match="failed without a sentence"):
        answers("list")


def test_the_working_directory_is_where_the_canary_sits(place):
    assert os.path.samefile(os.getcwd(), place)
