"""Games that are written out as trees (`envs.trees`), equal to the stock games step for step.

A *row* is a node of the tree. A step looks up the next row, and chance moves on from there: its k-th move of a game takes the
k-th number of the game's own generator, as in `envs.openspiel.environment`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from envs.arena import Final, Immediate, Timestep
from envs.faults import GameError, IllegalAction
from envs.game import Game
from envs.trees.table import tree_of
from envs.trees.tree import CHANCE, OVER, GameTree
from envs.twins.options import DRAWING, UnsupportedOptions
from envs.twins.seeding import integers_then_uniforms


@dataclass(frozen=True)
class TreeTables:
    """A tree by rows. The row after the nodes is a resting copy, and the last one means that an action was illegal.

    Attributes:
        resting: The row of a resting copy.
        draws: The largest number of moves of chance in a game.
        following: int64 [rows * (n + 2)], the next row; per row for an action below 0, the n actions, and one above.
        shown: int64 [rows], the observation of the seat that acts, or would act next.
        views: float32 [·, F], the observations by number.
        state: int64 [rows, K * A], the observations in the joint state from each team's view.
        legal: bool [rows, n].
        acting: bool [rows, A].
        reward: float32 [rows, A].
        over: bool [rows].
        lottery: int64 [rows], the number of a node of chance, or −1.
        limits: float64 [C, outcomes], sums of the probabilities of the outcomes up to each one; 2 where there is no outcome.
        drawn: int64 [C, outcomes], the row that follows.
    """

    resting: int
    draws: int
    following: Tensor
    shown: Tensor
    views: Tensor
    state: Tensor
    legal: Tensor
    acting: Tensor
    reward: Tensor
    over: Tensor
    lottery: Tensor
    limits: Tensor
    drawn: Tensor


def tabulate(game: Game, tree: GameTree, device: torch.device) -> TreeTables:
    """Make the tables of a tree.

    Args:
        game: Decides the order of seats and of teams in the joint state.
        tree: The tree.
        device: The device of the tables.
    """
    nodes, actions = len(tree.mover), tree.actions
    rows, inner = nodes + 2, np.flatnonzero(tree.mover != OVER)
    seats = [tree.agents.index(seat) for seat in game.seats]
    teams = range(len(game.teams))
    order = [seats[seat] for team in teams for step in teams for seat in game.teams[(team + step) % len(teams)]]
    acts = np.flatnonzero(tree.mover >= 0)
    after_a_seat = np.flatnonzero(tree.information[tree.parent[1:]] >= 0) + 1
    following = np.full((rows, actions + 2), rows - 1)
    following[nodes] = nodes
    following[tree.parent[after_a_seat], tree.taken[after_a_seat] + 1] = after_a_seat
    next_seat = np.zeros(rows, np.int64)
    next_seat[acts] = tree.mover[acts]
    ended = np.flatnonzero(tree.mover == OVER)
    next_seat[ended] = (_last_mover(tree)[ended] + 1) % len(tree.agents)
    seen = np.concatenate([tree.seen, np.zeros((2, len(tree.agents)), np.int64)])
    legal = np.ones((rows, actions), np.bool_)
    legal[acts] = tree.legal[tree.information[acts]]
    acting = np.zeros((rows, len(seats)), np.bool_)
    for place, seat in enumerate(seats):
        acting[acts, place] = tree.mover[acts] == seat
    reward = np.zeros((rows, len(seats)), np.float32)
    reward[:nodes] = tree.returns[:, seats]
    over = np.zeros(rows, np.bool_)
    over[ended] = True
    lottery = np.full(rows, -1)
    chances = inner[tree.mover[inner] == CHANCE]
    lottery[chances] = np.arange(len(chances))
    limits, drawn = _lotteries(tree, chances)
    shown = seen[np.arange(rows), next_seat]
    tables = (following.reshape(-1), shown, tree.views, seen[:, order], legal, acting, reward, over, lottery, limits, drawn)
    return TreeTables(nodes, _most_draws(tree), *(torch.from_numpy(np.ascontiguousarray(x)).to(device) for x in tables))


def _last_mover(tree: GameTree) -> np.ndarray:
    """The seat that moved last before each node, int64 [V]; 0 if nobody did."""
    last = np.zeros(len(tree.mover), np.int64)
    for nodes in tree.levels[1:]:
        parents = tree.parent[nodes]
        last[nodes] = np.where(tree.mover[parents] >= 0, tree.mover[parents], last[parents])
    return last


def _most_draws(tree: GameTree) -> int:
    count = np.zeros(len(tree.mover), np.int64)
    for nodes in tree.levels[1:]:
        parents = tree.parent[nodes]
        count[nodes] = count[parents] + (tree.mover[parents] == CHANCE)
    return int(count.max())


def _lotteries(tree: GameTree, chances: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The limits and the following rows of the nodes of chance, [C, outcomes] each."""
    children = np.flatnonzero(tree.mover[tree.parent[1:]] == CHANCE) + 1
    width = int(tree.taken[children].max()) + 1 if len(children) else 1
    likely, drawn = np.zeros((len(chances), width)), np.zeros((len(chances), width), np.int64)
    place = np.searchsorted(chances, tree.parent[children])
    likely[place, tree.taken[children]] = tree.chance[children]
    drawn[place, tree.taken[children]] = children
    count = (likely > 0).sum(1, keepdims=True)
    limits = np.cumsum(likely, axis=1)
    limits[np.arange(width) >= count - 1] = 2.0  # the last outcome takes what rounding leaves
    return limits, drawn


