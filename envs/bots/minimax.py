"""Minimax search in board games: the bots `minimax-1` to `minimax-6`.

The search uses bitboards. A compiled loop makes shallow searches on the CPU, board by board. In all others the continuations of
all games are expanded side by side, without a Python loop over games or boards.
Positions are valued only by who wins and how soon. Among equally good moves the bot chooses at random, in favour of moves
through which more winning lines run.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from envs import compiling
from envs.bots.search import CERTAIN, search
from envs.bots.turn import Bot, Turn
from envs.faults import GameError
from envs.game import Game
from envs.twins.board import BoardRules
from envs.twins.connect_four import CONNECT_FOUR, STEPS
from envs.twins.tictactoe import LINES, TICTACTOE

RULES: dict[str, tuple[BoardRules, tuple[int, ...]]] = {
    "classic/connect_four_v3": (CONNECT_FOUR, (1, 2, 3, 4, 3, 2, 1)),
    "classic/tictactoe_v3": (TICTACTOE, (3, 2, 3, 2, 4, 2, 3, 2, 3)),
}
"""Game → its rules, and for each action the number of winning lines through its cell (connect four: along a row)."""

WINNING: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "classic/connect_four_v3": (STEPS, ()),
    "classic/tictactoe_v3": ((), tuple(sum(1 << cell for cell in line) for line in LINES)),
}
"""Game → the bit distances at which four pieces in a row win, and the sets of pieces that win."""

WIN = float(CERTAIN)
"""Value of an immediate win; each ply of delay subtracts 1."""

SHALLOW = 2
"""Depth up to which the compiled loop is faster than tensors, whose calls cost more than so few boards."""

BOARDS_AT_ONCE = 1 << 17
"""Maximal number of boards that are expanded side by side. It bounds the memory."""


def minimax(game: Game, plies: int) -> Bot:
    """Make a bot that searches ahead.

    Args:
        game: The game.
        plies: Depth of the search in moves, its own included: 1 finds a win, 2 also finds the opponent's threats.

    Raises:
        GameError: The game is not a board game in `RULES`.
    """
    if game.name not in RULES:
        raise GameError(f"The bot minimax-{plies} plays {' and '.join(RULES)}, not {game.name}.")
    rules, lines = RULES[game.name]
    winning = WINNING[game.name]

    def bot(turn: Turn) -> Tensor:
        own, other = bitboards(rules, turn.observation)
        if compiling.serve(own.device) and plies <= SHALLOW:
            worth = searched(rules, winning, own, other, plies)
        else:
            together = max(1, BOARDS_AT_ONCE // rules.columns**plies)
            boards = zip(own.split(together), other.split(together), strict=True)
            worth = torch.cat([values(rules, *part, plies) for part in boards])
        best = worth == worth.amax(-1, keepdim=True)
        # The index with the largest u ** (1 / w) is distributed in proportion to w (Efraimidis and Spirakis, 2006, A-Res).
        return (turn.noise ** (1 / turn.noise.new_tensor(lines)) + best).argmax(-1)

    return bot


def bitboards(rules: BoardRules, observation: Tensor) -> tuple[Tensor, Tensor]:
    """Read the pieces from observations.

    Args:
        rules: The game's rules.
        observation: float32 [B, rows, columns, 2], own pieces and the opponent's pieces.

    Returns:
        int64 [B] each: own pieces, the opponent's pieces.
    """
    weights = [0.0] * rules.size
    for bit, cell in enumerate(rules.cells):
        if bit % rules.stride < rules.height:
            weights[cell] = 2.0**bit
    planes = observation.reshape(-1, rules.size, 2).double()  # sums of distinct powers of 2 below 2 ** 53 are exact in float64
    own, other = (planes * planes.new_tensor(weights)[:, None]).sum(1).long().unbind(-1)
    return own, other


def values(rules: BoardRules, own: Tensor, other: Tensor, plies: int) -> Tensor:
    """Value every action by searching ahead.

    Args:
        rules: The game's rules.
        own: int64 [B], pieces of the player to move.
        other: int64 [B], pieces of the opponent. Nobody has won yet.
        plies: Depth of the search in moves, at least 1.

    Returns:
        float32 [B, actions]: `WIN` minus the delay for a certain win, the negative of that for a certain loss, 0 if the search
        finds neither, minus infinity if the action is illegal.
    """
    floor = torch.arange(rules.columns, device=own.device) * rules.stride
    column = ((1 << rules.height) - 1) << floor
    # Adding 1 at the bottom of a column carries to its first empty cell. In a full column it carries beyond the top.
    piece = ((own | other)[:, None] + (1 << floor)) & column
    mine = own[:, None] | piece
    won = rules.won(mine)
    worth = won * WIN
    going_on = (piece != 0) & ~won
    if plies > 1 and bool(going_on.any()):
        reply = values(rules, other[:, None].expand_as(mine)[going_on], mine[going_on], plies - 1).amax(-1)
        # A full board has no reply, so all its values are minus infinity; it is a draw.
        # The opponent's value changes sign, and one more ply of delay moves it towards 0 by 1.
        worth[going_on] = torch.where(reply.isinf(), 0.0, reply.sign() - reply)
    return torch.where(piece == 0, -torch.inf, worth)


def searched(
    rules: BoardRules, winning: tuple[tuple[int, ...], tuple[int, ...]], own: Tensor, other: Tensor, plies: int
) -> Tensor:
    """Compute `values` in a compiled loop, for an entry of `WINNING`."""
    floors = np.array([1 << column * rules.stride for column in range(rules.columns)])
    columns = floors * ((1 << rules.height) - 1)
    steps, masks = (np.array(lines, np.int64) for lines in winning)
    return torch.from_numpy(search(own.contiguous().numpy(), other.contiguous().numpy(), plies, floors, columns, steps, masks))
