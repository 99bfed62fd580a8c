"""The executor on a Ray cluster: what travels, and the same bits as on one machine, whatever dies meanwhile."""

import os
import signal
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from league.errors import LeagueError
from league.execution import ray_executor
from league.execution.ray_executor import Held, RayExecutor, changed, digest, needs

# What travels -----------------------------------------------------------------------------------------------------------------

ARRAYS = st.dictionaries(st.sampled_from("abc"), st.integers(0, 9).map(lambda number: np.full(3, number)), min_size=1)
VALUES = st.recursive(
    st.one_of(st.integers(), st.text(max_size=3), ARRAYS),
    lambda inner: st.one_of(
        inner.map(lambda value: [value, value]), inner.map(lambda value: (value,)), st.dictionaries(st.text(max_size=2), inner)
    ),
    max_leaves=5,
)


@dataclass(frozen=True)
class Piece:
    name: str
    weights: object


def lifted(value, blobs):
    """What the executor does, without a cluster."""
    if isinstance(value, dict) and value and all(isinstance(each, np.ndarray) for each in value.values()):
        blobs.append(value)
        return Held(len(blobs) - 1)
    return changed(value, lambda part: lifted(part, blobs))


@given(VALUES)
def test_a_task_comes_out_as_it_went_in(value):
    blobs = []
    task = Piece("task", value)
    away = lifted(task, blobs)
    assert repr(ray_executor._filled(away, blobs)) == repr(task)
    assert not blobs or "array" not in repr(away)


def test_what_holds_no_arrays_is_the_same_object():
    value = Piece("task", [("ticket", 1), ("ticket", 2)])
    assert changed(value, lambda part: part) is value


@given(ARRAYS, ARRAYS)
def test_equal_arrays_have_equal_digests_and_others_have_not(one, other):
    same = one.keys() == other.keys() and all((one[name] == other[name]).all() for name in one)
    assert (digest(one) == digest(other)) == same


def test_a_task_is_declared_with_its_cores_and_accelerators():
    @dataclass
    class Arena:
        workers: int
        device: str

    assert needs(Piece("x", 1)) == {"CPU": 1.0, "GPU": 0.0}
    assert needs(type("Task", (), {"arena": Arena(3, "cuda:0")})()) == {"CPU": 3.0, "GPU": 1.0}


def test_without_ray_the_error_is_a_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(LeagueError, match=r"pip install 'marl-league\[ray\]'"):
        RayExecutor(1)


# On a cluster of two nodes ----------------------------------------------------------------------------------------------------


def nothing(_: object) -> None:
    pass


def killed_once(mark: Path, number: int) -> int:
    """A task whose worker is killed the first time."""
    if number == 3 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


@pytest.fixture(scope="module")
def cluster():
    """Two nodes of one core each on this machine."""
    pytest.importorskip("ray")
    from ray.cluster_utils import Cluster

    found = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    found.add_node(num_cpus=1)
    yield found
    found.shutdown()


@pytest.fixture
def executor(cluster):
    made = RayExecutor(None, nothing, cluster.address)
    yield made
    made.close()


@pytest.mark.long
def test_results_are_in_the_order_of_the_tasks_and_a_killed_worker_is_only_a_delay(executor, tmp_path):
    work = partial(killed_once, tmp_path / "mark")
    assert executor.map(work, list(range(8)), nothing) == list(range(8))
    assert sum(executor.finished().values()) == 8
    assert len(executor.finished()) == 2


@pytest.mark.long
def test_a_league_has_the_same_bits_as_in_one_process(cluster, run, facts, finished):
    assert run("ray", compute__executor="ray", compute__address=cluster.address) == facts(finished)
