"""Who runs the tasks: results in the order of the tasks, and a worker that dies is only a delay."""

import multiprocessing.forkserver
import os
import signal
import time
from pathlib import Path

import pytest

from envs.faults import GameError
from league.errors import LeagueError
from league.execution.executors import EXECUTORS, TRIES, Executor, Processes, Serial, cores

TASKS = 4


def double(number: int) -> int:
    return 2 * number


def slow_first(task: tuple[int, Path | None]) -> int:
    """Return the task's number; with a folder, the first task is done only after all others."""
    number, marks = task
    if marks:
        (marks / str(number)).touch()
        while number == 0 and len(list(marks.iterdir())) < TASKS:
            time.sleep(0.01)
    return number


def die_once(mark: Path) -> str:
    """End this worker the first time a mark is seen."""
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return mark.name


def die(_: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def crash(number: int) -> int:
    if number == 2:
        raise GameError("the game crashed")
    return number


def worker(_: int) -> int:
    return os.getpid()


def nothing(_: object) -> None:
    pass


@pytest.fixture(scope="module")
def two():
    """Two worker processes."""
    executor = Processes(2)
    yield executor
    executor.close()


@pytest.mark.parametrize("name", ["serial", "processes"])
def test_an_executor_gives_results_in_the_order_of_the_tasks(name, tmp_path):
    executor: Executor = EXECUTORS[name](2, nothing)
    marks = None if name == "serial" else tmp_path
    try:
        assert executor.map(slow_first, [(number, marks) for number in range(TASKS)], nothing) == list(range(TASKS))
    finally:
        executor.close()


def test_no_tasks_give_no_results(two):
    assert Serial().map(double, [], nothing) == two.map(double, [], nothing) == []


def test_finished_tasks_are_counted(two):
    for executor in (Serial(), two):
        counted: list[int] = []
        executor.map(double, [1, 2, 3], counted.append)
        assert counted == [1, 2, 3]


def test_workers_are_other_processes_and_stay(two):
    first, second = set(two.map(worker, range(6), nothing)), set(two.map(worker, range(6), nothing))
    assert os.getpid() not in first
    assert len(first | second) <= 2


def test_what_a_task_raises_arrives(two):
    for executor in (Serial(), two):
        with pytest.raises(GameError, match="the game crashed"):
            executor.map(crash, [0, 1, 2, 3], nothing)


def test_an_executor_goes_on_after_a_task_has_raised(two):
    with pytest.raises(GameError):
        two.map(crash, [2], nothing)
    assert two.map(double, [4], nothing) == [8]


def test_the_task_of_a_killed_worker_is_run_again(tmp_path):
    executor = Processes(2)
    try:
        assert executor.map(die_once, [tmp_path / name for name in "abc"][:1], nothing) == ["a"]
    finally:
        executor.close()


def test_the_user_is_told_of_each_death_of_a_worker_and_deaths_do_not_add_up_while_tasks_are_finished(tmp_path):
    told: list[str] = []
    executor = Processes(1, told.append)
    try:
        assert executor.map(die_once, [tmp_path / name for name in "abcd"], nothing) == list("abcd")
    finally:
        executor.close()
    assert len(told) == 4 > TRIES
    assert set(told) == {
        "a worker process was killed or ran out of memory; the tasks that were not finished are run again, and the result is "
        "the same"
    }


def test_tasks_are_run_again_after_the_fork_server_was_killed(two):
    assert two.map(double, [1], nothing) == [2]
    server = multiprocessing.forkserver._forkserver._forkserver_pid
    os.kill(server, signal.SIGKILL)
    while multiprocessing.forkserver._forkserver._forkserver_pid == server:  # the workers that there are go on for a moment
        assert two.map(double, [4, 5], nothing) == [8, 10]


def test_a_task_that_kills_every_worker_is_given_up_in_a_sentence():
    executor = Processes(1)
    try:
        with pytest.raises(LeagueError, match="a worker process died 3 times during the same task"):
            executor.map(die, [0], nothing)
    finally:
        executor.close()


def test_closing_ends_the_workers_even_twice():
    executor = Processes(1)
    (pid,) = executor.map(worker, [0], nothing)
    executor.close()
    executor.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_there_is_one_worker_per_core_if_nobody_says_otherwise():
    executor = EXECUTORS["processes"](None, nothing)
    assert isinstance(executor, Processes)
    assert executor.workers == cores() == len(os.sched_getaffinity(0))
