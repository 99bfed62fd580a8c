"""A league's folder may hold links, of the user's or of somebody else's: what they lead to is neither deleted nor emptied."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path
from typing import TextIO

from league.errors import LeagueError


def plain_files(folder: Path, name: re.Pattern[str]) -> list[Path]:
    """List the files of a folder that have a certain kind of name, so that they can be deleted.

    Args:
        folder: The folder. If it is a link, which may lead to somebody else's files, there are none.
        name: What the whole name looks like.

    Returns:
        Plain files; neither links nor folders.
    """
    if folder.is_symlink() or not folder.is_dir():
        return []
    with os.scandir(folder) as entries:
        return [Path(entry) for entry in entries if name.fullmatch(entry.name) and entry.is_file(follow_symlinks=False)]


def lock_file(path: Path) -> TextIO:
    """Open the file of a lock, which holds nothing.

    Raises:
        LeagueError: It is a link.
    """
    try:
        number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
        raise LeagueError(f"{path} is a link; delete it, and a file will be made in its place") from error
    return os.fdopen(number, "r+")
