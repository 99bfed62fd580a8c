"""Which commit of the user's own code a league was begun with.

The files of the repository are read; git need not be there.
"""

from __future__ import annotations

import re
from pathlib import Path

COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")


def commit_of(folder: Path) -> str:
    """The commit that is checked out in the repository around a folder; empty where there is none or it cannot be read."""
    try:
        for place in (folder.absolute(), *folder.absolute().parents):
            git = place / ".git"
            if git.is_dir():
                return _checked_out(git)
            if git.is_file():  # a worktree, or a submodule
                return _checked_out(place / git.read_text(encoding="utf-8").removeprefix("gitdir:").strip())
    except (OSError, UnicodeDecodeError):
        pass
    return ""


def _checked_out(git: Path) -> str:
    """The commit of a repository's folder `.git`."""
    head = (git / "HEAD").read_text(encoding="utf-8").strip()
    branch = head.removeprefix("ref: ")
    if branch == head:
        return head if COMMIT.fullmatch(head) else ""
    shared = git / "commondir"
    common = git / shared.read_text(encoding="utf-8").strip() if shared.is_file() else git
    loose = common / branch
    if loose.is_file():
        found = loose.read_text(encoding="utf-8").strip()
        return found if COMMIT.fullmatch(found) else ""
    packed = common / "packed-refs"
    for line in packed.read_text(encoding="utf-8").splitlines() if packed.is_file() else ():
        commit, _, name = line.partition(" ")
        if name == branch and COMMIT.fullmatch(commit):
            return commit
    return ""
