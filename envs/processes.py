"""Worker processes that do not run the user's script again."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.context import ForkServerContext, ForkServerProcess
from types import ModuleType

from envs.places import remember, remembered

SAFE_PATH = "PYTHONSAFEPATH"
"""The environment variable that keeps a Python process from importing from its working directory."""


class Worker(ForkServerProcess):
    """A process that is forked from the fork server.

    Python's own workers begin with importing the script that was started, to find functions that were defined in it. Our
    workers only need functions of this project; whatever users define is named by its file. So a script may run a league
    without `if __name__ == "__main__"`. A worker knows where users' files are as the process does that starts it.
    """

    def start(self) -> None:
        """Start the process; what it is told of the main script is an empty module."""
        script, self._places = sys.modules["__main__"], remembered()
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            with _safe_path():
                super().start()
        finally:
            sys.modules["__main__"] = script

    def run(self) -> None:
        """Do the work, in the new process."""
        remember(self._places)
        super().run()


@contextmanager
def _safe_path() -> Iterator[None]:
    """Let the fork server, which starts with the first process, import nothing from the working directory."""
    before = os.environ.get(SAFE_PATH)
    os.environ[SAFE_PATH] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[SAFE_PATH]
        else:
            os.environ[SAFE_PATH] = before


class WorkerContext(ForkServerContext):
    """Makes such processes, and pipes to them."""

    Process = Worker


def worker_context(preload: str) -> WorkerContext:
    """Prepare the fork server, which is shared by all that this process starts.

    Args:
        preload: The module that the fork server imports when it starts, so that no worker has to.
    """
    context = WorkerContext()
    context.set_forkserver_preload([preload])
    return context
