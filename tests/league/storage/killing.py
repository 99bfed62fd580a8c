"""Leagues that run on the command line in processes of their own, and ways to kill them or one of their processes.

A league is forked from a process that has imported everything. It leads a session of its own, so that each of its processes is
found, also when its parent is gone. What it prints is written to a file.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from envs.faults import attempt
from league.cli import main
from league.execution import executors
from league.storage import blobs, database
from league.tracking import sync_worker as sync_worker_of_league
from tests.launching import fork_own_fork_server

PATIENCE = 600.0
"""Seconds within which a process ends that should end. They pass only if one never does."""

LOOK = 0.005
"""Seconds between two looks at the processes of a league."""


@dataclass(frozen=True)
class Member:
    """A process of a league."""

    pid: int
    parent: int
    ticks: int
    program: str


class Running:
    """A league that runs."""

    def __init__(
        self, words: Sequence[str], folder: Path, prepare: Callable[[], None] = lambda: None, *, forked: bool = False
    ) -> None:
        """Start `league` with arguments.

        Args:
            words: The arguments.
            folder: Where it runs; gets the files `said`, `mapped` and `syncing`, and the folder `temporary`.
            prepare: Called in the new process before the command.
            forked: Whether its first fork server is forked, too, rather than a new interpreter, which takes seconds.
        """
        self.temporary, self._said = folder / "temporary", folder / "said"
        self._mapped, self._syncing = folder / "mapped", folder / "syncing"
        self.temporary.mkdir(parents=True, exist_ok=True)
        self._said.write_bytes(b"")
        self._mapped.write_bytes(b"")
        self._syncing.write_bytes(b"")
        self.code: int | None = None
        self.pid = os.fork()
        if self.pid == 0:
            self._be(words, folder, prepare, forked)
        self.begun = time.monotonic()

    def _be(self, words: Sequence[str], folder: Path, prepare: Callable[[], None], forked: bool) -> None:
        code = 70
        try:
            os.setsid()
            signal.signal(signal.SIGINT, signal.default_int_handler)
            os.chdir(folder)
            for number, path in enumerate((os.devnull, self._said, self._said)):
                opened = os.open(path, os.O_RDWR | os.O_APPEND)
                os.dup2(opened, number)
                os.close(opened)
            tempfile.tempdir, os.environ["TMPDIR"] = None, str(self.temporary)
            sys.argv = ["league", *words]
            if forked:
                fork_own_fork_server()
            note_maps(self._mapped)
            note_sync_worker(self._syncing)
            prepare()
            ended, error = attempt(_command)
            if error is not None:
                os.write(2, "".join(traceback.format_exception(error)).encode())
            code = 70 if ended is None else ended
            atexit._run_exitfuncs()
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(code)  # nothing may go on in the process that was forked

    @property
    def said(self) -> str:
        """What it printed."""
        return self._said.read_text(encoding="utf-8", errors="replace")

    @property
    def maps(self) -> int:
        """How many lists of tasks its workers have finished."""
        return len(self._mapped.read_bytes())

    @property
    def sync_worker(self) -> int:
        """The number of the process that makes replays and MLflow's runs; −1 if none was started yet."""
        return int(self._syncing.read_bytes() or -1)

    def members(self) -> list[Member]:
        """All processes that belong to the league, itself among them; those that have ended are none."""
        return [member for name in os.listdir("/proc") if name.isdigit() for member in _member(int(name), self.pid)]

    def is_over(self) -> bool:
        """Whether the league's own process has ended; `code` is then its exit status, or minus the number of a signal."""
        if self.code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.code = os.waitstatus_to_exitcode(status) if pid else None
        return self.code is not None

    def wait(self) -> float:
        """Wait for the end of the league; the seconds that it ran."""
        if self.code is None:
            self.code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return time.monotonic() - self.begun

    def orphans(self) -> list[Member]:
        """Wait until all processes of a league that is over have ended; those that do not."""
        end = time.monotonic() + PATIENCE
        while (left := self.members()) and time.monotonic() < end:
            time.sleep(LOOK)
        return left

    def until(self, seconds: float) -> None:
        """Wait until so many seconds after its beginning, or until its end."""
        while not self.is_over() and time.monotonic() < self.begun + seconds:
            time.sleep(LOOK)


