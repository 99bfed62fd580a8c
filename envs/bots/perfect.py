"""Perfect play in solved games: the bot `perfect`, and the judge of other players' decisions.

* Tic-tac-toe is solved from its beginning.
* Connect four is solved once `Solved.first` pieces are on the board, as long as `four.worth` finds an answer within its budget.
  Before that, the bot searches with a smaller budget, and looks a few moves ahead where that is not enough.
* In rock paper scissors the only equilibrium of the stock game is to take every action equally often. No single decision is a
  mistake there.

A *mistake* turns a won position into a drawn or lost one, or a drawn position into a lost one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from envs.bots import four
from envs.bots.minimax import RULES, WINNING, bitboards, searched, values
from envs.bots.turn import Bot, Turn
from envs.faults import GameError
from envs.game import Game
from envs.twins.board import BoardRules

Ints = NDArray[np.int64]

UNKNOWN = four.UNKNOWN
"""Stands for a value that was not found within the budget."""

BUDGET, SMALL_BUDGET = 3_000_000, 100_000
"""The most positions that are searched for the value of one position: where the game is solved, and earlier."""

AHEAD = 4
"""Number of moves that the bot looks ahead where the value of a position is not known."""

ROCK_PAPER_SCISSORS = "classic/rps_v2"


@dataclass(frozen=True)
class Solved:
    """A solved board game.

    Attributes:
        first: Number of pieces on the board from which on positions are solved.
        worth: (own pieces, pieces of the opponent, budget) → int8 [B]: 1 if the player to move wins, 0 for a draw, -1 if it
            loses, `UNKNOWN` if the answer was not found.
    """

    first: int
    worth: Callable[[Ints, Ints, int], NDArray[np.int8]]


def _of_connect_four(own: Ints, other: Ints, budget: int) -> NDArray[np.int8]:
    return four.worth(own, own | other, budget)


def _of_tictactoe(own: Ints, other: Ints, budget: int) -> NDArray[np.int8]:
    """Search to the end of every different position. The budget is not needed."""
    game = "classic/tictactoe_v3"
    boards, place = np.unique(np.stack([own, other], 1), axis=0, return_inverse=True)
    ours, theirs = map(torch.from_numpy, boards.T.copy())
    found = searched(RULES[game][0], WINNING[game], ours, theirs, RULES[game][0].size)
    best = found.amax(1).sign().masked_fill(found.amax(1).isinf(), 0.0)  # a full board is a draw
    return best.numpy().astype(np.int8)[place.reshape(-1)]


SOLVED: dict[str, Solved] = {
    "classic/connect_four_v3": Solved(12, _of_connect_four),
    "classic/tictactoe_v3": Solved(0, _of_tictactoe),
}
"""Game of `envs.bots.minimax.RULES` → how it is solved."""


def perfect(game: Game) -> Bot:
    """Make the bot `perfect`. Among equally good moves it prefers those that win sooner or lose later, as far as it looks.

    Raises:
        GameError: The game is not solved here.
    """
    if game.name == ROCK_PAPER_SCISSORS:
        return lambda turn: turn.noise.argmax(-1)
    if game.name not in SOLVED:
        raise GameError(f"The bot perfect plays {', '.join((*SOLVED, ROCK_PAPER_SCISSORS))}, not {game.name}.")
    rules, lines = RULES[game.name]

    def bot(turn: Turn) -> Tensor:
        own, other = bitboards(rules, turn.observation)
        exact = torch.from_numpy(outcomes(game.name, own.cpu().numpy(), other.cpu().numpy())).to(own.device)
        soon = values(rules, own, other, AHEAD)
        found = torch.where(exact == UNKNOWN, soon.sign().nan_to_num(), exact.float())
        worth = torch.where(soon.isinf(), -torch.inf, 1000.0 * found + soon)
        best = worth == worth.amax(-1, keepdim=True)
        return (turn.noise ** (1 / turn.noise.new_tensor(lines)) + best).argmax(-1)

    return bot


def outcomes(game: str, own: Ints, other: Ints) -> NDArray[np.int8]:
    """The outcome of every action under perfect play, for the player to move.

    Args:
        game: A name of `SOLVED`.
        own: int64 [B], pieces of the player to move.
        other: int64 [B], pieces of the opponent. Nobody has won yet.

    Returns:
        int8 [B, actions]: 1, 0, -1, or `UNKNOWN`; -1 for actions that are not legal.
    """
    rules, solved = RULES[game][0], SOLVED[game]
    found = np.full((len(own), rules.columns), -1, np.int8)
    pieces = np.array([bin(board).count("1") for board in (own | other).tolist()])
    for column in range(rules.columns):
        piece = ((own | other) + (1 << column * rules.stride)) & (((1 << rules.height) - 1) << column * rules.stride)
        mine, legal = own | piece, piece != 0
        won = legal & rules.won(torch.from_numpy(mine)).numpy()
        found[won, column] = 1
        for late, budget in ((True, BUDGET), (False, SMALL_BUDGET)):
            rows = np.flatnonzero(legal & ~won & ((pieces >= solved.first) == late))
            found[rows, column] = opposite(solved.worth(other[rows], mine[rows], budget))
    return found


def opposite(value: NDArray[np.int8]) -> NDArray[np.int8]:
    """The value for the other player."""
    return np.where(value == UNKNOWN, UNKNOWN, -value).astype(np.int8)


def judged(game: str, decisions: Sequence[tuple[Sequence[int], int]]) -> list[tuple[int, int]]:
    """Judge decisions.

    Args:
        game: A name of `SOLVED`.
        decisions: (the actions of a game from its beginning, the number of the one that is judged).

    Returns:
        For each, the value of the position before it and of the position after it, both for the player who made it: 1, 0, -1 or
        `UNKNOWN`.
    """
    rules, solved = RULES[game][0], SOLVED[game]
    boards = np.array([_position(rules, actions[:number]) for actions, number in decisions], np.int64).reshape(-1, 2)
    after = np.array([_position(rules, actions[: number + 1]) for actions, number in decisions], np.int64).reshape(-1, 2)
    won = rules.won(torch.from_numpy(after[:, 1].copy())).numpy()
    before = solved.worth(boards[:, 0].copy(), boards[:, 1].copy(), BUDGET)
    later = np.where(won, 1, -1).astype(np.int8)
    rows = np.flatnonzero(~won & (before != -1))  # a lost position stays lost
    later[rows] = opposite(solved.worth(after[rows, 0], after[rows, 1], BUDGET))
    return list(zip(before.tolist(), later.tolist(), strict=True))


def is_mistake(before: int, after: int) -> bool | None:
    """Whether a decision is a mistake, from the result of `judged`; None if that is not known."""
    if before == -1:
        return False
    return None if UNKNOWN in (before, after) else after < before


def _position(rules: BoardRules, actions: Sequence[int]) -> tuple[int, int]:
    """The pieces of the player to move, and those of the opponent, after some actions from the beginning."""
    own = other = 0
    for column in actions:
        column_cells = ((1 << rules.height) - 1) << column * rules.stride
        own, other = other, own | (((own | other) + (1 << column * rules.stride)) & column_cells)
    return own, other
