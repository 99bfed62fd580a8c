"""Games that describe themselves in characters: their text, and that text as shapes."""

from __future__ import annotations

import re
from typing import Any

from envs.rendering.shapes import DARK, FLOOR, Frame, rect, words

ROWS, COLUMNS = 60, 120
"""Lines of a text, and characters of a line, that are shown at most."""

WIDTH, HEIGHT, SIZE = 9, 17, 14
"""Pixels: width and height of the cell of a character, and the character's size."""

_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b.")
"""Sequences that control a terminal: colours, the position of the cursor, titles."""


def characters(rendered: Any) -> Frame | None:
    """Make a frame of what `render()` returned in the mode `ansi`; None if it is no text.

    Returns:
        `{"width", "height", "text"}`. The text has no control characters but line ends.
    """
    if not isinstance(rendered, str):
        return None
    lines = [_plain(text) for text in _ESCAPES.sub("", rendered).expandtabs().splitlines()[:ROWS]]
    width = max((len(text) for text in lines), default=0)
    return {"width": WIDTH * (width + 2), "height": HEIGHT * (len(lines) + 1), "text": "\n".join(lines)}


def letters(text: str) -> list[Frame]:
    """Draw a text character by character, so that columns stay columns in every font."""
    lines = text.split("\n")[:ROWS]
    width = max((len(line) for line in lines), default=0)
    shapes = [rect(0, 0, WIDTH * (width + 2), HEIGHT * (len(lines) + 1), FLOOR)]
    for row, line in enumerate(lines):
        for column, letter in enumerate(line[:COLUMNS]):
            if not letter.isspace():
                shapes.append(words(WIDTH * (column + 1.5), HEIGHT * (row + 1.0), SIZE, letter, DARK))
    return shapes


def _plain(line: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in line[:COLUMNS]).rstrip()
