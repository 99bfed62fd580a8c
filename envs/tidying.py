"""Tidies up behind the fork server. Only the fork server imports this module, as one of those that it imports when it starts.

The fork server listens on a socket that is a file in a temporary folder. The process that started it deletes the folder at its
end. If that process is killed, it cannot; the fork server ends after it, and deletes the folder in its place.
"""

from __future__ import annotations

import atexit
import multiprocessing.forkserver
import shutil
from pathlib import Path

FOLDERS = "pymp-"
"""How the names of the temporary folders begin that `multiprocessing` makes."""


def tidy_up() -> None:
    """Delete the folder of this fork server's socket."""
    address = multiprocessing.forkserver._forkserver._forkserver_address  # type: ignore[attr-defined]
    folder = Path(address or "").parent
    if folder.name.startswith(FOLDERS):
        shutil.rmtree(folder, ignore_errors=True)


atexit.register(tidy_up)  # the processes that the fork server forks end without this
