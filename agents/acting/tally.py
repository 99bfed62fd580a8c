"""The results of the games that are finished in training."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from envs.game import Game
from envs.success import TOLD, Criterion

Counts = tuple[Tensor, Tensor, Tensor, Tensor]
"""Numbers of finished games, their returns, of how many a success is known, and their successes; see `Tally`."""


@dataclass
class Tally:
    """The results of the finished games in each copy, which are the results of the training tickets.

    Attributes:
        games: int64 [C], number of finished games.
        returns: float64 [C, K], returns summed over finished games; a team's return is the mean over its seats.
        wins: int64 [C, K, K], number of games in which the first team had a higher return than the second.
        running: float64 [C, K], returns so far of the running games.
        told: int64 [C, K], number of finished games of which is known whether they were a success for a team.
        successes: float64 [C, K], their successes.
        criterion: What counts as a success.
    """

    games: Tensor
    returns: Tensor
    wins: Tensor
    running: Tensor
    told: Tensor
    successes: Tensor
    criterion: Criterion = TOLD

    @classmethod
    def empty(cls, game: Game, copies: int, device: torch.device, criterion: Criterion = TOLD) -> Tally:
        """A tally without games."""
        teams = len(game.teams)
        return cls(
            torch.zeros(copies, dtype=torch.int64, device=device),
            torch.zeros(copies, teams, dtype=torch.float64, device=device),
            torch.zeros(copies, teams, teams, dtype=torch.int64, device=device),
            torch.zeros(copies, teams, dtype=torch.float64, device=device),
            torch.zeros(copies, teams, dtype=torch.int64, device=device),
            torch.zeros(copies, teams, dtype=torch.float64, device=device),
            criterion,
        )

    def counts(self) -> Counts:
        """Copies of the numbers of games, the returns, and what games told of successes, as they are now."""
        return self.games.clone(), self.returns.clone(), self.told.clone(), self.successes.clone()

    def count(self, game: Game, reward: Tensor, over: Tensor, success: Tensor) -> None:
        """Add the rewards of T steps, [T, C, A]. `over` and `success`, [T, C], are as in `Experience`."""
        paid = torch.stack([reward[:, :, list(seats)].double().mean(2) for seats in game.teams], dim=2)
        paid[0] += self.running
        so_far = paid.cumsum(0)
        number = torch.arange(1, len(over) + 1, device=paid.device).unsqueeze(1)
        ended = (number * over).cummax(0).values  # how many steps there were up to the last end
        at_end = torch.cat([torch.zeros_like(so_far[:1]), so_far]).gather(0, ended.unsqueeze(2).expand_as(so_far))
        before = torch.cat([torch.zeros_like(at_end[:1]), at_end[:-1]])
        totals = so_far - before
        self.games += over.sum(0)
        self.returns += (totals * over.unsqueeze(2)).sum(0)
        self.wins += ((totals.unsqueeze(3) > totals.unsqueeze(2) + 1e-6) & over[:, :, None, None]).sum(0)
        self.running = so_far[-1] - at_end[-1]
        if self.criterion.kind == "told":
            self.told += (~success.isnan()).sum(0).unsqueeze(1)
            self.successes += success.double().nan_to_num(0.0).sum(0).unsqueeze(1)
            return
        reached = totals > self.criterion.above
        if self.criterion.kind == "win":
            itself = torch.eye(totals.shape[2], dtype=torch.bool, device=totals.device)
            reached = ((totals.unsqueeze(3) > totals.unsqueeze(2) + 1e-6) | itself).all(3)
        self.told += over.sum(0).unsqueeze(1)
        self.successes += (reached & over.unsqueeze(2)).double().sum(0)
