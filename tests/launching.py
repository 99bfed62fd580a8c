"""Programs that run in processes of their own, but need not import torch, numba and MLflow first, which takes seconds.

A server process imports them once. For each program it forks: the child changes to the program's folder, takes its arguments
and environment, and runs its file as `__main__`. Whatever a program imports from its own folder is imported anew.

Python's fork server, from which the workers of a league are forked, is also there once, and the programs share it. A worker
then has the standard streams and the environment of the server process, not those of its program. Where that matters, a program
gets a fork server of its own. Neither is a new interpreter: each is forked from a process that has imported everything.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import runpy
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from itertools import pairwise
from multiprocessing import forkserver, process, resource_tracker, util
from pathlib import Path
from typing import Any, NoReturn, TextIO

ROOT = Path(__file__).resolve().parents[1]

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


class Begun:
    """A program that runs. It leads a session of its own, as a program does that was started in a terminal."""

    def __init__(self, pid: int, streams: Sequence[Path], ask: Callable[[Mapping[str, object]], int]) -> None:
        """Open the other ends of its standard streams.

        Args:
            pid: The process.
            streams: Three named pipes.
            ask: Asks the server.
        """
        self.pid, self._ask = pid, ask
        self.stdin = streams[0].open("w", encoding="utf-8")
        self.stdout, self.stderr = (path.open(encoding="utf-8") for path in streams[1:])

    def kill(self) -> None:
        """Kill it, but not what it has started."""
        os.kill(self.pid, signal.SIGKILL)

    def end(self) -> Ran:
        """Wait until it and every process that it has started have closed their ends of the pipes."""
        out, err = self.stdout.read(), self.stderr.read()
        for stream in (self.stdin, self.stdout, self.stderr):
            stream.close()
        return Ran(self._ask({"wait": self.pid}), out, err)


class Launcher:
    """Runs programs one after the other, or beside each other."""

    def __init__(self, folder: Path) -> None:
        """Start the server.

        Args:
            folder: An empty one, for what the programs print.
        """
        self._folder, self._begun = folder, 0
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
            program: A Python file and its arguments, or `-m`, a module and its arguments.
            folder: The directory in which it runs.
            environment: Variables beside those of the tests.
            own_workers: Whether it gets a fork server of its own.
        """
        out, err = self._folder / "out", self._folder / "err"
        streams = [os.devnull, str(out), str(err)]
        pid = self._start(program, folder, environment, streams=streams, own_workers=own_workers, leads=False)
        return Ran(self._ask({"wait": pid}), *(path.read_text(encoding="utf-8") for path in (out, err)))

    def begin(self, program: Sequence[str | Path], folder: Path, environment: Mapping[str, str] | None = None) -> Begun:
        """Start a program with a fork server of its own, and do not wait for its end."""
        self._begun += 1
        streams = [self._folder / f"{name}-{self._begun}" for name in ("in", "out", "err")]
        for path in streams:
            os.mkfifo(path)
        paths = [str(path) for path in streams]
        pid = self._start(program, folder, environment, streams=paths, own_workers=True, leads=True)
        return Begun(pid, streams, self._ask)

    def _start(self, program: Sequence[str | Path], folder: Path, environment: Mapping[str, str] | None, **more: object) -> int:
        words, variables = [str(word) for word in program], {**os.environ, **(environment or {})}
        return self._ask({"program": words, "folder": str(folder), "environment": variables, **more})

    def _ask(self, request: Mapping[str, object]) -> int:
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.write(json.dumps(request) + "\n")
        self._server.stdin.flush()
        return int(self._server.stdout.readline())

    def close(self) -> None:
        """End the server."""
        self._server.communicate()


def serve(answers: TextIO) -> dict[str, Any] | None:
    """Fork for each program; a child returns with its request, the server itself with None when there are no more."""
    for line in sys.stdin:
        request = json.loads(line)
        if "wait" in request:
            answer = os.waitstatus_to_exitcode(os.waitpid(request["wait"], 0)[1])
        elif not (answer := os.fork()):
            return request
        print(answer, file=answers, flush=True)
    return None


def fork_own_fork_server() -> None:
    """Start Python's fork server for the workers of a league, as a fork of this process rather than a new interpreter.

    It is one from which nobody has forked yet, with the environment and the streams that this process has now.
    """
    from envs.processes import worker_context

    usual, server = util.spawnv_passfds, forkserver._forkserver
    vars(server).pop("ensure_running", None)
    process.current_process()._config.pop("tempdir", None)  # what a parent has made is the parent's
    server._forkserver_pid = server._forkserver_alive_fd = server._forkserver_address = None
    resource_tracker._resource_tracker._fd = resource_tracker._resource_tracker._pid = None
    worker_context("league.execution.tasks")  # starts the resource tracker, which is an interpreter of its own
    util.spawnv_passfds = _fork
    try:
        server.ensure_running()
    finally:
        util.spawnv_passfds = usual


def _fork(path: object, words: Sequence[str], kept: Sequence[int]) -> int:
    """Fork instead of running `python -c COMMAND`; the child keeps the standard streams and some more files open."""
    sys.stdout.flush()  # otherwise the child prints it, too
    sys.stderr.flush()
    pid = os.fork()
    return pid or _command_of_fork_server(words[-1], kept)


def _command_of_fork_server(command: str, kept: Sequence[int]) -> NoReturn:
    code = 1
    try:
        atexit._clear()
        gc.freeze()  # what the parent has opened is not closed a second time
        for before, after in pairwise(sorted([2, *kept, os.sysconf("SC_OPEN_MAX")])):
            os.closerange(before + 1, after)
        forkserver._forkserver._lock = threading.Lock()  # the parent holds the other
        forkserver._forkserver._forkserver_pid = None
        sys.modules.pop("envs.tidying", None)
        with suppress(SystemExit):
            exec(command, {"__name__": "__main__"})
        code = 0
    finally:
        atexit._run_exitfuncs()
        os._exit(code)  # nothing may go on in the process that was forked


def _stream(number: int, mode: str, buffering: int = -1) -> Any:
    return open(number, mode, buffering, encoding="utf-8", closefd=False)


def become(
    program: Sequence[str],
    folder: str,
    environment: Mapping[str, str],
    streams: Sequence[str],
    own_workers: bool,
    leads: bool,
) -> None:
    """Be a program."""
    if leads:
        os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number, path in enumerate(streams):
        opened = os.open(path, os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(opened, number)
        os.close(opened)
    # Those of the server have read its requests, or believe that one can seek in them.
    sys.stdin, sys.stdout, sys.stderr = _stream(0, "r"), _stream(1, "w"), _stream(2, "w", buffering=1)
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr
    if own_workers:
        fork_own_fork_server()
    else:
        forkserver._forkserver.ensure_running = lambda: None  # it runs, but it is not our child
    sys.path.append(str(ROOT))
    if program[0] == "-m":
        sys.argv = list(program[1:])
        runpy.run_module(program[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = list(program)
        sys.path.insert(0, str(Path(program[0]).resolve().parent))
        runpy.run_path(program[0], run_name="__main__")


if __name__ == "__main__":
    for module in IMPORTED:
        import_module(module)
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what workers print is no answer
    fork_own_fork_server()
    gc.freeze()  # at its end, a program would walk through all that was imported: two seconds, and a copy of that memory
    if request := serve(answers):
        become(**request)
