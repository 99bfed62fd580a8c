"""Verification of replay files that somebody else may have written, within limits of size, time and memory."""

from __future__ import annotations

import resource
from collections.abc import Iterator, Mapping
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from envs.faults import GameError
from envs.game import GameSetup
from envs.processes import worker_context
from league.config.foreign import references
from league.errors import LeagueError
from league.evaluation.configuration import find_code_of
from league.storage.trusted import require
from tournaments.replay.format import Replay, ReplayError, load
from tournaments.replay.verification import Gate, Verification, check

LARGEST_COUNT, LARGEST_NUMBER = 500, 1e6
"""The largest whole number and the largest other number that an option of a published game may have."""

TIME = ("cycles", "steps", "frames", "moves", "turns", "rounds")
"""Ends of the names of options that may be larger: they count time, which costs nothing before it passes."""

SECONDS_TO_MAKE, SECONDS_TO_MAKE_TRUSTED = 5, 300
"""Seconds of processor time that it may take to begin a match: of a published game, of code that the user trusts."""

STEPS_PER_SECOND = 10
"""The slowest pace at which a match may be played again."""

PATIENCE = 10
"""Seconds on the clock for every second of processor time, after which a process that waits for something is ended."""

LONGEST_WAIT = 86_400
"""Seconds on the clock after which such a process is ended in any case. The operating system waits for no more than 24 days."""

MEMORY = 2**30
"""Bytes that playing a match again may take."""


def verify_file(path: Path, *, trust: bool = False) -> Verification:
    """Verify a replay file. Nothing that it names is imported before it was checked.

    A match of a game without options is played in this process. Options can ask for a very large game, which is therefore made
    in a process whose time and memory are limited.

    Args:
        path: The file.
        trust: Trust the code that it names, and remember that.
    """
    gate = gate_for(path, trust=trust)
    try:
        replay = load(path)
        find_code_of(path)
        gate(replay.setup)
    except (ReplayError, GameError, LeagueError) as error:
        return Verification(False, str(error))
    if not replay.setup.options and not replay.setup.wrappers:
        return check(replay, gate)
    return _apart(path, replay)


def gate_for(path: Path, *, trust: bool = False) -> Gate:
    """Make the gate for the replay in a file: its game is published or trusted, and its options are of a usual size."""

    def gate(setup: GameSetup) -> None:
        try:
            require(references({"game": setup.plain()}), str(path), trust=trust)
        except LeagueError as error:
            raise GameError(str(error)) from error
        if ":" not in setup.name:
            require_usual_size(setup)

    return gate


def require_usual_size(setup: GameSetup) -> None:
    """Make sure that the options and wrappers of a published game do not ask for an enormous one.

    Raises:
        GameError: They do.
    """
    if setup.options.get("render_mode") == "human":
        raise GameError("the game is not made: its option render_mode asks for a window")
    for option, value in _numbers("", setup.plain()):
        if not option.endswith(TIME) and not abs(value) <= (LARGEST_COUNT if isinstance(value, int) else LARGEST_NUMBER):
            raise GameError(f"the game is not made: its option {option} is {value:g}, which is more than is usual")


def _numbers(name: str, value: Any) -> Iterator[tuple[str, float]]:
    if isinstance(value, (int, float)):
        yield name, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _numbers(str(key), inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _numbers(name, inner)


def _apart(path: Path, replay: Replay) -> Verification:
    """Verify a replay in a process of its own, which ends when it takes too much."""
    context = worker_context("league.execution.tasks")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(path, _seconds(replay), theirs), name="verification")
    process.start()
    theirs.close()
    try:
        found = ours.recv() if ours.poll(min(PATIENCE * _seconds(replay), LONGEST_WAIT)) else None
    except EOFError:
        found = None
    process.kill()
    process.join()
    if isinstance(found, Verification):
        return found
    return Verification(
        False,
        f"playing the match again takes more than {_seconds(replay)} seconds or {MEMORY >> 20} megabytes, "
        f"or brings Python down; its options are {str(dict(replay.setup.options))[:100]}",
    )


def _seconds(replay: Replay) -> int:
    begin = SECONDS_TO_MAKE_TRUSTED if ":" in replay.setup.name else SECONDS_TO_MAKE
    return begin + len(replay.steps) // STEPS_PER_SECOND


def _work(path: Path, seconds: int, answers: Connection) -> None:
    """Verify a file in this process, within limits, and send what came of it. The file has passed its gate."""
    _limit(seconds)
    with suppress(MemoryError, OSError):
        replay = load(path)
        answers.send(check(replay, lambda setup: None))


def _limit(seconds: int) -> None:
    """Limit the processor time and the memory of this process, counted from now on."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime)
    for what, most in ((resource.RLIMIT_CPU, spent + seconds), (resource.RLIMIT_DATA, _data() + MEMORY)):
        _, hard = resource.getrlimit(what)
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _data() -> int:
    """Return the bytes of data that this process has now; on systems without /proc an estimate."""
    with suppress(OSError):
        fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
        return int(fields["VmData"].split()[0]) * 1024
    return MEMORY
