"""Pictures of grids: squares and discs in a few colours, painted into arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

COLOURS = {
    "ground": (246, 246, 242),
    "line": (214, 214, 206),
    "road": (196, 200, 206),
    "goal": (112, 176, 122),
    "first": (48, 92, 160),
    "second": (206, 120, 44),
    "third": (122, 84, 160),
    "fourth": (40, 140, 140),
    "harm": (198, 44, 52),
}
"""Name → red, green and blue. `harm` marks what goes wrong, and differs from the others also in brightness."""


def blank(rows: int, columns: int, cell: int) -> Pixels:
    """An empty grid with thin lines, uint8 [rows · cell, columns · cell, 3]."""
    picture = np.empty((rows * cell, columns * cell, 3), np.uint8)
    picture[:] = COLOURS["ground"]
    picture[::cell] = COLOURS["line"]
    picture[:, ::cell] = COLOURS["line"]
    return picture


def square(picture: Pixels, row: int, column: int, cell: int, colour: str) -> None:
    """Fill a cell, without its lines."""
    picture[row * cell + 1 : (row + 1) * cell, column * cell + 1 : (column + 1) * cell] = COLOURS[colour]


def disc(picture: Pixels, row: int, column: int, cell: int, colour: str, shift: float = 0.0) -> None:
    """Paint a disc into a cell.

    Args:
        picture: The picture, changed in place.
        row: Row of the cell.
        column: Column of the cell.
        cell: Pixels of a cell.
        colour: A name of `COLOURS`.
        shift: Distance of the disc from the middle of the cell to the right, in cells.
    """
    middle, radius = (cell - 1) / 2, cell * 0.32
    y, x = np.ogrid[:cell, :cell]
    inside = (y - middle) ** 2 + (x - middle - shift * cell) ** 2 <= radius**2
    picture[row * cell : (row + 1) * cell, column * cell : (column + 1) * cell][inside] = COLOURS[colour]
