"""Faster imports of large packages."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


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
