"""Playing a game in another process, whose sets and dictionaries of strings are ordered by another hash seed."""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from types import ModuleType
from typing import Any

from envs.captured import Code
from envs.conformance.trace import trace
from envs.faults import GameError, environment_code
from envs.game import GameSetup
from envs.places import remember, remembered
from envs.processes import safe_path
from envs.references import Permission, permissions, take_over
from envs.registry import construct

HASHES = "PYTHONHASHSEED"
"""The environment variable of Python that decides the hashes of strings."""

PATIENCE = 300.0
"""Seconds after which the other process is given up."""


class Unreachable(Exception):
    """Another process cannot play the game; the message is a clause that says why."""


def fingerprints_elsewhere(setup: GameSetup, seed: int, moves: int, patience: float = PATIENCE) -> list[list[str]]:
    """Play a game in another process.

    Args:
        setup: The game.
        seed: Of the reset, and of the random actions.
        moves: Maximal number of moves.
        patience: Seconds to wait for the other process.

    Returns:
        The frames' fingerprints, see `envs.conformance.trace.Frame`.

    Raises:
        Unreachable: The game cannot be played there.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_play, args=(theirs, remembered(), permissions(), setup, seed, moves), daemon=True)
    with _other_hashes(), _nameless_script(), safe_path():
        process.start()
    theirs.close()
    try:
        if not ours.poll(patience):
            raise Unreachable(f"it was not over after {patience:g} seconds")
        answer: dict[str, Any] = json.loads(ours.recv_bytes())
    except EOFError:
        process.join()
        raise Unreachable(f"the process ended with exit code {process.exitcode}") from None
    finally:
        process.kill()
        process.join()
        ours.close()
    if answer["fault"]:
        raise Unreachable(answer["fault"])
    return answer["frames"]


@contextmanager
def _other_hashes() -> Iterator[None]:
    """Give processes that start meanwhile a hash seed that this process does not have."""
    before = os.environ.get(HASHES)
    os.environ[HASHES] = "1" if before != "1" else "2"
    try:
        yield
    finally:
        del os.environ[HASHES]
        if before is not None:
            os.environ[HASHES] = before


@contextmanager
def _nameless_script() -> Iterator[None]:
    """Hide the script that was started from processes that start meanwhile, which would otherwise run it again."""
    script = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = script


def _play(
    pipe: Connection,
    places: dict[str, str],
    permitted: dict[Permission, Code | None],
    setup: GameSetup,
    seed: int,
    moves: int,
) -> None:
    """Be the other process. What the game prints is dropped."""
    remember(places)
    take_over(permitted)
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    try:
        with environment_code(f"{setup.name} cannot be played"):
            story = trace(setup.name, construct(setup), seed, moves)
            answer = {"fault": story.fault, "frames": story.fingerprints}
    except GameError as error:
        answer = {"fault": str(error), "frames": []}
    pipe.send_bytes(json.dumps(answer).encode())
