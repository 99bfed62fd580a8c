"""Imports of users' own code: files are compiled from what was read when they were permitted, and only such files are found.

A finder answers for the modules of own code. It gives what `envs.captured` has read, so that neither a file that was changed
meanwhile nor somebody else's compiled file in `__pycache__` runs. What is installed, or part of Python, comes first: nothing
beside own code takes its place. A file that was not read is found only if own code imports it, and either the user named that
code or the file has a content that was trusted with it.
"""

from __future__ import annotations

import hashlib
import importlib
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib.abc import MetaPathFinder
from importlib.machinery import ExtensionFileLoader, ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType

from envs.captured import Code, kept_of, modules_at, with_imported
from envs.sources import OURS, OWN_CODE

_SERVED: dict[tuple[str, tuple[Path, ...]], Code] = {}
"""The code that the finder answers for, by its file and its folders; what was permitted last comes last."""

_PACKAGES: set[str] = set()
"""Folders of the packages among it."""

_BROUGHT: dict[Path, dict[str, ModuleType]] = {}
"""Folder → modules in it that were imported by files of this folder."""


class Kept(SourceFileLoader):
    """Loads a module from text that was read before."""

    def __init__(self, name: str, path: Path, text: bytes) -> None:
        """Load `name`, whose file is `path`, from `text`."""
        super().__init__(name, str(path))
        self._text = text

    def get_code(self, fullname: str) -> CodeType:
        """Compile the text. Compiled files are neither read nor written."""
        return self.source_to_code(self._text, self.path)

    def get_data(self, path: str) -> bytes:
        """Give the text, for tracebacks and `inspect`; other files as they are."""
        return self._text if path == self.path else super().get_data(path)


class _Extension(ExtensionFileLoader):
    """Loads a compiled extension if it is still what it was."""

    def __init__(self, name: str, path: Path, sha256: bytes) -> None:
        super().__init__(name, str(path))
        self._sha256 = sha256

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Load the extension.

        Raises:
            ImportError: It has changed.
        """
        if hashlib.sha256(Path(self.path).read_bytes()).digest() != self._sha256:
            raise ImportError(f"{self.path} has changed meanwhile", name=self.name, path=self.path)
        return super().create_module(spec)


class _Finder(MetaPathFinder):
    """Finds the modules of own code; see the beginning of this file."""

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Find a module, as Python asks for it.

        Raises:
            ModuleNotFoundError: It would be in a package of own code, and was not permitted with it.
        """
        if path is None:
            if not _SERVED or name in sys.stdlib_module_names or name in OURS:
                return None
            places = [(root, code) for code in _in_order() for root in code.roots]
            found = _spec(name, places) or _added(name, places)
            return None if found is None or _found_by_others(name) else found
        folders = [folder for folder in path if folder in _PACKAGES] if _PACKAGES else []
        if not folders:
            return None
        places = [(Path(folder), code) for folder in folders for code in _in_order()]
        found = _spec(name, places) or _added(name, places)
        if found is None:
            raise ModuleNotFoundError(f"No module named {name!r}{_left_out(name, folders)}", name=name)
        return found


_FINDER = _Finder()


def serve(code: Code) -> None:
    """Let the files of permitted code be imported."""
    if not code.files:
        return
    before = _SERVED.pop((code.path, code.roots), None)
    if before is not None and before.sha256 == code.sha256:  # further files were imported meanwhile
        code = replace(before, named=code.named or before.named, more=code.more | before.more)
    _SERVED[code.path, code.roots] = code
    _PACKAGES.update(str(path.parent) for path in code.files if path.name == "__init__.py")
    if _FINDER not in sys.meta_path:
        sys.meta_path.insert(0, _FINDER)


def further(code: Code) -> list[str]:
    """The SHA-256 of files that were imported with code although no import statement names them."""
    now = _SERVED.get((code.path, code.roots), code)
    return sorted(hashlib.sha256(text).hexdigest() for path, text in now.files.items() if path not in code.files)


def forget_served() -> None:
    """Let no file of own code be imported any more."""
    _SERVED.clear()
    _PACKAGES.clear()


