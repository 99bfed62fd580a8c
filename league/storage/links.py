"""A league's folder may hold links, of the user's or of somebody else's: what they lead to is not deleted, emptied or written.

One kind of link is the user's own way to keep a league: a whole folder, `weights`, `optimisers`, `replays` or that of the
league, may be a link to one on another disk. Files are written there, under names of ours.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from contextlib import suppress
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


def require_plain(*paths: Path) -> None:
    """Make sure that what has these names is a plain file, or nothing.

    Raises:
        LeagueError: One is a link, through which somebody else's file would be written, or something that is no file.
    """
    for path in paths:
        with suppress(FileNotFoundError, NotADirectoryError):
            mode = path.lstat().st_mode
            if stat.S_ISLNK(mode):
                raise LeagueError(f"{path} is a link; put the file itself in its place (a whole folder may be a link)")
            if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
                raise LeagueError(f"{path} is no plain file; delete it, or put a copy of the league's folder in its place")


def require_one_name(path: Path) -> None:
    """Make sure that a file is known by this name only, since it is changed where it is.

    Raises:
        LeagueError: It has a second name (a hard link), under which it would be changed as well.
    """
    with suppress(FileNotFoundError):
        if path.stat().st_nlink > 1:
            raise LeagueError(
                f"{path} also has another name on this disk (a hard link), under which it would be changed as well; "
                "put a copy of the file in its place"
            )


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
