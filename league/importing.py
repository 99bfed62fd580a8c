"""Imports: whether our packages are loaded from this project, and faster imports of large packages."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("agents", "comms", "envs", "tournaments")
"""What is installed beside `league`. Other projects install packages of these names, too."""

OURS = "marl-league"
"""What stands in the `__init__.py` of each of them."""


def clash(packages: tuple[str, ...] = PACKAGES) -> str:
    """Find out whether one of our packages is hidden or was overwritten by another project's.

    Nothing is imported. It costs less than a millisecond.

    Returns:
        A sentence with both places and the remedy; empty if all is well.
    """
    for name in packages:
        wanted = Path(__file__).parent.parent / name / "__init__.py"
        spec = find_spec(name)
        found = Path(spec.origin) if spec is not None and spec.origin else None
        if found is None:
            return f"the package {name!r} of {OURS} is not complete: {wanted} is missing; install {OURS} again{_REMEDY}"
        if found.resolve() != wanted.resolve():
            return f"the package {name!r} is loaded from {found}{_owner(name)}, which hides that of {OURS} in {wanted}{_REMEDY}"
        if OURS not in found.read_text(encoding="utf-8", errors="replace"):
            return f"{found}, a file of {OURS}, was overwritten by another project{_owner(name)}; install {OURS} again{_REMEDY}"
    return ""


_REMEDY = (
    ". Packages of one name cannot stand beside each other: give marl-league an environment of its own "
    "(python -m venv FOLDER), and do not start it in a folder that has one of that name"
)


def _owner(name: str) -> str:
    """Which other installed project has a package of a name."""
    from importlib.metadata import packages_distributions

    others = sorted(set(packages_distributions().get(name, ())) - {OURS})
    return f" (of {', '.join(others)})" if others else ""


@contextmanager
def collector_paused() -> Iterator[None]:
    """Switch Python's garbage collector off while the block runs.

    A large package such as torch or MLflow creates many objects at import and keeps them all. The collector's scans of these
    objects would take about a fifth of the import time and free nothing.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
