"""The signal game, equal to `native/signal` step for step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from envs.game import Game
from envs.native.signal import LISTENER, SPEAKER
from envs.twins.options import check_options, count
from envs.twins.rounds import RoundsArena
from envs.twins.seeding import integers_then_uniforms


class SignalArena(RoundsArena):
    """N copies, all with the same number of steps."""

    def __init__(self, game: Game, goals: int, steps: int, copies: int, device: torch.device) -> None:
        super().__init__(game, steps, copies, device)
        self._goals = goals
        speaks, answers = game.seats.index(SPEAKER), game.seats.index(LISTENER)
        self._speaker, self._listener = game.role_of_seat[speaks], game.role_of_seat[answers]
        self._goal = torch.zeros(copies, dtype=torch.int64, device=device)
        self._right = torch.zeros(copies, device=device)
        # The last row is zero: the observation of a resting copy.
        self._shown = torch.eye(goals + 1, goals, device=device)

    def _start(self, seeds: Tensor) -> None:
        goals, _ = integers_then_uniforms(seeds.clamp(min=0).numpy(), (self._goals,), 0)
        self._goal = torch.from_numpy(goals[:, 0]).to(self.device)

    def _play(self, actions: Sequence[Tensor]) -> Tensor:
        last = self._round + 1 == self._rounds
        self._lives_ended = self._everybody if last else self._nobody  # the last answer ends the game
        self._right = (actions[self._listener][:, 0] == self._goal).float()
        right = self._right * float(last)
        return right[:, None].expand(-1, len(self.game.seats))

    def _succeeded(self) -> Tensor:
        return self._right

    def _view(self) -> tuple[tuple[Tensor, ...], Tensor]:
        seen = self._shown.index_select(0, torch.where(self._playing, self._goal, self._goals))
        # A float64 quotient, rounded once, is what the environment shows.
        played = self._playing[:, None].float() * torch.tensor(self._round / self._rounds, dtype=torch.float32)
        views = {self._speaker: seen[:, None], self._listener: played[:, None]}
        return tuple(views[role] for role in range(len(views))), torch.cat([seen, played], dim=1)[:, None]


def signal(game: Game, options: Mapping[str, Any], copies: int, device: torch.device) -> SignalArena:
    """Make copies of the signal game.

    Raises:
        UnsupportedOptions: An option is not supported, or a number is out of bounds.
    """
    check_options(game.name, options, ("goals", "steps"))
    return SignalArena(game, count(game.name, options, "goals", 2), count(game.name, options, "steps", 1), copies, device)