def _command() -> int:
    """Run the command; its exit status."""
    try:
        main.main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def _member(pid: int, session: int) -> Iterator[Member]:
    with suppress(OSError):
        state, parent, _, its, *rest = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        if int(its) == session and state not in "ZX":
            program = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            yield Member(pid, int(parent), int(rest[7]) + int(rest[8]), program)


def tracker(member: Member) -> bool:
    """Whether a process is the one that looks after shared memory."""
    return "resource_tracker" in member.program


def fork_server(league: Running) -> list[Member]:
    """The process that forks the others."""
    return [each for each in league.members() if each.parent == league.pid and "forkserver" in each.program]


def forked(league: Running) -> list[Member]:
    """The processes that the fork server forked: workers and the sync worker."""
    return [each for each in league.members() if each.parent != league.pid and each.pid != league.pid and not tracker(each)]


def workers(league: Running) -> list[Member]:
    """The worker that has computed since the last look, among the workers."""
    before = {each.pid: each.ticks for each in forked(league)}
    time.sleep(2 * LOOK)
    not_it = league.sync_worker
    return [each for each in forked(league) if each.pid != not_it and each.ticks > before.get(each.pid, 10**9)]


def sync_worker(league: Running) -> list[Member]:
    """The process that makes replays and MLflow's runs."""
    return [each for each in forked(league) if each.pid == league.sync_worker]


def itself(league: Running) -> list[Member]:
    """The league's own process."""
    return [each for each in league.members() if each.pid == league.pid]


def everything(league: Running) -> list[Member]:
    """All of its processes, the league first."""
    return sorted(league.members(), key=lambda each: each.pid != league.pid)


def strike(league: Running, who: Callable[[Running], list[Member]], number: int, *, every: bool = False) -> bool:
    """Send a signal to the first of some processes as soon as there is one, or to each.

    Returns:
        Whether a process got it; False if the league ended before.
    """
    while not league.is_over():
        found = who(league)
        for each in found if every else found[:1]:
            with suppress(ProcessLookupError):
                os.kill(each.pid, number)
        if found:
            return True
        time.sleep(LOOK)
    return False


POINTS: dict[str, tuple[Any, str, bool]] = {
    "before weights are written": (blobs, "write_durably", False),
    "weights are written, but have not their name": (Path, "replace", False),
    "after weights are written": (blobs, "write_durably", True),
    "in the transaction, before its commit": (database, "writing", True),
    "after the commit": (blobs.Blobs, "keep_only", False),
    "after the commit and what follows it": (blobs.Blobs, "keep_only", True),
}
"""Moments of a commit → the function at whose beginning or end (True) the process dies."""


def instrument(point: str, at: Callable[[int], None]) -> None:
    """Call a function with the number of the call at every call of a point's function, in this process."""
    place, name, end = POINTS[point]
    function, count = vars(place)[name], iter(range(1, 10**9))

    def watched(*values: Any, **named: Any) -> Any:
        if not end:
            at(next(count))
        found = function(*values, **named)
        if end:
            at(next(count))
        return found

    @contextmanager
    def watched_block(*values: Any, **named: Any) -> Iterator[Any]:
        with function(*values, **named) as entered:
            yield entered
            at(next(count))  # the changes are made, and the transaction is still open

    setattr(place, name, watched_block if name == "writing" else watched)


def note_maps(path: Path) -> None:
    """Let this process append a byte to a file whenever its workers have finished a list of tasks."""
    function = executors.Processes.map

    def noted(*values: Any) -> Any:
        results = function(*values)
        with path.open("ab") as file:
            file.write(b".")
        return results

    setattr(executors.Processes, "map", noted)  # noqa: B010


def note_sync_worker(path: Path) -> None:
    """Let this process write the number of its sync worker to a file."""
    function = sync_worker_of_league.WorkerProcess.committed

    def noted(worker: Any, generation: int) -> None:
        function(worker, generation)
        path.write_text(str(-1 if worker.process.pid is None else worker.process.pid))

    setattr(sync_worker_of_league.WorkerProcess, "committed", noted)  # noqa: B010


def die_at(point: str, number: int) -> None:
    """Let this process die at a call of a point's function."""
    instrument(point, lambda call: os.kill(os.getpid(), signal.SIGKILL) if call == number else None)


def count_to(path: Path) -> None:
    """Let this process write down how often it passes each point."""
    calls = dict.fromkeys(POINTS, 0)
    for point in POINTS:
        instrument(point, lambda number, point=point: calls.update({point: number}))
    atexit.register(lambda: path.write_text(json.dumps(calls)))
