"""Maps of particle worlds in characters."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from envs.rendering.shapes import Frame

COLUMNS, ROWS = 41, 21
"""Width and height of a map in characters; a character is about twice as high as wide."""

YOU, RIM = "@", "·"
MEANING = {YOU: "you", "X": "adversary", "o": "agent", "#": "obstacle", "*": "food", "%": "forest", RIM: "rim"}
"""Explanations of marks that neither a name nor a note explains."""


def map_text(drawn: Frame, seat: int | None) -> str:
    """Draw a map of the shapes that have marks, with the notes.

    Args:
        drawn: A frame.
        seat: The observing seat. It is marked as such; the edge is drawn, the marks are explained, and only notes that this
            seat may know are shown. None is a spectator who may know everything.
    """
    spots = np.full((ROWS, COLUMNS), " ")
    across, down = np.arange(COLUMNS) * drawn["width"] / (COLUMNS - 1), np.arange(ROWS) * drawn["height"] / (ROWS - 1)
    for shape in drawn["shapes"]:
        if "mark" in shape:
            mark = YOU if seat is not None and shape.get("seat") == seat else shape["mark"]
            spots[_covered(shape, across, down)] = mark
        elif shape["kind"] == "line" and seat is not None:
            spots[_along(shape, across, down)] = RIM
    bar = "─" * COLUMNS
    lines = [f"┌{bar}┐", *("│" + "".join(row) + "│" for row in spots), f"└{bar}┘"]
    if seat is not None:
        marks = set(spots.flatten())
        lines.append("  " + "  ".join(f"{mark} {what}" for mark, what in MEANING.items() if mark in marks))
    notes = drawn.get("notes", ())
    return "\n".join([*lines, *(f"  {each['text']}" for each in notes if _known(each["seats"], seat))])


def _covered(shape: Frame, across: NDArray[np.float64], down: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return the cells [ROWS, COLUMNS] that a disc or the centre of a square covers; at least one."""
    x, y, r = shape["x"], shape["y"], shape.get("r", 0.0)
    if shape["kind"] == "rect":
        x, y = x + shape["w"] / 2, y + shape["h"] / 2
    covered: NDArray[np.bool_] = np.hypot(across - x, down[:, None] - y) <= r
    covered[np.abs(down - y).argmin(), np.abs(across - x).argmin()] = True
    return covered


def _along(line: Frame, across: NDArray[np.float64], down: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return the cells along a horizontal or vertical line; none along a diagonal one, which would be illegible."""
    (left, right), (top, bottom) = (
        sorted(int(np.abs(places - line[end]).argmin()) for end in ends)
        for places, ends in ((across, ("x1", "x2")), (down, ("y1", "y2")))
    )
    along = np.zeros((ROWS, COLUMNS), np.bool_)
    if left == right or top == bottom:
        along[top : bottom + 1, left : right + 1] = True
    return along


def _known(seats: list[int] | None, seat: int | None) -> bool:
    return seats is None or seat is None or seat in seats
