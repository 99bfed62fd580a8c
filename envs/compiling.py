"""Compiling loops over arrays with Numba: each function once per machine; what was made is kept beside the source."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_FAST = {"reassoc", "contract", "nsz", "arcp"}  # NaN and infinity keep their meaning: divergence must be seen


def serve(device: torch.device) -> bool:
    """Whether tensors on this device are worked on by compiled loops; all others take the general way."""
    return device.type == "cpu"


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function when it is first called."""
    return njit(cache=True, error_model="numpy")(function)


def vectorised(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same, and sums may be added up in another order, so that several numbers go through the processor at once."""
    return njit(cache=True, error_model="numpy", fastmath=_FAST)(function)


def inlined(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function part of the compiled ones that call it."""
    return njit(error_model="numpy", fastmath=_FAST, inline="always")(function)
