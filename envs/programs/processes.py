"""Programs that play: a process of its own for every seat of every match, which reads and writes one JSON object a line."""

from __future__ import annotations

import os
import selectors
import shlex
import signal
import subprocess
import time
import weakref
from collections.abc import Sequence
from contextlib import suppress
from typing import IO

from envs.faults import shortened
from envs.programs.limits import Limits
from envs.programs.protocol import Fault

CHUNK = 65536
"""Bytes that are read at once."""

LAST_WORDS = 2000
"""Bytes of standard error that are kept to be quoted."""

GOING = 0.2
"""Seconds for which the exit status is awaited after a program has closed its output."""


class Process:
    """A running program. It is killed, with all processes that it started, and reaped when it is closed or forgotten."""

    def __init__(self, command: str) -> None:
        """Start a program.

        Args:
            command: The program and its arguments, as in a shell. No shell runs.

        Raises:
            OSError: It cannot be started.
            ValueError: The command has an open quotation mark, or is empty.
        """
        words = shlex.split(command)
        if not words:
            raise ValueError("no program is named")
        self._running = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, bufsize=0
        )
        self.input, self.output, self.errors = map(
            _unblocked, (self._running.stdin, self._running.stdout, self._running.stderr)
        )
        self.to_write, self.read, self.said = b"", b"", b""
        self.close = weakref.finalize(self, _end, self._running)

    def fault_at_end(self) -> Fault:
        """Why the output ended."""
        status = _status(self._running)
        how = "closed its output" if status is None else f"ended with the status {status}" if status >= 0 else _killed(status)
        with suppress(OSError):
            self.said = (self.said + (self.errors.read(CHUNK) or b""))[-LAST_WORDS:]
        words = shortened(self.said.decode(errors="replace").strip().rpartition("\n")[2], 160)
        return Fault("exited", f"it {how}{f': {words}' if words else ''}")


def _unblocked(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None  # each of the three is a pipe
    os.set_blocking(stream.fileno(), False)
    return stream


def ask(asked: Sequence[tuple[Process, bytes]], seconds: float, limits: Limits) -> list[bytes | Fault]:
    """Send a line to each of several programs, and wait for the lines that answer them.

    All programs have the same time. One that answers late, ends, or writes more than one line has a fault; the others do not
    notice.

    Args:
        asked: Programs and the lines for them.
        seconds: Time for all together.
        limits: The limits, for the length of an answer.
    """
    answers: dict[int, bytes | Fault] = {}
    waiting = {number: process for number, (process, _) in enumerate(asked)}
    with selectors.DefaultSelector() as selector:
        for number, (process, line) in enumerate(asked):
            early = _drained(process)
            if early is not None:
                answers[number] = early
                del waiting[number]
                continue
            process.to_write, process.read = line, b""
            selector.register(process.output, selectors.EVENT_READ, (number, "output"))
            selector.register(process.errors, selectors.EVENT_READ, (number, "errors"))
            selector.register(process.input, selectors.EVENT_WRITE, (number, "input"))
        until = time.monotonic() + seconds
        while waiting and (left := until - time.monotonic()) > 0:
            for key, _ in selector.select(left):
                number, stream = key.data
                answer = _served(selector, asked[number][0], stream, limits) if number in waiting else None
                if answer is not None:
                    answers[number] = answer
                    del waiting[number]
                    _forget(selector, asked[number][0])
    late = Fault("late", f"it did not answer within {seconds:g} seconds")
    return [answers.get(number, late) for number in range(len(asked))]


def _served(selector: selectors.BaseSelector, process: Process, stream: str, limits: Limits) -> bytes | Fault | None:
    """Serve one stream of a program that is ready; the answer or the fault, if that is decided."""
    try:
        if stream == "input":
            process.to_write = process.to_write[os.write(process.input.fileno(), process.to_write[:CHUNK]) :]
            if not process.to_write:
                selector.unregister(process.input)
            return None
        data = os.read((process.output if stream == "output" else process.errors).fileno(), CHUNK)
    except BlockingIOError:
        return None
    except BrokenPipeError:  # it does not read any more; what it has written before counts
        selector.unregister(process.input)
        return None
    if stream == "errors":
        process.said = (process.said + data)[-LAST_WORDS:]
        if not data:
            selector.unregister(process.errors)
        return None
    if not data:
        return process.fault_at_end()
    process.read += data
    line, end, more = process.read.partition(b"\n")
    if len(line) > limits.answer:
        return Fault("flood", f"it wrote more than {limits.answer} bytes for one answer")
    if more:
        return Fault("flood", "it wrote more than one line for one answer")
    return line if end else None


def _forget(selector: selectors.BaseSelector, process: Process) -> None:
    for stream in (process.input, process.output, process.errors):
        with suppress(KeyError):
            selector.unregister(stream)


def _drained(process: Process) -> Fault | None:
    """The fault of a program that wrote something without being asked."""
    with suppress(BlockingIOError):
        if os.read(process.output.fileno(), CHUNK):
            return Fault("flood", "it wrote more than one line for one answer")
        return process.fault_at_end()
    return None


def _status(running: subprocess.Popen[bytes]) -> int | None:
    """The exit status, without reaping the process: its number stays taken until its group is killed; None if it runs."""
    until = time.monotonic() + GOING
    while True:
        found = os.waitid(os.P_PID, running.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if found is not None:
            return found.si_status if found.si_code == os.CLD_EXITED else -found.si_status
        if time.monotonic() > until:
            return None
        time.sleep(0.005)


def _killed(status: int) -> str:
    try:
        return f"was ended by {signal.Signals(-status).name}"
    except ValueError:
        return f"was ended by the signal {-status}"


def _end(running: subprocess.Popen[bytes]) -> None:
    """Kill a program and all processes of its group, and reap it."""
    if running.returncode is None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(running.pid, signal.SIGKILL)
        running.wait()
    for stream in (running.stdin, running.stdout, running.stderr):
        if stream is not None:
            with suppress(OSError):
                stream.close()
