"""Worker processes that step the copies of a stock arena over shared memory.

Every block of copies is divided among all workers, so that all of them are busy whichever block is stepped. Arrays are in one
block of shared memory without a name (multiprocessing's `RawArray`), so nothing is left behind however the processes end.
Commands and errors go through pipes as text: to the worker the command and the numbers of its blocks, from the worker only the
error, if there is one. Agents' ids and spaces need not be plain data, so they do not travel: a worker reads them from an
environment that it makes itself.
"""

from __future__ import annotations

import ctypes
import json
import os
import traceback
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import Any, cast

from envs.description import EnvironmentSpec, seats_of
from envs.faults import GameError, environment_code
from envs.processes import Worker, worker_context
from envs.registry import construct, dispose
from envs.stock.buffers import Buffers, buffers_in, bytes_needed
from envs.stock.copies import Command, Copies
from envs.stock.engines import Blocks, Engine
from envs.stock.one_copy import Making
from envs.threads import use_one_thread

_PATIENCE = 5.0  # seconds that a worker has to close its environments before it is killed
_DONE = b""


class WorkerError(Exception):
    """The traceback of a worker's exception as text: exceptions of user code cannot always be sent between processes."""


class Workers(Engine):
    """An engine that steps the copies in worker processes."""

    buffers: Buffers

    def __init__(self, spec: EnvironmentSpec, bounds: Sequence[tuple[int, int]], workers: int, fresh: bool, joint: bool):
        """Start the workers and wait until each has made its environments.

        Args:
            spec: The game.
            bounds: For each block, its first copy and the copy after its last.
            workers: Number of processes, at most one per copy.
            fresh: Make a new environment for every game.
            joint: Whether the joint state is wanted.

        Raises:
            GameError: An environment cannot be made, or a worker died.
        """
        super().__init__(spec.game.name)
        self._pipes: list[Connection] = []
        self._processes: list[Worker] = []
        self._shares = shares(bounds, workers)
        self._owed: list[deque[Blocks]] = [deque([()]) for _ in range(workers)]  # blocks with outstanding answers, in order
        context = worker_context("envs.stock.workers")
        copies = bounds[-1][1]
        memory = context.RawArray(ctypes.c_byte, bytes_needed(spec, copies, joint))
        self.buffers = buffers_in(memory, spec, copies, joint)
        plain = replace(spec, agents=(), observation_spaces=(), action_spaces=())
        try:
            for share in self._shares:
                ours, theirs = context.Pipe()
                self._pipes.append(ours)
                arguments = (theirs, plain, memory, copies, share, fresh, joint, os.getcwd())
                process = context.Process(target=_work, args=arguments, daemon=True)
                process.start()
                self._processes.append(process)
                theirs.close()  # otherwise the pipe would stay open when the worker dies
            self._await(())
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Stop the workers and release the shared memory; see `Engine.close`."""
        for pipe in self._pipes:
            pipe.close()  # the worker then reads an end of file, or fails to send its last answer
        for process in self._processes:
            process.join(_PATIENCE)
            if process.is_alive():
                process.kill()
                process.join()
        self._pipes, self._processes = [], []

    def _closed(self) -> bool:
        return not self._pipes

    def _start(self, command: Command, blocks: Blocks) -> None:
        """Send the command to every worker that holds copies of these blocks."""
        words = f"{command} {' '.join(map(str, blocks))}".encode()
        for pipe, owed, share in zip(self._pipes, self._owed, self._shares, strict=True):
            if any(share[block] for block in blocks):
                owed.append(blocks)
                try:
                    pipe.send_bytes(words)
                except BrokenPipeError:
                    continue  # a dead worker is reported when its answer is awaited

    def _complete(self, command: Command, blocks: Blocks) -> None:
        self._await(blocks)

    def _await(self, blocks: Blocks) -> None:
        """Read every worker's answers until it has answered for these blocks.

        Raises:
            GameError: A worker reported an error or died; all workers are stopped.
        """
        for number, (pipe, owed) in enumerate(zip(self._pipes, self._owed, strict=True)):
            while blocks in owed:
                try:
                    answer = pipe.recv_bytes()
                except (EOFError, ConnectionResetError):
                    process = self._processes[number]
                    process.join(_PATIENCE)
                    self.close()
                    raise GameError(f"Worker {number} of {self._name} died (exit code {process.exitcode}).") from None
                if answer != _DONE:
                    message, trace = json.loads(answer)
                    self.close()
                    raise GameError(message) from WorkerError(trace)
                owed.popleft()


def shares(bounds: Sequence[tuple[int, int]], workers: int) -> list[list[range]]:
    """Divide every block evenly among the workers.

    Args:
        bounds: For each block, its first copy and the copy after its last.
        workers: Number of workers.

    Returns:
        Per worker and block, the worker's copies: neighbours, possibly none. The remaining copies of a block go to the workers
        in turn, and the next block continues from there, so that no worker always gets fewer.
    """
    dealt: list[list[range]] = [[] for _ in range(workers)]
    turn = 0
    for start, end in bounds:
        each, over = divmod(end - start, workers)
        for worker, share in enumerate(dealt):
            size = each + ((worker - turn) % workers < over)
            share.append(range(start, start + size))
            start += size
        turn += over
    return dealt


def _complete_spec(plain: EnvironmentSpec) -> EnvironmentSpec:
    """Add the agents' ids and spaces to a specification that travelled without them.

    Raises:
        GameError: The environment cannot be made, or has other agents here than in the process that sent the specification.
    """
    environment = construct(plain.setup)
    with environment_code(f"{plain.setup.name} cannot be described"):
        agents, observation_spaces, action_spaces = seats_of(environment)
    dispose(environment, plain.setup)
    names = tuple(map(str, agents))
    if names != plain.game.seats:
        raise GameError(
            f"{plain.setup.name} has the seats {', '.join(names)} in a worker process, "
            f"but {', '.join(plain.game.seats)} elsewhere; its possible_agents must not depend on the process."
        )
    return replace(plain, agents=agents, observation_spaces=observation_spaces, action_spaces=action_spaces)


def _work(
    pipe: Connection,
    plain: EnvironmentSpec,
    memory: Any,
    copies: int,
    share: list[range],
    fresh: bool,
    joint: bool,
    folder: str,
) -> None:
    """Run a worker: make the environments of its copies, then execute commands until the pipe is closed."""
    use_one_thread()
    os.chdir(folder)  # a user's game may be named by a relative path
    engines: list[Copies] = []
    try:
        spec = _complete_spec(plain)
        whole = buffers_in(memory, spec, copies, joint)
        for mine in share:
            rows = whole.part(slice(mine.start, mine.stop))
            engines.append(Copies(spec, rows, mine.start, Making(fresh)))
        pipe.send_bytes(_DONE)
        while True:
            command, *blocks = pipe.recv_bytes().decode().split()
            for block in blocks:
                engines[int(block)].carry_out(cast(Command, command))
            pipe.send_bytes(_DONE)
    except (EOFError, BrokenPipeError, ConnectionResetError, KeyboardInterrupt):
        pass  # the arena was closed, or its process has ended
    except GameError as error:
        with suppress(BrokenPipeError):  # the arena may have been closed during the step
            pipe.send_bytes(json.dumps([str(error), traceback.format_exc()]).encode())
    finally:
        for engine in engines:
            engine.close()
