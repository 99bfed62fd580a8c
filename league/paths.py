"""Names of files and folders as people write them."""

from __future__ import annotations

import re
from pathlib import Path

from league.errors import LeagueError


def expanded(path: str | Path) -> Path:
    """A path in which `~` is the home folder of a user. Shells leave it as it is in `--home=~/x` and in environment files.

    Raises:
        LeagueError: There is no such user.
    """
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise LeagueError(f"{path}: there is no user whose home folder this could be") from error


def importable(name: str) -> str:
    """A name for a folder that Python can import."""
    plain = re.sub(r"\W", "_", name, flags=re.ASCII)
    return f"_{plain}" if plain[:1].isdigit() else plain
