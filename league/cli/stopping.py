"""A league that is asked to end by a signal ends as after Ctrl-C."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

INTERRUPTED, TERMINATED = 130, 143
"""Exit codes after Ctrl-C and after SIGTERM, as shells give them: 128 and the number of the signal."""


class Terminated(KeyboardInterrupt):
    """The process was asked to end by SIGTERM, as service managers and containers do."""


def exit_code(stop: KeyboardInterrupt) -> int:
    """The exit code after a league was stopped."""
    return TERMINATED if isinstance(stop, Terminated) else INTERRUPTED


@contextmanager
def terminated_as_interrupted() -> Iterator[None]:
    """Let SIGTERM raise `Terminated` while the block runs. A second one ends the process at once."""
    if threading.current_thread() is not threading.main_thread():  # only the main thread may set a signal's handler
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        raise Terminated

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
