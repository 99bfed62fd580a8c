"""Leduc hold'em, equal to `classic/leduc_holdem_v4` step for step.

The tree of the game is small, so it is stored in tables. A *row* is a state: the bets and the dealt cards. A step looks up the
next row and its outputs. The host waits for the device twice per step: for the games that ended, and for the seeds of the next
games, because cards are dealt on the CPU (`envs/twins/dealing.py`). Illegal actions are reported at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from envs.arena import Final, Immediate, Timestep
from envs.faults import IllegalAction
from envs.game import Game
from envs.twins.dealing import deal
from envs.twins.leduc_rules import (
    ACTIONS,
    FIRST_CARD,
    HANDS,
    RANKS,
    SECOND_CARD,
    TABLE_CARD,
    Bets,
    LeducRules,
    after,
    explore,
    gain,
)
from envs.twins.options import check_options

SEATS = ("player_0", "player_1")
_PILES, _FEATURES = 15, 36

Dealer = Callable[[NDArray[np.int64]], NDArray[np.int64]]
"""From seeds to deals, as `envs.twins.dealing.deal`."""


@dataclass(frozen=True)
class LeducTables:
    """The game by rows: running games (the first 54 rows are the deals), a resting copy, games that ended, and no game.

    Attributes:
        resting: The row of a resting copy; all rows after it are of games that are over.
        following: int64 [rows * 6], the next row; per row for an action below 0, the four actions, and an action above 3.
        observation: float32 [rows, F], of the seat to act; of games that ended, of the first player.
        legal: bool [rows, 4].
        acting: bool [rows, A].
        state: float32 [rows, K * S].
        reward: float32 [rows, A], in big blinds won.
    """

    resting: int
    following: Tensor
    observation: Tensor
    legal: Tensor
    acting: Tensor
    state: Tensor
    reward: Tensor


def tabulate(game: Game, rules: LeducRules, device: torch.device) -> LeducTables:
    """Make the tables of the whole game.

    Args:
        game: Decides the order of seats and of teams in the joint state.
        rules: The rules.
        device: The device of the tables.
    """
    playing, ended = explore(rules)
    resting = HANDS * len(playing)
    block = {bets: number * HANDS for number, bets in enumerate(playing)}
    block |= {bets: resting + 1 + number * HANDS for number, bets in enumerate(ended)}
    rows = resting + 1 + HANDS * len(ended) + 1
    players = [SEATS.index(seat) for seat in game.seats]
    teams = range(len(game.teams))
    order = [players[seat] for team in teams for step in teams for seat in game.teams[(team + step) % len(teams)]]

    following = np.full((rows, len(ACTIONS) + 2), rows - 1)
    following[resting] = resting
    observation = np.zeros((rows, _FEATURES), np.float32)
    legal = np.ones((rows, len(ACTIONS)), np.bool_)
    acting = np.zeros((rows, len(players)), np.bool_)
    state = np.zeros((rows, len(order), _FEATURES), np.float32)
    reward = np.zeros((rows, len(players)), np.float32)
    for bets, first in block.items():
        here = slice(first, first + HANDS)
        views = [_view(bets, player) for player in range(2)]
        observation[here] = views[0 if bets.over else bets.turn]
        state[here] = np.stack([views[player] for player in order], 1)
        if bets.over:
            won = gain(bets, rules)
            reward[here] = np.stack([0.0 - won if player else won for player in players], 1)  # never -0.0
            continue
        acting[here, players.index(bets.turn)] = True
        for action in ACTIONS:
            then = after(bets, action, rules)
            legal[here, action] = then is not None
            if then is not None:
                following[here, action + 1] = np.arange(HANDS) + block[then]
    tables = (following.reshape(-1), observation, legal, acting, state.reshape(rows, -1), reward)
    return LeducTables(resting, *(torch.from_numpy(table).to(device) for table in tables))


def _view(bets: Bets, player: int) -> NDArray[np.float32]:
    """Return a player's observation, float32 [27, 36]: own card, card on the table, own chips and the other's, all one-hot."""
    hands, view = np.arange(HANDS), np.zeros((HANDS, _FEATURES), np.float32)
    view[hands, (FIRST_CARD, SECOND_CARD)[player]] = 1.0
    if bets.round:
        view[hands, RANKS + TABLE_CARD] = 1.0
    view[:, 2 * RANKS + bets.chips[player]] = 1.0
    view[:, 2 * RANKS + _PILES + bets.chips[1 - player]] = 1.0
    return view


class LeducArena(Immediate):
    """N copies of Leduc hold'em; see `envs.arena.Arena`. Timesteps that were returned are never modified."""

    def __init__(self, game: Game, rules: LeducRules, copies: int, device: torch.device, dealer: Dealer = deal) -> None:
        self.game = game
        self.copies = copies
        self.device = device
        self._dealer = dealer
        self._tables = tabulate(game, rules, device)
        self._never = torch.zeros(copies, len(game.seats), dtype=torch.bool, device=device)
        self._row = torch.full((copies,), self._tables.resting, device=device)

    def restart(self, seeds: Tensor) -> Timestep:
        """Start a new game in every copy."""
        self.idle()
        self._row = self._dealt(seeds.cpu())
        return self._timestep(torch.zeros(self._never.shape, device=self.device), self._never[:, 0], None)

    def step(self, actions: Sequence[Tensor], next_seeds: Tensor) -> Timestep:
        """Make one move in every copy that is playing."""
        self.idle()
        tables, columns = self._tables, len(ACTIONS) + 2
        column = actions[0].reshape(-1).clamp(-1, len(ACTIONS)) + 1
        row = tables.following.index_select(0, torch.add(column, self._row, alpha=columns))
        over = row > tables.resting
        ended = over.nonzero().view(-1)
        reward = tables.reward.index_select(0, row)
        final = None
        if len(ended):
            last, seeds = torch.stack([row, next_seeds.to(self.device)]).index_select(1, ended).cpu()
            if int(last.max()) == len(tables.reward) - 1:
                self._refuse(actions[0], int(ended[last.argmax()]))
            final = Final(observation=(self._observation(row),), state=self._state(row))
            row = row.index_copy(0, ended, self._dealt(seeds))
        self._row = row
        return self._timestep(reward, over, final)

    def close(self) -> None:
        """Do nothing: there is nothing to free."""

    def _dealt(self, seeds: Tensor) -> Tensor:
        """Return the first rows of games with these seeds, int64 [·]; a negative seed makes a copy rest."""
        rows = np.full(len(seeds), self._tables.resting)
        plays = seeds.numpy() >= 0
        rows[plays] = self._dealer(seeds.numpy()[plays])
        return torch.from_numpy(rows).to(self.device)

    def _timestep(self, reward: Tensor, over: Tensor, final: Final | None) -> Timestep:
        tables, row = self._tables, self._row
        return Timestep(
            observation=(self._observation(row),),
            legal=(tables.legal.index_select(0, row)[:, None],),
            acting=tables.acting.index_select(0, row),
            state=self._state(row),
            reward=reward,
            terminated=over[:, None].expand(-1, len(self.game.seats)),
            truncated=self._never,
            over=over,
            final=final,
            cut=False,
        )

    def _observation(self, row: Tensor) -> Tensor:
        return self._tables.observation.index_select(0, row)[:, None]

    def _state(self, row: Tensor) -> Tensor:
        return self._tables.state.index_select(0, row).view(self.copies, len(self.game.teams), -1)

    def _refuse(self, actions: Tensor, copy: int) -> None:
        seat = self.game.seats[int(self._tables.acting[self._row[copy]].int().argmax())]
        raise IllegalAction(f"copy {copy}: {seat} chose action {int(actions[copy])} and may not")


def leduc_holdem(game: Game, options: Mapping[str, Any], copies: int, device: torch.device) -> LeducArena:
    """Make copies of Leduc hold'em for two players.

    Raises:
        UnsupportedOptions: The stock game has no options except those of drawing.
    """
    check_options(game.name, options, ())
    return LeducArena(game, LeducRules(), copies, device)
