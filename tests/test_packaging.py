"""What is promised to whoever installs the project: public names, packages, versions and dependencies that agree."""

from __future__ import annotations

import ast
import importlib
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
SETUP = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = SETUP["project"]
PACKAGES = ["agents", "comms", "envs", "league", "tournaments"]
PUBLIC = ["envs", "league"]  # the others are imported module by module
EXTRAS = PROJECT["optional-dependencies"]
TOOLS = ("test", "dev")
DIRECT = [Requirement(text) for text in sum(EXTRAS.values(), PROJECT["dependencies"])]


def pins() -> dict[str, Requirement]:
    """The lines of the constraints file by name."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(requirement.name): requirement for requirement in pinned}


PINS = pins()


def sort_key(name: str) -> tuple[int, str]:
    """The order that ruff gives to `__all__`: CONSTANTS, then Classes, then functions, each by name."""
    return (0 if name.isupper() and len(name) > 1 else 1 if name[0].isupper() else 2, name)


def test_every_folder_with_files_in_it_is_a_declared_package() -> None:
    files = [path.relative_to(ROOT) for package in PACKAGES for path in (ROOT / package).rglob("*") if path.is_file()]
    folders = {".".join(path.parent.parts) for path in files if "__pycache__" not in path.parts}
    assert folders == set(SETUP["tool"]["setuptools"]["packages"])


@pytest.mark.parametrize("package", PUBLIC)
def test_public_names_are_sorted_and_listed_once(package: str) -> None:
    names = importlib.import_module(package).__all__
    assert list(names) == sorted(set(names), key=sort_key)


@pytest.mark.parametrize("package", PUBLIC)
def test_every_public_name_can_be_imported(package: str) -> None:
    module = importlib.import_module(package)
    assert [name for name in module.__all__ if not hasattr(module, name)] == []


def test_the_version_is_the_same_in_the_code_and_in_the_metadata() -> None:
    assert importlib.import_module("league").__version__ == PROJECT["version"]


def test_the_changelog_tells_of_this_version() -> None:
    assert f"## [{PROJECT['version']}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("requirement", DIRECT, ids=str)
def test_every_direct_dependency_is_pinned_inside_its_declared_range(requirement: Requirement) -> None:
    (pin,) = PINS[canonicalize_name(requirement.name)].specifier
    assert requirement.specifier.contains(pin.version)


@pytest.mark.parametrize("name", sorted(PINS))
def test_every_pin_is_one_exact_release_that_all_platforms_share(name: str) -> None:
    (pin,) = PINS[name].specifier
    assert (pin.operator, Version(pin.version).local) == ("==", None)


def test_every_import_of_another_project_is_a_declared_dependency() -> None:
    extras = [text for extra, texts in EXTRAS.items() if extra not in TOOLS for text in texts]
    declared = {canonicalize_name(Requirement(text).name) for text in [*PROJECT["dependencies"], *extras]}
    owners = packages_distributions()
    imported = set()
    for path in (path for package in PACKAGES for path in (ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                imported.add(node.module.split(".")[0])
    foreign = imported - sys.stdlib_module_names - set(PACKAGES)
    owned = {name: {canonicalize_name(owner) for owner in (*owners.get(name, []), name)} for name in foreign}
    assert {name for name, by in owned.items() if not declared & by} == set()
