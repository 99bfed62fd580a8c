"""The one kind of error a person meets: a sentence that says what is wrong and what would be right."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class LeagueError(Exception):
    """Something a person can put right. The message is complete; no traceback is needed to understand it."""


@contextmanager
def disk_has_room(what: str) -> Iterator[None]:
    """Write to the disk, and say so in a sentence when it is full.

    Args:
        what: What cannot be written then, and what that means: the end of the sentence.

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
