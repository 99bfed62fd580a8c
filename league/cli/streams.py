"""Standard output belongs to the commands: what foreign code prints there goes to standard error.

Games, and libraries below them, print what they like, in this process and in workers, from Python and from C. So the file
descriptor itself is redirected, and the commands write to a copy of it.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import TextIO

from rich.console import Console

STANDARD_OUTPUT, STANDARD_ERROR = 1, 2

END = "\x04\x04 end of foreign output \x04\x04\n"
"""The last line of a pump. Nothing prints it by chance."""


class OwnOutput:
    """Keeps foreign output away from what a console prints, from `take` until `give_back`."""

    def __init__(self, console: Console) -> None:
        """Guard a console that prints to standard output."""
        self.console = console
        self._back = ExitStack()
        self._taken = False

    def take(self, show: Callable[[str], None] | None = None) -> None:
        """Redirect foreign output.

        Args:
            show: Is given every line of foreign output, from another thread; if left out, they go to standard error.
        """
        if self._taken or sys.stdout is None or sys.stderr is None:
            return
        self._taken = True
        stdout = sys.stdout
        own = self._redirect(stdout, show) if _descriptor(stdout) == STANDARD_OUTPUT else stdout
        self.console.file = own
        sys.stdout = sys.stderr
        self._back.callback(self._restore, stdout)

    def give_back(self) -> None:
        """Undo `take`, if it was done.

        Raises:
            BrokenPipeError: Whoever reads standard output has read enough.
        """
        self._taken = False
        self._back.close()

    def _restore(self, stdout: TextIO) -> None:
        sys.stdout = stdout
        self.console.file = None  # type: ignore[assignment]  # whatever standard output is then

    def _redirect(self, stdout: TextIO, show: Callable[[str], None] | None) -> TextIO:
        """Let the descriptor of standard output lead elsewhere; a stream on where it led before."""
        stdout.flush()
        kept = os.dup(STANDARD_OUTPUT)
        lines = 1 if stdout.isatty() else -1
        own = open(kept, "w", lines, encoding=stdout.encoding, errors=stdout.errors)  # noqa: SIM115 - until `_hand_back`
        self._back.callback(_hand_back, own)
        if show is None:
            os.dup2(STANDARD_ERROR, STANDARD_OUTPUT)
        else:
            pump = _Pump(show)
            self._back.callback(pump.stop)
            os.dup2(pump.entrance, STANDARD_OUTPUT)
        return own


class _Pump:
    """A pipe whose lines are shown by a thread, until `stop`: other processes may keep its entrance open for longer."""

    def __init__(self, show: Callable[[str], None]) -> None:
        self._exit, self.entrance = os.pipe()
        self._show = show
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def _work(self) -> None:
        with open(self._exit, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if line == END:
                    return
                if line.strip():
                    self._show(line.rstrip())

    def stop(self) -> None:
        """Show what is left, and end."""
        os.write(self.entrance, f"\n{END}".encode())
        os.close(self.entrance)
        self._thread.join()


def _hand_back(own: TextIO) -> None:
    """Let the descriptor of standard output lead where it did before."""
    try:
        own.flush()
    except BrokenPipeError:
        with open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), own.fileno())
        raise
    finally:
        os.dup2(own.fileno(), STANDARD_OUTPUT)
        own.close()


def _descriptor(stream: TextIO) -> int | None:
    try:
        return stream.fileno()
    except (OSError, ValueError):  # captured, as in a test
        return None
