"""One thread of PyTorch and of BLAS, in this process and in workers."""

import os

import numpy as np
import pytest
import torch
from threadpoolctl import threadpool_info, threadpool_limits

from envs.processes import worker_context
from envs.threads import one_blas_thread, one_thread, use_one_thread
from league.execution.tasks import one_thread as threads_of_tasks


def blas_threads() -> list[int]:
    return [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"]


@pytest.fixture
def two_threads():
    """As on a machine with two cores, where nobody has asked for less."""
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    np.linalg.inv(np.eye(2))
    with threadpool_limits(2, user_api="blas"):
        yield
    torch.set_num_threads(before)


def test_here_is_a_blas_whose_threads_can_be_counted(two_threads):
    assert max(blas_threads()) == 2


def test_blas_and_torch_compute_on_one_thread(two_threads):
    with one_thread():
        assert set(blas_threads()) == {1}
        assert torch.get_num_threads() == 1


def test_afterwards_they_have_their_threads_again(two_threads):
    with one_thread():
        pass
    assert max(blas_threads()) == 2
    assert torch.get_num_threads() == 2


def test_one_of_blas_alone_leaves_torch_as_it_is(two_threads):
    with one_blas_thread():
        assert set(blas_threads()) == {1}
        assert torch.get_num_threads() == 2


def test_tasks_compute_in_the_same_way():
    assert threads_of_tasks is one_thread


def _count(pipe):
    with threadpool_limits(2, user_api="blas"):
        use_one_thread()
        pipe.send((blas_threads(), torch.get_num_threads()))


def test_a_worker_keeps_one_thread():
    context = worker_context("envs.threads")
    ours, theirs = context.Pipe()
    worker = context.Process(target=_count, args=(theirs,))
    worker.start()
    assert ours.poll(60)
    found, torch_threads = ours.recv()
    worker.join()
    assert set(found) == {1}
    assert torch_threads == 1
    assert os.getpid() != worker.pid
