"""A league is a function of its configuration and seed: the same bits from every executor and every number of workers."""

import os
import signal
from functools import partial
from pathlib import Path

import pytest

from league import League
from league.execution.executors import EXECUTORS, Processes
from league.execution.tasks import TrainTask, train


@pytest.fixture
def run(tmp_path, smoke, facts):
    """Run a small league with some settings and read what must be equal."""

    def run(name: str, **changes):
        settings = {key.replace("__", "."): value for key, value in changes.items()}
        League(smoke(settings), tmp_path / name).run()
        return facts(tmp_path / name)

    return run


def test_the_same_league_twice_is_the_same(run, facts, finished):
    assert run("again") == facts(finished)


def test_another_seed_is_another_league(run, facts, finished):
    other, same = run("other", seed=1), facts(finished)
    assert {row["weights"] for row in other[0]} & {row["weights"] for row in same[0]} == {""}
    assert other[0] != same[0]


@pytest.mark.parametrize("workers", [1, 2, pytest.param(3, marks=pytest.mark.long)])
def test_worker_processes_change_nothing(run, facts, finished, workers):
    assert run("processes", compute__executor="processes", compute__workers=workers) == facts(finished)


def test_neither_does_the_cut_of_the_tournament_into_tasks_of_another_number_of_copies(run, facts, finished):
    copies = run("copies", tournament__copies=7)
    assert [(ticket.match, returns) for ticket, returns, _ in copies[2]] == [
        (ticket.match, returns) for ticket, returns, _ in facts(finished)[2]
    ]


def test_a_worker_killed_in_the_middle_changes_nothing(run, facts, finished, tmp_path, monkeypatch):
    mark = tmp_path / "died"
    monkeypatch.setattr("league.execution.tasks.train", partial(train_after_a_death, mark))
    monkeypatch.setitem(EXECUTORS, "processes", lambda workers, warn, address="": Processes(2, warn))
    assert run("killed", compute__executor="processes") == facts(finished)
    assert mark.exists()


def train_after_a_death(mark: Path, task: TrainTask):
    """`train`, in a worker that is killed the first time."""
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return train(task)


def test_processes_that_step_the_stock_game_change_nothing(run):
    stock = {"arena__twin": "never", "generations": 2}
    assert run("one", arena__workers=0, **stock) == run("two", arena__workers=2, **stock)


def test_a_twin_and_the_stock_game_agree(run, facts, finished):
    assert run("stock", arena__twin="never")[0] == facts(finished)[0]


def test_the_players_of_a_league_do_not_depend_on_its_name(run, facts, finished, tmp_path, smoke):
    League(smoke({"name": "another"}), tmp_path / "named").run()
    assert facts(tmp_path / "named", "another") == facts(finished)
