"""Pictures of a running game as plain data, for replays and the terminal.

A frame is `{"width", "height", "shapes"}`, lengths in pixels, y pointing down; the shapes are

- `{"kind": "circle", "x", "y", "r", "color"}`
- `{"kind": "rect", "x", "y", "w", "h", "color"}`, x and y being its left upper corner
- `{"kind": "line", "x1", "y1", "x2", "y2", "width", "color"}`
- `{"kind": "text", "x", "y", "size", "text", "color"}`, x and y being its middle

and a board also says what stands where, as `"board"`: rows of seat numbers from 0, -1 where nothing stands. Games without a
drawing of their own are photographed: `{"width", "height", "png"}`, the picture in base64.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from PIL import Image

Frame = dict[str, Any]

SIDE = 320
"""Pixels of a picture's longer side, at most."""

FLOOR, LINES, DARK = "#f4f1ea", "#b8b2a7", "#3c3c3c"
SEATS = ("#c8452f", "#e0a526")
PREDATOR, PREY = "#c8452f", "#3f8f4f"


def draw(name: str, env: Any) -> Frame:
    """Draw a game as it stands.

    Args:
        name: The game's name.
        env: The stock PettingZoo environment, wrapped or not, after its reset.

    Returns:
        A frame, ready for JSON. Without shapes where the game has no drawing and was made without `render_mode="rgb_array"`.
    """
    if name in DRAWINGS:
        return DRAWINGS[name](env.unwrapped)
    if getattr(env.unwrapped, "render_mode", None) == "rgb_array":
        return _photograph(env.render())
    return _frame(SIDE, SIDE, [])


def text(name: str, frame: Frame) -> str | None:
    """Draw a frame with characters.

    Args:
        name: The game's name.
        frame: What `draw` gave for this game.

    Returns:
        Some lines for a terminal; None where the game has no such drawing.
    """
    return TEXTS[name](frame) if name in TEXTS else None


def _frame(width: int, height: int, shapes: list[Frame], **more: Any) -> Frame:
    return {"width": width, "height": height, "shapes": shapes, **more}


def _circle(x: float, y: float, r: float, color: str) -> Frame:
    return {"kind": "circle", "x": round(x, 1), "y": round(y, 1), "r": round(r, 1), "color": color}


def _rect(x: float, y: float, w: float, h: float, color: str) -> Frame:
    return {"kind": "rect", "x": x, "y": y, "w": w, "h": h, "color": color}


def _line(x1: float, y1: float, x2: float, y2: float, color: str, width: int = 2) -> Frame:
    return {"kind": "line", "x1": x1, "y1": y1, "x2": x2, "y2": y2, "width": width, "color": color}


def _text(x: float, y: float, size: int, words: str, color: str = DARK) -> Frame:
    return {"kind": "text", "x": x, "y": y, "size": size, "text": words, "color": color}


def _connect_four(env: Any) -> Frame:
    board = (np.array(env.board).reshape(6, 7) - 1).tolist()
    colors = (*SEATS, FLOOR)  # -1 is the last: an empty hole
    holes = [_circle(20 + 40 * x, 20 + 40 * y, 16, colors[seat]) for y, row in enumerate(board) for x, seat in enumerate(row)]
    return _frame(280, 240, [_rect(0, 0, 280, 240, "#2f5d8a"), *holes], board=board)


def _tictactoe(env: Any) -> Frame:
    board = (np.array(env.board.squares).reshape(3, 3).T - 1).tolist()
    shapes = [_rect(0, 0, 180, 180, FLOOR)]
    for at in (60, 120):
        shapes += [_line(at, 5, at, 175, LINES), _line(5, at, 175, at, LINES)]
    for y, row in enumerate(board):
        for x, seat in enumerate(row):
            middle = (30 + 60 * x, 30 + 60 * y)
            shapes += [_cross, _ring][seat](*middle) if seat >= 0 else []
    return _frame(180, 180, shapes, board=board)


def _cross(x: float, y: float) -> list[Frame]:
    return [_line(x - 18, y - 18, x + 18, y + 18, SEATS[0], 5), _line(x - 18, y + 18, x + 18, y - 18, SEATS[0], 5)]


def _ring(x: float, y: float) -> list[Frame]:
    return [_circle(x, y, 20, SEATS[1]), _circle(x, y, 14, FLOOR)]


