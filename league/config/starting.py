"""Writes the files of a new game: the game, a configuration and a test, from the templates in `starters`."""

from __future__ import annotations

from importlib import resources
from importlib.util import find_spec
from keyword import iskeyword
from pathlib import Path

from league.errors import LeagueError, disk_has_room

KINDS = ("parallel", "turn-based")
"""Kinds of games: all agents act at once, or one agent at a time."""

FILES = {"game": "{}.py", "yaml": "{}.yaml", "test": "test_{}.py"}
"""Ends of the names of the templates, and the names of the files that are made of them."""

PLACEHOLDER = "GAME"
LONGEST = 40


def write_new(name: str, kind: str, folder: Path) -> list[Path]:
    """Write the files of a new game. Either all are written or none.

    Args:
        name: The name of the game, of its files and of its league.
        kind: One of `KINDS`.
        folder: Where they are written. It is created if it does not exist.

    Returns:
        The game, the configuration, the test.

    Raises:
        LeagueError: The name cannot be used, there is no such kind, or one of the files exists.
    """
    _check_name(name)
    if kind not in KINDS:
        raise LeagueError(f"there is no kind of game {kind!r} (known: {', '.join(KINDS)})")
    texts = {folder / file.format(name): _template(f"{kind}.{end}").replace(PLACEHOLDER, name) for end, file in FILES.items()}
    there = [path for path in texts if path.exists() or path.is_symlink()]
    if there:
        raise LeagueError(f"{there[0]} exists and is left alone; choose another name, or another folder with --to")
    written: list[Path] = []
    with disk_has_room(f"the files of {name} could not be written to {folder}"):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            for path, text in texts.items():
                with path.open("x", encoding="utf-8") as file:
                    written.append(path)
                    file.write(text)
        except OSError:
            for path in written:
                path.unlink(missing_ok=True)
            raise
    return written


def _check_name(name: str) -> None:
    if not (name.isidentifier() and name.isascii() and not name.startswith("_")) or iskeyword(name) or len(name) > LONGEST:
        raise LeagueError(
            f"{name!r} cannot be the name of a game: its file is imported by this name, so use up to {LONGEST} letters, digits "
            "and '_', beginning with a letter"
        )
    if find_spec(name) is not None:
        raise LeagueError(f"{name!r} is the name of an installed package, which would be imported instead; choose another name")


def _template(name: str) -> str:
    return resources.files("league.config.starters").joinpath(name).read_text(encoding="utf-8")
