"""What players are asked outside an arena: observations in the environment's format, as the rows of a timestep."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from envs.arena import Timestep
from envs.description import EnvironmentSpec
from envs.game import Game
from envs.spaces import decoder, encoder, masker
from league.errors import LeagueError


@dataclass(frozen=True)
class View:
    """What some agents of one game observe, in the environment's format.

    Attributes:
        observations: Agent id → observation.
        infos: Agent id → info; `info["action_mask"]` may hold the mask of legal actions.
    """

    observations: Mapping[str, Any]
    infos: Mapping[str, Mapping[str, Any]]


class Views:
    """Makes timesteps of views, and actions for the environment of the tensors that actors write."""

    def __init__(self, spec: EnvironmentSpec) -> None:
        """Prepare the conversions.

        Args:
            spec: The game.
        """
        self.game: Game = spec.game
        pairs = [*zip(spec.observation_spaces, spec.action_spaces, strict=True)]
        self._encoders = [encoder(seen) for seen, _ in pairs]
        self._maskers = [masker(seen, acted) for seen, acted in pairs]
        self._decoders: list[Callable[[Any], Any]] = [decoder(acted) for _, acted in pairs]

    def seat(self, agent: str) -> int:
        """The seat of an agent.

        Raises:
            LeagueError: There is no such agent.
        """
        if str(agent) not in self.game.seats:
            raise LeagueError(f"{self.game.name} has no agent {agent!r}; its agents are {', '.join(self.game.seats)}")
        return self.game.seats.index(str(agent))

    def seats(self, view: View) -> dict[str, int]:
        """The seats of the agents of a view.

        Raises:
            LeagueError: An agent is not in the game, or several agents are given in a turn-based game.
        """
        seats = {agent: self.seat(agent) for agent in view.observations}
        if self.game.turn_based and len(seats) != 1:
            raise LeagueError(f"in {self.game.name} one agent moves at a time, not {len(seats)}")
        return seats

    def timestep(self, views: Sequence[View], copies: int | None = None) -> Timestep:
        """The timestep in which copy n sees the n-th view. Nobody acts in the copies after the last view.

        Args:
            views: The views.
            copies: Number of copies N; None for as many as there are views.

        Raises:
            LeagueError: See `seats`.
            TypeError, ValueError, LookupError: An observation or a mask does not fit its space; see `envs.spaces.MISFITS`.
        """
        game, number = self.game, len(views) if copies is None else copies
        seen = [torch.zeros((number, game.slots(index), role.features)) for index, role in enumerate(game.roles)]
        legal: list[Tensor | None] = [
            torch.ones((number, game.slots(index), role.actions.size), dtype=torch.bool)
            if role.actions.kind == "discrete"
            else None
            for index, role in enumerate(game.roles)
        ]
        acting = torch.zeros((number, len(game.seats)), dtype=torch.bool)
        rows = [tensor.numpy() for tensor in seen]
        allowed = [None if tensor is None else tensor.numpy() for tensor in legal]
        for copy, view in enumerate(views):
            for agent, seat in self.seats(view).items():
                role, slot = self.place(seat)
                self._encoders[seat](view.observations[agent], rows[role][copy, slot])
                mask, written = self._maskers[seat](view.observations[agent], view.infos.get(agent)), allowed[role]
                if written is not None and mask is not None:
                    written[copy, slot] = np.asarray(mask).astype(bool)
                acting[copy, seat] = True
        nothing, never = torch.zeros((number, len(game.seats))), torch.zeros((number, len(game.seats)), dtype=torch.bool)
        state = torch.zeros((number, len(game.teams), game.state_size))
        return Timestep(tuple(seen), tuple(legal), acting, state, nothing, never, never, never[:, 0])

    def actions(self, view: View, copy: int, actions: Sequence[Tensor]) -> dict[str, Any]:
        """The actions of the agents of a view, in the environment's format.

        Args:
            view: The view.
            copy: Its copy.
            actions: Per role, the tensors that the actors wrote.
        """
        return {agent: self._decoders[seat](self._of(seat, copy, actions)) for agent, seat in self.seats(view).items()}

    def place(self, seat: int) -> tuple[int, int]:
        """The role of a seat, and its slot in the tensors of the role."""
        role = self.game.role_of_seat[seat]
        return role, 0 if self.game.turn_based else self.game.roles[role].seats.index(seat)

    def noise_shapes(self, copies: int) -> Iterator[tuple[int, int, int]]:
        """The shapes of the uniform numbers that decisions take, role by role."""
        return ((copies, self.game.slots(index), role.actions.size) for index, role in enumerate(self.game.roles))

    def drawn(self, generator: torch.Generator, copies: int = 1) -> list[Tensor]:
        """Draw uniform numbers for decisions in some copies, per role [N, slots, n]."""
        return [torch.rand(shape, generator=generator).clamp_(1e-7, 1 - 1e-7) for shape in self.noise_shapes(copies)]

    def most_probable(self, copies: int = 1) -> list[Tensor]:
        """Numbers that favour no action, per role [N, slots, n]: with them, the most probable action is chosen."""
        return [torch.full(shape, 0.5) for shape in self.noise_shapes(copies)]

    def _of(self, seat: int, copy: int, actions: Sequence[Tensor]) -> Any:
        role, slot = self.place(seat)
        return actions[role][copy, slot].numpy()
