"""The arrays that a stock arena shares with its copies: one block of memory, in this process or shared between processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from functools import cached_property
from math import prod
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from envs.arena import Final, Timestep
from envs.description import EnvironmentSpec
from envs.states import States, Views
from envs.stock.joint import views_of

_ALIGNMENT = 64


@dataclass(frozen=True)
class Buffers:
    """The inputs and outputs of copies as numpy arrays; axes and meaning as in `Timestep` and `Arena.step`.

    Attributes:
        views: How the teams see the states.
        observation: Per role, float32 or uint8 [N, slots, F].
        legal: Per role, bool [N, slots, n]; None for continuous actions.
        final_observation: Per role, float32 or uint8 [N, slots, F], valid where `over` or a seat was `truncated`.
        actions: Per role, int64 [N, slots] or float32 [N, slots, n]: the actions to execute.
        acting: bool [N, A].
        state: float32 or uint8 [N, Z], what is kept of the joint states; Z = 0 where nobody asks for them.
        final_state: The same after the last move, valid like `final_observation`.
        reward: float32 [N, A].
        terminated: bool [N, A].
        truncated: bool [N, A].
        over: bool [N].
        positions: float32 [N, A, D]; D = 0 if the game gives none.
        success: float32 [N], NaN where no game ended or the game does not say.
        facts: float32 [N, A, number], NaN where nothing is told; number = 0 if no facts are asked for.
        final_facts: float32 [N, A, number], valid like `final_observation`.
        seeds: int64 [N], the seeds of the next games.
    """

    views: Views
    observation: tuple[NDArray[Any], ...]
    legal: tuple[NDArray[np.bool_] | None, ...]
    final_observation: tuple[NDArray[Any], ...]
    actions: tuple[NDArray[Any], ...]
    acting: NDArray[np.bool_]
    state: NDArray[Any]
    final_state: NDArray[Any]
    reward: NDArray[np.float32]
    terminated: NDArray[np.bool_]
    truncated: NDArray[np.bool_]
    over: NDArray[np.bool_]
    positions: NDArray[np.float32]
    success: NDArray[np.float32]
    facts: NDArray[np.float32]
    final_facts: NDArray[np.float32]
    seeds: NDArray[np.int64]

    def part(self, index: Any) -> Buffers:
        """Return views of some copies: `slice(4, 8)`, or of one copy without the axis N: `(3, ...)`."""

        def view(value: Any) -> Any:
            if isinstance(value, tuple):
                return tuple(view(each) for each in value)
            return None if value is None else value[index]

        arrays = (field.name for field in fields(self) if field.name != "views")
        return Buffers(self.views, **{name: view(getattr(self, name)) for name in arrays})

    def timestep(self, device: torch.device) -> Timestep:
        """Copy the outputs into a timestep, which later steps do not change."""

        def tensor(array: NDArray[Any]) -> Tensor:
            shared = torch.from_numpy(array)
            return shared.clone() if device.type == "cpu" else shared.to(device)

        def last(array: NDArray[Any]) -> Tensor:
            kept = np.zeros(array.shape, array.dtype)  # only rows where something ended are copied; the others are never read
            kept[ended] = array[ended]
            return torch.from_numpy(kept).to(device)

        final, ended = None, self.over
        if self.truncated.any():
            ended = ended | self.truncated.any(axis=1)
        if ended.any():
            facts = last(self.final_facts) if self.facts.shape[-1] else None
            shown = tuple(map(last, self.final_observation))
            final = _Final.of(States(last(self.final_state), self.views), observation=shown, facts=facts)
        return _Timestep.of(
            States(tensor(self.state), self.views),
            observation=tuple(map(tensor, self.observation)),
            legal=tuple(None if legal is None else tensor(legal) for legal in self.legal),
            acting=tensor(self.acting),
            reward=tensor(self.reward),
            terminated=tensor(self.terminated),
            truncated=tensor(self.truncated),
            over=tensor(self.over),
            final=final,
            cut=None,
            positions=tensor(self.positions) if self.positions.shape[-1] else None,
            success=None if np.isnan(self.success).all() else tensor(self.success),
            facts=tensor(self.facts) if self.facts.shape[-1] else None,
        )


class _Timestep(Timestep):
    """A timestep that keeps of the joint states what the teams have in common once."""

    @classmethod
    def of(cls, states: States, **shown: Any) -> _Timestep:
        """Make a timestep of states and of everything else."""
        timestep = cls.__new__(cls)
        vars(timestep).update(shown, states=states)
        return timestep

    @cached_property
    def state(self) -> Tensor:
        """See `Timestep`."""
        return self.states.each()


class _Final(Final):
    """Last views that keep the joint states like `_Timestep`."""

    @classmethod
    def of(cls, states: States, **shown: Any) -> _Final:
        """Make last views of states and of everything else."""
        final = cls.__new__(cls)
        vars(final).update(shown, states=states)
        return final

    @cached_property
    def state(self) -> Tensor:
        """See `Final`."""
        return self.states.each()


def bytes_needed(spec: EnvironmentSpec, copies: int, joint: bool = True) -> int:
    """Return the size in bytes of the memory for the buffers of `copies` copies, with or without the joint state."""
    sizes: list[int] = []

    def measure(shape: tuple[int, ...], kind: Any) -> NDArray[Any]:
        sizes.append(_aligned(prod(shape) * np.dtype(kind).itemsize))
        return np.empty(0, kind)

    _build(spec, copies, joint, measure)
    return sum(sizes)


def bytes_shown(spec: EnvironmentSpec) -> tuple[int, int]:
    """Return the bytes of what one copy shows at a step: its observations, and what is kept of the joint state."""
    game = spec.game
    seen = sum(
        game.slots(number) * role.features * np.dtype(kind).itemsize
        for number, (role, kind) in enumerate(zip(game.roles, spec.kinds, strict=True))
    )
    return seen, views_of(spec, wanted=True).kept * np.dtype(spec.state_kind).itemsize


def buffers_in(memory: Any, spec: EnvironmentSpec, copies: int, joint: bool = True) -> Buffers:
    """Lay out the buffers in a block of `bytes_needed` bytes; its contents are kept.

    Args:
        memory: A writable buffer (a bytearray, or the `buf` of shared memory).
        spec: The game.
        copies: Number of copies, N.
        joint: Whether there is a joint state.
    """
    offset = 0

    def place(shape: tuple[int, ...], kind: Any) -> NDArray[Any]:
        nonlocal offset
        array: NDArray[Any] = np.ndarray(shape, kind, memory, offset)
        offset += _aligned(array.nbytes)
        return array

    return _build(spec, copies, joint, place)


def _build(spec: EnvironmentSpec, copies: int, joint: bool, array: Callable[[tuple[int, ...], Any], NDArray[Any]]) -> Buffers:
    """Request each of the arrays from `array`, always in the same order."""
    game, views = spec.game, views_of(spec, joint)

    def per_role(last: Callable[[int], tuple[int, ...]], kind: Callable[[int], Any]) -> Iterator[NDArray[Any]]:
        return (array((copies, game.slots(role), *last(role)), kind(role)) for role in range(len(game.roles)))

    discrete = [role.actions.kind == "discrete" for role in game.roles]
    sizes = [role.actions.size for role in game.roles]
    seats, kinds = len(game.seats), spec.kinds
    legal = tuple(per_role(lambda role: (sizes[role],), lambda role: np.bool_))
    return Buffers(
        views,
        observation=tuple(per_role(lambda role: (game.roles[role].features,), lambda role: kinds[role])),
        legal=tuple(mask if masked else None for mask, masked in zip(legal, discrete, strict=True)),
        final_observation=tuple(per_role(lambda role: (game.roles[role].features,), lambda role: kinds[role])),
        actions=tuple(
            per_role(
                lambda role: () if discrete[role] else (sizes[role],), lambda role: np.int64 if discrete[role] else np.float32
            )
        ),
        acting=array((copies, seats), np.bool_),
        state=array((copies, views.kept), spec.state_kind),
        final_state=array((copies, views.kept), spec.state_kind),
        reward=array((copies, seats), np.float32),
        terminated=array((copies, seats), np.bool_),
        truncated=array((copies, seats), np.bool_),
        over=array((copies,), np.bool_),
        positions=array((copies, seats, game.position_size), np.float32),
        success=array((copies,), np.float32),
        facts=array((copies, seats, len(spec.facts)), np.float32),
        final_facts=array((copies, seats, len(spec.facts)), np.float32),
        seeds=array((copies,), np.int64),
    )


def _aligned(size: int) -> int:
    """Round a size up, so that the next array starts at a cache line."""
    return -(-size // _ALIGNMENT) * _ALIGNMENT
