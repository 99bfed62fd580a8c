"""Changed files of every kind, some of each; `python -m tests.fuzzing 5000` has thousands. And the watch over them is awake."""

import importlib
import os
import random
import subprocess
import sys

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


FAULTS = {
    "it started": lambda: subprocess.run([sys.executable, "-c", ""], check=True),
    "ran code": load_canary,
    "more than": loop,
}


@pytest.mark.parametrize("said", FAULTS)
def test_the_watch_sees_programs_code_and_hanging(said, place, monkeypatch):
    monkeypatch.setattr(fuzzing, "SECONDS", 0.05 if said == "more than" else 20)
    monkeypatch.syspath_prepend(place)
    with pytest.raises(Fault, match=said), watched(Case("", FAULTS[said])):
        FAULTS[said]()


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
