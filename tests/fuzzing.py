"""Changed files for every command that reads: it answers, or says in a sentence why not. Nothing else may happen.

    python -m tests.fuzzing 5000 [SEED]

feeds configurations, replays, weights and databases in turn. One kind alone: `python -m tests.league.config.mutations`,
`tests.tournaments.replay.mutations`, `tests.league.storage.weights`, `tests.league.cli.damage`, with the same arguments.

Commands run in this process. What counts as a fault: an exception, more than 20 seconds of work or of waiting, two gigabytes
of memory, and code that a file names and nobody allowed. Time in which other programs hold the processor does not count, so
that a busy machine makes no fault.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import random
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from envs.faults import attempt
from league.cli import main as command_line

SECONDS, BYTES = 20, 2 * 2**30
"""The longest that a command may take with a small file, and the most memory of the process."""

OFTEN = 0.25
"""Seconds between two looks at the clock."""

CANARY = "canary.py"
"""A file beside the changed ones, which says when it is imported or called. Changed files name it."""

CANARY_SAYS = """
import pathlib
FLOWN = pathlib.Path(__file__).with_name("flown")
FLOWN.touch()
def run(*values, **named):
    FLOWN.touch()
"""
CODE: list[Any] = ["os:system", "canary:run", "canary.py:run", "subprocess:check_output", "builtins:exec"]
"""Names of code that a changed file may hold. It may not run."""

FORBIDDEN = {"os.system", "os.exec", "os.posix_spawn", "os.spawn", "pty.spawn", "subprocess.Popen"}
"""Python's events for a new program."""

HARMLESS = ("git", "uname")
"""Programs that this project and Python's own library start, with arguments of their own."""


class TooSlow(BaseException):
    """A command takes too long; no exception that a command may catch."""


class Fault(Exception):
    """A command did what it may not do."""


@dataclass(frozen=True)
class Case:
    """A changed file and what is done with it.

    Attributes:
        what: Both, for whoever reads of a fault.
        run: Does it, and returns whether there was an answer; False if there was a sentence instead.
        named: Whether the person who gives the command has named the code in the file, so that it may be imported.
    """

    what: str
    run: Callable[[], bool]
    named: bool = False


Source = Callable[[Path, random.Random], Iterator[Case]]
"""(empty folder, generator) → cases without end."""

SOURCES = {
    "configurations": "tests.league.config.mutations",
    "replays": "tests.tournaments.replay.mutations",
    "weights": "tests.league.storage.weights",
    "databases": "tests.league.cli.damage",
}
"""Kind of file → the module whose `cases` changes such files."""


def answers(*words: object) -> bool:
    """Run a command in this process, with nothing to read from its standard input.

    Returns:
        Whether it answered; False if it said in a sentence why not.

    Raises:
        Exception: What a person would see as a traceback.
        Fault: It ended otherwise.
    """
    out, err, argv = io.StringIO(), io.StringIO(), (sys.argv, sys.stdin)
    sys.argv, sys.stdin = ["league", *map(str, words)], io.StringIO()
    code = 0
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            command_line.main()
    except SystemExit as end:
        code = int(end.code or 0)
    finally:
        sys.argv, sys.stdin = argv
    said = err.getvalue()
    if "Traceback" in said or "\x1b" in said + out.getvalue():
        raise Fault(f"it printed a traceback or an escape: {said[-2000:]}")
    if code == 2 and "error: " not in said.lower():
        raise Fault(f"it failed without a sentence: {said[-2000:]!r}")
    if code not in (0, 1, 2):
        raise Fault(f"it ended with {code}: {said[-2000:]}")
    return code != 2


@contextlib.contextmanager
def watched(case: Case) -> Iterator[None]:
    """Run a case within the limits; the working directory holds the canary.

    Raises:
        Fault: It took too long or too much, or ran code.
    """
    flown, started, taken, clock = Path("flown"), len(_STARTED), _peak(), Clock()

    def look(number: int, frame: FrameType | None) -> None:
        if clock.look() > SECONDS:
            raise TooSlow

    before = signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, OFTEN, OFTEN)
    try:
        yield
    except TooSlow as error:
        raise Fault(f"it took more than {SECONDS} s of work or of waiting") from error
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    ran = flown.exists()
    flown.unlink(missing_ok=True)
    if ran and not case.named:
        raise Fault("it ran code that nobody allowed")
    if len(_STARTED) > started:
        raise Fault(f"it started {_STARTED[started:]}")
    if _peak() - taken > BYTES:
        raise Fault(f"it took {_peak() - taken >> 20} MB")


