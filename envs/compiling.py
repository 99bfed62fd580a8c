"""Compiling loops over arrays with Numba, once per machine and version of the package they stand in.

What was compiled is kept in the package's `__pycache__` or, where that cannot be written, in the user's cache; where nothing
can be written it is compiled in every process.
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
"""The setting of Numba that names the folder to keep things in."""

_FAST = {"reassoc", "contract", "nsz", "arcp"}  # NaN and infinity keep their meaning: divergence must be seen


def serve(device: torch.device) -> bool:
    """Whether tensors on this device are worked on by compiled loops; all others take the general way."""
    return device.type == "cpu"


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function when it is first called."""
    return _kept(function, fastmath=False)


def vectorised(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same, and sums may be added up in another order, so that several numbers go through the processor at once."""
    return _kept(function, fastmath=_FAST)


def inlined(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function part of the compiled ones that call it, in its own package."""
    return njit(error_model="numpy", fastmath=_FAST, inline="always")(function)


def _kept(function: Callable[..., Any], **options: Any) -> Callable[..., Any]:
    """Compile, and keep what comes of it in a folder named after all that went into it: Numba looks at one file only."""
    usual: str = getattr(config, FOLDER)
    setattr(config, FOLDER, _folder(Path(function.__code__.co_filename).parent, usual))
    try:
        return njit(cache=True, error_model="numpy", **options)(function)
    except RuntimeError:  # no folder can be written
        return njit(error_model="numpy", **options)(function)
    finally:
        setattr(config, FOLDER, usual)


@cache
def _folder(package: Path, usual: str) -> str:
    sources = [Path(__file__), *sorted(package.glob("*.py"))]
    version = sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:12]
    return str((Path(usual) if usual else package / "__pycache__") / f"compiled-{version}")
