"""Worker processes that step the copies of a stock arena over shared memory.

The copies are divided into blocks of neighbours, one block per worker. Numbers travel in one block of shared memory without a
name (multiprocessing's `RawArray`), so that nothing is left behind however the processes end; commands and errors travel in
pipes.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import traceback
from itertools import pairwise
from multiprocessing.connection import Connection
from typing import Any

import torch

from envs.buffers import Buffers, buffers_in, bytes_needed
from envs.copies import Copies
from envs.describe import Blueprint
from envs.faults import GameError

_PATIENCE = 5.0  # seconds a worker has to close its environments before it is ended


class WorkerError(Exception):
    """What a worker raised, as the text of its traceback: exceptions of user code cannot always travel between processes."""


class Workers:
    """Copies of a game stepped in worker processes."""

    buffers: Buffers

    def __init__(self, blueprint: Blueprint, copies: int, workers: int, fresh: bool):
        """Start the workers and wait until each has made its environments.

        Args:
            blueprint: The game.
            copies: N, at least as many as workers.
            workers: Number of processes.
            fresh: Make a new environment for every game.

        Raises:
            GameError: An environment cannot be made, or a worker died.
        """
        self._name = blueprint.game.name
        self._pipes: list[Connection] = []
        self._processes: list[multiprocessing.process.BaseProcess] = []
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["envs.workers"])  # torch is loaded once, not once per worker
        memory = context.RawArray(ctypes.c_byte, bytes_needed(blueprint.game, copies))
        self.buffers = buffers_in(memory, blueprint.game, copies)
        try:
            for block in pairwise(copies * worker // workers for worker in range(workers + 1)):
                ours, theirs = context.Pipe()
                self._pipes.append(ours)
                arguments = (theirs, blueprint, memory, copies, block, fresh, os.getcwd())
                process = context.Process(target=_work, args=arguments, daemon=True)
                process.start()
                self._processes.append(process)
                theirs.close()  # so that a worker's death closes its pipe
            self._await()
        except BaseException:
            self.close()
            raise

    def restart(self) -> None:
        """Begin a new game in every copy, with the seeds in the buffers."""
        self._command("restart")

    def step(self) -> None:
        """Make one move in every copy, with the actions and seeds in the buffers."""
        self._command("step")

    def close(self) -> None:
        """End the workers and let go of the shared memory; harmless when called twice."""
        for pipe in self._pipes:
            pipe.close()  # the worker reads the end of its commands
        for process in self._processes:
            process.join(_PATIENCE)
            if process.is_alive():
                process.kill()
                process.join()
        self._pipes, self._processes = [], []

    def _command(self, word: str) -> None:
        """Send a command to every worker and wait until all have carried it out."""
        if not self._pipes:
            raise GameError(f"The arena of {self._name} is closed.")
        for pipe in self._pipes:
            try:
                pipe.send(word)
            except BrokenPipeError:
                continue  # its end is met when its answer is awaited
        self._await()

    def _await(self) -> None:
        """Wait for every worker's answer.

        Raises:
            GameError: A worker reported an error or died; all workers are ended.
        """
        for number, pipe in enumerate(self._pipes):
            try:
                answer = pipe.recv()
            except (EOFError, ConnectionResetError):
                process = self._processes[number]
                process.join(_PATIENCE)
                self.close()
                raise GameError(f"Worker {number} of {self._name} died (exit code {process.exitcode}).") from None
            if answer is not None:
                message, trace = answer
                self.close()
                raise GameError(message) from WorkerError(trace)


def _work(
    pipe: Connection, blueprint: Blueprint, memory: Any, copies: int, block: tuple[int, int], fresh: bool, folder: str
) -> None:
    """Be a worker: make the environments of a block of copies, then carry out commands until the pipe is closed."""
    torch.set_num_threads(1)
    os.chdir(folder)  # a game of one's own may be named by a relative path
    engine = None
    try:
        rows = buffers_in(memory, blueprint.game, copies).part(slice(*block))
        engine = Copies(blueprint, rows, first=block[0], fresh=fresh)
        pipe.send(None)
        while True:
            {"restart": engine.restart, "step": engine.step}[pipe.recv()]()
            pipe.send(None)
    except (EOFError, BrokenPipeError, ConnectionResetError, KeyboardInterrupt):
        pass  # the arena was closed, or its process is gone
    except GameError as error:
        pipe.send((str(error), traceback.format_exc()))
    finally:
        if engine is not None:
            engine.close()