def _rps(env: Any) -> Frame:
    moves = [env._moves[env.state[seat]].capitalize() for seat in env.possible_agents]
    if env.num_moves == 0:
        moves = ["–", "–"]
    shapes = [_rect(0, 0, 280, 120, FLOOR), _text(140, 22, 14, f"round {env.num_moves}")]
    for x, color, move in zip((75, 205), SEATS, moves, strict=True):
        shapes += [_circle(x, 72, 38, color), _text(x, 72, 14, move)]
    return _frame(280, 120, shapes, moves=moves)


def _tag(env: Any) -> Frame:
    world = env.world
    reach = max(1.25, float(np.abs([entity.state.p_pos for entity in world.entities]).max()) + 0.1)
    scale = SIDE / 2 / reach
    rim = [SIDE / 2 + sign * scale for sign in (-1, 1)]
    shapes = [_rect(0, 0, SIDE, SIDE, FLOOR)]
    shapes += [
        _line(rim[a], rim[b], rim[c], rim[d], LINES) for a, b, c, d in ((0, 0, 1, 0), (1, 0, 1, 1), (1, 1, 0, 1), (0, 1, 0, 0))
    ]
    kinds = [(entity, DARK) for entity in world.landmarks]
    kinds += [(agent, PREDATOR if agent.adversary else PREY) for agent in world.agents]
    for entity, color in kinds:
        x, y = entity.state.p_pos
        shapes.append(_circle(SIDE / 2 + float(x) * scale, SIDE / 2 - float(y) * scale, entity.size * scale, color))
    return _frame(SIDE, SIDE, shapes)


def _photograph(picture: Any) -> Frame:
    image = Image.fromarray(np.ascontiguousarray(picture, dtype=np.uint8))
    image.thumbnail((SIDE, SIDE))
    file = io.BytesIO()
    image.save(file, format="PNG")
    return {"width": image.width, "height": image.height, "png": base64.b64encode(file.getvalue()).decode("ascii")}


def _connect_four_text(frame: Frame) -> str:
    """The board, and below it the number of each column's action."""
    board = [["●○·"[seat] for seat in row] for row in frame["board"]]
    return _box(board) + "\n  " + " ".join(map(str, range(7)))


def _tictactoe_text(frame: Frame) -> str:
    """The board, with the number of the action that takes it in each empty cell."""
    cells = enumerate(frame["board"])
    return _box([["XO"[seat] if seat >= 0 else str(3 * x + y) for x, seat in enumerate(row)] for y, row in cells])


def _box(rows: Sequence[Sequence[str]]) -> str:
    bar = "─" * (2 * len(rows[0]) + 1)
    return "\n".join([f"┌{bar}┐", *("│ " + " ".join(row) + " │" for row in rows), f"└{bar}┘"])


def _rps_text(frame: Frame) -> str:
    first, second = frame["moves"]
    return f"{first} : {second}"


def _tag_text(frame: Frame) -> str:
    """A map of 21 by 41 characters: obstacles `#`, predators `X`, prey `o`."""
    columns, rows = 41, 21
    spots = [[" "] * columns for _ in range(rows)]
    marks = {DARK: "#", PREDATOR: "X", PREY: "o"}
    across, down = np.arange(columns) * frame["width"] / (columns - 1), np.arange(rows) * frame["height"] / (rows - 1)
    for shape in frame["shapes"]:
        if shape["kind"] == "circle":
            inside = np.hypot(across - shape["x"], down[:, None] - shape["y"]) <= shape["r"]
            inside[np.abs(down - shape["y"]).argmin(), np.abs(across - shape["x"]).argmin()] = True
            for y, x in np.argwhere(inside):
                spots[y][x] = marks[shape["color"]]
    bar = "─" * columns
    return "\n".join([f"┌{bar}┐", *("│" + "".join(row) + "│" for row in spots), f"└{bar}┘"])


DRAWINGS: dict[str, Callable[[Any], Frame]] = {
    "classic/connect_four_v3": _connect_four,
    "classic/tictactoe_v3": _tictactoe,
    "classic/rps_v2": _rps,
    "mpe2/simple_tag_v3": _tag,
}
"""How a game's unwrapped environment is drawn."""

TEXTS: dict[str, Callable[[Frame], str]] = {
    "classic/connect_four_v3": _connect_four_text,
    "classic/tictactoe_v3": _tictactoe_text,
    "classic/rps_v2": _rps_text,
    "mpe2/simple_tag_v3": _tag_text,
}
"""How a game's frame is drawn with characters."""
