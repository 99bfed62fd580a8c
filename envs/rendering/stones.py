"""Drawings of chess and go from the state of the game, and the names of their moves."""

from __future__ import annotations

from typing import Any

from envs.rendering.shapes import DARK, LINES, PAPER, SKY, Frame, circle, frame, line, rect, words

CELL = 40
"""Pixels: side of a square of the chessboard."""

LIGHT, SHADE, WOOD = "#efe3cd", "#b98f66", "#e3c28b"
WHITE_MEN = dict(zip("KQRBNP", "♔♕♖♗♘♙", strict=True))
BLACK_MEN = dict(zip("kqrbnp", "♚♛♜♝♞♟", strict=True))
MEN = {**WHITE_MEN, **BLACK_MEN}
"""Letter of a piece in Forsyth-Edwards notation → its character."""

AS_TEXT = "\ufe0e"
"""Follows a character that some systems would otherwise show as a coloured picture."""

FILES = "abcdefgh"
COLUMNS = "ABCDEFGHJKLMNOPQRSTUVWXYZ"
"""Letters of the columns of a go board. There is no I."""

BLACK, WHITE = 1, -1
"""Stones in the arrays of PettingZoo's go."""

GO_SIDE = 300
"""Pixels between the first and the last line of a go board."""


def chess(env: Any) -> Frame:
    """Draw the board, with the last move marked and the names of the legal moves."""
    board = env.board
    rows = [["." for _ in FILES] for _ in FILES]
    for square, piece in board.piece_map().items():
        rows[7 - square // 8][square % 8] = piece.symbol()
    moved = {board.peek().from_square, board.peek().to_square} if board.move_stack else set()
    shapes = [
        rect(CELL * x, CELL * y, CELL, CELL, SKY if 8 * (7 - y) + x in moved else (LIGHT, SHADE)[(x + y) % 2])
        for y in range(8)
        for x in range(8)
    ]
    for y, row in enumerate(rows):
        for x, letter in enumerate(row):
            if letter != ".":
                shapes.append(words(CELL * (x + 0.5), CELL * (y + 0.5), 32, MEN[letter] + AS_TEXT))
    return frame(8 * CELL, 8 * CELL, shapes, men=["".join(row) for row in rows], names=chess_names(env))


def chess_names(env: Any) -> dict[str, dict[str, str]]:
    """Return the agent to move, with the legal actions and their names in standard algebraic notation."""
    from pettingzoo.classic.chess.chess_utils import action_to_move, legal_moves  # deferred: needs the package chess

    agent = env.agent_selection
    if env.terminations.get(agent, True):
        return {}
    player = env.possible_agents.index(agent)
    moves = {action: action_to_move(env.board, action, player) for action in legal_moves(env.board)}
    return {agent: {str(action): env.board.san(move) for action, move in sorted(moves.items())}}


def chess_text(drawn: Frame, seat: int | None) -> str:
    """Draw the board in characters."""
    men = {letter: man + AS_TEXT for letter, man in MEN.items()} | {".": "·"}
    rows = [f"{8 - y} " + " ".join(men[letter] for letter in row) for y, row in enumerate(drawn["men"])]
    return "\n".join([*rows, "  " + " ".join(FILES)]) + _colour(("white", "black"), seat)


def go(env: Any) -> Frame:
    """Draw the lines and the stones, with the last stone marked."""
    board = env._go.board
    size = len(board)
    gap = GO_SIDE / max(size - 1, 1)
    edge = max(gap * 0.7, 10.0)
    side, end = GO_SIDE + 2 * edge, GO_SIDE + edge
    shapes = [rect(0, 0, side, side, WOOD)]
    for number in range(size):
        at = edge + gap * number
        shapes += [line(at, edge, at, end, LINES, 1), line(edge, at, end, at, LINES, 1)]
    stones = [[{BLACK: 0, WHITE: 1}.get(int(stone), -1) for stone in row] for row in board]
    for y, row in enumerate(stones):
        for x, seat in enumerate(row):
            if seat >= 0:
                middle = (edge + gap * x, edge + gap * y)
                shapes += [circle(*middle, gap * 0.48, DARK)]
                shapes += [circle(*middle, gap * 0.43, PAPER)] if seat else []
    recent = env._go.recent[-1].move if env._go.recent else None
    if recent is not None:
        row, column = recent
        shapes.append(circle(edge + gap * column, edge + gap * row, gap * 0.16, SKY))
    return frame(round(side), round(side), shapes, board=stones)


def go_text(drawn: Frame, seat: int | None) -> str:
    """Draw the board in characters, with the names of lines as in the moves."""
    size = len(drawn["board"])
    rows = [f"{size - y:2d} " + " ".join("●○·"[owner] for owner in row) for y, row in enumerate(drawn["board"])]
    return "\n".join([*rows, "   " + " ".join(COLUMNS[:size])]) + _colour(("● black", "○ white"), seat)


def go_points(size: int) -> tuple[str, ...]:
    """Return the names of the actions on a board of this size: the points row by row from the top, then to pass."""
    points = tuple(f"{COLUMNS[column]}{size - row}" for row in range(size) for column in range(size))
    return (*points, "pass")


def _colour(colours: tuple[str, str], seat: int | None) -> str:
    return "" if seat is None else f"\n  you are {colours[seat]}"
