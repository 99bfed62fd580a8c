"""What twins of simultaneous games share: every copy plays the same number of rounds, so all games end together."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import torch
from torch import Tensor

from envs.arena import Final, IllegalAction, Timestep
from envs.game import Game


class RoundsArena(ABC):
    """N copies of a game in which all seats act at once, cut off after a number of rounds; see `envs.arena.Arena`.

    Because games last equally long, which games are over follows from a count and not from asking the device. Timesteps
    already given out are never written to again.
    """

    def __init__(self, game: Game, rounds: int, copies: int, device: torch.device) -> None:
        self.game = game
        self.copies = copies
        self.device = device
        self._rounds = rounds
        self._round = 0
        self._playing = torch.zeros(copies, dtype=torch.bool, device=device)
        self._never = torch.zeros(copies, dtype=torch.bool, device=device)
        self._role_seats = [torch.tensor(role.seats, device=device) for role in game.roles]
        self._legal = tuple(
            torch.ones(copies, len(role.seats), role.actions.size, dtype=torch.bool, device=device)
            if role.actions.kind == "discrete"
            else None
            for role in game.roles
        )

    def restart(self, seeds: Tensor) -> Timestep:
        """Begin a new game in every copy."""
        self._begin(seeds)
        return self._timestep(torch.zeros(self.copies, len(self.game.seats), device=self.device), self._never, None)

    def step(self, actions: Sequence[Tensor], next_seeds: Tensor) -> Timestep:
        """Play one round in every copy that is playing."""
        for role, chosen in zip(self.game.roles, actions, strict=True):
            if role.actions.kind == "discrete":
                self._check(chosen, role.actions.size)
        reward = self._play(actions) * self._playing[:, None]
        self._round += 1
        if self._round < self._rounds or not bool(self._playing.any()):
            return self._timestep(reward, self._never, None)
        over = self._playing
        observation, state = self._view()
        self._begin(torch.where(over.to(next_seeds.device), next_seeds, -1))
        return self._timestep(reward, over, Final(observation, state))

    def close(self) -> None:
        """Stop playing; there is nothing to free."""
        self._playing = self._never

    def _begin(self, seeds: Tensor) -> None:
        self._round = 0
        self._playing = seeds.to(self.device) >= 0
        self._start(seeds)

    def _timestep(self, reward: Tensor, over: Tensor, final: Final | None) -> Timestep:
        seats = len(self.game.seats)
        observation, state = self._view()
        return Timestep(
            observation=observation,
            legal=self._legal,
            acting=self._playing[:, None].expand(-1, seats),
            state=state,
            reward=reward,
            terminated=self._never[:, None].expand(-1, seats),
            truncated=over[:, None].expand(-1, seats),
            over=over,
            final=final,
        )

    def _check(self, chosen: Tensor, size: int) -> None:
        """Refuse actions outside 0 .. size - 1 of copies that are playing."""
        low, high = torch.aminmax(chosen)
        if int(low) >= 0 and int(high) < size:
            return
        bad = ((chosen < 0) | (chosen >= size)) & self._playing[:, None]
        if bool(bad.any()):
            copy, slot = bad.nonzero()[0].tolist()
            raise IllegalAction(f"copy {copy}, slot {slot}: action {int(chosen[copy, slot])} is not one of {size}")

    @abstractmethod
    def _start(self, seeds: Tensor) -> None:
        """Set up the first round of new games; seeds int64 [N], negative where a copy rests."""

    @abstractmethod
    def _play(self, actions: Sequence[Tensor]) -> Tensor:
        """Play a round; what happens in resting copies does not matter. Returns the rewards, float32 [N, A]."""

    @abstractmethod
    def _view(self) -> tuple[tuple[Tensor, ...], Tensor]:
        """Show the observations of each role and the joint state, zeros in resting copies."""