@contextmanager
def beside(folder: Path) -> Iterator[None]:
    """Load a file: modules of the same name beside other files are put aside.

    Args:
        folder: The file's folder.
    """
    for other, modules in _BROUGHT.items():
        for name, module in modules.items():
            if other != folder and sys.modules.get(name) is module:
                del sys.modules[name]
    mine = _BROUGHT.setdefault(folder, {})
    sys.modules.update(mine)
    before = set(sys.modules)
    importlib.invalidate_caches()  # a file may have been written a moment ago
    try:
        yield
    finally:
        new = [name for name in sys.modules if name not in before]
        mine.update({name: sys.modules[name] for name in new if _lies_in(sys.modules[name], folder)})


def _lies_in(module: ModuleType, folder: Path) -> bool:
    """Return whether a module is a user's own file in a folder or below it."""
    file = getattr(module, "__file__", None)
    if not file or module.__name__.split(".")[0] in OURS:  # nothing beside a user's file replaces them
        return False
    path = Path(file).resolve()
    return path.is_relative_to(folder) and not any(part.endswith("-packages") for part in path.parts)


def _spec(name: str, places: Sequence[tuple[Path, Code]]) -> ModuleSpec | None:
    """Find a module in folders of own code, among the files that were read; the first that has it gives it."""
    last = name.rpartition(".")[2]
    for folder, code in places:
        for path in modules_at(folder / last):
            if path in code.files:
                return _spec_of(name, path, code.files[path])
    for folder, code in places:  # a package without a file of its own
        within = folder / last
        if any(path.is_relative_to(within) for path in code.files):
            spec = ModuleSpec(name, None, is_package=True, loader_state=OWN_CODE)
            spec.submodule_search_locations = [str(within)]
            _PACKAGES.add(str(within))
            return spec
    return None


def _spec_of(name: str, path: Path, kept: bytes) -> ModuleSpec | None:
    package = [str(path.parent)] if path.name == "__init__.py" else None
    _PACKAGES.update(package or ())
    loader = Kept(name, path, kept) if path.suffix == ".py" else _Extension(name, path, kept)
    spec = spec_from_file_location(name, path, loader=loader, submodule_search_locations=package)
    if spec is not None:
        spec.loader_state = OWN_CODE
    return spec


def _added(name: str, places: Sequence[tuple[Path, Code]]) -> ModuleSpec | None:
    """Find a module that no import statement names, but that own code imports, and read it with all that it imports.

    The user must have named the code, or the files must be among those that were trusted with it.
    """
    importer, last = _importer(), name.rpartition(".")[2]
    for folder, code in places:
        if importer not in code.files or not (code.named or code.more):
            continue
        for path in modules_at(folder / last):
            if not path.is_file():
                continue
            texts = {at: text for at, text in with_imported([path], code.roots).items() if at not in code.files}
            kept = {at: kept_of(at, text) for at, text in texts.items()}
            if code.named or all(hashlib.sha256(text).hexdigest() in code.more for text in kept.values()):
                _SERVED[code.path, code.roots] = replace(code, files={**code.files, **kept})
                return _spec_of(name, path, kept[path])
    return None


def _in_order() -> list[Code]:
    """The code that is served: first that of the file that imports, then what was permitted last."""
    importer, served = _importer(), [*reversed(_SERVED.values())]
    return [code for code in served if importer in code.files] + [code for code in served if importer not in code.files]


def _importer() -> Path | None:
    """The file that imports something at the moment."""
    frame = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(_MACHINERY):
        frame = frame.f_back  # type: ignore[assignment]
    return None if frame is None else Path(frame.f_code.co_filename)


_MACHINERY = ("<frozen importlib", str(Path(importlib.__file__).parent), __file__)
"""How the names of the files begin that stand between an import statement and this finder."""


def _found_by_others(name: str) -> bool:
    """Return whether Python finds a module without own code."""
    others = (finder.find_spec(name, None) for finder in sys.meta_path if finder is not _FINDER)
    return any(spec is not None and spec.loader is not None for spec in others)


def _left_out(name: str, folders: Sequence[str]) -> str:
    """Say that a file is there and was not permitted; "" if it is not there."""
    last = name.rpartition(".")[2]
    there = [path for folder in folders for path in modules_at(Path(folder) / last) if path.is_file()]
    return f"; {there[0]} is there, but no import statement of the code that may run names it" if there else ""
