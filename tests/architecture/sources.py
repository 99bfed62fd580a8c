"""The repository as text: every file that the rules read."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Names that a walk over the repository does not enter, besides hidden folders and virtual environments.
DERIVED = {"__pycache__", "build", "dist", "mlruns", "node_modules"}
TEXT = {".cfg", ".css", ".html", ".ini", ".js", ".json", ".md", ".py", ".sh", ".sql", ".toml", ".txt", ".yaml", ".yml"}


@dataclass(frozen=True)
class Source:
    """A file of the repository: its path from the root, with forward slashes, and its text."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @property
    def room(self) -> str:
        """The folder at the root that it is in."""
        return self.path.split("/")[0]

    @property
    def module(self) -> str:
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def repository(folder: Path = ROOT) -> Iterator[Source]:
    """Every text file, leaving out what is derived, hidden or installed."""
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            if not _derived(path):
                yield from repository(path)
        elif path.suffix in TEXT or (not path.suffix and path.name not in {".git", ".coverage"}):
            yield Source(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))


def _derived(folder: Path) -> bool:
    hidden = folder.name.startswith(".") and folder.name not in {".ci", ".github"}
    return hidden or folder.name in DERIVED or folder.suffix == ".egg-info" or (folder / "pyvenv.cfg").exists()


SOURCES = list(repository())
PYTHON = [source for source in SOURCES if source.path.endswith(".py")]
PACKAGES = ("league", "agents", "envs", "comms", "tournaments")
HOUSE = [source for source in PYTHON if source.room in PACKAGES]


def imports(source: Source) -> Iterator[tuple[int, str]]:
    """Line and full name of everything imported, also inside functions and for type checkers only."""

    def visit(node: ast.AST) -> Iterator[tuple[int, str]]:
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = source.module.split(".") if source.path.endswith("/__init__.py") else source.module.split(".")[:-1]
            start = package[: len(package) - node.level + 1] if node.level else []
            yield from ((node.lineno, ".".join([*start, *filter(None, [node.module]), alias.name])) for alias in node.names)
        else:
            for child in ast.iter_child_nodes(node):
                yield from visit(child)

    yield from visit(source.tree)
