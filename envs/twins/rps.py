"""Rock, paper, scissors and its generalisations to more actions, equal to `classic/rps_v2` step for step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from envs.game import Game
from envs.twins.options import UnsupportedOptions, check_options, cycles
from envs.twins.rounds import RoundsArena

SEATS = ("player_0", "player_1")


class RpsArena(RoundsArena):
    """N copies. A seat observes the other's last action, one-hot; the last entry means that there is none yet."""

    def __init__(self, game: Game, actions: int, rounds: int, copies: int, device: torch.device) -> None:
        super().__init__(game, rounds, copies, device)
        self._actions = actions
        self._last = torch.full((copies, 2), actions, device=device)
        # Row `actions + 1` is zero: the observation of a resting copy.
        self._shown = torch.eye(actions + 2, actions + 1, device=device)
        self._payoff = payoff(actions).to(device).view(-1)
        self._sign = torch.tensor([1.0 if seat == SEATS[0] else -1.0 for seat in game.seats], device=device)
        self._columns = [game.roles[0].seats.index(game.seats.index(seat)) for seat in SEATS]
        teams = len(game.teams)
        order = [seat for team in range(teams) for step in range(teams) for seat in game.teams[(team + step) % teams]]
        self._rival = [torch.tensor(_rivals(game, seats), device=device) for seats in (game.roles[0].seats, order)]

    def _start(self, seeds: Tensor) -> None:
        self._last = torch.where(self._playing[:, None], self._actions, self._actions + 1).expand(-1, 2)

    def _play(self, actions: Sequence[Tensor]) -> Tensor:
        first, second = (actions[0][:, column] for column in self._columns)
        moves = torch.stack([first, second], 1)
        self._last = torch.where(self._playing[:, None], moves, self._last)
        first, second = (moves * self._playing[:, None]).unbind(1)
        return self._payoff.index_select(0, torch.add(second, first, alpha=self._actions))[:, None] * self._sign

    def _view(self) -> tuple[tuple[Tensor, ...], Tensor]:
        observation, state = (self._shown[self._last.index_select(1, rival)] for rival in self._rival)
        return (observation,), state.view(self.copies, len(self.game.teams), -1)


def payoff(actions: int) -> Tensor:
    """Make the table of the first player's rewards.

    If the numbers of the two actions are both even or both odd, the smaller one wins, else the larger one.

    Args:
        actions: Number of actions; odd.

    Returns:
        float32 [first player's action, second player's action], antisymmetric.
    """
    number = torch.arange(actions)
    difference = number[:, None] - number
    alike = difference % 2 == 0
    return torch.sign(torch.where(alike, -difference, difference)).float()


def rps(game: Game, options: Mapping[str, Any], copies: int, device: torch.device) -> RpsArena:
    """Make copies of rock, paper, scissors.

    Raises:
        UnsupportedOptions: An option is not supported, or a number is one that the stock game refuses.
    """
    check_options(game.name, options, ("num_actions", "max_cycles"))
    actions = options.get("num_actions", 3)
    if not isinstance(actions, int) or actions < 3 or actions % 2 == 0:
        raise UnsupportedOptions(f"the twin of {game.name} needs num_actions to be an odd number from 3 on, not {actions!r}")
    if len(game.roles) > 1:
        raise UnsupportedOptions(f"the twin of {game.name} has players of one role")
    return RpsArena(game, actions, cycles(game.name, options, default=15), copies, device)


def _rivals(game: Game, seats: Sequence[int]) -> list[int]:
    """Return, for each seat, the position in `SEATS` of its rival."""
    return [1 - SEATS.index(game.seats[seat]) for seat in seats]
