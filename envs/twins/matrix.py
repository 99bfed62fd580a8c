"""The matrix game, equal to `native/matrix` step for step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from envs.game import Game
from envs.native.matrix import AGENTS, table
from envs.twins.options import UnsupportedOptions, check_options
from envs.twins.rounds import RoundsArena


class MatrixArena(RoundsArena):
    """N copies, with the rewards of `payoff`, float32 [R, C]."""

    def __init__(self, game: Game, payoff: Tensor, copies: int, device: torch.device) -> None:
        super().__init__(game, 1, copies, device)
        self._payoff = payoff.to(device).view(-1)
        self._width = payoff.shape[1]
        self._sign = torch.tensor([1.0 if seat == AGENTS[0] else -1.0 for seat in game.seats], device=device)
        seats = [game.seats.index(seat) for seat in AGENTS]
        self._places = [(game.role_of_seat[seat], game.roles[game.role_of_seat[seat]].seats.index(seat)) for seat in seats]

    def _start(self, seeds: Tensor) -> None:
        """Do nothing: all games are alike."""

    def _play(self, actions: Sequence[Tensor]) -> Tensor:
        self._lives_ended = self._everybody  # the game is over, and not cut off
        first, second = (actions[role][:, slot] for role, slot in self._places)
        won = self._payoff.index_select(0, torch.add(second, first, alpha=self._width))
        return won[:, None] * self._sign

    def _view(self) -> tuple[tuple[Tensor, ...], Tensor]:
        seen = self._playing[:, None].float()
        views = tuple(seen[:, None].expand(-1, len(role.seats), -1) for role in self.game.roles)
        teams = len(self.game.teams)
        return views, seen[:, None].expand(-1, teams, self.game.state_size)


def matrix(game: Game, options: Mapping[str, Any], copies: int, device: torch.device) -> MatrixArena:
    """Make copies of the matrix game.

    Raises:
        UnsupportedOptions: An option is not supported, or the stock game refuses it.
    """
    check_options(game.name, options, ("actions", "payoff_seed", "payoff"))
    try:
        payoff = table(options.get("actions", 5), options.get("payoff_seed", 0), options.get("payoff"))
    except (ValueError, TypeError) as reason:
        raise UnsupportedOptions(str(reason)) from reason
    return MatrixArena(game, torch.from_numpy(payoff).float(), copies, device)
