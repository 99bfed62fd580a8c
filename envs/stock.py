"""The stock arena: any PettingZoo environment, in this process or in workers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from envs.arena import IllegalAction, Timestep
from envs.buffers import buffers_in, bytes_needed
from envs.copies import Copies
from envs.describe import Blueprint
from envs.faults import GameError, environment_code
from envs.workers import Workers


class StockArena:
    """N copies of a PettingZoo environment, one of the two makers of `Arena`.

    A `Timestep` it returns is a copy: it stays as it is when the arena goes on.
    """

    def __init__(
        self,
        blueprint: Blueprint,
        copies: int,
        workers: int = 0,
        device: torch.device | str = "cpu",
        fresh: bool = False,
        render: bool = False,
    ):
        """Make the copies.

        Args:
            blueprint: The game, as `envs.describe.survey` reads it.
            copies: N.
            workers: Processes that share the copies; 0 steps them in this one.
            device: Where the tensors of the timesteps live.
            fresh: Make a new environment for every game.
            render: Ask the environments for pictures, where they have any.
        """
        self.game = blueprint.game
        self.copies = copies
        self.device = torch.device(device)
        self._setup = blueprint.setup
        self._engine: Copies | Workers
        if workers:
            self._engine = Workers(blueprint, copies, min(workers, copies), fresh)
            self._buffers = self._engine.buffers
        else:
            self._buffers = buffers_in(bytearray(bytes_needed(self.game, copies)), self.game, copies)
            self._engine = Copies(blueprint, self._buffers, fresh=fresh, render=render)

    def restart(self, seeds: Tensor) -> Timestep:
        """Begin a new game in every copy; see `Arena.restart`."""
        _fill(self._buffers.seeds, seeds, "seeds")
        self._engine.restart()
        return self._buffers.timestep(self.device)

    def step(self, actions: Sequence[Tensor], next_seeds: Tensor) -> Timestep:
        """Make one move in every copy; see `Arena.step`."""
        _fill(self._buffers.seeds, next_seeds, "next_seeds")
        for role, tensor in enumerate(actions):
            _fill(self._buffers.actions[role], tensor, f"actions of role {self.game.roles[role].name}")
            self._check(role)
        self._engine.step()
        return self._buffers.timestep(self.device)

    def close(self) -> None:
        """Free environments, workers and shared memory; harmless when called twice."""
        self._engine.close()

    def frame(self, copy: int) -> dict[str, Any]:
        """Draw one copy as it is now.

        Args:
            copy: Which of the N.

        Returns:
            The picture's elements, as `envs.drawing.draw` describes them.

        Raises:
            GameError: The copies live in worker processes, or the game cannot be drawn.
        """
        from envs.drawing import draw  # drawing is for those who look; stepping does without

        if isinstance(self._engine, Workers):
            raise GameError(f"{self.game.name} can only be drawn where its copies are stepped in this process (workers=0).")
        with environment_code(f"{self.game.name} cannot be drawn"):
            return draw(self._setup.name, self._engine.copies[copy].environment)

    def _check(self, role: int) -> None:
        """Refuse actions that an acting seat's mask or bounds forbid."""
        space, chosen = self.game.roles[role].actions, self._buffers.actions[role]
        acting: NDArray[Any] = self._buffers.acting[:, list(self.game.roles[role].seats)]
        if self.game.turn_based:
            acting = np.any(acting, axis=1)[:, None]
        legal = self._buffers.legal[role]
        allowed: NDArray[Any]
        if legal is None:
            low, high = np.array(space.low, np.float32), np.array(space.high, np.float32)
            allowed = np.all((chosen >= low) & (chosen <= high), axis=-1)
        else:
            inside = chosen.clip(0, space.size - 1)
            allowed = (inside == chosen) & np.take_along_axis(legal, inside[..., None], axis=-1)[..., 0]
        for copy, slot in np.argwhere(acting & ~allowed):
            seats = self.game.roles[role].seats
            seat = int(np.flatnonzero(self._buffers.acting[copy])[0]) if self.game.turn_based else seats[slot]
            what = f"{self.game.seats[seat]} chose {chosen[copy, slot].tolist()} in copy {copy} of {self.game.name}"
            raise IllegalAction(f"{what}, which is not allowed there.")


def _fill(buffer: NDArray[Any], tensor: Tensor, what: str) -> None:
    """Copy a tensor into a buffer of the same shape."""
    if tuple(tensor.shape) != buffer.shape:
        raise ValueError(f"The {what} have the shape {tuple(tensor.shape)} instead of {buffer.shape}.")
    np.copyto(buffer, tensor.detach().cpu().numpy())
