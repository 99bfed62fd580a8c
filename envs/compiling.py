"""Compilation of loops over arrays with Numba, once per machine and version of the package.

Compiled code is stored in the package's `__pycache__` or, if that cannot be written, in the user's cache. If neither can be
written, every process compiles it again.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numba import config, njit
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

FOLDER = "CACHE_DIR"
"""The environment variable of Numba that names the cache folder."""

# The flags that assume finite numbers (nnan, ninf) stay off, because NaN and infinity must reveal diverging training.
_FAST = {"reassoc", "contract", "nsz", "arcp"}


def serve(device: torch.device) -> bool:
    """Return whether tensors on this device are processed by compiled loops. All other devices use tensor operations."""
    return device.type == "cpu"


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function at its first call."""
    return _kept(function, fastmath=False)


def vectorised(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function and allow sums to be reordered, so that the processor can use vector instructions."""
    return _kept(function, fastmath=_FAST)


def inlined(function: Callable[..., Any]) -> Callable[..., Any]:
    """Inline a function into the compiled functions that call it, in its own package."""
    return njit(error_model="numpy", fastmath=_FAST, inline="always")(function)


def _kept(function: Callable[..., Any], **options: Any) -> Callable[..., Any]:
    """Compile, and cache the result in a folder named after the content of the whole package.

    Numba itself would notice changes of the function's own file only, not of the inlined functions of other files.
    """
    usual: str = getattr(config, FOLDER)
    setattr(config, FOLDER, _folder(Path(function.__code__.co_filename).parent, usual))
    try:
        return njit(cache=True, error_model="numpy", **options)(function)
    except RuntimeError:  # no cache folder is writable
        return njit(error_model="numpy", **options)(function)
    finally:
        setattr(config, FOLDER, usual)


@cache
def _folder(package: Path, usual: str) -> str:
    sources = [Path(__file__), *sorted(package.glob("*.py"))]
    version = sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:12]
    return str((Path(usual) if usual else package / "__pycache__") / f"compiled-{version}")
