"""Times a peer and prints its result as one line of JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.metadata import version
from time import perf_counter


def rate(work: Callable[[], int], seconds: float) -> float:
    """Units per second of `work`. It is called once before the clock starts.

    Args:
        work: The function to time. It returns the number of units that it did, and it is called until `seconds` have passed.
        seconds: Duration of the measurement.
    """
    work()
    begun, units = perf_counter(), 0
    while perf_counter() - begun < seconds:
        units += work()
    return units / (perf_counter() - begun)


def say(figure: str, per_second: float, packages: tuple[str, ...], **facts: object) -> None:
    """Print a figure, the facts about its measurement, and the versions of the packages."""
    versions = {package: version(package) for package in packages}
    print(json.dumps({figure: per_second, "settings": facts, "versions": versions}), flush=True)
