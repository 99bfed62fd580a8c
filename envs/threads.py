"""One thread means one thread: for PyTorch, and for the linear algebra of numpy and scipy.

PyTorch and BLAS (OpenBLAS, MKL) start a thread per core, each for itself. On small matrices the threads wait for one another
most of the time, and they take the cores from the other processes of a league. And the order in which they add numbers depends
on how many they are.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute on one thread, so that sums are added in the same order on every machine."""
    import torch  # deferred, because commands that only read do without it

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with one_blas_thread():
            yield
    finally:
        torch.set_num_threads(threads)


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Let linear algebra of numpy and scipy compute on one thread; for code that does not use PyTorch."""
    with _libraries("scipy.linalg" in sys.modules).limit(limits=1, user_api="blas"):
        yield


def use_one_thread() -> None:
    """Compute on one thread until this process ends; for worker processes."""
    import torch

    torch.set_num_threads(1)
    _libraries("scipy.linalg" in sys.modules).limit(limits=1, user_api="blas")


@cache
def _libraries(scipy: bool) -> ThreadpoolController:
    """The libraries that are loaded. They are looked for twice at the most, because scipy may come with one of its own."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