class Clock:
    """Counts the seconds that this process and those that it started work or wait.

    Time in which they could work and other programs hold the processor is left out, as far as Linux tells it: of all processes
    of the family, that of the one that was held up longest since the last look.
    """

    def __init__(self) -> None:
        """Begin at 0."""
        self.seconds, self._seen, self._held_up = 0.0, time.monotonic(), held_up()

    def look(self) -> float:
        """Return the seconds until now."""
        now, before = time.monotonic(), self._held_up
        self._held_up = held_up()
        self.seconds += now - self._seen
        self.seconds -= max((later - before.get(process, 0.0) for process, later in self._held_up.items()), default=0.0)
        self._seen = now
        return self.seconds


PROCESSES = Path("/proc")
"""Where Linux has a folder for every process."""


def held_up() -> dict[int, float]:
    """Process of this family → seconds in which it waited for a processor; nothing where the system does not say."""
    found: dict[int, float] = {}
    waiting = [os.getpid()]
    while waiting:
        process = waiting.pop()
        folder = PROCESSES / str(process)
        with contextlib.suppress(OSError):  # it has ended
            found[process] = int((folder / "schedstat").read_text(encoding="ascii").split()[1]) / 1e9
            waiting += map(int, (folder / "task" / str(process) / "children").read_text(encoding="ascii").split())
    return found


def _peak() -> int:
    """The most bytes of memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


_STARTED: list[str] = []
"""What `_note` has seen."""


def _note(event: str, values: tuple[Any, ...]) -> None:
    if event in FORBIDDEN and not str(values[0]).endswith(HARMLESS):
        _STARTED.append(f"{event} {values!r:.200}")


def fly(folder: Path) -> None:
    """Go to a folder and put the canary there."""
    os.chdir(folder)
    (folder / CANARY).write_text(CANARY_SAYS, encoding="utf-8")


def watch_programs() -> None:
    """Note from now on when this process starts a program."""
    sys.addaudithook(_note)


def prepare() -> None:
    """Watch this process for new programs, trust nothing that is trusted elsewhere, and let memory end."""
    watch_programs()
    os.environ["XDG_STATE_HOME"] = tempfile.mkdtemp(prefix="state-of-tests-")
    soft = 2 * BYTES
    resource.setrlimit(resource.RLIMIT_DATA, (soft, resource.getrlimit(resource.RLIMIT_DATA)[1]))


def feed(kinds: Sequence[str], wanted: int, seed: int) -> int:
    """Run cases of some kinds in turn, and count. Returns how many had a fault; these are printed."""
    prepare()
    draw, tally, faults, slowest = random.Random(seed), Counter[tuple[str, bool]](), 0, (0.0, "")
    with tempfile.TemporaryDirectory() as place:
        sources = []
        for kind in kinds:
            folder = Path(place) / kind
            folder.mkdir()
            sources.append((kind, folder, importlib.import_module(SOURCES[kind]).cases(folder, draw)))
        for number in range(wanted):
            kind, folder, cases = sources[number % len(sources)]
            case = next(cases)
            fly(folder)
            clock = Clock()
            answered, error = attempt(_run, case)
            if error is None:
                tally[kind, answered] += 1
            else:
                faults += 1
                at = traceback.extract_tb(error.__traceback__)[-1]
                said = f"{type(error).__name__}: {error!s:.1000} ({at.filename}:{at.lineno})"
                print(f"FAULT {number}, seed {seed}, {case.what}\n  {said}", flush=True)
            slowest = max(slowest, (clock.look(), case.what))
    for kind in kinds:
        print(f"{kind}: {tally[kind, True]} answers, {tally[kind, False]} sentences")
    taken = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(
        f"{wanted} changed files, {faults} faults; the slowest took {slowest[0]:.2f} s ({slowest[1][:200]}), {taken} MB in all"
    )
    return faults


def _run(case: Case) -> bool:
    with watched(case):
        return case.run()


def main(*kinds: str) -> None:
    """Feed as many cases as the command line says."""
    wanted, seed = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
    sys.exit(feed(kinds or list(SOURCES), wanted, seed) > 0)


if __name__ == "__main__":
    main()
