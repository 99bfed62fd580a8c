"""Looking ahead in board games: the bots `minimax-1` to `minimax-6`.

All continuations of all games are expanded side by side on bitboards, without a loop over games or boards, and valued only by
who wins and how soon. Between equally good moves chance decides, favouring those through which more winning lines run.
"""

from __future__ import annotations

import torch
from torch import Tensor

from envs.bots.turn import Bot, Turn
from envs.faults import GameError
from envs.game import Game
from envs.twins.board import BoardRules
from envs.twins.connect_four import CONNECT_FOUR
from envs.twins.tictactoe import TICTACTOE

RULES: dict[str, tuple[BoardRules, tuple[int, ...]]] = {
    "classic/connect_four_v3": (CONNECT_FOUR, (1, 2, 3, 4, 3, 2, 1)),
    "classic/tictactoe_v3": (TICTACTOE, (3, 2, 3, 2, 4, 2, 3, 2, 3)),
}
"""Each game's rules, and how many winning lines run through each action's place (connect four: along a row)."""

WIN = 100.0
"""Worth of a win on the spot; each ply of delay costs 1."""

BOARDS_AT_ONCE = 1 << 17
"""How many boards are expanded side by side at most, which bounds the memory."""


def minimax(game: Game, plies: int) -> Bot:
    """Make a bot that looks ahead.

    Args:
        game: The game.
        plies: How many moves ahead, its own included: 1 sees a win, 2 also sees the opponent's threats.

    Raises:
        GameError: The game is not a board game it knows.
    """
    if game.name not in RULES:
        raise GameError(f"The bot minimax-{plies} plays {' and '.join(RULES)}, not {game.name}.")
    rules, lines = RULES[game.name]

    def bot(turn: Turn) -> Tensor:
        own, other = bitboards(rules, turn.observation)
        together = max(1, BOARDS_AT_ONCE // rules.columns**plies)
        worth = torch.cat(
            [values(rules, *boards, plies) for boards in zip(own.split(together), other.split(together), strict=True)]
        )
        best = worth == worth.amax(-1, keepdim=True)
        # The largest of u ** (1 / w) is each with probability in proportion to w (Efraimidis and Spirakis, 2006).
        return (turn.noise ** (1 / turn.noise.new_tensor(lines)) + best).argmax(-1)

    return bot


def bitboards(rules: BoardRules, observation: Tensor) -> tuple[Tensor, Tensor]:
    """Read the pieces off observations.

    Args:
        rules: The game's rules.
        observation: float32 [B, rows, columns, 2], own and other's pieces.

    Returns:
        int64 [B] each: own pieces, the other's pieces.
    """
    weights = [0.0] * rules.size
    for bit, cell in enumerate(rules.cells):
        if bit % rules.stride < rules.height:
            weights[cell] = 2.0**bit
    planes = observation.reshape(-1, rules.size, 2).double()  # sums of different powers below 2 ** 53 are exact
    own, other = (planes * planes.new_tensor(weights)[:, None]).sum(1).long().unbind(-1)
    return own, other


def values(rules: BoardRules, own: Tensor, other: Tensor, plies: int) -> Tensor:
    """Value every action by looking ahead.

    Args:
        rules: The game's rules.
        own: int64 [B], pieces of the side to move.
        other: int64 [B], pieces of the other side. Nobody has won yet.
        plies: How many moves to look ahead, at least 1.

    Returns:
        float32 [B, actions]: `WIN` less the delay for a sure win, the same negated for a sure loss, 0 where neither is
        seen, minus infinity where the action is not allowed.
    """
    floor = torch.arange(rules.columns, device=own.device) * rules.stride
    column = ((1 << rules.height) - 1) << floor
    # Adding one at a column's floor carries to its first empty place; a full column carries beyond its top.
    piece = ((own | other)[:, None] + (1 << floor)) & column
    mine = own[:, None] | piece
    won = rules.won(mine)
    worth = won * WIN
    going_on = (piece != 0) & ~won
    if plies > 1 and bool(going_on.any()):
        reply = values(rules, other[:, None].expand_as(mine)[going_on], mine[going_on], plies - 1).amax(-1)
        # A full board has no reply, and is a draw.
        worth[going_on] = torch.where(reply.isinf(), 0.0, reply.sign() - reply)
    return torch.where(piece == 0, -torch.inf, worth)
