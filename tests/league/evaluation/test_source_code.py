"""The commit of the user's code is read from the repository's files."""

import subprocess
from pathlib import Path

import pytest

from league.evaluation.source_code import commit_of


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=me", "-c", "user.email=me@example.org", "-c", "init.defaultBranch=main"]
    told = subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return told.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    folder.mkdir()
    git(folder, "init")
    git(folder, "commit", "--allow-empty", "-m", "first")
    return folder


def test_the_commit_of_a_branch_is_found_from_any_folder_below(repository: Path) -> None:
    (repository / "a" / "b").mkdir(parents=True)
    head = git(repository, "rev-parse", "HEAD")
    assert commit_of(repository) == commit_of(repository / "a" / "b") == head


def test_the_commit_of_a_packed_branch_is_found(repository: Path) -> None:
    git(repository, "pack-refs", "--all")
    assert commit_of(repository) == git(repository, "rev-parse", "HEAD")


def test_the_commit_of_a_detached_head_is_found(repository: Path) -> None:
    git(repository, "checkout", "--detach")
    assert commit_of(repository) == git(repository, "rev-parse", "HEAD")


@pytest.mark.parametrize("packed", [False, True])
def test_the_commit_of_a_worktree_is_its_own(repository: Path, tmp_path: Path, packed: bool) -> None:
    git(repository, "worktree", "add", "-b", "other", str(tmp_path / "tree"))
    git(tmp_path / "tree", "commit", "--allow-empty", "-m", "second")
    if packed:
        git(repository, "pack-refs", "--all")
    assert commit_of(tmp_path / "tree") == git(tmp_path / "tree", "rev-parse", "HEAD") != commit_of(repository)


@pytest.mark.parametrize(
    "head",
    [b"", b"ref: refs/heads/main\n", b"ref: ../../../etc/passwd\n", b"\xff\xfe", b"nonsense\n"],
)
def test_a_repository_that_says_nothing_sensible_has_no_commit(tmp_path: Path, head: bytes) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_bytes(head)
    assert commit_of(tmp_path) == ""


def test_a_broken_link_to_a_repository_has_no_commit(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text("gitdir: /nowhere\n")
    assert commit_of(tmp_path) == ""
