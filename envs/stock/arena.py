"""The stock arena: any PettingZoo environment, stepped in this process or in workers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from envs.arena import Timestep
from envs.description import EnvironmentSpec
from envs.faults import GameError, IllegalAction, environment_code
from envs.game import Game
from envs.rendering.targets import Targets, targets
from envs.stock.buffers import Buffers, buffers_in, bytes_needed
from envs.stock.engines import Blocks, Engine, Local
from envs.stock.one_copy import Making
from envs.stock.workers import Workers


class StockPart:
    """Neighbouring copies of a stock arena as an `Arena`: some blocks of its engine, and their rows of its buffers."""

    def __init__(self, game: Game, device: torch.device, engine: Engine, blocks: Blocks, buffers: Buffers, first: int) -> None:
        """Make a view of existing copies.

        Args:
            game: The game's description.
            device: The device of the timesteps' tensors.
            engine: The engine that steps the copies.
            blocks: The engine's blocks of these copies.
            buffers: The rows of these copies.
            first: Number of the first copy in the whole arena, for messages.
        """
        self.game = game
        self.copies = len(buffers.seeds)
        self.device = device
        self._engine, self._blocks, self._buffers, self._first = engine, blocks, buffers, first

    def parts(self) -> Sequence[StockPart]:
        """Return the parts that can be stepped separately; see `Arena.parts`."""
        return (self,)

    def restart(self, seeds: Tensor) -> Timestep:
        """Start a new game in every copy; see `Arena.restart`."""
        self._engine.ready(self._blocks)
        _fill(self._buffers.seeds, seeds, "seeds")
        self._engine.begin("restart", self._blocks)
        return self.finish()

    def step(self, actions: Sequence[Tensor], next_seeds: Tensor) -> Timestep:
        """Make one move in every copy; see `Arena.step`."""
        self.begin(actions, next_seeds)
        return self.finish()

    def begin(self, actions: Sequence[Tensor], next_seeds: Tensor) -> None:
        """Start a step; see `Arena.begin`. Workers run it at once; without workers it runs in `finish`."""
        self._engine.ready(self._blocks)
        _fill(self._buffers.seeds, next_seeds, "next_seeds")
        for role, tensor in enumerate(actions):
            _fill(self._buffers.actions[role], tensor, f"actions of role {self.game.roles[role].name}")
            self._check(role)
        self._engine.begin("step", self._blocks)

    def finish(self) -> Timestep:
        """Wait for the step that was started; see `Arena.finish`."""
        self._engine.finish(self._blocks)
        return self._buffers.timestep(self.device)

    def close(self) -> None:
        """Free environments, workers and shared memory of the whole arena. A second call does nothing."""
        self._engine.close()

    def _check(self, role: int) -> None:
        """Refuse actions that the mask or the bounds of an acting seat forbid."""
        space, chosen = self.game.roles[role].actions, self._buffers.actions[role]
        legal = self._buffers.legal[role]
        allowed: NDArray[Any]
        if legal is None:
            low, high = np.array(space.low, np.float32), np.array(space.high, np.float32)
            allowed = np.all((chosen >= low) & (chosen <= high), axis=-1)
        else:
            inside = chosen.clip(0, space.size - 1)
            rows = legal.reshape(-1, space.size)
            allowed = (inside == chosen) & rows[np.arange(len(rows)), inside.reshape(-1)].reshape(chosen.shape)
        if allowed.all():
            return
        acting: NDArray[Any] = self._buffers.acting[:, list(self.game.roles[role].seats)]
        if self.game.turn_based:
            acting = np.any(acting, axis=1)[:, None]
        for copy, slot in np.argwhere(acting & ~allowed):
            seats = self.game.roles[role].seats
            seat = int(np.flatnonzero(self._buffers.acting[copy])[0]) if self.game.turn_based else seats[slot]
            what = f"{self.game.seats[seat]} chose {chosen[copy, slot].tolist()} in copy {self._first + copy}"
            raise IllegalAction(f"{what} of {self.game.name}, which is not allowed there.")


class StockArena(StockPart):
    """N copies of a PettingZoo environment. With two copies or more it has two parts, its two halves.

    A `Timestep` that it returns is a copy, so later steps do not change it.
    """

    def __init__(
        self,
        spec: EnvironmentSpec,
        copies: int,
        workers: int = 0,
        device: torch.device | str = "cpu",
        fresh: bool = False,
        render: bool = False,
        kept: bool = False,
        joint: bool = True,
    ):
        """Make the copies.

        Args:
            spec: The game, as `envs.description.survey` returns it.
            copies: Number of copies, N.
            workers: Number of processes that share the copies; 0 steps them in this process.
            device: The device of the timesteps' tensors.
            fresh: Make a new environment for every game.
            render: Ask the environments for pictures, if they support it.
            kept: Reset environments that were made before; see `envs.shelf`. Only for games whose reset gives what a new
                environment gives; not together with `render`.
            joint: Whether the joint state is wanted. Without it, timesteps have an empty one, and no seat is asked for a view
                out of its turn.
        """
        game, device = spec.game, torch.device(device)
        bounds = [(0, copies // 2), (copies // 2, copies)] if copies > 1 else [(0, copies)]
        engine: Engine
        if workers:
            engine = Workers(spec, bounds, min(workers, copies), fresh and not kept, joint)
            buffers = engine.buffers
        else:
            buffers = buffers_in(bytearray(bytes_needed(spec, copies, joint)), spec, copies, joint)
            engine = Local(spec, buffers, bounds, Making(fresh and not kept, render, kept))
        super().__init__(game, device, engine, tuple(range(len(bounds))), buffers, 0)
        self._setup = spec.setup
        self._halves = [
            StockPart(game, device, engine, (number,), buffers.part(slice(*block)), block[0])
            for number, block in enumerate(bounds)
        ]

    def parts(self) -> Sequence[StockPart]:
        """Return the two halves, or the only copy; see `Arena.parts`."""
        return self._halves

    def frame(self, copy: int) -> dict[str, Any]:
        """Draw the present state of one copy.

        Args:
            copy: Number of the copy.

        Returns:
            The picture's elements, as described in `envs.rendering.drawing`.

        Raises:
            GameError: The copies live in worker processes, or the game cannot be drawn.
        """
        from envs.rendering.drawing import draw  # deferred: stepping does without drawing

        if not isinstance(self._engine, Local):
            raise GameError(f"{self.game.name} can only be drawn where its copies are stepped in this process (workers=0).")
        with environment_code(f"{self.game.name} cannot be drawn"):
            return draw(self._setup.name, self._engine.environment(copy))

    def targets(self, copy: int) -> Targets:
        """Return where a person can point at in the picture of one copy; see `envs.rendering.targets.targets`.

        Args:
            copy: Number of the copy. The copies must be stepped in this process.

        Raises:
            GameError: The environment fails.
        """
        assert isinstance(self._engine, Local)
        with environment_code(f"{self.game.name} does not say where its moves are"):
            return targets(self._setup.name, self._engine.environment(copy))


def _fill(buffer: NDArray[Any], tensor: Tensor, what: str) -> None:
    """Copy a tensor into a buffer of the same shape."""
    if tuple(tensor.shape) != buffer.shape:
        raise ValueError(f"The {what} have the shape {tuple(tensor.shape)} instead of {buffer.shape}.")
    np.copyto(buffer, tensor.detach().cpu().numpy())
