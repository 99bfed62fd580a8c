"""How much memory a league takes, and whether this machine has it; said before anything is played."""

from __future__ import annotations

import os
import resource
from dataclasses import dataclass
from pathlib import Path

from agents.models.facts import fact_size
from envs.description import StateKind, survey
from envs.stock.buffers import bytes_shown
from league.config.schema import LeagueConfig
from league.errors import LeagueError

FLOAT = 4
"""Bytes of a number."""

_FREE = Path("/proc/meminfo")
_GROUP = Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class Memory:
    """What the largest training task of a league takes, in bytes. It is a lower bound: networks and gradients come on top.

    Attributes:
        views: Observations.
        state: Joint states.
        tasks: Tasks of this kind that run at once.
    """

    views: int
    state: int
    tasks: int

    @property
    def total(self) -> int:
        """What all tasks that run at once take."""
        return (self.views + self.state) * self.tasks


def memory_of(config: LeagueConfig) -> Memory:
    """Compute what a league's training takes: T + 1 steps of all copies, and what the arenas show besides.

    Args:
        config: The league.

    Raises:
        GameError: Its game cannot be made.
    """
    spec = survey(config.game.setup(), config.state_seen)
    game = spec.game
    views, joint = bytes_shown(spec)
    best, tasks = (0, 0), 0
    for group in config.groups:
        stack = min(config.stack, group.count)
        rows = config.train.copies * stack
        # The steps that are kept, and of every copy the present timestep, its buffer and the buffer of the last view.
        kept = rows * (config.train.steps + 1 + 3)
        policy = group.policy
        state = joint + len(game.teams) * fact_size(game, policy.critic_sees) * FLOAT
        best = max(best, (views * kept, state * kept if policy.critic != "local" else 0), key=sum)
        tasks += -(-group.count // stack)
    compute = config.compute
    at_once = 1 if compute.executor == "serial" else min(tasks, compute.workers or os.cpu_count() or 1)
    return Memory(*best, at_once)


def check_memory(config: LeagueConfig) -> None:
    """Make sure that a league fits into the memory that is free.

    Raises:
        LeagueError: It does not; the sentence says how much it takes and what takes less.
    """
    if config.compute.device != "cpu":
        return
    needed, free = memory_of(config), free_memory()
    if free is None or needed.total <= free:
        return
    what = f"at least {_gb(needed.total)}"
    if needed.tasks > 1:
        what += f" in {needed.tasks} tasks at once"
    if needed.state > needed.views:
        what += f", {_gb(needed.state * needed.tasks)} of it for joint states"
    raise LeagueError(f"training in {config.game.name} takes {what}, but {_gb(free)} are free; {_advice(config, needed)}")


def free_memory() -> int | None:
    """Return the bytes that this process may still use; None where the system does not say."""
    found = [limit for limit in (_machine(), _container(), _process()) if limit is not None]
    return min(found, default=None)


def _advice(config: LeagueConfig, needed: Memory) -> str:
    """Say what takes less memory."""
    found = []
    if needed.state:
        for state in ("own", "none"):
            less = _with_state(config, state)
            total = memory_of(less).total
            setting = "arena.state: own" if state == "own" else "policy.critic: local"
            if total < needed.total:
                found.append(f"{setting} ({_gb(total)})")
    if config.stack > 1:
        found.append("a smaller stack")
    if needed.tasks > 1:
        found.append("fewer compute.workers")
    found += ["fewer train.copies", "fewer train.steps"]
    return f"less is taken by {', '.join(found[:-1])} or {found[-1]}"


def _with_state(config: LeagueConfig, state: StateKind) -> LeagueConfig:
    """The same league with another state; `none` means local critics everywhere."""
    changed = {"arena": config.arena.model_copy(update={"state": state})}
    if state != "none":
        return config.model_copy(update=changed)
    local = {"critic": "local"}
    groups = [group.model_copy(update={"policy": group.policy.model_copy(update=local)}) for group in config.groups]
    return config.model_copy(update={**changed, "population": groups})


def _machine() -> int | None:
    """Memory that the machine has free."""
    if not _FREE.is_file():
        return None
    words = [line.split() for line in _FREE.read_text().splitlines()]
    return next((int(word[1]) * 1024 for word in words if word[0] == "MemAvailable:"), None)


def _container() -> int | None:
    """Memory that the container has free; None without a limit."""
    limit, used = _GROUP / "memory.max", _GROUP / "memory.current"
    if not limit.is_file() or not used.is_file() or not (said := limit.read_text().strip()).isdigit():
        return None
    return max(0, int(said) - int(used.read_text()))


def _process() -> int | None:
    """Memory that the process may still address; None without a limit."""
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    if soft == resource.RLIM_INFINITY:
        return None
    pages = int(Path("/proc/self/statm").read_text().split()[0]) if Path("/proc/self/statm").is_file() else 0
    return max(0, soft - pages * resource.getpagesize())


def _gb(size: int) -> str:
    return f"{size / 1e9:.1f} GB"
