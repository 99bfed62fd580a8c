"""Deletes a league's folder, or gives it another name. Both can be repeated after a kill."""

from __future__ import annotations

import shutil
from pathlib import Path

from league.errors import LeagueError
from league.population.player import LEAGUE_NAME, NAME_RULE
from league.storage.store import Store, leagues

RENAMED_FROM = "renamed_from"
"""The fact of a league that has another name than before, until everything else knows the new one."""


def find_folder(home: Path, name: str) -> Store:
    """The store of a league that is to be deleted, which may be damaged.

    Raises:
        LeagueError: There is no such league.
    """
    store = Store(home / "leagues" / name)
    if not LEAGUE_NAME.fullmatch(name) or not store.folder.is_dir():
        there = ", ".join(leagues(home)) or "none yet"
        raise LeagueError(f"there is no league {name!r} in {home} (leagues: {there})")
    return store


def delete_folder(store: Store) -> list[Path]:
    """Delete a league's folder with all that is in it, the database last, so that a killed deletion can be repeated.

    Args:
        store: The league, held by this process.

    Returns:
        What links in the folder, or the folder itself, pointed to. That is not deleted.
    """
    folder, elsewhere = store.folder, []
    for path in sorted(folder.iterdir(), key=lambda path: path in (store.path, folder / "lock")):
        if path.is_symlink():
            elsewhere.append(path.resolve())
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    if folder.is_symlink():
        elsewhere.append(folder.resolve())
        folder.unlink()
    else:
        folder.rmdir()
    return elsewhere


def rename_folder(home: Path, old: str, new: str) -> Store:
    """Give a league's folder another name, and hold the league. The name in `RENAMED_FROM` stays until it is dropped.

    Returns:
        The league under its new name, held by this process.

    Raises:
        LeagueError: There is no such league, another process is at work on it, or there is one of the new name.
    """
    if not LEAGUE_NAME.fullmatch(new):
        raise LeagueError(f"{new!r} is no league's name: {NAME_RULE}")
    before, after = Store(home / "leagues" / old), Store(home / "leagues" / new)
    if not before.path.is_file() and after.path.is_file() and after.fact(RENAMED_FROM, missing="") == old:
        after.hold()
        return after
    store = Store.open(home, old)
    if after.folder.exists():
        raise LeagueError(f"there is a league {new!r} in {home} already; choose another name")
    with store.held():
        store.set_fact(RENAMED_FROM, old)
        before.folder.rename(after.folder)
    after.hold()
    return after
