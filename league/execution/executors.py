"""Executors, which run the tasks. An executor is chosen by name. All executors give the same results."""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Protocol, TypeVar

from envs.processes import worker_context
from league.errors import LeagueError
from league.storage.database import Warn, silent

Task = TypeVar("Task")
Result = TypeVar("Result")

TRIES = 3
"""Maximum number of times that a worker may die before another task is finished."""


class Executor(Protocol):
    """Runs pure tasks."""

    def map(self, work: Callable[[Task], Result], tasks: Sequence[Task], done: Callable[[int], None]) -> list[Result]:
        """Run every task.

        Args:
            work: A function at module level.
            tasks: The tasks, as plain data.
            done: Called with the number of finished tasks, whenever one finishes.

        Returns:
            Results in the order of the tasks.
        """
        ...

    def finished(self) -> Mapping[str, int]:
        """How many tasks each worker has finished so far: name of the worker → number of tasks."""
        ...

    def close(self) -> None:
        """Stop the workers."""
        ...


class Serial:
    """Runs tasks one after another in this process."""

    def __init__(self) -> None:
        """Prepare."""
        self._finished = 0

    def map(self, work: Callable[[Task], Result], tasks: Sequence[Task], done: Callable[[int], None]) -> list[Result]:
        """See `Executor`."""
        results = []
        for number, task in enumerate(tasks):
            results.append(work(task))
            self._finished += 1
            done(number + 1)
        return results

    def finished(self) -> Mapping[str, int]:
        """See `Executor`."""
        return {"this process": self._finished}

    def close(self) -> None:
        """See `Executor`."""


class Processes:
    """Runs tasks in worker processes, which exist as long as the league runs.

    If a worker dies, its task is run again, and the user is told. This is correct because a task is a pure function of its
    data.
    """

    def __init__(self, workers: int, warn: Warn = silent) -> None:
        """Prepare. The processes start with the first task.

        Args:
            workers: The number of processes.
            warn: Told in a sentence that a process died.
        """
        self.workers, self._warn = workers, warn
        self._pool: ProcessPoolExecutor | None = None
        self._open: Connection | None = None
        self._counts: Counter[str] = Counter()

    def map(self, work: Callable[[Task], Result], tasks: Sequence[Task], done: Callable[[int], None]) -> list[Result]:
        """See `Executor`.

        Raises:
            LeagueError: A worker died three times, and no task was finished in between.
        """
        results: dict[int, Result] = {}
        deaths = 0
        while len(results) < len(tasks):
            try:
                for number, result in self._finished(work, [(n, task) for n, task in enumerate(tasks) if n not in results]):
                    results[number] = result
                    deaths = 0
                    done(len(results))
            except BrokenProcessPool as error:
                self.close()
                deaths += 1
                if deaths == TRIES:
                    raise LeagueError(
                        f"a worker process died {TRIES} times during the same task (out of memory?); "
                        "try --executor serial or fewer arena copies"
                    ) from error
                self._warn(
                    "a worker process was killed or ran out of memory; the tasks that were not finished are run again, "
                    "and the result is the same"
                )
        return [results[number] for number in range(len(tasks))]

    def _finished(self, work: Callable[[Task], Result], tasks: Sequence[tuple[int, Task]]) -> Iterator[tuple[int, Result]]:
        if self._pool is None:
            context = worker_context("league.execution.tasks")
            theirs, self._open = context.Pipe(duplex=False)
            self._pool = ProcessPoolExecutor(self.workers, context, initializer=_begin, initargs=(theirs,))
        waiting: dict[Future[tuple[int, Result]], int] = {
            self._pool.submit(_signed, work, task): number for number, task in tasks
        }
        try:
            while waiting:
                for future in wait(waiting, return_when="FIRST_COMPLETED").done:
                    process, result = future.result()
                    self._counts[f"process {process}"] += 1
                    yield waiting.pop(future), result
        finally:
            for future in waiting:
                future.cancel()

    def finished(self) -> Mapping[str, int]:
        """See `Executor`."""
        return dict(self._counts)

    def close(self) -> None:
        """See `Executor`."""
        if self._pool is not None and self._open is not None:
            self._open.close()
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool, self._open = None, None


def _signed(work: Callable[[Task], Result], task: Task) -> tuple[int, Result]:
    """Run a task in a worker; returns the worker's process, too."""
    return os.getpid(), work(task)


def _begin(pipe: Connection) -> None:
    """Prepare a worker. It ignores Ctrl-C, which the league handles, and ends when the other end of the pipe is closed.

    The league closes its end to stop the workers, even in the middle of a task. The operating system closes it if the league is
    killed.
    """
    gc.freeze()  # imported modules are needed until the end
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow, args=(pipe,), daemon=True).start()


def _follow(pipe: Connection) -> None:
    """End this process when the other end of the pipe is closed. Nothing is ever sent through it."""
    with suppress(EOFError, OSError):
        pipe.recv_bytes()
    os._exit(1)


def cores() -> int:
    """The number of processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class MakeExecutor(Protocol):
    """Makes an executor."""

    def __call__(self, workers: int | None, warn: Warn, address: str = "") -> Executor:
        """Make it.

        Args:
            workers: Number of workers; None for one per core.
            warn: Told in a sentence what the user should know.
            address: The address of a cluster, for executors that use one.
        """
        ...


def _ray(workers: int | None, warn: Warn, address: str = "") -> Executor:
    from league.execution.ray_executor import RayExecutor  # Ray is an extra

    return RayExecutor(workers, warn, address)


EXECUTORS: dict[str, MakeExecutor] = {
    "serial": lambda workers, warn, address="": Serial(),
    "processes": lambda workers, warn, address="": Processes(workers or cores(), warn),
    "ray": _ray,
}
