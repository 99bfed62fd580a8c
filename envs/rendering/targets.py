"""Places in the picture of a board that a person can point at instead of choosing a move from a list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from envs.rendering.stones import CELL, GO_SIDE

Box = tuple[float, float, float, float]
"""x, y, width and height in pixels of the frame."""

Targets = Mapping[int, tuple[Box, ...]]
"""Action → the places to point at, one after another: one place, or the square of a piece and the square where it goes."""


def targets(name: str, env: Any) -> Targets:
    """Return where a person can point at in the present position.

    Args:
        name: The game's name.
        env: The stock PettingZoo environment, wrapped or not, after its reset.

    Returns:
        Places of actions, whether these are legal or not; empty for games without such places.
    """
    return TARGETS[name](env.unwrapped) if name in TARGETS else {}


def connect_four(env: Any) -> Targets:
    """The columns."""
    return {column: ((40.0 * column, 0.0, 40.0, 240.0),) for column in range(7)}


def tictactoe(env: Any) -> Targets:
    """The cells; actions go down the columns."""
    return {3 * x + y: ((60.0 * x, 60.0 * y, 60.0, 60.0),) for x in range(3) for y in range(3)}


def go(env: Any) -> Targets:
    """The points. Passing has no place."""
    size = len(env._go.board)
    gap = GO_SIDE / max(size - 1, 1)
    edge = max(gap * 0.7, 10.0)

    def around(x: int, y: int) -> Box:
        return (edge + gap * (x - 0.5), edge + gap * (y - 0.5), gap, gap)

    return {size * row + column: (around(column, row),) for row in range(size) for column in range(size)}


def chess(env: Any) -> Targets:
    """The square of a man and the square where it goes. Moves that differ in the promotion have the same places."""
    from pettingzoo.classic.chess.chess_utils import action_to_move, legal_moves  # deferred: needs the package chess

    agent = env.agent_selection
    if env.terminations.get(agent, True):
        return {}
    player = env.possible_agents.index(agent)

    def square(number: int) -> Box:
        return (CELL * (number % 8), CELL * (7 - number // 8), CELL, CELL)

    moves = {action: action_to_move(env.board, action, player) for action in legal_moves(env.board)}
    return {action: (square(move.from_square), square(move.to_square)) for action, move in moves.items()}


TARGETS: dict[str, Callable[[Any], Targets]] = {
    "classic/chess_v6": chess,
    "classic/connect_four_v3": connect_four,
    "classic/go_v5": go,
    "classic/tictactoe_v3": tictactoe,
}
"""Game → function that finds the places in its unwrapped environment. The places belong to the frame of `DRAWINGS`."""
