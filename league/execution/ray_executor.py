"""The executor that runs tasks on a Ray cluster. Nothing else in the project knows Ray.

Weights are put into Ray's object store under their content hash, so each blob travels to a node once, whatever the number of
tasks. Ray runs tasks of a lost node again; a task is a pure function of its data, so the result is the same.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from envs.places import remember, remembered
from envs.references import permissions, take_over
from league.errors import LeagueError
from league.storage.database import Warn, silent

Task = TypeVar("Task")
Result = TypeVar("Result")

TRIES = 3
"""How often Ray runs a task again whose worker or node was lost."""

AHEAD = 2
"""Tasks that are sent per core before an earlier one is finished: a core need not wait, and the queue stays short."""

BYTES_KEPT = 2**31
"""Bytes of weights that are kept in the object store from one stage to the next; the longest unused ones are dropped first."""

QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_DEDUP_LOGS": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"}
"""Environment variables that keep Ray from reporting to its makers, and from warning."""


@dataclass(frozen=True)
class Held:
    """The place of a blob in a task: its number among the blobs of the task."""

    number: int


class RayExecutor:
    """Runs tasks on a Ray cluster; see `league.execution.executors.Executor`."""

    def __init__(self, workers: int | None, warn: Warn = silent, address: str = "") -> None:
        """Prepare. The cluster is reached with the first task.

        Args:
            workers: Cores of a cluster that is started on this machine; None for all. A cluster that runs already has its own.
            warn: Told in a sentence what the user should know.
            address: The address of a cluster, such as `10.0.0.5:6379` or `ray://head:10001`; empty for that in `RAY_ADDRESS`,
                or else for a cluster of this machine, which ends with the league.

        Raises:
            LeagueError: Ray is not installed.
        """
        try:
            for name, value in QUIET.items():
                os.environ.setdefault(name, value)
            import ray
        except ImportError as error:
            raise LeagueError("the executor ray needs Ray: pip install 'marl-league[ray]'") from error
        self._ray, self._workers, self._warn, self._address = ray, workers, warn, address
        self._blobs: OrderedDict[str, tuple[Any, int]] = OrderedDict()
        self._counts: Counter[str] = Counter()
        self._run: Any = None

    def map(self, work: Callable[[Task], Result], tasks: Sequence[Task], done: Callable[[int], None]) -> list[Result]:
        """Run every task; see `league.execution.executors.Executor`.

        Raises:
            LeagueError: The cluster cannot be reached, or was lost.
        """
        if not tasks:
            return []
        self._connect()
        errors = self._ray.exceptions
        try:
            return self._map(work, tasks, done)
        except errors.RayTaskError as error:  # the task itself failed, as it would in any executor
            raise error.cause from None
        except (errors.RayError, ConnectionError) as error:
            self.close()
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            raise LeagueError(
                f"the Ray cluster was lost ({reason}); `league resume` continues after the last committed generation"
            ) from error

    def _map(self, work: Callable[[Task], Result], tasks: Sequence[Task], done: Callable[[int], None]) -> list[Result]:
        ray, queue = self._ray, deque(enumerate(tasks))
        most = max(1, int(AHEAD * ray.cluster_resources().get("CPU", 1)))
        results: dict[int, Result] = {}
        waiting: dict[Any, int] = {}
        try:
            while queue or waiting:
                while queue and len(waiting) < most:
                    number, task = queue.popleft()
                    waiting[self._send(work, task)] = number
                finished, _ = ray.wait(list(waiting), num_returns=1)
                for reference in finished:
                    node, result = ray.get(reference)
                    results[waiting.pop(reference)] = result
                    self._counts[f"node {node[:8]}"] += 1
                    done(len(results))
        except BaseException:
            for reference in waiting:
                with suppress(ray.exceptions.RayError):
                    ray.cancel(reference, force=True)
            raise
        self._forget()
        return [results[number] for number in range(len(tasks))]

    def _connect(self) -> None:
        ray = self._ray
        if self._run is not None and ray.is_initialized():
            return
        given = self._address or os.environ.get("RAY_ADDRESS", "")
        local = {} if given else {"num_cpus": self._workers}
        try:
            ray.init(
                address=given or None,
                include_dashboard=False if not given else None,
                log_to_driver=False,
                logging_level="ERROR",
                ignore_reinit_error=True,
                **local,
            )
        except (ConnectionError, ValueError, RuntimeError, ray.exceptions.RayError) as error:
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            raise LeagueError(f"the Ray cluster {given or 'of this machine'} cannot be reached: {reason}") from error
        self._run = ray.remote(_run)
        self._blobs.clear()

    def _send(self, work: Callable[[Task], Result], task: Task) -> Any:
        blobs: list[Any] = []
        lifted = self._lifted(task, blobs)
        resources = needs(task)
        remote = self._run.options(num_cpus=resources["CPU"], num_gpus=resources["GPU"], max_retries=TRIES)
        return remote.remote(work, (permissions(), remembered()), lifted, *blobs)

    def _lifted(self, value: Any, blobs: list[Any]) -> Any:
        """A value in which sets of arrays are replaced by their places; their references are appended to `blobs`."""
        if isinstance(value, Mapping) and value and all(isinstance(each, np.ndarray) for each in value.values()):
            blobs.append(self._stored(value))
            return Held(len(blobs) - 1)
        return changed(value, lambda part: self._lifted(part, blobs))

    def _stored(self, arrays: Mapping[str, np.ndarray]) -> Any:
        key = digest(arrays)
        if key not in self._blobs:
            size = sum(array.nbytes for array in arrays.values())
            self._blobs[key] = self._ray.put(dict(arrays)), size
        self._blobs.move_to_end(key)
        return self._blobs[key][0]

    def _forget(self) -> None:
        """Drop the weights that were not used for the longest time, until the rest is small enough."""
        held = sum(size for _, size in self._blobs.values())
        while held > BYTES_KEPT and len(self._blobs) > 1:
            _, (_, size) = self._blobs.popitem(last=False)
            held -= size

    def nodes(self, work: Callable[[], Result]) -> dict[str, Result]:
        """Run a function without arguments once on every node; returns node → result."""
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        self._connect()
        ray = self._ray
        found = [node for node in ray.nodes() if node["Alive"] and node["Resources"].get("CPU")]
        pinned = [NodeAffinitySchedulingStrategy(node["NodeID"], soft=False) for node in found]
        remote = ray.remote(work)
        told = ray.get([remote.options(scheduling_strategy=each).remote() for each in pinned])
        names = [f"{node['NodeManagerAddress']} ({node['NodeID'][:8]})" for node in found]
        return dict(zip(names, told, strict=True))

    def finished(self) -> Mapping[str, int]:
        """How many tasks each node has finished so far."""
        return dict(self._counts)

    def close(self) -> None:
        """Leave the cluster. One that was started for this league ends."""
        if self._run is not None:
            self._run = None
            self._blobs.clear()
            self._ray.shutdown()


def needs(task: Any) -> dict[str, float]:
    """The cores and accelerators that a task is declared to take."""
    arena = getattr(task, "arena", None)
    accelerated = str(getattr(arena, "device", "cpu")).startswith("cuda")
    return {"CPU": float(max(1, getattr(arena, "workers", 0))), "GPU": float(accelerated)}


def digest(arrays: Mapping[str, np.ndarray]) -> str:
    """The content hash of named arrays."""
    found = hashlib.sha256()
    for name, array in sorted(arrays.items()):
        found.update(f"{name} {array.dtype.str} {array.shape} ".encode())
        found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()


def _run(work: Callable[[Any], Any], known: tuple[Any, Any], task: Any, *blobs: Any) -> tuple[str, Any]:
    """Run a task on a node; returns the node's id, too."""
    import ray

    permitted, places = known
    remember(places)
    take_over(permitted)
    # Arrays from the object store cannot be written; some of a task's data is written in place.
    own = [{name: np.array(array) for name, array in blob.items()} for blob in blobs]
    return ray.get_runtime_context().get_node_id(), work(_filled(task, own))


def _filled(value: Any, blobs: Sequence[Any]) -> Any:
    """The inverse of `RayExecutor._lifted`."""
    return blobs[value.number] if isinstance(value, Held) else changed(value, lambda part: _filled(part, blobs))


def changed(value: Any, change: Callable[[Any], Any]) -> Any:
    """A value whose parts are changed; the value itself if none is.

    Parts are the values of a mapping, the elements of a sequence and the fields of a dataclass. The elements of a sequence are
    of one kind: if the first is not changed, none is. A task has thousands of tickets, which hold no arrays.
    """
    if isinstance(value, Mapping):
        parts = {key: change(each) for key, each in value.items()}
        return parts if any(parts[key] is not each for key, each in value.items()) else value
    if isinstance(value, list) or type(value) is tuple:
        first = change(value[0]) if value else None
        if not value or first is value[0]:
            return value
        return type(value)([first, *map(change, value[1:])])
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        own = {field.name: getattr(value, field.name) for field in dataclasses.fields(value) if field.init}
        parts = {name: change(each) for name, each in own.items()}
        new = {name: each for name, each in parts.items() if each is not own[name]}
        return dataclasses.replace(value, **new) if new else value
    return value
