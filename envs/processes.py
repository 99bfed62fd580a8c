"""Worker processes that do not run the user's script again."""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.context import ForkServerContext, ForkServerProcess
from multiprocessing.reduction import ForkingPickler
from types import ModuleType
from typing import Any

from envs.places import remember, remembered
from envs.references import permissions, take_over

SAFE_PATH, MORE_PATHS = "PYTHONSAFEPATH", "PYTHONPATH"
"""Environment variables of Python: one keeps it from importing from its working directory, one names folders for imports."""


def safe_imports() -> dict[str, str]:
    """Environment variables of a Python process that imports nothing from its working directory.

    An empty part of `PYTHONPATH`, as a colon at its end leaves one, stands for the working directory.
    """
    folders = [folder for folder in os.environ.get(MORE_PATHS, "").split(os.pathsep) if folder]
    return {SAFE_PATH: "1", MORE_PATHS: os.pathsep.join(folders)}


QUIET = "PYTHONWARNINGS", "ignore:resource_tracker:UserWarning"
"""The environment variable, and its value, with which Python's resource tracker cleans up after a kill without a warning."""

TRIES, PAUSE = 100, 0.05
"""How often, and after how many seconds, it is tried again to start a process while the fork server is coming down."""


class Handle:
    """A handle of a process. It stays with the process, while the number may be given to another one after its end."""

    def __init__(self, number: int) -> None:
        """Take hold of a process that was started just now."""
        self._file = os.pidfd_open(number)

    def kill(self) -> None:
        """Kill the process, and wait until it is gone."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._file, signal.SIGKILL)
        gone = select.poll()
        gone.register(self._file, select.POLLIN)
        gone.poll()

    def __del__(self) -> None:
        """Let go."""
        with suppress(AttributeError, OSError):
            os.close(self._file)


class Worker(ForkServerProcess):
    """A process that is forked from the fork server.

    Python's own workers begin with importing the script that was started, to find functions that were defined in it. Our
    workers only need functions of this project; whatever users define is named by its file. So a script may run a league
    without `if __name__ == "__main__"`. A worker knows where users' files are, and which code is permitted, as the process does
    that starts it.
    """

    _args: tuple[Any, ...]
    _kwargs: dict[str, Any]
    _handle: Handle | None = None

    def start(self) -> None:
        """Start the process; what it is told of the main script is an empty module."""
        script, self._places, self._permissions = sys.modules["__main__"], remembered(), permissions()
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            with safe_path():
                self._start_patiently()
        finally:
            sys.modules["__main__"] = script
        if sys.platform == "linux" and self.pid is not None:
            with suppress(OSError):  # it has ended already
                self._handle = Handle(self.pid)

    def kill(self) -> None:
        """Kill the process. It is gone afterwards.

        Python learns of the end of its processes from the fork server. When somebody has killed that, Python takes them for
        ended while they run on, and would send no signal.
        """
        super().kill()
        if self._handle is not None:
            self._handle.kill()

    def _start_patiently(self) -> None:
        """Start the process. If somebody has killed the fork server, its end is waited for, and Python starts another one.

        Raises:
            OSError: No process can be started.
        """
        for left in reversed(range(TRIES)):
            try:
                super().start()
            except (ConnectionError, EOFError) as error:
                if not left:
                    raise OSError("the process that starts the workers cannot be reached") from error
                time.sleep(PAUSE)
            else:
                return

    def __getstate__(self) -> dict[str, Any]:
        """Return what the new process gets. Its arguments are packed, so that it can look whether their locks still exist."""
        packed = bytes(ForkingPickler.dumps((self._args, self._kwargs)))
        return {**vars(self), "_args": (packed,), "_kwargs": {}}

    def run(self) -> None:
        """Do the work, in the new process. It is not needed if its locks are gone: whoever started it was stopped meanwhile."""
        try:
            self._args, self._kwargs = ForkingPickler.loads(*self._args)
        except FileNotFoundError:
            return
        remember(self._places)
        take_over(self._permissions)
        super().run()


@contextmanager
def safe_path() -> Iterator[None]:
    """Let processes that start meanwhile import nothing from the working directory: fork server, resource tracker, others."""
    before = {name: os.environ.get(name) for name in (SAFE_PATH, MORE_PATHS)}
    os.environ.update(safe_imports())
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _variable(name: str, value: str) -> Iterator[None]:
    """Set a variable of the environment for the processes that are started in the block."""
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


class WorkerContext(ForkServerContext):
    """Makes such processes, and pipes to them."""

    Process = Worker


def worker_context(preload: str) -> WorkerContext:
    """Prepare the fork server, which is shared by all that this process starts.

    Args:
        preload: The module that the fork server imports when it starts, so that no worker has to.
    """
    context = WorkerContext()
    context.set_forkserver_preload(["envs.tidying", preload])  # in this order: the second import takes seconds
    with safe_path(), _variable(*QUIET):
        resource_tracker.ensure_running()  # otherwise the first lock that is made starts it
    return context
