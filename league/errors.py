"""The error for users. Its message is a sentence that says what is wrong and what is allowed."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class LeagueError(Exception):
    """An error that the user can correct. The message is complete, so no traceback is needed to understand it."""


@contextmanager
def disk_has_room(what: str) -> Iterator[None]:
    """Run code that writes to the disk, and raise a clear error if the disk is full.

    Args:
        what: The end of the error message: what could not be written, and the consequence.

    Raises:
        LeagueError: The disk is full.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise LeagueError(f"the disk is full: {what}") from error
    except sqlite3.OperationalError as error:
        if "full" not in str(error) and "disk I/O" not in str(error):
            raise
        raise LeagueError(f"the disk is full: {what}") from error
