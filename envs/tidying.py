"""Tidies up behind the fork server. Only the fork server imports this module, as the first of those that it imports.

The fork server listens on a socket that is a file in a temporary folder. The process that started it deletes the folder at its
end. If that process is killed, it cannot; the fork server ends after it, and deletes the folder in its place.

Ctrl-C in a terminal reaches all processes of a program. The fork server and the processes that it forks leave it to the process
that started them, which ends them. So none of them prints where it was interrupted, not even while it imports.
"""

from __future__ import annotations

import atexit
import multiprocessing.forkserver
import shutil
import signal
from pathlib import Path

FOLDERS = "pymp-"
"""How the names of the temporary folders begin that `multiprocessing` makes."""


def tidy_up() -> None:
    """Delete the folder of this fork server's socket."""
    address = multiprocessing.forkserver._forkserver._forkserver_address  # type: ignore[attr-defined]
    folder = Path(address or "").parent
    if folder.name.startswith(FOLDERS):
        shutil.rmtree(folder, ignore_errors=True)


signal.signal(signal.SIGINT, signal.SIG_IGN)
atexit.register(tidy_up)  # the processes that the fork server forks end without this