class TreeArena(Immediate):
    """N copies of a game that is written out as a tree; see `envs.arena.Arena`. Returned timesteps are never modified."""

    def __init__(self, game: Game, tree: GameTree, copies: int, device: torch.device) -> None:
        self.game = game
        self.copies = copies
        self.device = device
        self._tables = tabulate(game, tree, device)
        self._columns = tree.actions + 2
        self._never = torch.zeros(copies, len(game.seats), dtype=torch.bool, device=device)
        self._row = torch.full((copies,), self._tables.resting, device=device)
        self._numbers = torch.zeros(copies, max(self._tables.draws, 1), dtype=torch.float64, device=device)
        self._used = torch.zeros(copies, dtype=torch.int64, device=device)

    def restart(self, seeds: Tensor) -> Timestep:
        """Start a new game in every copy."""
        self.idle()
        self._begin(torch.arange(self.copies, device=self.device), seeds.to(self.device))
        return self._timestep(torch.zeros(self._never.shape, device=self.device), self._never[:, 0], None)

    def step(self, actions: Sequence[Tensor], next_seeds: Tensor) -> Timestep:
        """Make one move in every copy that is playing."""
        self.idle()
        tables = self._tables
        column = actions[0].reshape(-1).clamp(-1, self._columns - 2) + 1
        row = tables.following.index_select(0, torch.add(column, self._row, alpha=self._columns))
        if int(row.max()) == len(tables.over) - 1:
            self._refuse(actions[0], row)
        self._row = row
        self._let_chance_move()
        over = tables.over.index_select(0, self._row)
        reward = tables.reward.index_select(0, self._row)
        ended, final = over.nonzero().view(-1), None
        if len(ended):
            final = Final(observation=(self._observation(),), state=self._state())
            self._row = self._row.clone()
            self._begin(ended, next_seeds.to(self.device).index_select(0, ended))
        return self._timestep(reward, over, final)

    def close(self) -> None:
        """Do nothing: there is nothing to free."""

    def _begin(self, copies: Tensor, seeds: Tensor) -> None:
        """Start games with these seeds in some copies; a negative seed makes a copy rest."""
        plays = seeds >= 0
        if self._tables.draws:
            _, numbers = integers_then_uniforms(seeds.clamp(min=0).cpu().numpy(), (), self._tables.draws)
            self._numbers[copies] = torch.from_numpy(numbers).to(self.device)
        self._used[copies] = 0
        self._row[copies] = torch.where(plays, 0, self._tables.resting)
        self._let_chance_move()

    def _let_chance_move(self) -> None:
        """Go on from the nodes of chance to nodes where a seat acts or the game is over."""
        tables = self._tables
        while True:
            lottery = tables.lottery.index_select(0, self._row)
            copies = (lottery >= 0).nonzero().view(-1)
            if not len(copies):
                return
            here = lottery[copies]
            number = self._numbers[copies, self._used[copies]]
            chosen = (number[:, None] >= tables.limits[here]).sum(1)
            self._row = self._row.index_copy(0, copies, tables.drawn[here, chosen])
            self._used[copies] += 1

    def _timestep(self, reward: Tensor, over: Tensor, final: Final | None) -> Timestep:
        tables, row = self._tables, self._row
        return Timestep(
            observation=(self._observation(),),
            legal=(tables.legal.index_select(0, row)[:, None],),
            acting=tables.acting.index_select(0, row),
            state=self._state(),
            reward=reward,
            terminated=over[:, None].expand(-1, len(self.game.seats)),
            truncated=self._never,
            over=over,
            final=final,
            cut=False,
        )

    def _observation(self) -> Tensor:
        tables = self._tables
        return tables.views.index_select(0, tables.shown.index_select(0, self._row))[:, None]

    def _state(self) -> Tensor:
        tables = self._tables
        seen = tables.state.index_select(0, self._row)
        return tables.views.index_select(0, seen.view(-1)).view(self.copies, len(self.game.teams), -1)

    def _refuse(self, actions: Tensor, row: Tensor) -> None:
        wrong = (row == len(self._tables.over) - 1).int()
        copy = int(wrong.argmax())
        seat = self.game.seats[int(self._tables.acting[self._row[copy]].int().argmax())]
        raise IllegalAction(f"copy {copy}: {seat} chose action {int(actions[copy])} and may not")


def tree_game(game: Game, options: Mapping[str, Any], copies: int, device: torch.device) -> TreeArena:
    """Make copies of a game of turns that has a tree.

    Raises:
        UnsupportedOptions: The game cannot be written out with these options.
    """
    try:
        tree = tree_of(game.name, {name: value for name, value in options.items() if name not in DRAWING})
    except GameError as error:
        raise UnsupportedOptions(str(error)) from error
    return TreeArena(game, tree, copies, device)
