"""Worker processes that do not run the user's script again."""

from __future__ import annotations

import sys
from multiprocessing.context import ForkServerContext, ForkServerProcess
from types import ModuleType


class Worker(ForkServerProcess):
    """A process that is forked from the fork server.

    Python's own workers begin with importing the script that was started, to find functions that were defined in it. Our
    workers only need functions of this project; whatever users define is named by its file. So a script may run a league
    without `if __name__ == "__main__"`.
    """

    def start(self) -> None:
        """Start the process; what it is told of the main script is an empty module."""
        script = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            super().start()
        finally:
            sys.modules["__main__"] = script


class WorkerContext(ForkServerContext):
    """Makes such processes, and pipes to them."""

    Process = Worker  # type: ignore[assignment]


def worker_context(preload: str) -> WorkerContext:
    """Prepare the fork server, which is shared by all that this process starts.

    Args:
        preload: The module that the fork server imports when it starts, so that no worker has to.
    """
    context = WorkerContext()
    context.set_forkserver_preload([preload])
    return context
