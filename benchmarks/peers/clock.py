"""How a peer is timed, and how it says what came of it: one line of JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.metadata import version
from time import perf_counter


def rate(work: Callable[[], int], seconds: float) -> float:
    """Units a second of `work`, which returns how many it did; called once before the clock starts.

    Args:
        work: What to time; called until `seconds` have passed.
        seconds: How long.
    """
    work()
    begun, units = perf_counter(), 0
    while perf_counter() - begun < seconds:
        units += work()
    return units / (perf_counter() - begun)


def say(figure: str, per_second: float, packages: tuple[str, ...], **facts: object) -> None:
    """Print a figure, what it was measured with, and the versions of the packages."""
    versions = {package: version(package) for package in packages}
    print(json.dumps({figure: per_second, "settings": facts, "versions": versions}), flush=True)
