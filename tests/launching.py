"""Programs that run in processes of their own, but need not import torch, numba and MLflow first, which takes seconds.

A server process imports them once. For each program it forks: the child changes to the program's folder, takes its arguments
and environment, and runs its file as `__main__`. Whatever a program imports from its own folder is imported anew.

Python's fork server, from which the workers of a league are forked, is also started once, and the programs share it. A worker
then has the standard streams and the environment of the server process, not those of its program. Where that matters, a program
gets a fork server of its own.
"""

from __future__ import annotations

import gc
import json
import os
import runpy
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import forkserver
from pathlib import Path
from typing import TextIO

IMPORTED = (
    "torch",
    "league.cli.main",
    "league.manager",
    "league.tracking.tracker",
    "league.evaluation.tournament",
    "mlflow.pyfunc",
)


@dataclass(frozen=True)
class Ran:
    """How a program ended, and what it printed."""

    returncode: int
    stdout: str
    stderr: str


class Launcher:
    """Runs programs one after the other."""

    def __init__(self, folder: Path) -> None:
        """Start the server.

        Args:
            folder: An empty one, for what the programs print.
        """
        self._out, self._err = folder / "out", folder / "err"
        # -P: the folder of this file has folders that are named like the project's packages.
        self._server = subprocess.Popen(
            [sys.executable, "-P", __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __call__(
        self,
        program: Sequence[str | Path],
        folder: Path,
        environment: Mapping[str, str] | None = None,
        *,
        own_workers: bool = False,
    ) -> Ran:
        """Run a program to its end, without anything to read from its standard input.

        Args:
            program: A Python file and its arguments.
            folder: The directory in which it runs.
            environment: Variables beside those of the tests.
            own_workers: Whether it starts a fork server of its own, which takes seconds.
        """
        request = {
            "program": [str(word) for word in program],
            "folder": str(folder),
            "environment": {**os.environ, **(environment or {})},
            "own_workers": own_workers,
            "streams": [os.devnull, str(self._out), str(self._err)],
        }
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.write(json.dumps(request) + "\n")
        self._server.stdin.flush()
        code = int(self._server.stdout.readline())
        return Ran(code, *(path.read_text(encoding="utf-8") for path in (self._out, self._err)))

    def close(self) -> None:
        """End the server."""
        self._server.communicate()


def serve(answers: TextIO) -> dict[str, object] | None:
    """Fork for each request; a child returns with its request, the server itself with None when there are no more."""
    for line in sys.stdin:
        child = os.fork()
        if not child:
            return json.loads(line)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), file=answers, flush=True)
    return None


def start_fork_server() -> None:
    """Start Python's fork server with the imports of a league's workers."""
    from envs.processes import worker_context

    first = worker_context("league.execution.tasks").Process()
    first.start()
    first.join()


def become(
    program: Sequence[str], folder: str, environment: Mapping[str, str], streams: Sequence[str], own_workers: bool
) -> None:
    """Be a program."""
    if own_workers:
        forkserver._forkserver._forkserver_pid = forkserver._forkserver._forkserver_alive_fd = None
    else:
        forkserver._forkserver.ensure_running = lambda: None  # it runs, but it is not our child
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number, path in enumerate(streams):
        opened = os.open(path, os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - the old one has read the server's requests
    sys.argv = list(program)
    sys.path.insert(0, str(Path(program[0]).resolve().parent))
    runpy.run_path(program[0], run_name="__main__")


if __name__ == "__main__":
    for module in IMPORTED:
        import_module(module)
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what workers print is no answer
    start_fork_server()
    gc.freeze()  # at its end, a program would walk through all that was imported: two seconds, and a copy of that memory
    if request := serve(answers):
        become(**request)
