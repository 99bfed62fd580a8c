"""Drawings of the board games connect four and tic-tac-toe, and of rock, paper, scissors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from envs.rendering.shapes import AMBER, DARK, FLOOR, LINES, PAPER, RED, Frame, circle, frame, line, rect, words

SEATS = (RED, AMBER)
BOARD = "#2f5d8a"


def connect_four(env: Any) -> Frame:
    """Draw the board with its holes."""
    board = (np.array(env.board).reshape(6, 7) - 1).tolist()
    colors = (*SEATS, FLOOR)  # index -1 selects the last colour, that of an empty hole
    holes = [circle(20 + 40 * x, 20 + 40 * y, 16, colors[seat]) for y, row in enumerate(board) for x, seat in enumerate(row)]
    return frame(280, 240, [rect(0, 0, 280, 240, BOARD), *holes], board=board)


def tictactoe(env: Any) -> Frame:
    """Draw the board with crosses and rings."""
    board = (np.array(env.board.squares).reshape(3, 3).T - 1).tolist()
    shapes = [rect(0, 0, 180, 180, FLOOR)]
    for at in (60, 120):
        shapes += [line(at, 5, at, 175, LINES), line(5, at, 175, at, LINES)]
    for y, row in enumerate(board):
        for x, seat in enumerate(row):
            middle = (30 + 60 * x, 30 + 60 * y)
            shapes += [_cross, _ring][seat](*middle) if seat >= 0 else []
    return frame(180, 180, shapes, board=board)


def _cross(x: float, y: float) -> list[Frame]:
    return [line(x - 18, y - 18, x + 18, y + 18, SEATS[0], 5), line(x - 18, y + 18, x + 18, y - 18, SEATS[0], 5)]


def _ring(x: float, y: float) -> list[Frame]:
    return [circle(x, y, 20, SEATS[1]), circle(x, y, 14, FLOOR)]


def rps(env: Any) -> Frame:
    """Draw the choices of the last round."""
    moves = [env._moves[env.state[seat]].capitalize() for seat in env.possible_agents]
    if env.num_moves == 0:
        moves = ["–", "–"]
    shapes = [rect(0, 0, 280, 120, FLOOR), words(140, 22, 14, f"round {env.num_moves}")]
    for x, color, ink, move in zip((75, 205), SEATS, (PAPER, DARK), moves, strict=True):
        shapes += [circle(x, 72, 38, color), words(x, 72, 14, move, ink)]
    return frame(280, 120, shapes, moves=moves)


def connect_four_text(drawn: Frame, seat: int | None) -> str:
    """Draw the board in characters, with the number of each column's action below it."""
    board = [["●○·"[owner] for owner in row] for row in drawn["board"]]
    return _box(board) + "\n  " + " ".join(map(str, range(7))) + _piece("●○", seat)


def tictactoe_text(drawn: Frame, seat: int | None) -> str:
    """Draw the board in characters, with the number of the action in each empty cell."""
    cells = enumerate(drawn["board"])
    board = [["XO"[owner] if owner >= 0 else str(3 * x + y) for x, owner in enumerate(row)] for y, row in cells]
    return _box(board) + _piece("XO", seat)


def rps_text(drawn: Frame, seat: int | None) -> str:
    """Describe the choices of the last round."""
    first, second = drawn["moves"]
    return f"{first} : {second}" if seat is None else f"you: {drawn['moves'][seat]}, the other: {drawn['moves'][1 - seat]}"


def _piece(pieces: str, seat: int | None) -> str:
    return "" if seat is None else f"\n  you are {pieces[seat]}"


def _box(rows: Sequence[Sequence[str]]) -> str:
    bar = "─" * (2 * len(rows[0]) + 1)
    return "\n".join([f"┌{bar}┐", *("│ " + " ".join(row) + " │" for row in rows), f"└{bar}┘"])
